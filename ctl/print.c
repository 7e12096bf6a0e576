#include "print.h"

#include "base/utf8.h"
#include "suggest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int print_terminal_columns(void)
{
    struct winsize size;

    return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

int print_bytes(const struct buf *b, struct err *e)
{
    if (fwrite(buf_text(b), 1, b->len, stdout) != b->len || fflush(stdout) != 0)
        return err_set(e, ERR_FAILED, MSG_CANNOT_WRITE, NULL, "stdout", strerror(errno), NULL);
    return 0;
}

/* JSON escapes C0 itself; the rest of what acts on a terminal is escaped here, which leaves the value the same. */
static void add_json(struct buf *out, json_t *value, size_t flags)
{
    char *text = json_dumps(value, flags | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    size_t bytes = text ? strlen(text) : 0;

    for (size_t i = 0, n; i < bytes; i += n) {
        uint32_t c = utf8_next(text + i, bytes - i, &n);
        if ((c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069))
            buf_printf(out, "\\u%04x", (unsigned)c);
        else
            buf_add(out, text + i, n);
    }
    buf_addc(out, '\n');
    free(text);
}

static json_t *pick(json_t *object, const struct names *fields)
{
    json_t *picked;

    if (fields->count == 0 || !json_is_object(object))
        return json_incref(object);
    picked = json_object();
    for (size_t i = 0; i < fields->count; i++) {
        json_t *value = json_object_get(object, fields->items[i]);
        json_object_set(picked, fields->items[i], value ? value : json_null());
    }
    return picked;
}

static json_t *pick_all(json_t *items, const struct names *fields)
{
    json_t *picked = json_array(), *item;
    size_t i;

    json_array_foreach (items, i, item)
        json_array_append_new(picked, pick(item, fields));
    return picked;
}

static void add_jsonl(struct buf *out, json_t *items)
{
    json_t *item;
    size_t i;

    json_array_foreach (items, i, item)
        add_json(out, item, JSON_COMPACT);
}

static void add_csv(struct buf *out, const struct names *fields, json_t *items, bool headers)
{
    json_t *item;
    size_t i;

    for (size_t f = 0; headers && f < fields->count; f++) {
        if (f > 0)
            buf_addc(out, ',');
        text_csv(out, fields->items[f], false);
    }
    if (headers)
        buf_adds(out, "\r\n");
    json_array_foreach (items, i, item) {
        for (size_t f = 0; f < fields->count; f++) {
            if (f > 0)
                buf_addc(out, ',');
            cell_csv(out, json_object_get(item, fields->items[f]));
        }
        buf_adds(out, "\r\n");
    }
}

/* A name goes to scripts a line each, so nothing in it may end the line. */
static void add_names(struct buf *out, const struct shape *shape, json_t *items)
{
    struct buf plain = {.data = NULL};
    json_t *item;
    size_t i;

    json_array_foreach (items, i, item) {
        json_t *name = json_object_get(item, shape->key);
        void *first = json_object_iter(item);

        buf_clear(&plain);
        cell_plain(&plain, name || !first ? name : json_object_iter_value(first));
        text_clean(out, buf_text(&plain), TEXT_ONE_LINE);
        buf_addc(out, '\n');
    }
    buf_release(&plain);
}

static bool some_item_has(json_t *items, const char *name)
{
    json_t *item;
    size_t i;

    json_array_foreach (items, i, item)
        if (json_object_get(item, name))
            return true;
    return false;
}

static int unknown_field(const char *field, const struct names *known, struct err *e)
{
    struct suggestion s = {.typed = field};
    struct buf all = {.data = NULL};
    int rc;

    for (size_t i = 0; i < known->count; i++) {
        suggest_offer(&s, known->items[i]);
        buf_printf(&all, "%s%s", i ? ", " : "", known->items[i]);
    }
    rc = err_set(e, ERR_INVALID, s.best ? MSG_CTL_UNKNOWN_FIELD_NEAR : MSG_CTL_UNKNOWN_FIELD, "--fields", field,
                 s.best ? s.best : buf_text(&all), NULL);
    buf_release(&all);
    return rc;
}

static int check_fields(const struct names *fields, const struct shape *shape, json_t *items, struct err *e)
{
    struct names known;
    int rc = 0;

    names_split(&known, shape->fields);
    names_add_keys(&known, json_array_get(items, 0));
    for (size_t i = 0; rc == 0 && i < fields->count; i++)
        if (!names_have(&known, fields->items[i]) && !some_item_has(items, fields->items[i]) && known.count > 0)
            rc = unknown_field(fields->items[i], &known, e);
    names_release(&known);
    return rc;
}

/* Of CSV: the shape's fields, without those that no item has. */
static void drop_absent(struct names *n, json_t *items)
{
    size_t kept = 0;

    for (size_t i = 0; i < n->count; i++)
        if (some_item_has(items, n->items[i]))
            n->items[kept++] = n->items[i];
    if (json_array_size(items) > 0)
        n->count = kept;
}

/* --fields, else what the shape says, else what the first item has. Borrows from `items`. */
static void choose(struct names *n, const struct names *fields, const char *by_shape, json_t *items)
{
    if (fields->count) {
        *n = *fields;
        n->room = NULL;
        return;
    }
    names_split(n, by_shape);
    if (n->count == 0)
        names_add_keys(n, json_array_get(items, 0));
}

static void add_items(struct buf *out, const struct settings *s, const struct shape *shape, const struct names *fields,
                      json_t *items, bool headers)
{
    struct names chosen;
    struct table_look look = {s, 0, headers, print_terminal_columns()};

    switch (s->format) {
    case FORMAT_JSON:
    case FORMAT_JSONL: {
        json_t *picked = pick_all(items, fields);
        add_jsonl(out, picked);
        json_decref(picked);
        return;
    }
    case FORMAT_NAME:
        add_names(out, shape, items);
        return;
    case FORMAT_CSV:
        choose(&chosen, fields, shape->fields, items);
        if (fields->count == 0)
            drop_absent(&chosen, items);
        add_csv(out, &chosen, items, headers);
        break;
    case FORMAT_TABLE:
        choose(&chosen, fields, shape->columns, items);
        if (json_array_size(items) > 0)
            print_table(out, &look, &chosen, items);
        else if (look.columns_max > 0)
            buf_printf(out, "%s\n", catalogue_text(W_CTL_NONE, s->lang));
        break;
    }
    names_release(&chosen);
}

static int print_whole_list(const struct names *fields, json_t *items, json_t *next, struct err *e)
{
    struct buf out = {.data = NULL};
    json_t *list = json_object();
    int rc;

    json_object_set_new(list, "items", pick_all(items, fields));
    json_object_set(list, "next", next ? next : json_null());
    add_json(&out, list, JSON_INDENT(2));
    rc = print_bytes(&out, e);
    json_decref(list);
    buf_release(&out);
    return rc;
}

static int print_items(const struct settings *s, const struct shape *shape, const struct names *fields, json_t *items,
                       bool headers, struct err *e)
{
    struct buf out = {.data = NULL};
    int rc;

    add_items(&out, s, shape, fields, items, headers);
    rc = print_bytes(&out, e);
    buf_release(&out);
    return rc;
}

int print_list(const struct settings *s, const struct shape *shape, json_t *items, json_t *next, struct err *e)
{
    struct names fields;
    int rc;

    names_split(&fields, s->fields ? s->fields : "");
    rc = check_fields(&fields, shape, items, e);
    if (rc == 0 && s->format == FORMAT_JSON)
        rc = print_whole_list(&fields, items, next, e);
    else if (rc == 0)
        rc = print_items(s, shape, &fields, items, s->headers, e);
    names_release(&fields);
    return rc;
}

int print_more(const struct settings *s, const struct shape *shape, json_t *items, bool first, struct err *e)
{
    struct names fields;
    int rc = 0;

    names_split(&fields, s->fields ? s->fields : "");
    if (first)
        rc = check_fields(&fields, shape, items, e);
    if (rc == 0 && json_array_size(items) > 0)
        rc = print_items(s, shape, &fields, items, s->headers && first, e);
    names_release(&fields);
    return rc;
}

int print_one(const struct settings *s, const struct shape *shape, json_t *object, bool strict, struct err *e)
{
    struct names fields;
    struct buf out = {.data = NULL};
    json_t *picked, *items = json_array();
    int rc = 0;

    json_array_append(items, object);
    names_split(&fields, s->fields ? s->fields : "");
    if (strict)
        rc = check_fields(&fields, shape, items, e);
    picked = pick(object, &fields);
    if (s->format == FORMAT_JSON)
        add_json(&out, picked, JSON_INDENT(2));
    else if (s->format == FORMAT_TABLE)
        print_object(&out, s, picked);
    else
        add_items(&out, s, shape, &fields, items, s->headers);
    if (rc == 0)
        rc = print_bytes(&out, e);
    json_decref(picked);
    json_decref(items);
    names_release(&fields);
    buf_release(&out);
    return rc;
}
