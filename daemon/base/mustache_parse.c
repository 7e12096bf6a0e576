#include "mustache_private.h"

#include "mem.h"
#include "utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DELIMITER_BYTES 16
#define FIRST_TOKENS 64

struct parser {
    struct mustache_template *t;
    const char *p;                          /* what is not read yet */
    const char *tag;                        /* the tag in hand */
    char open[DELIMITER_BYTES];
    char close[DELIMITER_BYTES];
    size_t sections[MUSTACHE_DEPTH_MAX];    /* the open ones' tokens */
    size_t depth;
    struct err *e;
};

int mustache_fail(enum err_code code, enum msg msg, const char *text, const char *at, const char *name, size_t name_len,
                  struct err *e)
{
    char line[12], column[12], copy[ERR_ARG_BYTES];
    const char *start = text;
    int lines = 1;
    size_t columns = 1;

    for (const char *p = text; p < at; p++) {
        if (*p == '\n') {
            lines++;
            start = p + 1;
        }
    }
    for (size_t n; start < at; start += n, columns++)
        utf8_next(start, (size_t)(at - start), &n);
    snprintf(line, sizeof line, "%d", lines);
    snprintf(column, sizeof column, "%d", (int)columns);
    name_len = utf8_cut(name, name_len, sizeof copy - 1);
    memcpy(copy, name, name_len);
    copy[name_len] = 0;
    return err_set(e, code, msg, NULL, line, column, copy, NULL);
}

static int fail(struct parser *s, enum msg msg, const char *name, size_t len)
{
    return mustache_fail(ERR_INVALID, msg, s->t->text, s->tag, name, len, s->e);
}

static struct mustache_token *add(struct parser *s, enum mustache_kind kind, const char *text, size_t len)
{
    struct mustache_template *t = s->t;
    struct mustache_token *token;

