#include "base/utf8.h"
#include "labels.h"
#include "print.h"

#include <string.h>

#define ONE_LINE_WIDTH 64
#define MEMBERS_WIDTH 72
#define SECTION_INDENT 2
#define LINE_MEMBERS_MAX 8

static bool is_empty(const json_t *value)
{
    return json_is_null(value) || (json_is_array(value) && json_array_size(value) == 0) ||
           (json_is_object(value) && json_object_size(value) == 0) ||
           (json_is_string(value) && json_string_length(value) == 0);
}

static bool holds_objects(const json_t *value)
{
    return json_is_array(value) && json_is_object(json_array_get(value, 0));
}

/* An object of plain values reads well on one line: "scheduled 3, retrying 0". */
static bool is_line(json_t *value)
{
    const char *key;
    json_t *member;

    if (json_object_size(value) > LINE_MEMBERS_MAX)
        return false;
    json_object_foreach (value, key, member)
        if (json_is_object(member) || json_is_array(member))
            return false;
    return true;
}

static bool is_section(json_t *value)
{
    return json_is_object(value) ? !is_line(value) : holds_objects(value);
}

static void add_line_of(struct buf *out, json_t *object, enum lang lang)
{
    const char *key, *comma = "";
    json_t *value;
    size_t line = 0;             /* where the present one begins */

    json_object_foreach (object, key, value) {
        if (is_empty(value))
            continue;
        buf_adds(out, comma);
        if (utf8_width(buf_text(out) + line) > MEMBERS_WIDTH) {
            if (out->data[out->len - 1] == ' ')
                out->len--;
            buf_addc(out, '\n');
            line = out->len;
        }
        text_clean(out, label_of(key, lang), TEXT_ONE_LINE);
        buf_addc(out, ' ');
        cell_text(out, key, value, lang, TEXT_ONE_LINE);
        comma = catalogue_text(W_CTL_COMMA, lang);
    }
}

static int label_width(json_t *object, enum lang lang)
{
    const char *key;
    json_t *value;
    int width = 0;

    json_object_foreach (object, key, value) {
        int w = is_empty(value) || is_section(value) ? 0 : utf8_width(label_of(key, lang));
        width = w > width ? w : width;
    }
    return width;
}

/* Further lines of a text stand under its first. */
static void add_indented(struct buf *out, const char *text, int indent)
{
    for (const char *p = text; *p; p++) {
        buf_addc(out, *p);
        if (*p == '\n' && p[1])
            text_pad(out, 0, indent);
    }
    buf_addc(out, '\n');
}

static void add_lines(struct buf *out, const char *field, const json_t *list, enum lang lang, int indent)
{
    struct buf line = {.data = NULL};
    const json_t *item;
    size_t i;

    json_array_foreach (list, i, item) {
        if (i > 0)
            text_pad(out, 0, indent);
        buf_clear(&line);
        cell_text(&line, field, item, lang, TEXT_ONE_LINE);
        add_indented(out, buf_text(&line), indent);
    }
    buf_release(&line);
}

static void add_member(struct buf *out, const struct settings *s, const char *key, json_t *value, int indent, int width)
{
    const char *label = label_of(key, s->lang), *colon = catalogue_text(W_CTL_COLON, s->lang);
    int at = indent + width + utf8_width(colon);
    struct buf text = {.data = NULL};

    text_pad(out, 0, indent);
    if (s->colour)
        buf_adds(out, "\033[1m");
    text_clean(out, label, TEXT_ONE_LINE);
    buf_adds(out, colon);
    if (s->colour)
        buf_adds(out, "\033[0m");
    text_pad(out, utf8_width(label), width);
    if (json_is_object(value))
        add_line_of(&text, value, s->lang);
    else
        cell_text(&text, key, value, s->lang, TEXT_MANY_LINES);
    if (json_array_size(value) > 1 && utf8_width(buf_text(&text)) > ONE_LINE_WIDTH)
        add_lines(out, key, value, s->lang, at);
    else
        add_indented(out, buf_text(&text), at);
    buf_release(&text);
}

static void add_members(struct buf *out, const struct settings *s, json_t *object, int indent)
{
    int width = label_width(object, s->lang);
    const char *key;
    json_t *value;

    json_object_foreach (object, key, value)
        if (!is_empty(value) && (indent > 0 || !is_section(value)))
            add_member(out, s, key, value, indent, width);
}

static void add_heading(struct buf *out, const struct settings *s, const char *key)
{
    if (out->len)
        buf_addc(out, '\n');
    if (s->colour)
        buf_adds(out, "\033[1m");
    text_clean(out, label_of(key, s->lang), TEXT_ONE_LINE);
    if (s->colour)
        buf_adds(out, "\033[0m");
    buf_addc(out, '\n');
}

static bool all_empty(json_t *items, const char *name)
{
    json_t *item;
    size_t i;

    json_array_foreach (items, i, item) {
        json_t *value = json_object_get(item, name);
        if (value && !is_empty(value))
            return false;
    }
    return true;
}

/* A list of objects: a small table of the columns that say anything. */
static void add_list(struct buf *out, const struct settings *s, json_t *items)
{
    struct table_look look = {s, SECTION_INDENT, true, print_terminal_columns()};
    struct names all = {.room = NULL}, shown = {.room = NULL};
    json_t *item;
    size_t i;

    json_array_foreach (items, i, item)
        names_add_keys(&all, item);
    for (i = 0; i < all.count; i++)
        if (!all_empty(items, all.items[i]))
            shown.items[shown.count++] = all.items[i];
    if (shown.count)
        print_table(out, &look, &shown, items);
}

void print_object(struct buf *out, const struct settings *s, json_t *object)
{
    const char *key;
    json_t *value;

    if (!json_is_object(object)) {
        cell_text(out, "", object, s->lang, TEXT_MANY_LINES);
        buf_addc(out, '\n');
        return;
    }
    add_members(out, s, object, 0);
    json_object_foreach (object, key, value) {
        if (is_empty(value) || !is_section(value))
            continue;
        add_heading(out, s, key);
        if (json_is_object(value))
            add_members(out, s, value, SECTION_INDENT);
        else
            add_list(out, s, value);
    }
}
