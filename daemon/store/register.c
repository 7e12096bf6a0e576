#include "register.h"

#include <string.h>

/* Every statement reads and writes the same columns: slug, title, title_en, aliases, color, address, latitude,
 * longitude, kind, town, version, changed_ms; a list without one of them keeps '' or 0. */
static const struct {
    const char *all, *one, *insert, *update;
} sql[REGISTER_COUNT] = {
    [REGISTER_DEPARTMENT] =
        {"SELECT slug, title, title_en, aliases, '', '', '', '', '', '', version, changed_ms FROM department"
         " ORDER BY position, slug",
         "SELECT slug, title, title_en, aliases, '', '', '', '', '', '', version, changed_ms FROM department"
         " WHERE slug = $1",
         "INSERT INTO department (slug, title, title_en, aliases, changed_ms, position, version)"
         " SELECT $1, $2, $3, $4, $5, COUNT(*) + 1, 1 FROM department WHERE true ON CONFLICT DO NOTHING RETURNING 1",
         "UPDATE department SET title = $2, title_en = $3, aliases = $4, changed_ms = $5, version = version + 1"
         " WHERE slug = $1"},
    [REGISTER_CATEGORY] =
        {"SELECT slug, title, title_en, '', color, '', '', '', '', '', version, changed_ms FROM category"
         " ORDER BY position, slug",
         "SELECT slug, title, title_en, '', color, '', '', '', '', '', version, changed_ms FROM category"
         " WHERE slug = $1",
         "INSERT INTO category (slug, title, title_en, color, changed_ms, position, version)"
         " SELECT $1, $2, $3, $4, $5, COUNT(*) + 1, 1 FROM category WHERE true ON CONFLICT DO NOTHING RETURNING 1",
         "UPDATE category SET title = $2, title_en = $3, color = $4, changed_ms = $5, version = version + 1"
         " WHERE slug = $1"},
    [REGISTER_AUDIENCE] =
        {"SELECT slug, title, title_en, '', '', '', '', '', '', '', version, 0 FROM audience ORDER BY position, slug",
         "SELECT slug, title, title_en, '', '', '', '', '', '', '', version, 0 FROM audience WHERE slug = $1",
         "INSERT INTO audience (slug, title, title_en, position, version)"
         " SELECT $1, $2, $3, COUNT(*) + 1, 1 FROM audience WHERE true ON CONFLICT DO NOTHING RETURNING 1",
         "UPDATE audience SET title = $2, title_en = $3, version = version + 1 WHERE slug = $1"},
    [REGISTER_VENUE] =
        {"SELECT slug, title, title_en, '', '', address, latitude, longitude, '', town, version, changed_ms FROM venue"
         " ORDER BY position, slug",
         "SELECT slug, title, title_en, '', '', address, latitude, longitude, '', town, version, changed_ms FROM venue"
         " WHERE slug = $1",
         "INSERT INTO venue (slug, title, title_en, address, latitude, longitude, town, changed_ms, position, version)"
         " SELECT $1, $2, $3, $4, $5, $6, $7, $8, COUNT(*) + 1, 1 FROM venue WHERE true"
         " ON CONFLICT DO NOTHING RETURNING 1",
         "UPDATE venue SET title = $2, title_en = $3, address = $4, latitude = $5, longitude = $6, town = $7,"
         " changed_ms = $8, version = version + 1 WHERE slug = $1"},
    [REGISTER_UNIT] =
        {"SELECT slug, title, '', '', '', '', '', '', kind, '', version, 0 FROM unit ORDER BY slug",
         "SELECT slug, title, '', '', '', '', '', '', kind, '', version, 0 FROM unit WHERE slug = $1",
         "INSERT INTO unit (slug, title, kind, version) VALUES ($1, $2, $3, 1) ON CONFLICT DO NOTHING RETURNING 1",
         "UPDATE unit SET title = $2, kind = $3, version = version + 1 WHERE slug = $1"},
};

#define ALIAS_SEPARATOR "\n"

static struct texts split(char *text, struct arena *a)
{
    struct texts list = {arena_alloc(a, ENTRY_ALIASES_MAX * sizeof(char *)), 0, true};
    char *rest = text;

    for (char *one; list.count < ENTRY_ALIASES_MAX && (one = strsep(&rest, ALIAS_SEPARATOR));)
        if (*one)
            list.items[list.count++] = one;
    return list;
}

static char *join(const struct texts *list, struct arena *a)
{
    char *text = (char *)(uintptr_t)"";

    for (size_t i = 0; i < list->count; i++)
        text = arena_printf(a, "%s%s%s", text, i ? ALIAS_SEPARATOR : "", list->items[i]);
    return text;
}