    if (t->count == t->size) {
        t->size = t->size ? t->size * 2 : FIRST_TOKENS;
        t->tokens = mem_realloc(t->tokens, t->size * sizeof *t->tokens);
    }
    token = &t->tokens[t->count++];
    *token = (struct mustache_token){.kind = kind, .text = text, .len = len, .tag = s->tag};
    return token;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_space(char c)
{
    return is_blank(c) || c == '\r' || c == '\n';
}

static void trim(const char **text, size_t *len)
{
    while (*len && is_space(**text)) {
        ++*text;
        --*len;
    }
    while (*len && is_space((*text)[*len - 1]))
        --*len;
}

/* Where a line that starts at p with nothing but blanks ends: after its newline. NULL if there is more on it. */
static const char *blank_rest(const char *p)
{
    while (is_blank(*p))
        p++;
    if (*p == 0)
        return p;
    if (p[0] == '\r' && p[1] == '\n')
        return p + 2;
    return *p == '\n' ? p + 1 : NULL;
}

/*
 * A tag that prints nothing and has its line for itself takes the whole line with it. *ret_indent is what stood before
 * the tag. `text_count` is how many tokens there were before the tag's own.
 */
static bool take_line(struct parser *s, size_t text_count, const char **ret_indent, size_t *ret_len)
{
    const char *start = s->tag, *next = blank_rest(s->p);
    struct mustache_token *before;

    while (start > s->t->text && is_blank(start[-1]))
        start--;
    if (!next || (start > s->t->text && start[-1] != '\n'))
        return false;
    *ret_indent = start;
    *ret_len = (size_t)(s->tag - start);
    if (*ret_len) {
        before = &s->t->tokens[text_count - 1];     /* the blanks are its end: no other tag is on the line */
        before->len -= *ret_len;
    }
    s->p = next;
    return true;
}

static int check_name(struct parser *s, const char *name, size_t len)
{
    if (len == 0)
        return fail(s, MSG_TEMPLATE_NAME_BAD, "", 0);
    for (size_t i = 0; i < len; i++)
        if (is_space(name[i]))
            return fail(s, MSG_TEMPLATE_NAME_BAD, name, len);
    return 0;
}

static int open_section(struct parser *s, enum mustache_kind kind, const char *name, size_t len)
{
    if (s->depth == MUSTACHE_DEPTH_MAX)
        return fail(s, MSG_TEMPLATE_TOO_DEEP, name, len);
    s->sections[s->depth++] = s->t->count;
    add(s, kind, name, len);
    return 0;
}

static int close_section(struct parser *s, const char *name, size_t len)
{
    struct mustache_token *open;

    if (s->depth == 0)
        return fail(s, MSG_TEMPLATE_SECTION_UNOPENED, name, len);
    open = &s->t->tokens[s->sections[s->depth - 1]];
    if (open->len != len || memcmp(open->text, name, len) != 0)
        return fail(s, MSG_TEMPLATE_SECTION_UNOPENED, name, len);
    s->depth--;
    open->end = s->t->count;
    add(s, MUSTACHE_END, name, len);
    return 0;
}

static size_t word_len(const char *text, size_t len)
{
    size_t n = 0;

    while (n < len && !is_space(text[n]) && text[n] != '=')
        n++;
    return n;
}

/* "=<% %>=" without its first sign */
static int set_delimiters(struct parser *s, const char *text, size_t len)
{
    size_t open_len, close_len;
    const char *close;

    if (len == 0 || text[len - 1] != '=')
        return fail(s, MSG_TEMPLATE_DELIMITERS_BAD, "", 0);
    len--;
    trim(&text, &len);
    open_len = word_len(text, len);
    close = text + open_len;
    close_len = len - open_len;
    if (close_len && !is_space(*close))
        return fail(s, MSG_TEMPLATE_DELIMITERS_BAD, "", 0);
    trim(&close, &close_len);
    if (!open_len || open_len >= DELIMITER_BYTES || !close_len || close_len >= DELIMITER_BYTES ||
        word_len(close, close_len) != close_len)
        return fail(s, MSG_TEMPLATE_DELIMITERS_BAD, "", 0);
    memcpy(s->open, text, open_len);
    s->open[open_len] = 0;
    memcpy(s->close, close, close_len);
    s->close[close_len] = 0;
    return 0;
}

bool mustache_copy_name(const char *name, size_t len, char ret[MUSTACHE_NAME_BYTES])
{
    if (len >= MUSTACHE_NAME_BYTES)
        return false;
    memcpy(ret, name, len);
    ret[len] = 0;
    return true;
}

bool mustache_is_word(const char *name, size_t len)
{
    return len > 5 && memcmp(name, "WORD_", 5) == 0;
}

/* The catalogue is searched here, once, rather than in every round of a section. */
static void add_variable(struct parser *s, enum mustache_kind kind, const char *name, size_t len)
{
    struct mustache_token *token = add(s, kind, name, len);
    char word[MUSTACHE_NAME_BYTES];

    if (mustache_is_word(name, len) && mustache_copy_name(name, len, word))
        token->word = catalogue_find(word);
}

static int add_named(struct parser *s, char sign, const char *name, size_t len)
{
    trim(&name, &len);
    if (check_name(s, name, len) < 0)
        return -1;
    switch (sign) {
    case '#':
        return open_section(s, MUSTACHE_SECTION, name, len);
    case '^':
        return open_section(s, MUSTACHE_INVERTED, name, len);
    case '/':
        return close_section(s, name, len);
    case '>':
        add(s, MUSTACHE_PARTIAL, name, len);
        return 0;
    case '&':
    case '{':
        add_variable(s, MUSTACHE_RAW, name, len);
        return 0;
    default:
        add_variable(s, MUSTACHE_VARIABLE, name, len);
        return 0;
    }
}

static int add_tag(struct parser *s, char sign, const char *text, size_t len)
{
    size_t before = s->t->count, indent_len;
    const char *indent;

    if (sign == '=' ? set_delimiters(s, text, len) < 0 : sign != '!' && add_named(s, sign, text, len) < 0)
        return -1;
    if (sign && strchr("#^/>!=", sign) && take_line(s, before, &indent, &indent_len) && sign == '>') {
        s->t->tokens[before].indent = indent;
        s->t->tokens[before].indent_len = indent_len;
    }
    return 0;
}

/* At an opening delimiter. */
static int parse_tag(struct parser *s)
{
    const char *inside = s->p + strlen(s->open), *end;
    char closing[DELIMITER_BYTES + 1];
    char sign = 0;

    s->tag = s->p;
    while (is_space(*inside))
        inside++;
    if (*inside && strchr("#^/>!=&{", *inside))
        sign = *inside++;
    snprintf(closing, sizeof closing, "%s%s", sign == '{' ? "}" : "", s->close);
    end = strstr(inside, closing);
    if (!end)
        return fail(s, MSG_TEMPLATE_TAG_OPEN, "", 0);
    s->p = end + strlen(closing);
    return add_tag(s, sign, inside, (size_t)(end - inside));
}

int mustache_parse(const char *text, struct mustache_template *ret, struct err *e)
{
    struct parser s = {.t = ret, .p = text, .tag = text, .open = "{{", .close = "}}", .e = e};

    *ret = (struct mustache_template){.text = text};
    if (strlen(text) > MUSTACHE_TEMPLATE_BYTES_MAX)
        return fail(&s, MSG_TEMPLATE_TOO_LARGE, "", 0);
    while (*s.p) {
        const char *tag = strstr(s.p, s.open);
        size_t len = tag ? (size_t)(tag - s.p) : strlen(s.p);
        if (len)
            add(&s, MUSTACHE_TEXT, s.p, len);
        s.p += len;
        if (tag && parse_tag(&s) < 0)
            return -1;
    }
    if (s.depth > 0) {
        const struct mustache_token *open = &ret->tokens[s.sections[s.depth - 1]];
        s.tag = open->tag;
        return fail(&s, MSG_TEMPLATE_SECTION_OPEN, open->text, open->len);
    }
    return 0;
}

void mustache_release(struct mustache_template *t)
{
    free(t->tokens);
    *t = (struct mustache_template){0};
}

int mustache_check(const char *template, struct err *e)
{
    struct mustache_template t;
    int result = mustache_parse(template, &t, e);

    mustache_release(&t);
    return result;
}
