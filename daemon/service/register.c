#include "register.h"

#include "domain/event.h"
#include "store/register.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLOR_BYTES_MAX 30

int register_find(struct call *c, struct db *db, enum register_kind kind, const char *slug, struct entry **ret,
                  struct err *e)
{
    struct entry *all;
    const char **names;
    const char *near;
    size_t count;

    *ret = store_entry_find(db, kind, slug, &c->out);
    if (*ret || db_check(db, e))
        return *ret ? 0 : -1;
    count = store_entries(db, kind, &c->out, &all);
    names = arena_alloc(&c->out, (count + 1) * sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = all[i].slug;
    near = names_nearest(slug, names, count);
    if (near)
        return err_set(e, ERR_NOT_FOUND, MSG_THING_NOT_FOUND_NEAR, "slug", register_name(kind), slug, near, NULL);
    return err_set(e, ERR_NOT_FOUND, MSG_THING_NOT_FOUND, "slug", register_name(kind), slug, NULL);
}

static int check_degrees(const char *text, const char *field, double most, struct err *e)
{
    char *end, limit[24];
    double value;

    if (!text || !text[0])
        return 0;
    value = strtod(text, &end);
    snprintf(limit, sizeof limit, "%.0f", most);
    if (*end || !(value >= -most && value <= most))
        return err_set(e, ERR_INVALID, MSG_DEGREES_BAD, field, text, limit, NULL);
    return 0;
}

static int check_color(const char *text, struct err *e)
{
    size_t len = text ? strlen(text) : 0;

    if (len == strspn(text ? text : "", "abcdefghijklmnopqrstuvwxyz") && len <= COLOR_BYTES_MAX)
        return 0;
    return err_set(e, ERR_INVALID, MSG_COLOR_BAD, "color", text, NULL);
}

static int check(const struct entry *x, struct err *e)
{
    if (!x->title || text_check(x->title, "title", ENTRY_TITLE_CHARS_MAX, false, e))
        return x->title ? -1 : err_set(e, ERR_USAGE, MSG_EMPTY, "title", "title", NULL);
    if (x->title_en[0] && text_check(x->title_en, "title_en", ENTRY_TITLE_CHARS_MAX, false, e))
        return -1;
    if (x->address[0] && text_check(x->address, "address", EVENT_VENUE_CHARS_MAX, false, e))
        return -1;
    if (x->town[0] && text_check(x->town, "town", ENTRY_TOWN_CHARS_MAX, false, e))
        return -1;
    if (x->aliases.count > ENTRY_ALIASES_MAX)
        return err_set(e, ERR_INVALID, MSG_TOO_LONG, "aliases", "aliases", "20", NULL);
    for (size_t i = 0; i < x->aliases.count; i++)
        if (text_check(x->aliases.items[i], "aliases", ENTRY_TITLE_CHARS_MAX, false, e))
            return -1;
    if (check_degrees(x->latitude, "latitude", 90, e) || check_degrees(x->longitude, "longitude", 180, e))
        return -1;
    return check_color(x->color, e);
}

static void take(char **to, char *given, const char *otherwise)
{
    if (given)
        *to = given;
    else if (!*to)
        *to = (char *)(uintptr_t)otherwise;
}

static void merge(struct entry *x, const struct entry *in)
{
    take(&x->title, in->title, NULL);
    take(&x->title_en, in->title_en, "");
    take(&x->color, in->color, "");
    take(&x->address, in->address, "");
    take(&x->latitude, in->latitude, "");
    take(&x->longitude, in->longitude, "");
    take(&x->kind, in->kind, "");
    take(&x->town, in->town, "");
    if (in->aliases.given)
        x->aliases = in->aliases;
}

static int add(struct call *c, struct db *db, enum register_kind kind, const struct entry *in, void **ret,
               struct err *e)
{
    struct entry x = {.slug = in->slug};

