#include "batch.h"

#include "api.h"
#include "codec.h"
#include "service/batch.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUERY_MAX 32

static int hex(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;

    return at ? (int)(at - digits) : -1;
}

/* In place; what is no escape stays. */
static char *unescape(char *text)
{
    char *to = text;

    for (const char *from = text; *from; from++) {
        if (*from == '%' && hex(from[1]) >= 0 && hex(from[2]) >= 0 && (hex(from[1]) || hex(from[2]))) {
            *to++ = (char)(hex(from[1]) << 4 | hex(from[2]));
            from += 2;
        } else {
            *to++ = *from;
        }
    }
    *to = 0;
    return text;
}

/* Our own switches go to the step, everything else to the input. */
static int take_pair(struct batch_step *step, struct codec_source *from, struct codec_pair *pairs, char *name,
                     char *value, struct err *e)
{
    bool given, *to = strcmp(name, "yes") == 0 ? &step->yes : strcmp(name, "force") == 0 ? &step->force : NULL;

    if (strcmp(name, "dry_run") == 0)
        return 0;
    if (to || strcmp(name, "lang") == 0) {
        if (to && !codec_parse_bool(value, &given))
            return err_set(e, ERR_INVALID, MSG_FIELD_WANT_BOOL, name, name, NULL);
        if (to)
            *to = given;
        return 0;
    }
    if (from->query_count < QUERY_MAX)
        pairs[from->query_count++] = (struct codec_pair){name, value};
    return 0;
}

static int read_query(struct batch_step *step, char *query, struct codec_source *from, struct codec_pair *pairs,
                      struct err *e)
{
    char *one;

    while (query && (one = strsep(&query, "&"))) {
        char *value = strchr(one, '=');
        if (value)
            *value++ = 0;
        if (*one && take_pair(step, from, pairs, unescape(one), value ? unescape(value) : one + strlen(one), e))
            return -1;
    }
    return 0;
}

static void encode(const struct batch_step *step, const void *result, struct buf *out)
{
    const struct web *w = step->encode_arg;

    if (step->encode_fields && result)
        codec_encode(step->encode_fields, result, w->zone, out);
    else
        buf_adds(out, "{}");
}

static enum http_method method_of(const char *name)
{
    static const enum http_method methods[] = {HTTP_GET, HTTP_POST, HTTP_PATCH, HTTP_DELETE};

    for (size_t i = 0; name && i < sizeof methods / sizeof methods[0]; i++)
        if (strcmp(http_method_name(methods[i]), name) == 0)
            return methods[i];
    return HTTP_GET;
}

/* One that gives one object, and takes no file. */
static bool can_be_step(const struct route *r)
{
    return r->op && !r->list && !r->raw_body && !r->raw_answer && !r->bytes && !r->waits && !r->decode;
}

/* As for a request by itself (struct route_variant). */
static void choose(const struct route *r, struct batch_step *step)
{
    const struct route_variant *v = r->variant;
    const struct field *field = v ? fields_find(r->input, v->field) : NULL;
    const char *given = NULL;

    if (field && field->type == FIELD_TEXT)
        given = *(char *const *)(const void *)((const char *)step->input + field->offset);
    if (given && (!v->value || strcmp(given, v->value) == 0)) {
        step->op = v->op;
        step->encode_fields = v->result;
        return;
    }
    step->op = r->op;
    step->encode_fields = r->result;
}

static int read_step(struct web *w, struct exchange *x, json_t *given, struct batch_step *step, struct err *e)
{
    const char *path = json_string_value(json_object_get(given, "path"));
    const char *method = json_string_value(json_object_get(given, "method"));
    json_t *body = json_object_get(given, "body");
    char *where = arena_printf(&x->arena, "/api/v1%s", path ? path : ""), *query = strchr(where, '?');
    char allow[ROUTE_ALLOW_BYTES], *text = json_is_object(body) ? json_dumps(body, 0) : NULL;
    struct codec_pair *pairs = arena_alloc(&x->arena, QUERY_MAX * sizeof *pairs);
    struct codec_source from = {.query = pairs, .body = arena_strdup(&x->arena, text ? text : "")};
    struct params *params = arena_alloc(&x->arena, sizeof *params);
    const struct route *route;
    void *input;

    free(text);
    if (query)
        *query++ = 0;
    step->if_version = FIELD_INT_ABSENT;
    if (router_match(w->router, method_of(method), unescape(where), &x->arena, &route, params, allow) != ROUTE_FOUND ||
        !can_be_step(route))
        return err_set(e, ERR_INVALID, MSG_BATCH_PATH, "path", path ? path : "", NULL);
    from.path = params;
    from.route = route;
    from.body_bytes = strlen(from.body);
    if (read_query(step, query, &from, pairs, e) ||
        (route->input && codec_decode(route->input, &from, &x->arena, &input, e)))
        return -1;
    step->input = route->input ? input : NULL;
    choose(route, step);
    step->encode = encode;
    step->encode_arg = w;
    return 0;
}

static int in_line(struct exchange *x, int64_t line, struct err *e)
{
    struct err inner = *e;
    struct buf sentence = {0};
    char number[24];

    snprintf(number, sizeof number, "%lld", (long long)line);
    err_message(&inner, web_lang(x), &sentence);
    err_set(e, inner.code, MSG_BATCH_LINE, inner.field, number, buf_text(&sentence), NULL);
    buf_release(&sentence);
    return -1;
}

static int read_steps(struct web *w, struct exchange *x, json_t *all, struct batch *b, struct err *e)
{
    b->count = json_array_size(all);
    if (b->count == 0 || b->count > BATCH_STEPS_MAX)
        return err_set(e, ERR_INVALID, MSG_BATCH_COUNT, "requests", NULL);
    b->steps = arena_alloc(&x->arena, b->count * sizeof *b->steps);
    for (size_t i = 0; i < b->count; i++) {
        json_t *one = json_array_get(all, i), *line = json_object_get(one, "line");
        b->steps[i].line = json_is_integer(line) ? json_integer_value(line) : (int64_t)i + 1;
        if (read_step(w, x, one, &b->steps[i], e))
            return in_line(x, b->steps[i].line, e);
    }
    return 0;
}

int batch_decode(struct web *w, struct exchange *x, void **ret, struct err *e)
{
    struct batch *b = arena_alloc(&x->arena, sizeof *b);
    json_t *body = json_loadb(x->body, x->body_bytes, JSON_REJECT_DUPLICATES, NULL);
    int failed = read_steps(w, x, json_object_get(body, "requests"), b, e);

    json_decref(body);
    *ret = b;
    return failed;
}
