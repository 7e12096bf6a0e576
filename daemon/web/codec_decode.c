#include "codec.h"

#include "base/names.h"
#include "base/utf8.h"

#include <assert.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NAME_BYTES ERR_FIELD_BYTES
#define MILLI_MAX (INT64_MAX / 1000)

enum origin { ORIGIN_NONE, ORIGIN_PATH, ORIGIN_QUERY, ORIGIN_BODY };

/* One struct being filled. */
struct filling {
    const struct fields *f;
    char *object;
    const char *prefix;                       /* "roles[1]." inside a list, "" outside */
    enum origin seen[CODEC_FIELDS_MAX];
    const struct route *route;                /* of the outermost one; NULL: takes every field */
    struct arena *arena;
};

static int refuse(const struct filling *to, const char *name, enum msg msg, const char *more, struct err *e)
{
    char full[NAME_BYTES];

    snprintf(full, sizeof full, "%s%s", to->prefix, name);
    return err_set(e, ERR_INVALID, msg, full, full, more, NULL);
}

static bool takes(const struct filling *to, const char *name)
{
    return !to->route || route_takes(to->route, name);
}

static int refuse_unknown(const struct filling *to, const char *name, struct err *e)
{
    const char *names[CODEC_FIELDS_MAX] = {NULL}, *nearest;
    struct buf all = {.max_bytes = ERR_ARG_BYTES};
    size_t count = 0;
    enum msg msg;
    int failed;

    for (size_t i = 0; i < to->f->count; i++) {
        if (!takes(to, to->f->items[i].name))
            continue;
        buf_printf(&all, "%s%s", count ? ", " : "", to->f->items[i].name);
        names[count++] = to->f->items[i].name;
    }
    nearest = names_nearest(name, names, count);
    msg = nearest ? MSG_FIELD_UNKNOWN_NEAR : count ? MSG_FIELD_UNKNOWN : MSG_FIELD_NONE;
    failed = refuse(to, name, msg, nearest ? nearest : buf_text(&all), e);
    buf_release(&all);
    return failed;
}

/* The place of a name, if it may be given from there. -1 with e set otherwise. */
static int claim(struct filling *to, const char *name, enum origin origin, size_t *ret, struct err *e)
{
    const struct field *field = fields_find(to->f, name);
    size_t i;

    i = field ? (size_t)(field - to->f->items) : 0;
    if (field && to->seen[i] == ORIGIN_PATH)
        return refuse(to, name, MSG_FIELD_IN_PATH, NULL, e);
    if (!field || (origin != ORIGIN_PATH && !takes(to, field->name)))
        return refuse_unknown(to, name, e);
    if (to->seen[i] != ORIGIN_NONE && !(origin == ORIGIN_QUERY && to->seen[i] == origin && field->type == FIELD_TEXTS))
        return refuse(to, name, MSG_FIELD_TWICE, NULL, e);
    to->seen[i] = origin;
    *ret = i;
    return 0;
}

bool codec_parse_bool(const char *text, bool *ret)
{
    static const struct { const char *text; bool value; } words[] = {
        {"", true}, {"1", true}, {"true", true}, {"yes", true}, {"0", false}, {"false", false}, {"no", false},
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(words[i].text, text) == 0) {
            *ret = words[i].value;
            return true;
        }
    }
    return false;
}

static bool parse_int(const char *text, int64_t *ret)
{
    json_error_t why;
    json_t *value;

    if (!*text || strspn(text, "-0123456789") != strlen(text))
        return false;
    value = json_loads(text, JSON_DECODE_ANY, &why);
    if (json_is_integer(value))
        *ret = json_integer_value(value);
    json_decref(value);
    return value != NULL;
}

