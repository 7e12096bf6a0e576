/* Every sentence kepu says, in Chinese and English, by id: errors with their hints, and the words of pages and
 * messages. */
#ifndef KEPU_BASE_CATALOGUE_H
#define KEPU_BASE_CATALOGUE_H

#include <stdbool.h>

enum lang { LANG_ZH, LANG_EN };

/* Each room has a list of its own: M(id, zh, en, hint zh, hint en) and W(id, zh, en). */
enum msg {
    MSG_NONE,
#define M(id, zh, en, hint_zh, hint_en) id,
#define W(id, zh, en) id,
#include "messages.def"
#undef M
#undef W
    MSG_COUNT
};

/* Static texts with {0} … {3} in them; never NULL. */
const char *catalogue_text(enum msg msg, enum lang lang);
const char *catalogue_hint(enum msg msg, enum lang lang);
/* Words can be found by name from templates ("WORD_SIGN_UP"); MSG_NONE if there is none. */
enum msg catalogue_find(const char *name);
const char *catalogue_name(enum msg msg);

const char *lang_name(enum lang lang);               /* "zh", "en" */
bool lang_parse(const char *text, enum lang *ret);   /* "zh", "zh-CN", "zh_CN.UTF-8", "en_GB" …; false if neither */

struct buf;
/* Replaces {0} … {3} by args; what has no argument stays empty. */
void catalogue_format(struct buf *out, const char *text, const char *const *args, int count);

#endif
