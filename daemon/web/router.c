#include "router.h"

#include "base/mem.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define METHODS (HTTP_OTHER + 1)

/*
 * A segment of patterns: a literal, or a {name} with a fixed end. Children are in the order in which they are tried.
 * A {name} belongs to the row, not to the node: rows may call the same segment differently.
 */
struct node {
    char *text;               /* the literal, or the fixed end */
    size_t len;
    bool name;                /* a {name} */
    struct node *next, *child;
    const struct route *rows[METHODS];
};

struct router {
    struct node root;
    const struct route **rows;
    size_t count;
};

/* A path cut at its slashes; where each begins and how long it is. */
struct segments {
    struct { const char *at; size_t len; } items[ROUTE_SEGMENTS_MAX];
    size_t count;
};

const char *http_method_name(enum http_method method)
{
    static const char *const names[METHODS] = {
        [HTTP_GET] = "GET", [HTTP_HEAD] = "HEAD", [HTTP_POST] = "POST", [HTTP_PUT] = "PUT", [HTTP_PATCH] = "PATCH",
        [HTTP_DELETE] = "DELETE", [HTTP_OPTIONS] = "OPTIONS", [HTTP_OTHER] = "",
    };

    return names[method];
}

bool route_takes(const struct route *r, const char *field)
{
    size_t len = strlen(field);

    if (!r->takes)
        return r->list || (r->method != HTTP_GET && r->method != HTTP_DELETE);
    for (const char *p = r->takes; *p; p += strspn(p, " ")) {
        size_t word = strcspn(p, " ");
        if (word == len && strncmp(p, field, len) == 0)
            return true;
        p += word;
    }
    return false;
}

const char *params_find(const struct params *p, const char *name)
{
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->items[i].name, name) == 0)
            return p->items[i].value;
    return NULL;
}

/* False if there are more than any pattern has. "/" is one empty segment. */
static bool split(const char *path, struct segments *ret)
{
    ret->count = 0;
    while (*path == '/') {
        size_t len = strcspn(++path, "/");
        if (ret->count == ROUTE_SEGMENTS_MAX)
            return false;
        ret->items[ret->count].at = path;
        ret->items[ret->count++].len = len;
        path += len;
    }
    return true;
}

struct router *router_new(void)
{
    return mem_alloc(sizeof(struct router));
}

/* Depth is that of our own patterns. */
static void free_children(struct node *n)
{
    while (n->child) {
        struct node *child = n->child;
        n->child = child->next;
        free_children(child);
        free(child->text);
        free(child);
    }
}

void router_free(struct router *r)
{
    if (!r)
        return;
    free_children(&r->root);
    free(r->rows);
    free(r);
}

/* Literals first, then {names} with the longest fixed end. */
static bool goes_before(const struct node *a, const struct node *b)
{
    if (a->name != b->name)
        return !a->name;
    return a->name && a->len > b->len;
}

static struct node *find_or_add(struct node *parent, const char *at, size_t len)
{
    const char *end = at[0] == '{' ? memchr(at, '}', len) : NULL;
    struct node wanted = {.name = end != NULL}, *n, **place = &parent->child;

    if (end) {
        len -= (size_t)(end + 1 - at);
        at = end + 1;
    }
    for (n = parent->child; n; n = n->next)
        if (n->name == wanted.name && n->len == len && memcmp(n->text, at, len) == 0)
            return n;
    n = mem_alloc(sizeof *n);
    n->text = mem_alloc(len + 1);
    memcpy(n->text, at, len);
    n->len = len;
    n->name = wanted.name;
    while (*place && !goes_before(n, *place))
        place = &(*place)->next;
    n->next = *place;
    *place = n;
    return n;
}

