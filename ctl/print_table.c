#include "base/mem.h"
#include "base/utf8.h"
#include "labels.h"
#include "print.h"

#include <stdlib.h>
#include <string.h>

#define GAP 2
#define COLUMN_WIDTH_MIN 10

/* Cells row by row, the header row first if there is one. */
struct grid {
    const struct table_look *look;
    const struct names *columns;
    char **cells;
    size_t rows;
    int width[NAMES_MAX];
};

/* What an occurrence has left is the sum of its roles' free places; English readers get the English title, if any. */
static json_t *value_of(json_t *item, const char *name, enum lang lang)
{
    json_t *value = json_object_get(item, name), *roles = json_object_get(item, "roles"), *role;
    json_t *english = lang == LANG_EN && strcmp(name, "title") == 0 ? json_object_get(item, "title_en") : NULL;
    long long left = 0;
    bool known = false;
    size_t i;

    if (json_string_length(english) > 0)
        return json_incref(english);
    if (value || strcmp(name, "free") != 0)
        return json_incref(value);
    json_array_foreach (roles, i, role) {
        left += json_integer_value(json_object_get(role, "free"));
        known = known || json_object_get(role, "free");
    }
    return known ? json_integer(left) : NULL;
}

static void put(struct grid *g, size_t row, size_t column, struct buf *text)
{
    char *cell = buf_take(text, NULL);
    int width = utf8_width(cell);

    g->cells[row * g->columns->count + column] = cell;
    if (width > g->width[column])
        g->width[column] = width;
}

static void fill(struct grid *g, json_t *items)
{
    enum lang lang = g->look->settings->lang;
    size_t first = g->look->headers ? 1 : 0;

    for (size_t c = 0; c < g->columns->count; c++) {
        const char *name = g->columns->items[c];
        struct buf text = {.data = NULL};

        if (first) {
            text_clean(&text, label_of(name, lang), TEXT_ONE_LINE);
            put(g, 0, c, &text);
        }
        for (size_t r = first; r < g->rows; r++) {
            json_t *value = value_of(json_array_get(items, r - first), name, lang);
            cell_text(&text, name, value, lang, TEXT_ONE_LINE);
            put(g, r, c, &text);
            json_decref(value);
        }
    }
}

static int total_width(const struct grid *g)
{
    int total = g->look->indent;

    for (size_t c = 0; c < g->columns->count; c++)
        total += g->width[c] + (c > 0 ? GAP : 0);
    return total;
}

/* The widest column gives way, a column at a time, until the table fits the terminal. */
static void squeeze(struct grid *g)
{
    while (g->look->columns_max > 0 && total_width(g) > g->look->columns_max) {
        size_t widest = 0;

        for (size_t c = 1; c < g->columns->count; c++)
            if (g->width[c] > g->width[widest])
                widest = c;
        if (g->width[widest] <= COLUMN_WIDTH_MIN)
            return;
        g->width[widest]--;
    }
}

static bool stands_right(json_t *items, const char *name)
{
    json_t *item;
    size_t i;

    json_array_foreach (items, i, item) {
        json_t *value = json_object_get(item, name);
        if (value && !json_is_null(value))
            return json_is_number(value);
    }
    return false;
}

static void add_row(struct buf *out, const struct grid *g, size_t row, const bool *right)
{
    struct buf cell = {.data = NULL};
    int spare = 0;   /* blanks that come only if something follows, so that no line ends in one */

    text_pad(out, 0, g->look->indent);
    for (size_t c = 0; c < g->columns->count; c++) {
        int width;

        buf_clear(&cell);
        text_cut(&cell, g->cells[row * g->columns->count + c], g->width[c]);
        width = utf8_width(buf_text(&cell));
        if (c > 0)
            spare += GAP;
        if (right[c])
            spare += g->width[c] - width;
        if (width > 0) {
            text_pad(out, 0, spare);
            buf_adds(out, buf_text(&cell));
            spare = 0;
        }
        if (!right[c])
            spare += g->width[c] - width;
    }
    buf_release(&cell);
}

void print_table(struct buf *out, const struct table_look *look, const struct names *columns, json_t *items)
{
    struct grid g = {.look = look, .columns = columns, .rows = json_array_size(items) + (look->headers ? 1 : 0)};
    bool right[NAMES_MAX], bold = look->headers && look->settings->colour;

    g.cells = mem_alloc((g.rows * columns->count + 1) * sizeof *g.cells);
    fill(&g, items);
    squeeze(&g);
    for (size_t c = 0; c < columns->count; c++)
        right[c] = stands_right(items, columns->items[c]);
    for (size_t r = 0; r < g.rows; r++) {
        if (r == 0 && bold)
            buf_adds(out, "\033[1m");
        add_row(out, &g, r, right);
        buf_adds(out, r == 0 && bold ? "\033[0m\n" : "\n");
    }
    for (size_t i = 0; i < g.rows * columns->count; i++)
        free(g.cells[i]);
    free(g.cells);
}
