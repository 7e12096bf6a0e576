#include "openapi.h"

#include "api.h"
#include "base/assets.h"
#include "codec.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define SCHEMAS_MAX 200

/* The tables met so far: each is written once, under its name. */
struct schemas {
    const struct fields *items[SCHEMAS_MAX];
    size_t count;
};

/* Members of one JSON object, with the commas between them. */
static void put_name(struct buf *out, const char *name)
{
    char last = out->len ? out->data[out->len - 1] : '{';

    if (last != '{' && last != '[')
        buf_addc(out, ',');
    codec_put_text(out, name);
    buf_addc(out, ':');
}

static void put_pair(struct buf *out, const char *name, const char *value)
{
    put_name(out, name);
    codec_put_text(out, value);
}

static void put_raw(struct buf *out, const char *name, const char *json)
{
    put_name(out, name);
    buf_adds(out, json);
}

static void schemas_add(struct schemas *s, const struct fields *f)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->items[i] == f)
            return;
    assert(s->count < SCHEMAS_MAX);
    s->items[s->count++] = f;
}

static void put_ref(struct buf *out, const struct fields *f, struct schemas *s)
{
    schemas_add(s, f);
    buf_printf(out, "{\"$ref\":\"#/components/schemas/%s\"}", f->name);
}

/* What a type is in JSON: as an input, and, where null is among what is answered, as a result. */
#define TEXTS "{\"type\":\"array\",\"items\":{\"type\":\"string\"}"
#define NUMBER(type) "{\"type\":" type ",\"multipleOf\":0.001"
static const struct { const char *input, *result; } types[] = {
    [FIELD_TEXT] = {"{\"type\":\"string\"", "{\"type\":[\"string\",\"null\"]"},
    [FIELD_ONCE] = {NULL, "{\"type\":\"string\""},
    [FIELD_INT] = {"{\"type\":\"integer\"", "{\"type\":[\"integer\",\"null\"]"},
    [FIELD_BOOL] = {"{\"type\":\"boolean\"", "{\"type\":\"boolean\""},
    [FIELD_MAYBE] = {"{\"type\":\"boolean\"", "{\"type\":[\"boolean\",\"null\"]"},
    [FIELD_TEXTS] = {TEXTS, TEXTS},
    [FIELD_OBJECTS] = {"{\"type\":\"array\",\"items\":", "{\"type\":\"array\",\"items\":"},
    [FIELD_MOMENT] = {NULL, "{\"type\":[\"string\",\"null\"],\"description\":\"RFC 3339; a date for all-day events\""},
    [FIELD_MS] = {NULL, "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\""},
    [FIELD_MILLI] = {NUMBER("\"number\""), NUMBER("[\"number\",\"null\"]")},
    [FIELD_OBJECT] = {"{\"allOf\":[", "{\"oneOf\":["},
};

static void put_type(struct buf *out, const struct field *field, bool input, struct schemas *s)
{
    buf_adds(out, input ? types[field->type].input : types[field->type].result);
    if (field->type == FIELD_OBJECTS || field->type == FIELD_OBJECT)
        put_ref(out, field->of, s);
    if (field->type == FIELD_OBJECT)
        buf_adds(out, input ? "]" : ",{\"type\":\"null\"}]");
    if (field->doc && field->type != FIELD_MOMENT)
        put_pair(out, "description", field->doc);
    buf_addc(out, '}');
}

static bool in_path(const char *path, const char *name)
{
    size_t len = strlen(name);

    for (const char *p = path; (p = strchr(p, '{')); p++)
        if (strncmp(p + 1, name, len) == 0 && p[len + 1] == '}')
            return true;
    return false;
}

/* All fields of a table; for the body of a row, those that it takes. */
static void put_object(struct buf *out, const struct fields *f, bool input, const struct route *r, struct schemas *s)
{
    buf_adds(out, "{\"type\":\"object\",\"properties\":{");
    for (size_t i = 0; i < f->count; i++) {
        if (r && (in_path(r->path, f->items[i].name) || !route_takes(r, f->items[i].name)))
            continue;
        put_name(out, f->items[i].name);
        put_type(out, &f->items[i], input, s);
    }
    buf_adds(out, input ? "},\"additionalProperties\":false" : "},\"required\":[");
    for (size_t i = 0; i < f->count && !input; i++) {
        if (f->items[i].type == FIELD_ONCE)
            continue;
        if (out->data[out->len - 1] != '[')
            buf_addc(out, ',');
        codec_put_text(out, f->items[i].name);
    }
    buf_adds(out, input ? "}" : "]}");
}

