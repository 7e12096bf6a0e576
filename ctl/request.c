#include "request.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "file.h"
#include "role.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define FLAG_NAME_BYTES_MAX 66
#define FIELD_NAME_BYTES_MAX 64
#define ID_BYTES_MAX 512   /* no id is longer, and a longer path would only be refused as such */

static void escape(struct buf *out, const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";

    for (const char *p = text; *p; p++) {
        if (strchr(plain, *p))
            buf_addc(out, *p);
        else
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)*p);
    }
}

void request_add_query(struct request *r, const char *name, const char *value)
{
    buf_addc(&r->path, strchr(buf_text(&r->path), '?') ? '&' : '?');
    escape(&r->path, name);
    buf_addc(&r->path, '=');
    escape(&r->path, value);
}

/* What could never be an id names nothing; sent on, "" or "a/b" would ask for something else. */
static bool could_be_id(const char *text)
{
    size_t n = strlen(text);

    return n > 0 && n <= ID_BYTES_MAX && !strchr(text, '/') && strcmp(text, ".") != 0 && strcmp(text, "..") != 0 &&
           utf8_valid(text, n);
}

int request_add_segment(struct request *r, const char *noun, const char *text, struct err *e)
{
    if (!could_be_id(text))
        return err_set(e, ERR_NOT_FOUND, MSG_CTL_NO_SUCH, NULL, noun, text, NULL);
    buf_addc(&r->path, '/');
    escape(&r->path, text);
    return 0;
}

static const char *path_value(const struct invocation *inv, const char *field, size_t bytes)
{
    for (size_t i = 0; inv->command->args[i].name; i++) {
        const struct positional *p = &inv->command->args[i];
        if (p->place == PLACE_PATH && strlen(p->field) == bytes && strncmp(p->field, field, bytes) == 0)
            return args_positional(inv, i);
    }
    return "";
}

static int build_path(const struct invocation *inv, struct request *r, struct err *e)
{
    for (const char *p = inv->command->path; *p; p++) {
        const char *end = *p == '{' ? strchr(p, '}') : NULL, *value;

        if (!end) {
            buf_addc(&r->path, *p);
            continue;
        }
        value = path_value(inv, p + 1, (size_t)(end - p - 1));
        if (!could_be_id(value))
            return err_set(e, ERR_NOT_FOUND, MSG_CTL_NO_SUCH, NULL, inv->command->noun, value, NULL);
        escape(&r->path, value);
        p = end;
    }
    return 0;
}

static int text_value(const char *text, const char *flag, json_t **ret, struct err *e)
{
    *ret = json_string(text);
    return *ret ? 0 : err_set(e, ERR_INVALID, MSG_NOT_UTF8, flag, flag, NULL);
}

static int int_value(const char *text, const char *flag, json_t **ret, struct err *e)
{
    long long n;

    if (!args_parse_int(text, &n))
        return err_set(e, ERR_INVALID, MSG_CTL_NOT_AN_INTEGER, flag, flag, text, NULL);
    *ret = json_integer(n);
    return 0;
}

/* Only digits, a sign and a point: strtod alone would take "nan", "0x10" and "1e9". */
static int number_value(const char *text, const char *flag, json_t **ret, struct err *e)
{
    const char *digits = text + (text[0] == '-' || text[0] == '+');
    size_t whole = strspn(digits, "0123456789");
    const char *point = digits + whole;
    size_t part = *point == '.' ? strspn(point + 1, "0123456789") : 0;

    if (args_parse_int(text, &(long long){0}))
        return int_value(text, flag, ret, e);
    if (whole == 0 || whole > 15 || part == 0 || part > 15 || point[part + 1])
        return err_set(e, ERR_INVALID, MSG_CTL_NOT_A_NUMBER, flag, flag, text, NULL);
    *ret = json_real(strtod(text, NULL));
    return 0;
}

static int file_value(const char *path, const char *flag, json_t **ret, struct err *e)
{
    struct buf content;
    int rc;

    buf_init(&content, FILE_SECRET_BYTES_MAX);
    rc = file_read_line(path, flag, &content, e);
    if (rc == 0)
        rc = text_value(buf_text(&content), flag, ret, e);
    buf_release(&content);
    return rc;
}

static int value_of(enum flag_kind kind, const char *text, const char *flag, json_t **ret, struct err *e)
{
    switch (kind) {
    case FLAG_TEXT:
    case FLAG_LIST:
        return text_value(text, flag, ret, e);
    case FLAG_INT:
        return int_value(text, flag, ret, e);
    case FLAG_NUMBER:
        return number_value(text, flag, ret, e);
    case FLAG_FILE:
        return file_value(text, flag, ret, e);
    case FLAG_ROLES:
        return role_parse(text, flag, ret, e);
    case FLAG_BOOL:
        break;
    }
    return -1;
}

/* In an edit, one empty value empties the list. */
static bool empties(const struct invocation *inv, const struct given *g)
{
    return strcmp(inv->command->method, "PATCH") == 0 && g->text[0] == 0;
}