/* "12", "-0.5", "3.125": thousandths. */
static bool parse_milli(const char *text, int64_t *ret)
{
    const char *dot = strchr(text, '.');
    char whole[24], part[4] = "000";
    int64_t n;

    if (!dot)
        dot = text + strlen(text);
    if ((size_t)(dot - text) >= sizeof whole || (*dot && (strlen(dot + 1) > 3 || strlen(dot + 1) == 0)))
        return false;
    if (*dot && strspn(dot + 1, "0123456789") != strlen(dot + 1))
        return false;
    snprintf(whole, sizeof whole, "%.*s", (int)(dot - text), text);
    if (!parse_int(whole, &n) || n >= MILLI_MAX || n <= -MILLI_MAX)
        return false;
    if (*dot)
        memcpy(part, dot + 1, strlen(dot + 1));
    *ret = n * 1000 + (whole[0] == '-' ? -atoi(part) : atoi(part));
    return true;
}

/* A further value of a list; the room for all of the query's was made at the first. */
static void append_text(struct texts *texts, const char *value, size_t room, struct arena *a)
{
    if (!texts->items)
        texts->items = arena_alloc(a, room * sizeof texts->items[0]);
    texts->items[texts->count++] = arena_strdup(a, value);
    texts->given = true;
}

static int set_from_text(struct filling *to, size_t i, const char *value, size_t room, struct err *e)
{
    const struct field *field = &to->f->items[i];
    void *at = to->object + field->offset;
    bool yes;

    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_ONCE:
        *(char **)at = arena_strdup(to->arena, value);
        return 0;
    case FIELD_INT:
        return parse_int(value, at) ? 0 : refuse(to, field->name, MSG_FIELD_WANT_INT, NULL, e);
    case FIELD_MILLI:
        return parse_milli(value, at) ? 0 : refuse(to, field->name, MSG_FIELD_WANT_NUMBER, NULL, e);
    case FIELD_BOOL:
    case FIELD_MAYBE:
        if (!codec_parse_bool(value, &yes))
            return refuse(to, field->name, MSG_FIELD_WANT_BOOL, NULL, e);
        *(int8_t *)at = yes;
        return 0;
    case FIELD_TEXTS:
        append_text(at, value, room, to->arena);
        return 0;
    case FIELD_OBJECTS:
    case FIELD_OBJECT:
    case FIELD_MOMENT:
    case FIELD_MS:
        break;
    }
    return refuse_unknown(to, field->name, e);
}

static int fill_object(struct filling *to, json_t *value, enum origin origin, struct err *e);

/* A struct inside another; as deep as our own tables. */
static int fill_inner(const struct filling *outer, const char *label, const struct fields *f, json_t *value,
                      char *object, struct err *e)
{
    char prefix[NAME_BYTES];
    struct filling to = {.f = f, .object = object, .prefix = prefix, .arena = outer->arena};

    if (!json_is_object(value))
        return refuse(outer, label, MSG_FIELD_WANT_OBJECT, NULL, e);
    snprintf(prefix, sizeof prefix, "%s%s.", outer->prefix, label);
    fields_clear(f, object);
    return fill_object(&to, value, ORIGIN_BODY, e);
}

static int set_objects(struct filling *to, const struct field *field, json_t *value, struct objects *ret, struct err *e)
{
    size_t count = json_array_size(value);
    char *items = arena_alloc(to->arena, count * field->of->bytes);

    if (!json_is_array(value))
        return refuse(to, field->name, MSG_FIELD_WANT_OBJECTS, NULL, e);
    for (size_t k = 0; k < count; k++) {
        char label[NAME_BYTES];
        snprintf(label, sizeof label, "%s[%zu]", field->name, k);
        if (fill_inner(to, label, field->of, json_array_get(value, k), items + k * field->of->bytes, e))
            return -1;
    }
    *ret = (struct objects){items, count, true};
    return 0;
}

