#include "text.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "channel.h"

#include <string.h>

#define ELLIPSIS "\xE2\x80\xA6"

static size_t cost_of(enum text_measure measure, uint32_t c, size_t bytes)
{
    switch (measure) {
    case TEXT_BYTES:
        return bytes;
    case TEXT_UTF16:
        return c > 0xFFFF ? 2 : 1;
    case TEXT_JSON:
        return c == '"' || c == '\\' || c == '\n' ? 2 : bytes;
    }
    return bytes;
}

static size_t cost_of_text(enum text_measure measure, const char *text)
{
    size_t bytes = strlen(text), cost = 0;

    for (size_t i = 0, n; i < bytes; i += n) {
        uint32_t c = utf8_next(text + i, bytes - i, &n);
        cost += cost_of(measure, c, n);
    }
    return cost;
}

static const char *escape_for(const struct text_form *form, uint32_t c)
{
    for (const struct text_escape *e = form->escapes; e && e->c; e++)
        if ((unsigned char)e->c == c)
            return e->with;
    return NULL;
}

/* One character as it goes out; "" for what doesn't. */
static const char *unit_of(const struct text_form *form, uint32_t c, char room[5])
{
    const char *escape = escape_for(form, c);

    if (escape)
        return escape;
    if (c == '\t')
        c = ' ';
    if ((c < 0x20 && c != '\n') || c == 0x7F)
        return "";
    utf8_put(c, room);
    return room;
}

static void cut_back(struct buf *out, size_t len)
{
    out->len = len;
    if (out->data)
        out->data[len] = 0;
}

/* Adds what fits into `room`, with an ellipsis where it doesn't all; how much of the room it took. */
static size_t add_fitting(struct buf *out, const struct text_form *form, const char *text, size_t room)
{
    size_t bytes = strlen(text), ellipsis = cost_of_text(form->measure, ELLIPSIS);
    size_t used = 0, safe_used = 0, safe_len = out->len;

    for (size_t i = 0, n; i < bytes; i += n) {
        char space[5];
        const char *unit = unit_of(form, utf8_next(text + i, bytes - i, &n), space);
        size_t cost = cost_of_text(form->measure, unit);

        if (used + cost > room) {
            cut_back(out, safe_len);
            if (safe_used + ellipsis > room)
                return safe_used;
            buf_adds(out, ELLIPSIS);
            return safe_used + ellipsis;
        }
        buf_adds(out, unit);
        used += cost;
        if (used + ellipsis <= room) {
            safe_used = used;
            safe_len = out->len;
        }
    }
    return used;
}

static void add_link(struct buf *out, const struct text_form *form, const char *url)
{
    buf_adds(out, form->link_before);
    if (form->link_between) {
        buf_adds(out, url);
        buf_adds(out, form->link_between);
    }
    buf_adds(out, url);
    buf_adds(out, form->link_after);
}

/* What must not be cut: on lines of their own, at the end. */
static void add_tail(struct buf *out, const struct text_form *form, const char *url, const char *keyword)
{
    const char *line = escape_for(form, '\n');

    line = line ? line : "\n";
    if (url && form->link_before) {
        buf_adds(out, line);
        add_link(out, form, url);
    }
    if (keyword) {
        buf_adds(out, line);
        buf_adds(out, keyword);
    }
}

static bool first_line_says(const char *text, const char *title)
{
    const char *found = strstr(text, title);

    return found && (size_t)(found - text) < strcspn(text, "\n");
}

static const char *compose(const struct text_form *form, const struct message *m, const char *keyword, struct arena *a)
{
    struct buf tail = {0}, out = {0};
    size_t room, tail_cost;
    const char *text;

    add_tail(&tail, form, m->url, keyword);
    tail_cost = cost_of_text(form->measure, buf_text(&tail));
    if (tail_cost > form->max / 2) {
        /* A link that leaves no room for words is left out. */
        buf_clear(&tail);
        add_tail(&tail, form, NULL, keyword);
        tail_cost = cost_of_text(form->measure, buf_text(&tail));
    }
    room = form->max - tail_cost;
    if (form->title_before && !first_line_says(m->text, m->title)) {
        room -= cost_of_text(form->measure, form->title_before) + cost_of_text(form->measure, form->title_after);
        buf_adds(&out, form->title_before);
        room -= add_fitting(&out, form, m->title, room);
        buf_adds(&out, form->title_after);
    }
    add_fitting(&out, form, m->text, room);
    buf_adds(&out, buf_text(&tail));
    text = arena_strdup(a, buf_text(&out));
    buf_release(&tail);
    buf_release(&out);
    return text;
}

const char *text_compose(const struct text_form *form, const struct message *message, const char *keyword,
                         struct arena *a)
{
    const char *text = compose(form, message, NULL, a);

    if (!keyword || !keyword[0] || strstr(text, keyword))
        return text;
    return compose(form, message, keyword, a);
}

const char *text_fit(const struct text_form *form, const char *text, struct arena *a)
{
    struct buf out = {0};
    const char *fitted;

    if (!text)
        return NULL;
    add_fitting(&out, form, text, form->max);
    fitted = arena_strdup(a, buf_text(&out));
    buf_release(&out);
    return fitted;
}