static int add_member(const struct invocation *inv, const struct given *g, json_t *body, struct err *e)
{
    char room[FIELD_NAME_BYTES_MAX], name[FLAG_NAME_BYTES_MAX];
    const char *field = flag_field(g->flag, room, sizeof room);
    bool list = g->flag->kind == FLAG_LIST || g->flag->kind == FLAG_ROLES;
    json_t *value = NULL;

    snprintf(name, sizeof name, "--%s", g->flag->name);
    if (g->flag->kind == FLAG_BOOL)
        return json_object_set_new(body, field, json_boolean(given_bool(g)));
    if (list && !json_object_get(body, field))
        json_object_set_new(body, field, json_array());
    if (list && empties(inv, g))
        return 0;
    if (value_of(g->flag->kind, g->text, name, &value, e) != 0)
        return -1;
    return list ? json_array_append_new(json_object_get(body, field), value) : json_object_set_new(body, field, value);
}

/* The words of a MANY positional with a space between them. */
static char *joined(const struct invocation *inv, size_t from)
{
    struct buf text = {.data = NULL};

    for (size_t i = from; i < args_positionals(inv); i++) {
        if (i > from)
            buf_addc(&text, ' ');
        buf_adds(&text, args_positional(inv, i));
    }
    return buf_take(&text, NULL);
}

static int add_positionals(const struct invocation *inv, json_t *body, struct err *e)
{
    for (size_t i = 0; inv->command->args[i].name && args_positional(inv, i); i++) {
        const struct positional *p = &inv->command->args[i];
        char *text;
        json_t *value = NULL;
        int rc;

        if (p->place != PLACE_BODY)
            continue;
        text = p->traits & MANY ? joined(inv, i) : mem_strdup(args_positional(inv, i));
        rc = value_of(p->kind, text, p->name, &value, e);
        free(text);
        if (rc != 0)
            return -1;
        json_object_set_new(body, p->field, value);
    }
    return 0;
}

int request_members(const struct invocation *inv, json_t **ret, struct err *e)
{
    json_t *body = json_object();

    if (add_positionals(inv, body, e) != 0)
        goto fail;
    for (size_t i = 0; i < inv->given_count; i++)
        if (inv->given[i].flag->place == PLACE_BODY && add_member(inv, &inv->given[i], body, e) != 0)
            goto fail;
    if (inv->command->complete)
        inv->command->complete(inv, body);
    *ret = body;
    return 0;
fail:
    json_decref(body);
    return -1;
}

static int build_body(const struct invocation *inv, struct request *r, struct err *e)
{
    json_t *body;
    char *text;

    if (strcmp(r->method, "GET") == 0 || strcmp(r->method, "DELETE") == 0)
        return 0;
    if (request_members(inv, &body, e) != 0)
        return -1;
    text = json_dumps(body, JSON_COMPACT | JSON_REAL_PRECISION(15));
    buf_adds(&r->body, text ? text : "{}");
    free(text);
    json_decref(body);
    r->content_type = "application/json";
    return 0;
}

static int add_query_flag(const struct given *g, struct request *r, struct err *e)
{
    char room[FIELD_NAME_BYTES_MAX], name[FLAG_NAME_BYTES_MAX];
    const char *field = flag_field(g->flag, room, sizeof room), *text = g->text;
    long long n;

    snprintf(name, sizeof name, "--%s", g->flag->name);
    if (g->flag->kind == FLAG_BOOL) {
        if (!given_bool(g))
            return 0;
        text = g->flag->constant ? g->flag->constant : "true";
    }
    if (g->flag->kind == FLAG_INT && !args_parse_int(text, &n))
        return err_set(e, ERR_INVALID, MSG_CTL_NOT_AN_INTEGER, name, name, text, NULL);
    if (!utf8_valid(text, strlen(text)))
        return err_set(e, ERR_INVALID, MSG_NOT_UTF8, name, name, NULL);
    request_add_query(r, field, text);
    return 0;
}

static int set_if_match(const struct given *g, struct request *r, struct err *e)
{
    long long n;

    if (!args_parse_int(g->text, &n) || n < 0)
        return err_set(e, ERR_INVALID, MSG_CTL_NOT_AN_INTEGER, "--if-version", "--if-version", g->text, NULL);
    snprintf(r->if_match, sizeof r->if_match, "\"%lld\"", n);
    return 0;
}

static int build_query(const struct invocation *inv, struct request *r, struct err *e)
{
    for (size_t i = 0; i < inv->given_count; i++) {
        const struct given *g = &inv->given[i];

        if (g->flag->place == PLACE_QUERY && add_query_flag(g, r, e) != 0)
            return -1;
        if (g->flag->place == PLACE_IF_MATCH && set_if_match(g, r, e) != 0)
            return -1;
    }
    return 0;
}

static void make_key(char key[IDEMPOTENCY_KEY_DIGITS + 1])
{
    unsigned char bytes[IDEMPOTENCY_KEY_DIGITS / 2];

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        abort();   /* cannot happen for so few bytes; a key that repeats could lose a change */
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(key + 2 * i, 3, "%02x", bytes[i]);
}

int request_build(const struct invocation *inv, const struct settings *settings, struct request *ret, struct err *e)
{
    struct request r = {.method = inv->command->method, .waits_long = inv->command->traits & WAITS_LONG};

    if (build_path(inv, &r, e) != 0 || build_query(inv, &r, e) != 0 || build_body(inv, &r, e) != 0) {
        request_release(&r);
        return -1;
    }
    if (inv->command->traits & WRITES) {
        make_key(r.idempotency_key);
        if (settings->dry_run)
            request_add_query(&r, "dry_run", "true");
        if (settings->yes)
            request_add_query(&r, "yes", "true");
    }
    *ret = r;
    return 0;
}

void request_release(struct request *r)
{
    buf_release(&r->path);
    buf_release(&r->body);
}