static void put_parameter(struct buf *out, const struct field *field, const char *where, struct schemas *s)
{
    if (out->data[out->len - 1] != '[')
        buf_addc(out, ',');
    buf_addc(out, '{');
    put_pair(out, "name", field->name);
    put_pair(out, "in", where);
    if (strcmp(where, "path") == 0)
        put_raw(out, "required", "true");
    if (field->doc)
        put_pair(out, "description", field->doc);
    put_name(out, "schema");
    put_type(out, field, true, s);
    buf_addc(out, '}');
}

static void put_shared_parameter(struct buf *out, const char *name)
{
    if (out->data[out->len - 1] != '[')
        buf_addc(out, ',');
    buf_printf(out, "{\"$ref\":\"#/components/parameters/%s\"}", name);
}

static bool reads(const struct route *r)
{
    return r->method == HTTP_GET;
}

/* What a body can't say goes into the query. */
static bool in_query(const struct route *r, const struct field *field)
{
    if (field->type == FIELD_OBJECTS || field->type == FIELD_OBJECT || !route_takes(r, field->name))
        return false;
    return reads(r) || r->method == HTTP_DELETE || (r->raw_body && strcmp(r->raw_body, field->name) != 0);
}

static void put_parameters(struct buf *out, const struct route *r, struct schemas *s)
{
    static const char *const of_writes[] = {"dry_run", "yes", "force", "idempotency_key"};

    put_raw(out, "parameters", "[");
    for (size_t i = 0; r->input && i < r->input->count; i++) {
        const struct field *field = &r->input->items[i];
        bool path = in_path(r->path, field->name);
        if (path || in_query(r, field))
            put_parameter(out, field, path ? "path" : "query", s);
    }
    put_shared_parameter(out, "lang");
    for (size_t i = 0; i < sizeof of_writes / sizeof of_writes[0] && !reads(r); i++)
        put_shared_parameter(out, of_writes[i]);
    if (r->method == HTTP_PATCH || r->method == HTTP_DELETE)
        put_shared_parameter(out, "if_match");
    buf_addc(out, ']');
}

static bool takes_any(const struct route *r)
{
    for (size_t i = 0; i < r->input->count; i++)
        if (!in_path(r->path, r->input->items[i].name) && route_takes(r, r->input->items[i].name))
            return true;
    return false;
}

static void put_body(struct buf *out, const struct route *r, struct schemas *s)
{
    if (!r->input || reads(r) || r->method == HTTP_DELETE || !takes_any(r))
        return;
    if (r->raw_body) {
        put_raw(out, "requestBody", "{\"required\":true,\"content\":{\"*/*\":{\"schema\":{\"type\":\"string\"}}}}");
        return;
    }
    put_raw(out, "requestBody", "{\"content\":{\"application/json\":{\"schema\":");
    put_object(out, r->input, true, r, s);
    buf_adds(out, "}}}");
}

static void put_list(struct buf *out, const struct fields *f, struct schemas *s)
{
    buf_adds(out, "{\"type\":\"object\",\"required\":[\"items\",\"next\"],");
    buf_adds(out, "\"properties\":{\"items\":{\"type\":\"array\",\"items\":");
    put_ref(out, f, s);
    buf_adds(out, "},\"next\":{\"type\":[\"string\",\"null\"],\"description\":\"cursor of the next page\"}}}");
}

static void put_result(struct buf *out, const struct route *r, struct schemas *s)
{
    const struct fields *other = r->variant ? r->variant->result : NULL;

    if (r->raw_answer || !r->result) {
        buf_adds(out, r->raw_answer ? "{\"type\":\"string\"}" : "{\"type\":\"object\"}");
    } else if (r->list) {
        put_list(out, r->result, s);
    } else if (other && other != r->result) {
        buf_adds(out, "{\"oneOf\":[");
        put_ref(out, r->result, s);
        buf_addc(out, ',');
        put_ref(out, other, s);
        buf_adds(out, "]}");
    } else {
        put_ref(out, r->result, s);
    }
}