static void read_entry(struct stmt *s, struct arena *a, struct entry *x)
{
    int i = 0;

    x->slug = stmt_text(s, i++, a);
    x->title = stmt_text(s, i++, a);
    x->title_en = stmt_text(s, i++, a);
    x->aliases = split(stmt_text(s, i++, a), a);
    x->color = stmt_text(s, i++, a);
    x->address = stmt_text(s, i++, a);
    x->latitude = stmt_text(s, i++, a);
    x->longitude = stmt_text(s, i++, a);
    x->kind = stmt_text(s, i++, a);
    x->town = stmt_text(s, i++, a);
    x->version = stmt_int(s, i++);
    x->changed_ms = stmt_int(s, i++);
}

struct entry *store_entry_find(struct db *db, enum register_kind kind, const char *slug, struct arena *a)
{
    struct stmt *s = db_query(db, sql[kind].one, p_text(slug));
    struct entry *x;

    if (!stmt_row(s))
        return NULL;
    x = arena_alloc(a, sizeof *x);
    read_entry(s, a, x);
    stmt_done(s);
    return x;
}

size_t store_entries(struct db *db, enum register_kind kind, struct arena *a, struct entry **ret)
{
    struct stmt *s = db_query(db, sql[kind].all);
    struct entry *list = NULL;
    size_t count = 0, room = 0;

    while (stmt_row(s)) {
        if (count == room) {
            struct entry *grown = arena_alloc(a, (room = room ? room * 2 : 32) * sizeof *grown);
            if (count)
                memcpy(grown, list, count * sizeof *grown);
            list = grown;
        }
        read_entry(s, a, &list[count++]);
    }
    *ret = list;
    return count;
}

static struct stmt *write_entry(struct db *db, enum register_kind kind, const char *text, const struct entry *x,
                                struct arena *a)
{
    switch (kind) {
    case REGISTER_DEPARTMENT:
        return db_query(db, text, p_text(x->slug), p_text(x->title), p_text(x->title_en), p_text(join(&x->aliases, a)),
                        p_int(x->changed_ms));
    case REGISTER_CATEGORY:
        return db_query(db, text, p_text(x->slug), p_text(x->title), p_text(x->title_en), p_text(x->color),
                        p_int(x->changed_ms));
    case REGISTER_AUDIENCE:
        return db_query(db, text, p_text(x->slug), p_text(x->title), p_text(x->title_en));
    case REGISTER_VENUE:
        return db_query(db, text, p_text(x->slug), p_text(x->title), p_text(x->title_en), p_text(x->address),
                        p_text(x->latitude), p_text(x->longitude), p_text(x->town), p_int(x->changed_ms));
    case REGISTER_UNIT:
    case REGISTER_COUNT:
        break;
    }
    return db_query(db, text, p_text(x->slug), p_text(x->title), p_text(x->kind));
}

bool store_entry_insert(struct db *db, enum register_kind kind, const struct entry *x)
{
    struct stmt *s = write_entry(db, kind, sql[kind].insert, x, db_scratch(db));
    bool inserted = stmt_row(s);

    stmt_done(s);
    return inserted;
}

void store_entry_update(struct db *db, enum register_kind kind, const struct entry *x)
{
    struct stmt *s = write_entry(db, kind, sql[kind].update, x, db_scratch(db));

    while (stmt_row(s))
        ;
}

struct texts store_read_texts(struct stmt *s, struct arena *a)
{
    struct texts list = {.given = true};
    size_t room = 0;

    while (stmt_row(s)) {
        if (list.count == room) {
            char **grown = arena_alloc(a, (room = room ? room * 2 : 32) * sizeof *grown);
            if (list.count)
                memcpy(grown, list.items, list.count * sizeof *grown);
            list.items = grown;
        }
        list.items[list.count++] = stmt_text(s, 0, a);
    }
    return list;
}

char *store_preset_body(struct db *db, const char *slug, struct arena *a)
{
    struct stmt *s = db_query(db, "SELECT body FROM preset WHERE slug = $1", p_text(slug));
    char *body = NULL;

    if (stmt_row(s)) {
        body = stmt_text(s, 0, a);
        stmt_done(s);
    }
    return body;
}

struct texts store_preset_slugs(struct db *db, struct arena *a)
{
    return store_read_texts(db_query(db, "SELECT slug FROM preset ORDER BY position, slug"), a);
}

