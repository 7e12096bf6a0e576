#include "sheet.h"

#include "base/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *known(const struct sheet *s, struct arena *a)
{
    const char *text = "";

    for (size_t i = 0; i < s->count; i++)
        text = arena_printf(a, "%s%s%s", text, i ? ", " : "", s->columns[i].name);
    return text;
}

static char *trimmed(char *text)
{
    static const char blanks[] = " \t\r\n";
    size_t len;

    text += strspn(text, blanks);
    for (len = strlen(text); len > 0 && strchr(blanks, text[len - 1]); len--)
        text[len - 1] = 0;
    return text;
}

static int column_find(const struct sheet *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->columns[i].name, name) == 0 || (s->columns[i].also && strcmp(s->columns[i].also, name) == 0))
            return (int)i;
    return -1;
}

static int unknown(const struct sheet *s, const char *name, struct err *e)
{
    const char *names[SHEET_COLUMNS_MAX], *near;

    for (size_t i = 0; i < s->count; i++)
        names[i] = s->columns[i].name;
    near = names_nearest(name, names, s->count);
    return err_set(e, ERR_INVALID, near ? MSG_SHEET_COLUMN_NEAR : MSG_SHEET_COLUMN, "line 1", name,
                   known(s, &s->c->out), near ? near : "", NULL);
}

static int read_header(struct sheet *s, struct err *e)
{
    memset(s->at, -1, sizeof s->at);
    s->cells = s->row.count;
    for (size_t i = 0; i < s->row.count; i++) {
        char *name = trimmed(s->row.cells[i]);
        int column = column_find(s, name);
        if (column < 0)
            return unknown(s, name, e);
        if (s->at[column] >= 0)
            return err_set(e, ERR_INVALID, MSG_IMPORT_COLUMN_TWICE, "line 1", name, NULL);
        s->at[column] = (int)i;
    }
    for (size_t i = 0; i < s->count; i++)
        if (s->columns[i].needed && s->at[i] < 0)
            return err_set(e, ERR_INVALID, MSG_SHEET_COLUMN_MISSING, "line 1", s->columns[i].name,
                           known(s, &s->c->out), NULL);
    return 0;
}

static int too_large(struct err *e)
{
    char lines[24], mib[24];

    snprintf(lines, sizeof lines, "%d", SHEET_LINES_MAX);
    snprintf(mib, sizeof mib, "%u", CSV_BYTES_MAX >> 20);
    return err_set(e, ERR_TOO_LARGE, MSG_IMPORT_TOO_LARGE, NULL, lines, mib, NULL);
}

int sheet_open(struct sheet *s, struct call *c, const char *body, const struct sheet_column *columns, size_t count,
               struct err *e)
{
    size_t len = strlen(body ? body : "");
    const char *text;
    int found;

    *s = (struct sheet){.c = c, .columns = columns, .count = count};
    if (len > CSV_BYTES_MAX)
        return too_large(e);
    if (csv_decode(body ? body : "", len, &s->file, &text, &len, e))
        return -1;
    csv_init(&s->csv, text, len);
    found = csv_read(&s->csv, &s->file, &s->row, e);
    if (found == 0)
        return err_set(e, ERR_INVALID, MSG_SHEET_EMPTY, "line 1", known(s, &c->out), NULL);
    return found < 0 ? -1 : read_header(s, e);
}

void sheet_release(struct sheet *s)
{
    arena_release(&s->file);
}

int sheet_next(struct sheet *s, struct err *e)
{
    char line[24], have[24], want[24];
    int more = csv_read(&s->csv, &s->file, &s->row, e);

    if (more <= 0)
        return more;
    if (s->lines++ == SHEET_LINES_MAX)
        return too_large(e);
    if (s->row.count == s->cells)
        return 1;
    snprintf(line, sizeof line, "%zu", s->row.line);
    snprintf(have, sizeof have, "%zu", s->row.count);
    snprintf(want, sizeof want, "%zu", s->cells);
    err_set(e, ERR_INVALID, MSG_IMPORT_CELLS, NULL, line, have, want, NULL);
    err_field(e, "line %s", line);
    return -1;
}

char *sheet_cell(struct sheet *s, size_t column)
{
    char *text = s->at[column] < 0 ? NULL : trimmed(s->row.cells[s->at[column]]);

    return text && *text ? text : NULL;
}

/* "1234.5", and with commas between thousands, as spreadsheets write it. */
int sheet_milli(struct sheet *s, size_t column, int64_t *ret_milli, struct err *e)
{
    char *text = sheet_cell(s, column), plain[32];
    size_t len = 0;
    double value;
    char *end;

    *ret_milli = FIELD_INT_ABSENT;
    if (!text)
        return 0;
    for (const char *p = text; *p && len < sizeof plain - 1; p++)
        if (*p != ',')
            plain[len++] = *p;
    plain[len] = 0;
    value = strtod(plain, &end);
    if (*end || len != strspn(plain, "+-.0123456789") || !(value > -1e12 && value < 1e12))
        return err_set(e, ERR_INVALID, MSG_SHEET_NUMBER, s->columns[column].name, text, NULL);
    *ret_milli = (int64_t)(value * 1000 + (value < 0 ? -0.5 : 0.5));
    return 0;
}

int sheet_wrong(const struct sheet *s, struct err *e)
{
    struct err inner = *e;
    struct buf sentence = {0};
    char number[24];

    snprintf(number, sizeof number, "%zu", s->row.line);
    err_message(&inner, s->c->req.lang, &sentence);
    err_set(e, ERR_INVALID, MSG_IMPORT_LINE, NULL, number, inner.field, buf_text(&sentence), NULL);
    buf_release(&sentence);
    err_field(e, "line %zu, %s", s->row.line, inner.field);
    return -1;
}
