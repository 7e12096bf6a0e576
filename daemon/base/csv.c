#include "csv.h"

#include "buf.h"
#include "utf8.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>

static const char byte_order_mark[] = "\xEF\xBB\xBF";

static int wrong(const struct csv *c, enum msg msg, size_t column, struct err *e)
{
    char line_text[24], column_text[24], most[24];

    snprintf(line_text, sizeof line_text, "%zu", c->line);
    snprintf(column_text, sizeof column_text, "%zu", column);
    snprintf(most, sizeof most, "%d", msg == MSG_CSV_WIDE ? CSV_COLUMNS_MAX : CSV_CELL_BYTES_MAX);
    err_set(e, ERR_INVALID, msg, NULL, line_text, column_text, most, NULL);
    err_field(e, "line %zu, column %zu", c->line, column);
    return -1;
}

static size_t line_of(const char *data, size_t at)
{
    size_t line = 1;

    for (const char *p = data; (p = memchr(p, '\n', at - (size_t)(p - data))); p++)
        line++;
    return line;
}

static int not_text(const char *data, size_t at, enum msg msg, struct err *e)
{
    char line[24];

    snprintf(line, sizeof line, "%zu", line_of(data, at));
    err_set(e, ERR_INVALID, msg, NULL, line, NULL);
    err_field(e, "line %s", line);
    return -1;
}

/* Where UTF-8 first breaks (len if nowhere), and whether most of what isn't ASCII is well-formed UTF-8 all the same. */
static size_t utf8_breaks(const char *data, size_t len, bool *ret_mostly_utf8)
{
    size_t first = len, good = 0, bad = 0;

    for (size_t i = 0, n; i < len; i += n) {
        bool ascii = (unsigned char)data[i] < 0x80;
        utf8_next(data + i, len - i, &n);
        good += n > 1;
        if (ascii || n > 1)
            continue;
        bad++;
        if (first == len)
            first = i;
    }
    *ret_mostly_utf8 = good > bad;
    return first;
}

/* GB18030 grows by half at most when it becomes UTF-8. */
static int from_gb18030(const char *data, size_t len, struct arena *a, const char **ret, size_t *ret_len, struct err *e)
{
    iconv_t cd = iconv_open("UTF-8", "GB18030");
    size_t room = len + len / 2 + 4, in_left = len, out_left = room;
    char *out = arena_alloc(a, room + 1), *to = out, *from = (char *)(uintptr_t)data;
    bool failed;

    if (cd == (iconv_t)-1)
        return not_text(data, 0, MSG_CSV_NOT_UTF8, e);
    failed = iconv(cd, &from, &in_left, &to, &out_left) == (size_t)-1;
    iconv_close(cd);
    if (failed)
        return not_text(data, len - in_left, MSG_CSV_NOT_UTF8, e);
    *ret = out;
    *ret_len = room - out_left;
    return 0;
}

int csv_decode(const char *data, size_t len, struct arena *a, const char **ret, size_t *ret_len, struct err *e)
{
    const char *zero = len ? memchr(data, 0, len) : NULL;
    bool marked = len >= 3 && memcmp(data, byte_order_mark, 3) == 0, mostly_utf8;
    size_t broken;

    if (zero)
        return not_text(data, (size_t)(zero - data), MSG_CSV_ZERO, e);
    if (marked) {
        data += 3;
        len -= 3;
    }
    broken = utf8_breaks(data, len, &mostly_utf8);
    if (broken < len && (marked || mostly_utf8))
        return not_text(data, broken, MSG_CSV_NOT_UTF8, e);
    if (broken < len)
        return from_gb18030(data, len, a, ret, ret_len, e);
    *ret = data;
    *ret_len = len;
    return 0;
}

void csv_init(struct csv *c, const char *data, size_t len)
{
    *c = (struct csv){.data = data, .len = len, .line = 1};
}

/* At the end of a line (LF or CRLF)? Its length in bytes. */
static size_t line_end(const struct csv *c)
{
    size_t left = c->len - c->at;

    if (left >= 1 && c->data[c->at] == '\n')
        return 1;
    return left >= 2 && memcmp(c->data + c->at, "\r\n", 2) == 0 ? 2 : 0;
}

static void skip_line_end(struct csv *c, size_t bytes)
{
    c->at += bytes;
    c->line += bytes > 0;
}

static int read_plain(struct csv *c, struct arena *a, size_t column, char **ret, struct err *e)
{
    size_t from = c->at;

    for (; c->at < c->len && c->data[c->at] != ',' && !line_end(c); c->at++) {
        if (c->data[c->at] == '"')
            return wrong(c, MSG_CSV_QUOTE_INSIDE, column, e);
        if (c->data[c->at] == '\r')
            return wrong(c, MSG_CSV_RETURN, column, e);
    }
    if (c->at - from > CSV_CELL_BYTES_MAX)
        return wrong(c, MSG_CSV_LONG, column, e);
    *ret = arena_strndup(a, c->data + from, c->at - from);
    return 0;
}

static int read_quoted(struct csv *c, struct arena *a, size_t column, char **ret, struct err *e)
{
    struct csv start = *c;
    struct buf text = {.max_bytes = CSV_CELL_BYTES_MAX};
    enum msg bad = MSG_CSV_QUOTE_OPEN;

    for (c->at++; c->at < c->len; c->at++) {
        bool quote = c->data[c->at] == '"';
        if (quote && !(c->at + 1 < c->len && c->data[c->at + 1] == '"')) {
            c->at++;
            bad = c->at < c->len && c->data[c->at] != ',' && !line_end(c) ? MSG_CSV_AFTER_QUOTE : MSG_NONE;
            break;
        }
        c->at += quote;
        c->line += c->data[c->at] == '\n';
        buf_addc(&text, c->data[c->at]);
    }
    if (bad == MSG_NONE && text.overflow)
        bad = MSG_CSV_LONG;
    *ret = arena_strndup(a, buf_text(&text), text.len);
    buf_release(&text);
    return bad == MSG_NONE ? 0 : wrong(bad == MSG_CSV_AFTER_QUOTE ? c : &start, bad, column, e);
}

static void skip_blank_lines(struct csv *c)
{
    size_t n;

    while (c->at < c->len && (n = line_end(c)))
        skip_line_end(c, n);
}

int csv_read(struct csv *c, struct arena *a, struct csv_row *ret, struct err *e)
{
    struct csv_row row = {0};

    skip_blank_lines(c);
    if (c->at >= c->len)
        return 0;
    row.line = c->line;
    for (;;) {
        bool quoted = c->at < c->len && c->data[c->at] == '"';
        if (row.count == CSV_COLUMNS_MAX)
            return wrong(c, MSG_CSV_WIDE, row.count + 1, e);
        if ((quoted ? read_quoted : read_plain)(c, a, row.count + 1, &row.cells[row.count], e))
            return -1;
        row.count++;
        if (c->at >= c->len || c->data[c->at] != ',')
            break;
        c->at++;
    }
    skip_line_end(c, line_end(c));
    *ret = row;
    return 1;
}
