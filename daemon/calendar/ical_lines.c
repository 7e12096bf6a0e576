#include "ical_lines.h"

#include "base/utf8.h"

#include <ctype.h>
#include <string.h>

void ical_lines_begin(struct ical_lines *r, const char *text, size_t bytes)
{
    *r = (struct ical_lines){.at = text, .end = text + bytes};
    buf_init(&r->line, 0);
}

void ical_lines_end(struct ical_lines *r)
{
    buf_release(&r->line);
}

static void append(struct buf *line, const char *text, size_t bytes)
{
    size_t room = line->len < ICAL_LINE_BYTES_MAX ? ICAL_LINE_BYTES_MAX - line->len : 0;

    buf_add(line, text, bytes <= room ? bytes : utf8_cut(text, bytes, room));
}

/* One line of the file without its end: LF, CR LF, or the CR alone of very old programs. */
static void take_physical(struct ical_lines *r, const char **ret, size_t *ret_bytes)
{
    const char *from = r->at;

    while (r->at < r->end && *r->at != '\n' && *r->at != '\r')
        r->at++;
    *ret = from;
    *ret_bytes = (size_t)(r->at - from);
    if (r->at < r->end && *r->at++ == '\r' && r->at < r->end && *r->at == '\n')
        r->at++;
    r->physical++;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Malformed bytes become U+FFFD: one of them must not cost the line. */
static void repair(struct ical_lines *r)
{
    const char *text = r->line.data;
    struct buf out = {0};

    if (!text || utf8_valid(text, r->line.len))
        return;
    for (size_t i = 0, n; i < r->line.len; i += n) {
        uint32_t c = utf8_next(text + i, r->line.len - i, &n);
        if (c == 0xFFFD && n == 1)
            buf_adds(&out, "\xEF\xBF\xBD");
        else if (c)
            buf_add(&out, text + i, n);
    }
    buf_release(&r->line);
    r->line = out;
}

/* A continuation after nothing is a line that somebody indented. */
static bool read_logical(struct ical_lines *r)
{
    const char *text;
    size_t bytes;

    buf_clear(&r->line);
    if (r->at == r->end)
        return false;
    take_physical(r, &text, &bytes);
    r->number = r->physical;
    for (; bytes > 0 && is_blank(*text); text++)
        bytes--;
    append(&r->line, text, bytes);
    while (r->line.len > 0 && r->at < r->end && is_blank(*r->at)) {
        take_physical(r, &text, &bytes);
        append(&r->line, text + 1, bytes - 1);
    }
    repair(r);
    return true;
}

/* The colon that ends the parameters: those in quotes don't. Where a quote is never closed, the first one. */
static const char *find_value(const char *rest)
{
    bool quoted = false;
    const char *colon;

    for (const char *p = rest; *p; p++) {
        if (*p == '"')
            quoted = !quoted;
        else if (*p == ':' && !quoted)
            return p + 1;
    }
    colon = strchr(rest, ':');
    return colon ? colon + 1 : NULL;
}

static bool split(const char *text, struct ical_line *ret)
{
    size_t len = strcspn(text, ";:");

    if (len == 0 || !text[len] || len >= ICAL_NAME_BYTES)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char)text[i]) && text[i] != '-')
            return false;
        ret->name[i] = (char)toupper((unsigned char)text[i]);
    }
    ret->name[len] = 0;
    ret->rest = text + len;
    ret->value = find_value(ret->rest);
    return ret->value != NULL;
}

bool ical_lines_next(struct ical_lines *r, struct ical_line *ret)
{
    while (read_logical(r))
        if (split(buf_text(&r->line), ret))
            return true;
    return false;
}