static int set_texts(struct filling *to, const struct field *field, json_t *value, struct texts *ret, struct err *e)
{
    size_t count = json_array_size(value);
    char **items = arena_alloc(to->arena, count * sizeof items[0]);

    if (!json_is_array(value))
        return refuse(to, field->name, MSG_FIELD_WANT_TEXTS, NULL, e);
    for (size_t k = 0; k < count; k++) {
        json_t *item = json_array_get(value, k);
        if (!json_is_string(item))
            return refuse(to, field->name, MSG_FIELD_WANT_TEXTS, NULL, e);
        items[k] = arena_strdup(to->arena, json_string_value(item));
    }
    *ret = (struct texts){items, count, true};
    return 0;
}

static bool milli_of(json_t *value, int64_t *ret)
{
    double scaled = json_number_value(value) * 1000;

    if (json_is_integer(value) && llabs(json_integer_value(value)) < MILLI_MAX) {
        *ret = json_integer_value(value) * 1000;
        return true;
    }
    /* A decimal that a double can't hold exactly is a little off its thousandth, one with a fourth digit is further. */
    if (!json_is_real(value) || fabs(scaled) >= 1e15 || fabs(scaled - round(scaled)) > 1e-3)
        return json_is_string(value) && parse_milli(json_string_value(value), ret);
    *ret = llround(scaled);
    return true;
}

static int set_from_json(struct filling *to, size_t i, json_t *value, struct err *e)
{
    const struct field *field = &to->f->items[i];
    void *at = to->object + field->offset;

    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_ONCE:
        if (!json_is_string(value))
            return refuse(to, field->name, MSG_FIELD_WANT_TEXT, NULL, e);
        *(char **)at = arena_strdup(to->arena, json_string_value(value));
        return 0;
    case FIELD_INT:
        if (!json_is_integer(value) || json_integer_value(value) == FIELD_INT_ABSENT)
            return refuse(to, field->name, MSG_FIELD_WANT_INT, NULL, e);
        *(int64_t *)at = json_integer_value(value);
        return 0;
    case FIELD_MILLI:
        return milli_of(value, at) ? 0 : refuse(to, field->name, MSG_FIELD_WANT_NUMBER, NULL, e);
    case FIELD_BOOL:
    case FIELD_MAYBE:
        if (!json_is_boolean(value))
            return refuse(to, field->name, MSG_FIELD_WANT_BOOL, NULL, e);
        *(int8_t *)at = json_is_true(value);
        return 0;
    case FIELD_TEXTS:
        return set_texts(to, field, value, at, e);
    case FIELD_OBJECTS:
        return set_objects(to, field, value, at, e);
    case FIELD_OBJECT:
        *(void **)at = arena_alloc(to->arena, field->of->bytes);
        return fill_inner(to, field->name, field->of, value, *(char **)at, e);
    case FIELD_MOMENT:
    case FIELD_MS:
        break;
    }
    return refuse_unknown(to, field->name, e);
}

/* A body may repeat what its address says, as when an object that was read goes back. */
static bool repeats_path(const struct filling *to, const char *name, json_t *value)
{
    const struct field *field = fields_find(to->f, name);

    if (!field || field->type != FIELD_TEXT || to->seen[field - to->f->items] != ORIGIN_PATH || !json_is_string(value))
        return false;
    return strcmp(*(char **)(void *)(to->object + field->offset), json_string_value(value)) == 0;
}

static int fill_object(struct filling *to, json_t *value, enum origin origin, struct err *e)
{
    const char *name;
    json_t *member;

    json_object_foreach(value, name, member) {
        size_t i;
        if (repeats_path(to, name, member))
            continue;
        if (claim(to, name, origin, &i, e))
            return -1;
        if (!json_is_null(member) && set_from_json(to, i, member, e))
            return -1;
    }
    return 0;
}