bool store_preset_insert(struct db *db, const char *slug, const char *title, const char *title_en, const char *body)
{
    return db_int(db, 0,
                  "INSERT INTO preset (slug, title, title_en, position, body, version)"
                  " SELECT $1, $2, $3, COUNT(*) + 1, $4, 1 FROM preset WHERE true ON CONFLICT DO NOTHING RETURNING 1",
                  p_text(slug), p_text(title), p_text(title_en), p_text(body)) != 0;
}

bool store_plan_insert(struct db *db, const struct plan *p)
{
    return db_int(db, 0,
                  "INSERT INTO plan (slug, title, title_en, start_date, end_date, state, version)"
                  " VALUES ($1, $2, $3, $4, $5, $6, 1) ON CONFLICT DO NOTHING RETURNING 1",
                  p_text(p->slug), p_text(p->title), p_text(p->title_en), p_text(p->start), p_text(p->end),
                  p_text(p->state)) != 0;
}

void store_section_insert(struct db *db, const char *plan, const struct plan_section *s, int64_t position)
{
    const struct { const char *duty; const struct texts *departments; } duties[] = {
        {"lead", &s->lead}, {"partner", &s->partners}};

    db_exec(db, "INSERT INTO section (plan, id, title, title_en, position) VALUES ($1, $2, $3, $4, $5)", p_text(plan),
            p_text(s->id), p_text(s->title), p_text(s->title_en), p_int(position));
    for (size_t d = 0; d < 2; d++)
        for (size_t i = 0; i < duties[d].departments->count; i++)
            db_exec(db,
                    "INSERT INTO section_department (plan, section, duty, department, position)"
                    " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                    p_text(plan), p_text(s->id), p_text(duties[d].duty), p_text(duties[d].departments->items[i]),
                    p_int((int64_t)i));
}

static struct texts departments_of(struct db *db, const char *plan, const char *section, const char *duty,
                                   struct arena *a)
{
    return store_read_texts(
        db_query(db,
                 "SELECT department FROM section_department WHERE plan = $1 AND section = $2 AND duty = $3"
                 " ORDER BY position, department",
                 p_text(plan), p_text(section), p_text(duty)),
        a);
}

static void read_sections(struct db *db, struct plan *p, struct arena *a)
{
    int64_t room = db_int(db, 0, "SELECT COUNT(*) FROM section WHERE plan = $1", p_text(p->slug));
    struct plan_section *list = arena_alloc(a, (size_t)(room + 1) * sizeof *list);
    struct stmt *s = db_query(db, "SELECT id, title, title_en FROM section WHERE plan = $1 ORDER BY position, id",
                              p_text(p->slug));

    p->sections = (struct objects){list, 0, true};
    while ((int64_t)p->sections.count < room && stmt_row(s)) {
        struct plan_section *x = &list[p->sections.count++];
        x->id = stmt_text(s, 0, a);
        x->title = stmt_text(s, 1, a);
        x->title_en = stmt_text(s, 2, a);
        x->lead = departments_of(db, p->slug, x->id, "lead", a);
        x->partners = departments_of(db, p->slug, x->id, "partner", a);
    }
    stmt_done(s);
}

struct plan *store_plan_find(struct db *db, const char *slug, struct arena *a)
{
    struct stmt *s = db_query(db,
                              "SELECT slug, title, title_en, start_date, end_date, state, version FROM plan"
                              " WHERE slug = $1",
                              p_text(slug));
    struct plan *p;

    if (!stmt_row(s))
        return NULL;
    p = arena_alloc(a, sizeof *p);
    p->slug = stmt_text(s, 0, a);
    p->title = stmt_text(s, 1, a);
    p->title_en = stmt_text(s, 2, a);
    p->start = stmt_text(s, 3, a);
    p->end = stmt_text(s, 4, a);
    p->state = stmt_text(s, 5, a);
    p->version = stmt_int(s, 6);
    stmt_done(s);
    read_sections(db, p, a);
    return p;
}

struct texts store_plan_slugs(struct db *db, struct arena *a)
{
    return store_read_texts(db_query(db, "SELECT slug FROM plan ORDER BY start_date DESC, slug"), a);
}

void store_indicator_insert(struct db *db, const char *plan, const struct indicator_row *r)
{
    db_exec(db,
            "INSERT INTO indicator (plan, slug, title, title_en, unit, measure, period, per, section, target_milli,"
            " position, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1) ON CONFLICT DO NOTHING",
            p_text(plan), p_text(r->slug), p_text(r->title), p_text(r->title_en), p_text(r->unit), p_text(r->measure),
            p_text(r->period), p_text(r->per), p_text(r->section), p_int(r->target_milli), p_int(r->position));
}
