#include "catalogue.h"

#include "buf.h"

#include <assert.h>
#include <string.h>

struct entry {
    const char *name;
    const char *text[2];   /* by enum lang */
    const char *hint[2];
};

static const struct entry entries[MSG_COUNT] = {
    [MSG_NONE] = {"MSG_NONE", {"", ""}, {"", ""}},
#define M(id, zh, en, hint_zh, hint_en) [id] = {#id, {zh, en}, {hint_zh, hint_en}},
#define W(id, zh, en) [id] = {#id, {zh, en}, {"", ""}},
#include "messages.def"
#undef M
#undef W
};

const char *catalogue_text(enum msg msg, enum lang lang)
{
    assert(msg < MSG_COUNT);
    return entries[msg].text[lang];
}

const char *catalogue_hint(enum msg msg, enum lang lang)
{
    assert(msg < MSG_COUNT);
    return entries[msg].hint[lang];
}

enum msg catalogue_find(const char *name)
{
    for (int i = 0; i < MSG_COUNT; i++)
        if (strcmp(entries[i].name, name) == 0)
            return (enum msg)i;
    return MSG_NONE;
}

const char *catalogue_name(enum msg msg)
{
    assert(msg < MSG_COUNT);
    return entries[msg].name;
}

const char *lang_name(enum lang lang)
{
    return lang == LANG_ZH ? "zh" : "en";
}

bool lang_parse(const char *text, enum lang *ret)
{
    static const struct { const char *prefix; enum lang lang; } langs[] = {{"zh", LANG_ZH}, {"en", LANG_EN}};

    if (!text)
        return false;
    for (int i = 0; i < 2; i++) {
        if (strncmp(text, langs[i].prefix, 2) != 0)
            continue;
        if (text[2] == 0 || strchr("-_.,;@", text[2])) {
            *ret = langs[i].lang;
            return true;
        }
    }
    return false;
}

/* Nouns of commands, where an argument is one and the sentence is Chinese: "{0n}". */
static const char *noun_text(const char *noun)
{
    static const char *const nouns[][2] = {
        {"department", "部门"}, {"category", "类别"}, {"audience", "人群"}, {"venue", "场地"},
        {"unit", "单位"},       {"target", "指标"},   {"plan", "规划"},     {"preset", "预设"},
        {"channel", "群"},      {"reminder", "提醒"}, {"delivery", "投递"}, {"token", "令牌"},
    };

    for (size_t i = 0; i < sizeof nouns / sizeof nouns[0]; i++)
        if (strcmp(nouns[i][0], noun) == 0)
            return nouns[i][1];
    return noun;
}

void catalogue_format(struct buf *out, const char *text, const char *const *args, int count)
{
    for (const char *p = text; *p; p++) {
        if (p[0] == '{' && p[1] >= '0' && p[1] <= '9' && p[2] == '}') {
            int n = p[1] - '0';
            if (n < count && args[n])
                buf_adds(out, args[n]);
            p += 2;
        } else if (p[0] == '{' && p[1] >= '0' && p[1] <= '9' && p[2] == 'n' && p[3] == '}') {
            int n = p[1] - '0';
            if (n < count && args[n])
                buf_adds(out, noun_text(args[n]));
            p += 3;
        } else {
            buf_addc(out, *p);
        }
    }
}
