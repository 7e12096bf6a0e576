#include "template.h"

#include "base/mustache.h"
#include "base/names.h"

#include <stdio.h>
#include <string.h>

#define NAME_BYTES 64

/* What messages of one kind or another know (compose*.c). */
static const char *const names[] = {
    "title", "start", "original", "venue", "reason", "cancelled", "moved", "roles", "role", "tentative", "late", "url",
    "people", "was_start", "was_venue", "confirmed", "restored",            /* an occurrence */
    "name", "free", "capacity", "taken", "missing", "short", "full",        /* in {{#roles}} */
    "events", "overdue", "from", "to", "week", "count",                     /* a digest */
    "event",                                                                /* an ask */
    "target", "value", "goal", "percent", "threshold", "unit", "reached",   /* a milestone */
};
#define NAME_COUNT (sizeof names / sizeof names[0])

static int refuse(const char *text, const char *at, const char *name, struct err *e)
{
    const char *near = names_nearest(name, names, NAME_COUNT);
    char line[16], column[16];
    int lines = 1, columns = 1;

    for (const char *p = text; p < at; p++) {
        lines += *p == '\n';
        if (*p == '\n')
            columns = 1;
        else if (((unsigned char)*p & 0xC0) != 0x80)
            columns++;
    }
    snprintf(line, sizeof line, "%d", lines);
    snprintf(column, sizeof column, "%d", columns);
    return near ? err_set(e, ERR_INVALID, MSG_TEMPLATE_NAME_NEAR, "template", name, line, column, near, NULL)
                : err_set(e, ERR_INVALID, MSG_TEMPLATE_NAME, "template", name, line, column, NULL);
}

static bool is_known(const char *name)
{
    for (size_t i = 0; i < NAME_COUNT; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return strcmp(name, ".") == 0;
}

/* The name within a tag, without its mark and blanks; false: the tag names no variable. */
static bool name_in(const char *tag, size_t len, char ret[NAME_BYTES])
{
    size_t used = 0;

    if (len && (*tag == '!' || *tag == '='))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (strchr(" \t\n{}&#^/>", tag[i]))
            continue;
        if (used + 1 < NAME_BYTES)
            ret[used++] = tag[i];
    }
    ret[used] = 0;
    return true;
}

int template_check(const char *text, struct err *e)
{
    char name[NAME_BYTES];

    if (strlen(text) > TEMPLATE_BYTES_MAX)
        return err_set(e, ERR_INVALID, MSG_TOO_LONG, "template", "template", "4000", NULL);
    if (mustache_check(text, e)) {
        err_field(e, "template");
        return -1;
    }
    for (const char *p = text; (p = strstr(p, "{{")); p += 2) {
        size_t len = strcspn(p + 2, "}");
        const char *tag = p + 2;
        if (*tag == '=')
            return 0;           /* other delimiters: whoever changes them knows what they do */
        if (*tag == '{')
            len = strcspn(++tag, "}");
        if (*tag == '>' || (name_in(tag, len, name) && !is_known(name))) {
            name_in(tag, len, name);
            return refuse(text, p, name, e);
        }
        p = tag + len;
        if (strncmp(p, "}}", 2) != 0)
            p--;
    }
    return 0;
}
