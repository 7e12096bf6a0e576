/* The one text of a chat message: title, lines, link and keyword, within the limit of its kind. */
#ifndef KEPU_NOTIFY_TEXT_H
#define KEPU_NOTIFY_TEXT_H

#include <stddef.h>

struct arena;
struct message;

/* How a vendor counts. */
enum text_measure {
    TEXT_BYTES,   /* of UTF-8 */
    TEXT_UTF16,   /* code units, never fewer than characters */
    TEXT_JSON,    /* bytes, as they stand in JSON */
};

/* A character that would mean something to the vendor, and what stands for it; a list ends with 0. */
struct text_escape {
    char c;
    const char *with;
};

struct text_form {
    enum text_measure measure;
    size_t max;
    const struct text_escape *escapes;             /* NULL: none */
    const char *title_before, *title_after;        /* NULL: the title stands elsewhere */
    const char *link_before, *link_between, *link_after; /* link_between: NULL if the link stands once */
};

/*
 * The text is cut between characters, with an ellipsis; link and keyword stay. The title is left out where the text's
 * first line says it. Control characters go; what isn't UTF-8 becomes U+FFFD.
 */
const char *text_compose(const struct text_form *form, const struct message *message, const char *keyword,
                         struct arena *a);

/* One text alone within the limit. NULL gives NULL. */
const char *text_fit(const struct text_form *form, const char *text, struct arena *a);

#endif