void router_add(struct router *r, const struct route *rows, size_t count)
{
    r->rows = mem_realloc(r->rows, (r->count + count) * sizeof r->rows[0]);
    for (size_t i = 0; i < count; i++) {
        struct segments segments;
        struct node *n = &r->root;
        bool fits = split(rows[i].path, &segments);
        assert(fits);
        for (size_t k = 0; k < segments.count && fits; k++)
            n = find_or_add(n, segments.items[k].at, segments.items[k].len);
        assert(!n->rows[rows[i].method]);
        n->rows[rows[i].method] = &rows[i];
        r->rows[r->count++] = &rows[i];
    }
}

const struct route *router_row(const struct router *r, size_t i)
{
    return i < r->count ? r->rows[i] : NULL;
}

static bool node_takes(const struct node *n, const char *at, size_t len)
{
    if (!n->name)
        return n->len == len && memcmp(n->text, at, len) == 0;
    return len > n->len && memcmp(n->text, at + len - n->len, n->len) == 0;
}

#define ANY_METHOD METHODS

static const struct route *node_row(const struct node *n, int method)
{
    if (method == HTTP_HEAD && !n->rows[HTTP_HEAD])
        method = HTTP_GET;
    if (method != ANY_METHOD)
        return n->rows[method];
    for (int m = 0; m < METHODS; m++)
        if (n->rows[m])
            return n->rows[m];
    return NULL;
}

/* The first node with a row for these segments. Goes back where a literal led nowhere; no deeper than our patterns. */
static const struct node *walk(const struct node *n, const struct segments *s, size_t from, int method)
{
    if (from == s->count)
        return node_row(n, method) ? n : NULL;
    for (const struct node *c = n->child; c; c = c->next) {
        const struct node *found;
        if (!node_takes(c, s->items[from].at, s->items[from].len))
            continue;
        found = walk(c, s, from + 1, method);
        if (found)
            return found;
    }
    return NULL;
}

/* The row's own pattern beside the path tells what its {names} stand for. */
static void capture(const struct route *row, const struct segments *path, struct arena *a, struct params *ret)
{
    struct segments pattern;

    ret->count = 0;
    if (!split(row->path, &pattern))
        return;
    for (size_t i = 0; i < pattern.count; i++) {
        const char *at = pattern.items[i].at, *end;
        size_t fixed;
        if (at[0] != '{')
            continue;
        end = strchr(at, '}');
        assert(end && ret->count < ROUTE_PARAMS_MAX);
        fixed = pattern.items[i].len - (size_t)(end + 1 - at);
        ret->items[ret->count].name = arena_strndup(a, at + 1, (size_t)(end - at - 1));
        ret->items[ret->count++].value = arena_strndup(a, path->items[i].at, path->items[i].len - fixed);
    }
}

static void list_methods(const struct node *n, char allow[ROUTE_ALLOW_BYTES])
{
    size_t len = 0;

    for (int m = 0; m < METHODS; m++) {
        bool there = n->rows[m] || (m == HTTP_HEAD && n->rows[HTTP_GET]) || m == HTTP_OPTIONS;
        if (there)
            len += (size_t)snprintf(allow + len, ROUTE_ALLOW_BYTES - len, "%s%s", len ? ", " : "",
                                    http_method_name((enum http_method)m));
    }
}

enum route_match router_match(const struct router *r, enum http_method method, const char *path, struct arena *a,
                              const struct route **ret_route, struct params *ret_params,
                              char ret_allow[ROUTE_ALLOW_BYTES])
{
    struct segments segments;
    const struct node *n;

    if (!split(path, &segments))
        return ROUTE_NO_PATH;
    n = walk(&r->root, &segments, 0, (int)method);
    if (!n) {
        n = walk(&r->root, &segments, 0, ANY_METHOD);
        if (!n)
            return ROUTE_NO_PATH;
        list_methods(n, ret_allow);
        return ROUTE_NO_METHOD;
    }
    *ret_route = node_row(n, (int)method);
    capture(*ret_route, &segments, a, ret_params);
    return ROUTE_FOUND;
}