static void put_responses(struct buf *out, const struct route *r, struct schemas *s)
{
    int status = r->status ? r->status : 200;

    buf_printf(out, ",\"responses\":{\"%d\":{\"description\":\"%s\",\"content\":{\"%s\":{\"schema\":", status,
               status == 201 ? "created" : "done", r->raw_answer ? r->raw_answer : "application/json");
    put_result(out, r, s);
    buf_adds(out, "}}},\"default\":{\"$ref\":\"#/components/responses/problem\"}}");
}

/* "POST /api/v1/events/{slug}/cancel" → "post_events_slug_cancel": unique, as rows are. */
static void put_id(struct buf *out, const struct route *r)
{
    const char *path = r->path + strlen(API_PREFIX "v1");
    char id[128];
    size_t len = 0;

    for (const char *p = http_method_name(r->method); *p; p++)
        id[len++] = (char)tolower((unsigned char)*p);
    for (; *path && len < sizeof id - 1; path++) {
        if (isalnum((unsigned char)*path))
            id[len++] = *path;
        else if (id[len - 1] != '_' && path[1])
            id[len++] = '_';
    }
    while (id[len - 1] == '_')
        len--;
    id[len] = 0;
    put_pair(out, "operationId", id);
}

static void put_row(struct buf *out, const struct route *r, struct schemas *s)
{
    char method[16] = "";
    const char *name = http_method_name(r->method);

    for (size_t i = 0; name[i] && i < sizeof method - 1; i++)
        method[i] = (char)tolower((unsigned char)name[i]);
    put_raw(out, method, "{");
    put_id(out, r);
    if (r->summary)
        put_pair(out, "summary", r->summary);
    if (r->op)
        put_pair(out, "x-role", principal_role_name(r->op->least));
    put_parameters(out, r, s);
    put_body(out, r, s);
    put_responses(out, r, s);
    if (r->open)
        put_raw(out, "security", "[]");
    buf_addc(out, '}');
}

static bool is_api(const struct route *r)
{
    return strncmp(r->path, API_PREFIX, strlen(API_PREFIX)) == 0;
}

/* Rows of one path are together under it, wherever they stand in the tables. */
static void put_path(struct buf *out, const struct router *router, size_t first, struct schemas *s)
{
    const char *path = router_row(router, first)->path;
    const struct route *r;

    for (size_t i = 0; i < first; i++)
        if (strcmp(router_row(router, i)->path, path) == 0)
            return;
    put_raw(out, path, "{");
    for (size_t i = first; (r = router_row(router, i)); i++)
        if (strcmp(r->path, path) == 0)
            put_row(out, r, s);
    buf_addc(out, '}');
}

static void put_paths(struct buf *out, const struct router *router, struct schemas *s)
{
    const struct route *r;

    for (size_t i = 0; (r = router_row(router, i)); i++)
        if (is_api(r))
            put_path(out, router, i, s);
}

/* Only results and the insides of inputs come here. The list grows while tables name others. */
static void put_schemas(struct buf *out, struct schemas *s)
{
    for (size_t i = 0; i < s->count; i++) {
        bool input = strstr(s->items[i]->name, "_input") != NULL;
        put_name(out, s->items[i]->name);
        put_object(out, s->items[i], input, NULL, s);
    }
}

void openapi_build(const struct router *router, struct buf *out)
{
    const struct asset *frame = asset_find("daemon/web/static/openapi.json");
    struct schemas s = {0};
    const char *at = frame->data, *mark;

    for (; (mark = strchr(at, '@')); at = mark + 1 + strspn(mark + 1, "abcdefghijklmnopqrstuvwxyz")) {
        buf_add(out, at, (size_t)(mark - at));
        if (strncmp(mark, "@version", 8) == 0)
            buf_adds(out, KEPU_VERSION);
        else if (strncmp(mark, "@paths", 6) == 0)
            put_paths(out, router, &s);
        else
            put_schemas(out, &s);
    }
    buf_adds(out, at);
}

void openapi_handle(struct web *w, struct exchange *x, const struct route *r, const struct params *p)
{
    static const struct http_answer_header headers[] = {
        {"Content-Type", "application/json"}, {"Cache-Control", "max-age=300"},
    };
    struct buf out = {0};

    (void)r;
    (void)p;
    if (!w->openapi) {
        size_t len;
        char *data;
        openapi_build(w->router, &out);
        data = buf_take(&out, &len);
        w->openapi = http_bytes_new(data, len);
    }
    http_answer_bytes(x, 200, headers, 2, http_bytes_ref(w->openapi));
}
