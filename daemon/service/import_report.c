/* What an import says about a component; declared in import_private.h. */
#include "import_private.h"

#include "base/utf8.h"

#include <string.h>

#define NOTES_MAX 12

void import_note(struct import *m, struct import_component *row, enum msg msg, const char *arg0, const char *arg1)
{
    const char *args[] = {arg0, arg1};
    struct buf text = {0};

    catalogue_format(&text, catalogue_text(msg, m->c->req.lang), args, 2);
    if (!row->notes.items)
        row->notes.items = arena_alloc(&m->c->out, NOTES_MAX * sizeof(char *));
    for (size_t i = 0; i < row->notes.count; i++)
        if (strcmp(row->notes.items[i], buf_text(&text)) == 0)
            goto said;
    if (row->notes.count < NOTES_MAX)
        row->notes.items[row->notes.count++] = arena_strdup(&m->c->out, buf_text(&text));
said:
    buf_release(&text);
}

void import_outcome(struct import_component *row, enum import_outcome outcome, char *slug)
{
    row->outcome = outcome;
    row->slug = slug;
    row->outcome_name = (char *)(uintptr_t)import_outcome_name(outcome);
}

int import_refuse(struct import *m, struct import_component *row, const struct err *e)
{
    struct buf text = {0};

    err_message(e, m->c->req.lang, &text);
    row->reason = arena_strdup(&m->c->out, buf_text(&text));
    buf_release(&text);
    import_outcome(row, IMPORT_REFUSED, NULL);
    return -1;
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029;
}

static void trim(struct buf *text)
{
    while (text->len > 0 && strchr(" \n\t", text->data[text->len - 1]))
        text->data[--text->len] = 0;
}

char *import_text(struct import *m, struct import_component *row, const char *text, size_t chars_max, bool lines)
{
    size_t bytes = text ? strlen(text) : 0, chars = 0;
    struct buf out = {0};
    char *copy;

    for (size_t i = 0, n; i < bytes; i += n) {
        uint32_t c = utf8_next(text + i, bytes - i, &n);
        bool feed = c == '\n' || c == '\t';
        if (is_control(c) && !feed)
            continue;
        if (out.len == 0 && (feed || c == ' '))
            continue;
        /* Texts with lines are limited in bytes, which is how their column is. */
        if (lines ? out.len + n > chars_max : chars >= chars_max) {
            import_note(m, row, MSG_ICAL_NOTE_CUT, arena_printf(&m->c->out, "%zu", chars_max), NULL);
            break;
        }
        buf_add(&out, feed && !lines ? " " : text + i, feed && !lines ? 1 : n);
        chars++;
    }
    trim(&out);
    copy = arena_strdup(&m->c->out, buf_text(&out));
    buf_release(&out);
    return copy;
}
