#include "mustache_private.h"

#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A partial as it was used: indented differently it is another text. */
struct partial {
    struct partial *next;
    const char *source;
    char *indented;            /* what `template` points into; NULL: the source itself */
    const char *indent;
    size_t indent_len;
    struct mustache_template template;
};

struct renderer {
    const struct mustache_options *o;
    struct buf out;
    const json_t *stack[MUSTACHE_DEPTH_MAX + 1];   /* contexts, the innermost last */
    size_t contexts;
    size_t depth;
    size_t steps;
    size_t partial_bytes;
    struct partial *partials;
    struct err *e;
};

static int render(struct renderer *r, const struct mustache_template *t, size_t from, size_t to);

static int fail(struct renderer *r, enum err_code code, enum msg msg, const struct mustache_template *t,
                const struct mustache_token *token)
{
    size_t name_len = token->kind == MUSTACHE_TEXT ? 0 : token->len;

    return mustache_fail(code, msg, t->text, token->tag, token->text, name_len, r->e);
}

/* The innermost context that has the first part decides; the parts after it are only looked for there. */
static const json_t *find(const struct renderer *r, const char *name, size_t len)
{
    const char *dot = memchr(name, '.', len);
    size_t part = dot ? (size_t)(dot - name) : len;
    const json_t *value = NULL;

    if (len == 1 && *name == '.')
        return r->stack[r->contexts - 1];
    for (size_t i = r->contexts; i > 0 && !value; i--)
        value = json_object_getn(r->stack[i - 1], name, part);
    while (value && part < len) {
        name += part + 1;
        len -= part + 1;
        dot = memchr(name, '.', len);
        part = dot ? (size_t)(dot - name) : len;
        value = json_object_getn(value, name, part);
    }
    return value;
}

static bool is_true(const json_t *value)
{
    if (json_is_array(value))
        return json_array_size(value) > 0;
    if (json_is_string(value))
        return json_string_length(value) > 0;
    return value && !json_is_null(value) && !json_is_false(value);
}

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void put_escaped(struct buf *out, const char *text, size_t len)
{
    size_t start = 0;

    for (size_t i = 0; i < len; i++) {
        const char *e = entity(text[i]);
        if (!e)
            continue;
        buf_add(out, text + start, i - start);
        buf_adds(out, e);
        start = i + 1;
    }
    buf_add(out, text + start, len - start);
}

static void put_text(struct renderer *r, bool is_raw, const char *text, size_t len)
{
    if (is_raw || !r->o->escape_html)
        buf_add(&r->out, text, len);
    else
        put_escaped(&r->out, text, len);
}

/* The shortest of two forms that reads back the same. */
static void put_real(struct buf *out, double d)
{
    char text[32];

    snprintf(text, sizeof text, "%.15g", d);
    if (strtod(text, NULL) != d)
        snprintf(text, sizeof text, "%.17g", d);
    buf_adds(out, text);
}