/* Before the parser, which recurses. */
static int check_depth(const char *text, size_t bytes, struct err *e)
{
    size_t depth = 0;
    bool quoted = false;
    char most[24];

    for (size_t i = 0; i < bytes; i++) {
        if (quoted && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (!quoted && (text[i] == '{' || text[i] == '['))
            depth++;
        else if (!quoted && depth > 0 && (text[i] == '}' || text[i] == ']'))
            depth--;
        if (depth > CODEC_DEPTH_MAX) {
            snprintf(most, sizeof most, "%d", CODEC_DEPTH_MAX);
            return err_set(e, ERR_MALFORMED, MSG_BODY_DEEP, NULL, most, NULL);
        }
    }
    return 0;
}

static int fill_json(struct filling *to, const struct codec_source *from, struct err *e)
{
    json_error_t why;
    json_t *value;
    char line[16], column[16];
    int failed;

    if (check_depth(from->body, from->body_bytes, e))
        return -1;
    value = json_loadb(from->body, from->body_bytes, JSON_REJECT_DUPLICATES, &why);
    if (!value) {
        snprintf(line, sizeof line, "%d", why.line);
        snprintf(column, sizeof column, "%d", why.column);
        return err_set(e, ERR_MALFORMED, MSG_JSON_BAD, NULL, line, column, why.text, NULL);
    }
    failed = json_is_object(value) ? fill_object(to, value, ORIGIN_BODY, e)
                                   : err_set(e, ERR_MALFORMED, MSG_BODY_WANT_OBJECT, NULL, NULL);
    json_decref(value);
    return failed;
}

/* Lines count where people look for it: in a file that they sent. */
static int holds_zero(const struct codec_source *from, struct err *e)
{
    const char *zero = memchr(from->body, 0, from->body_bytes);
    char line[24];
    size_t lines = 1;

    for (const char *p = from->body; (p = memchr(p, '\n', (size_t)(zero - p))); p++)
        lines++;
    snprintf(line, sizeof line, "%zu", lines);
    err_set(e, ERR_INVALID, MSG_BODY_NUL, NULL, line, NULL);
    err_field(e, "line %s", line);
    return -1;
}

static int fill_raw(struct filling *to, const struct codec_source *from, struct err *e)
{
    size_t i;

    if (claim(to, from->raw, ORIGIN_BODY, &i, e))
        return -1;
    if (memchr(from->body, 0, from->body_bytes))
        return holds_zero(from, e);
    /* Its encoding is the operation's business: a CSV may be GB18030. */
    *(char **)(void *)(to->object + to->f->items[i].offset) = arena_strndup(to->arena, from->body, from->body_bytes);
    return 0;
}

static int fill_path(struct filling *to, const struct params *path, struct err *e)
{
    for (size_t k = 0; path && k < path->count; k++) {
        size_t i;
        if (claim(to, path->items[k].name, ORIGIN_PATH, &i, e) || set_from_text(to, i, path->items[k].value, 1, e))
            return -1;
    }
    return 0;
}

static int fill_query(struct filling *to, const struct codec_source *from, struct err *e)
{
    for (size_t k = 0; k < from->query_count; k++) {
        const struct codec_pair *pair = &from->query[k];
        size_t i;
        if (from->raw && strcmp(pair->name, from->raw) == 0)
            return refuse_unknown(to, pair->name, e);
        if (claim(to, pair->name, ORIGIN_QUERY, &i, e) || set_from_text(to, i, pair->value, from->query_count, e))
            return -1;
    }
    return 0;
}

int codec_decode(const struct fields *f, const struct codec_source *from, struct arena *a, void **ret, struct err *e)
{
    struct filling to = {.f = f, .object = arena_alloc(a, f->bytes), .prefix = "", .route = from->route, .arena = a};

    assert(f->count <= CODEC_FIELDS_MAX);
    fields_clear(f, to.object);
    if (fill_path(&to, from->path, e) || fill_query(&to, from, e))
        return -1;
    if (from->raw ? fill_raw(&to, from, e) : from->body_bytes > 0 && fill_json(&to, from, e))
        return -1;
    *ret = to.object;
    return 0;
}
