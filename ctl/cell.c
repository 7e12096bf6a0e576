#include "cell.h"

#include "base/mem.h"
#include "labels.h"

#include <stdlib.h>
#include <string.h>

static void add_string(struct buf *out, const char *field, const char *text, enum lang lang, enum text_lines lines)
{
    enum reading reading = label_reading(field);

    if ((reading == READ_TIME || text_is_date_time(text)) && text_time(out, text, lang))
        return;
    text_clean(out, reading == READ_STATE ? label_state(text, lang) : text, lines);
}

static void add_integer(struct buf *out, const char *field, long long n, enum lang lang)
{
    switch (label_reading(field)) {
    case READ_SECONDS:
        text_duration(out, n, lang);
        return;
    case READ_BYTES:
        text_size(out, n);
        return;
    case READ_PERCENT:
        buf_printf(out, "%lld%%", n);
        return;
    case READ_PLAIN:
    case READ_TIME:
    case READ_STATE:
        break;
    }
    buf_printf(out, "%lld", n);
}

static void add_dump(struct buf *out, const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

    text_clean(out, text ? text : "", TEXT_ONE_LINE);
    free(text);
}

static void add_fill(struct buf *out, enum msg msg, enum lang lang, long long n)
{
    char number[24];
    const char *args[] = {number};

    snprintf(number, sizeof number, "%lld", n);
    catalogue_format(out, catalogue_text(msg, lang), args, 1);
}

/* "讲解员 3/5（至少2、余2）"; without what is taken, "讲解员 5". */
static void add_role(struct buf *out, const json_t *role, enum lang lang)
{
    const json_t *confirmed = json_object_get(role, "confirmed"), *offered = json_object_get(role, "offered");
    const json_t *minimum = json_object_get(role, "minimum"), *places_free = json_object_get(role, "free");
    const char *name = json_string_value(json_object_get(role, "name"));
    bool least = json_integer_value(minimum) > 0, part = json_is_true(json_object_get(role, "participant"));
    bool has_free = json_is_integer(places_free);

    text_clean(out, name ? name : "", TEXT_ONE_LINE);
    buf_addc(out, ' ');
    if (confirmed)
        buf_printf(out, "%lld/", (long long)(json_integer_value(confirmed) + json_integer_value(offered)));
    add_dump(out, json_object_get(role, "capacity"));
    if (!least && !part && !has_free)
        return;
    buf_adds(out, " (");
    if (part)
        buf_adds(out, catalogue_text(W_CTL_PARTICIPANTS, lang));
    if (part && (least || has_free))
        buf_adds(out, catalogue_text(W_CTL_COMMA, lang));
    if (least)
        add_fill(out, W_CTL_AT_LEAST, lang, json_integer_value(minimum));
    if (least && has_free)
        buf_adds(out, catalogue_text(W_CTL_COMMA, lang));
    if (has_free)
        add_fill(out, W_CTL_FREE, lang, json_integer_value(places_free));
    buf_addc(out, ')');
}

static void add_scalar(struct buf *out, const char *field, const json_t *value, enum lang lang, enum text_lines lines)
{
    switch (json_typeof(value)) {
    case JSON_NULL:
        return;
    case JSON_TRUE:
    case JSON_FALSE:
        buf_adds(out, catalogue_text(json_is_true(value) ? W_CTL_YES : W_CTL_NO, lang));
        return;
    case JSON_INTEGER:
        add_integer(out, field, json_integer_value(value), lang);
        return;
    case JSON_REAL:
        buf_printf(out, "%.10g%s", json_real_value(value), label_reading(field) == READ_PERCENT ? "%" : "");
        return;
    case JSON_STRING:
        add_string(out, field, json_string_value(value), lang, lines);
        return;
    case JSON_OBJECT:
        if (json_is_string(json_object_get(value, "name")) && json_object_get(value, "capacity"))
            add_role(out, value, lang);
        else if (json_is_string(json_object_get(value, "start")))
            add_string(out, "start", json_string_value(json_object_get(value, "start")), lang, lines);
        else
            add_dump(out, value);
        return;
    case JSON_ARRAY:
        add_dump(out, value);
        return;
    }
}

void cell_text(struct buf *out, const char *field, const json_t *value, enum lang lang, enum text_lines lines)
{
    size_t i;
    const json_t *item;

    if (!value)
        return;
    if (!json_is_array(value)) {
        add_scalar(out, field, value, lang, lines);
        return;
    }
    json_array_foreach (value, i, item) {
        if (i > 0)
            buf_adds(out, catalogue_text(W_CTL_COMMA, lang));
        add_scalar(out, field, item, lang, lines);
    }
}

void cell_plain(struct buf *out, const json_t *value)
{
    char *text;

    if (json_is_string(value)) {
        buf_adds(out, json_string_value(value));
        return;
    }
    if (!value || json_is_null(value))
        return;
    text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    buf_adds(out, text ? text : "");
    free(text);
}

void cell_csv(struct buf *out, const json_t *value)
{
    struct buf plain = {.data = NULL};
    bool scalars = json_is_array(value);
    size_t i;
    const json_t *item;

    json_array_foreach (value, i, item)
        scalars = scalars && !json_is_object(item) && !json_is_array(item);
    if (!scalars) {
        cell_plain(&plain, value);
    } else {
        json_array_foreach (value, i, item) {
            if (i > 0)
                buf_addc(&plain, ';');
            cell_plain(&plain, item);
        }
    }
    text_csv(out, buf_text(&plain), json_is_number(value));
    buf_release(&plain);
}

void names_split(struct names *n, const char *text)
{
    char *rest;

    *n = (struct names){.room = mem_strdup(text)};
    for (char *name = strtok_r(n->room, " ,", &rest); name && n->count < NAMES_MAX; name = strtok_r(NULL, " ,", &rest))
        n->items[n->count++] = name;
}

bool names_have(const struct names *n, const char *name)
{
    for (size_t i = 0; i < n->count; i++)
        if (strcmp(n->items[i], name) == 0)
            return true;
    return false;
}

void names_add_keys(struct names *n, json_t *object)
{
    const char *key;
    json_t *value;

    json_object_foreach (object, key, value)
        if (n->count < NAMES_MAX && !names_have(n, key))
            n->items[n->count++] = key;
}

void names_release(struct names *n)
{
    free(n->room);
    *n = (struct names){.room = NULL};
}