static void put_value(struct renderer *r, bool is_raw, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        put_text(r, is_raw, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        buf_printf(&r->out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_REAL:
        put_real(&r->out, json_real_value(value));
        break;
    case JSON_TRUE:
        buf_adds(&r->out, "true");
        break;
    case JSON_FALSE:
        buf_adds(&r->out, "false");
        break;
    case JSON_NULL:
    case JSON_OBJECT:
    case JSON_ARRAY:
        break;
    }
}

static int put_word(struct renderer *r, const struct mustache_template *t, const struct mustache_token *token)
{
    const char *text;

    if (token->word == MSG_NONE)
        return fail(r, ERR_INVALID, MSG_TEMPLATE_WORD_UNKNOWN, t, token);
    text = catalogue_text(token->word, r->o->lang);
    put_text(r, token->kind == MUSTACHE_RAW, text, strlen(text));
    return 0;
}

static int render_variable(struct renderer *r, const struct mustache_template *t, const struct mustache_token *token)
{
    const json_t *value = find(r, token->text, token->len);

    if (value)
        put_value(r, token->kind == MUSTACHE_RAW, value);
    else if (mustache_is_word(token->text, token->len))
        return put_word(r, t, token);
    return 0;
}

static int step(struct renderer *r, const struct mustache_template *t, const struct mustache_token *token)
{
    if (++r->steps > MUSTACHE_STEPS_MAX || r->out.overflow)
        return fail(r, ERR_TOO_LARGE, MSG_TEMPLATE_TOO_LARGE, t, token);
    return 0;
}

static int enter(struct renderer *r, const struct mustache_template *t, const struct mustache_token *token)
{
    if (r->depth == MUSTACHE_DEPTH_MAX)
        return fail(r, ERR_INVALID, MSG_TEMPLATE_TOO_DEEP, t, token);
    r->depth++;
    return 0;
}

/* What stands inside, once, with `value` as the innermost context. */
static int render_inside(struct renderer *r, const struct mustache_template *t, size_t open, const json_t *value)
{
    int result;

    if (step(r, t, &t->tokens[open]) < 0)
        return -1;
    r->stack[r->contexts++] = value;
    result = render(r, t, open + 1, t->tokens[open].end);
    r->contexts--;
    return result;
}

static int render_section(struct renderer *r, const struct mustache_template *t, size_t open)
{
    const struct mustache_token *token = &t->tokens[open];
    const json_t *value = find(r, token->text, token->len);
    int result = 0;

    if (is_true(value) != (token->kind == MUSTACHE_SECTION))
        return 0;
    if (enter(r, t, token) < 0)
        return -1;
    if (token->kind == MUSTACHE_INVERTED)
        result = render(r, t, open + 1, token->end);
    else if (!json_is_array(value))
        result = render_inside(r, t, open, value);
    else
        for (size_t i = 0; i < json_array_size(value) && result == 0; i++)
            result = render_inside(r, t, open, json_array_get(value, i));
    r->depth--;
    return result;
}

static char *indent_lines(const char *text, const char *indent, size_t len)
{
    struct buf out = {0};

    while (*text) {
        const char *newline = strchr(text, '\n');
        size_t line = newline ? (size_t)(newline - text) + 1 : strlen(text);
        buf_add(&out, indent, len);
        buf_add(&out, text, line);
        text += line;
    }
    return buf_take(&out, NULL);
}

static struct partial *find_partial(struct renderer *r, const char *source, const struct mustache_token *token)
{
    for (struct partial *p = r->partials; p; p = p->next)
        if (p->source == source && p->indent_len == token->indent_len &&
            memcmp(p->indent, token->indent ? token->indent : "", p->indent_len) == 0)
            return p;
    return NULL;
}

static int parse_partial(struct renderer *r, const char *name, struct partial *p)
{
    size_t bytes;

    if (p->indent_len)
        p->indented = indent_lines(p->source, p->indent, p->indent_len);
    bytes = strlen(p->indented ? p->indented : p->source);
    r->partial_bytes += bytes + sizeof *p;
    if (r->partial_bytes > MUSTACHE_PARTIALS_BYTES_MAX)
        return 1;
    if (mustache_parse(p->indented ? p->indented : p->source, &p->template, r->e) == 0)
        return 0;
    err_field(r->e, "%s", name);
    return -1;
}

static int add_partial(struct renderer *r, const struct mustache_template *t, const struct mustache_token *token,
                       const char *name, const char *source, struct partial **ret)
{
    struct partial *p = mem_alloc(sizeof *p);
    int result;

    *p = (struct partial){.next = r->partials, .source = source, .indent = token->indent ? token->indent : "",
                          .indent_len = token->indent_len};
    r->partials = p;
    result = parse_partial(r, name, p);
    if (result > 0)
        return fail(r, ERR_TOO_LARGE, MSG_TEMPLATE_TOO_LARGE, t, token);
    *ret = p;
    return result;
}

static int render_partial(struct renderer *r, const struct mustache_template *t, const struct mustache_token *token)
{
    char name[MUSTACHE_NAME_BYTES];
    bool is_sought = r->o->partial && mustache_copy_name(token->text, token->len, name);
    const char *source = is_sought ? r->o->partial(r->o->arg, name) : NULL;
    struct partial *p;
    int result;

    if (!source)
        return 0;
    p = find_partial(r, source, token);
    if (!p && add_partial(r, t, token, name, source, &p) < 0)
        return -1;
    if (enter(r, t, token) < 0)
        return -1;
    result = render(r, &p->template, 0, p->template.count);
    if (result < 0)
        err_field(r->e, "%s", name);
    r->depth--;
    return result;
}

/* Goes as deep as sections and partials do: MUSTACHE_DEPTH_MAX calls, of three small functions each. */
static int render(struct renderer *r, const struct mustache_template *t, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct mustache_token *token = &t->tokens[i];
        int result = step(r, t, token);
        switch (result < 0 ? MUSTACHE_END : token->kind) {
        case MUSTACHE_TEXT:
            buf_add(&r->out, token->text, token->len);
            break;
        case MUSTACHE_VARIABLE:
        case MUSTACHE_RAW:
            result = render_variable(r, t, token);
            break;
        case MUSTACHE_SECTION:
        case MUSTACHE_INVERTED:
            result = render_section(r, t, i);
            i = token->end;
            break;
        case MUSTACHE_PARTIAL:
            result = render_partial(r, t, token);
            break;
        case MUSTACHE_END:
            break;
        }
        if (result < 0)
            return -1;
    }
    return 0;
}

static void free_partials(struct partial *p)
{
    while (p) {
        struct partial *next = p->next;
        mustache_release(&p->template);
        free(p->indented);
        free(p);
        p = next;
    }
}

static int finish(struct renderer *r, const struct mustache_template *t, struct buf *out)
{
    static const struct mustache_token end = {.kind = MUSTACHE_TEXT, .text = ""};
    struct mustache_token at = end;

    at.tag = t->text + strlen(t->text);
    if (r->out.overflow)
        return fail(r, ERR_TOO_LARGE, MSG_TEMPLATE_TOO_LARGE, t, &at);
    buf_add(out, buf_text(&r->out), r->out.len);
    return 0;
}

int mustache_render(const char *template, const json_t *context, const struct mustache_options *o, struct buf *out,
                    struct err *e)
{
    struct renderer r = {.o = o, .stack = {context}, .contexts = 1, .e = e};
    struct mustache_template t;
    int result;

    buf_init(&r.out, o->output_bytes_max ? o->output_bytes_max : MUSTACHE_OUTPUT_BYTES_MAX);
    result = mustache_parse(template, &t, e);
    if (result == 0)
        result = render(&r, &t, 0, t.count);
    if (result == 0)
        result = finish(&r, &t, out);
    free_partials(r.partials);
    buf_release(&r.out);
    mustache_release(&t);
    return result;
}