    merge(&x, in);
    if (!x.slug || !slug_valid(x.slug))
        return err_set(e, ERR_INVALID, MSG_SLUG_BAD, "slug", x.slug ? x.slug : "", NULL);
    if (check(&x, e))
        return -1;
    x.changed_ms = c->req.now_ms;        /* a venue's slug may have been an event's text before */
    if (!store_entry_insert(db, kind, &x))
        return db_check(db, e) ? -1
                               : err_set(e, ERR_EXISTS, MSG_ENTRY_TAKEN, "slug", register_name(kind), x.slug, NULL);
    call_audit(c, x.slug, "%s", register_name(kind));
    call_changed(c, CHANGE_OFFICE, 0);
    *ret = store_entry_find(db, kind, x.slug, &c->out);
    return db_check(db, e);
}

/* What an event in a calendar has of it. */
static bool shows_otherwise(const struct entry *a, const struct entry *b)
{
    return strcmp(a->title, b->title) != 0 || strcmp(a->title_en, b->title_en) != 0 ||
           strcmp(a->color, b->color) != 0 || strcmp(a->address, b->address) != 0 ||
           strcmp(a->latitude, b->latitude) != 0 || strcmp(a->longitude, b->longitude) != 0;
}

static int edit(struct call *c, struct db *db, enum register_kind kind, const struct entry *in, void **ret,
                struct err *e)
{
    struct entry *x, was;

    if (register_find(c, db, kind, in->slug, &x, e) || call_check_version(c, in->slug, x->version, e))
        return -1;
    was = *x;
    merge(x, in);
    if (check(x, e))
        return -1;
    if (shows_otherwise(x, &was))
        x->changed_ms = c->req.now_ms;
    store_entry_update(db, kind, x);
    call_audit(c, x->slug, "%s", register_name(kind));
    call_changed(c, CHANGE_OFFICE, 0);
    *ret = store_entry_find(db, kind, x->slug, &c->out);
    return db_check(db, e);
}

static int show(struct call *c, struct db *db, enum register_kind kind, const struct entry *in, void **ret,
                struct err *e)
{
    struct entry *x;

    if (register_find(c, db, kind, in->slug, &x, e))
        return -1;
    *ret = x;
    return 0;
}

static int list(struct call *c, struct db *db, enum register_kind kind, void **ret, struct err *e)
{
    struct list *l = arena_alloc(&c->out, sizeof *l);
    struct entry *all;
    size_t count = store_entries(db, kind, &c->out, &all);

    l->items = (struct objects){all, count, true};
    *ret = l;
    return db_check(db, e);
}

/* An operation knows its list by which function it runs. */
#define RUNS(name, kind)                                                                                        \
    static int name##_list(struct call *c, struct db *db, const void *in, void **ret, struct err *e)            \
    {                                                                                                           \
        (void)in;                                                                                               \
        return list(c, db, kind, ret, e);                                                                       \
    }                                                                                                           \
    static int name##_show(struct call *c, struct db *db, const void *in, void **ret, struct err *e)            \
    {                                                                                                           \
        return show(c, db, kind, in, ret, e);                                                                   \
    }                                                                                                           \
    static int name##_add(struct call *c, struct db *db, const void *in, void **ret, struct err *e)             \
    {                                                                                                           \
        return add(c, db, kind, in, ret, e);                                                                    \
    }                                                                                                           \
    static int name##_edit(struct call *c, struct db *db, const void *in, void **ret, struct err *e)            \
    {                                                                                                           \
        return edit(c, db, kind, in, ret, e);                                                                   \
    }
RUNS(department, REGISTER_DEPARTMENT)
RUNS(category, REGISTER_CATEGORY)
RUNS(audience, REGISTER_AUDIENCE)
RUNS(venue, REGISTER_VENUE)
RUNS(unit, REGISTER_UNIT)

#define OPERATIONS(name, adds)                              \
    {{#name " list", ROLE_PUBLIC, false, name##_list},      \
     {#name " show", ROLE_PUBLIC, false, name##_show},      \
     {#name " add", adds, true, name##_add},                \
     {#name " edit", adds, true, name##_edit}}
const struct register_operations register_operations[REGISTER_COUNT] = {
    [REGISTER_DEPARTMENT] = OPERATIONS(department, ROLE_ADMIN),
    [REGISTER_CATEGORY] = OPERATIONS(category, ROLE_ADMIN),
    [REGISTER_AUDIENCE] = OPERATIONS(audience, ROLE_ADMIN),
    [REGISTER_VENUE] = OPERATIONS(venue, ROLE_ORGANIZER),
    [REGISTER_UNIT] = OPERATIONS(unit, ROLE_ORGANIZER),
};
