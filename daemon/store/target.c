#include "target.h"

#include <string.h>

#define SLUGS_MAX 200
#define LEADS_MAX 50

char *store_plan_current(struct db *db, struct arena *a)
{
    struct stmt *s =
        db_query(db, "SELECT slug FROM plan WHERE state = 'open' ORDER BY start_date DESC, slug DESC LIMIT 1");
    char *slug = NULL;

    if (stmt_row(s)) {
        slug = stmt_text(s, 0, a);
        stmt_done(s);
    }
    return slug;
}

int store_plan_open(struct db *db, const char *plan)
{
    return (int)db_int(db, -1, "SELECT CASE WHEN state = 'open' THEN 1 ELSE 0 END FROM plan WHERE slug = $1",
                       p_text(plan));
}

#define TARGET_COLUMNS                                                                                        \
    "slug, title, title_en, unit, measure, period, section, target_milli, plan, per, position,"               \
    " COALESCE((SELECT d.due FROM indicator_due d WHERE d.plan = indicator.plan AND d.indicator = indicator.slug), '')"

static void read_row(struct stmt *s, struct arena *a, struct target *ret)
{
    int i = 0;

    fields_clear(&target_fields, ret);
    ret->slug = stmt_text(s, i++, a);
    ret->title = stmt_text(s, i++, a);
    ret->title_en = stmt_text(s, i++, a);
    ret->unit = stmt_text(s, i++, a);
    ret->measure = stmt_text(s, i++, a);
    ret->period = stmt_text(s, i++, a);
    ret->section = stmt_text(s, i++, a);
    ret->target_milli = stmt_int(s, i++);
    ret->plan = stmt_text(s, i++, a);
    ret->per = stmt_text(s, i++, a);
    ret->position = stmt_int(s, i++);
    ret->due = stmt_text(s, i++, a);
}

struct stmt *store_target_list(struct db *db, const char *plan)
{
    return db_query(db, "SELECT " TARGET_COLUMNS " FROM indicator WHERE plan = $1 ORDER BY position, slug",
                    p_text(plan));
}

bool store_target_next(struct stmt *s, struct arena *a, struct target *ret)
{
    if (!stmt_row(s))
        return false;
    read_row(s, a, ret);
    return true;
}

bool store_target_find(struct db *db, const char *plan, const char *slug, struct arena *a, struct target *ret)
{
    struct stmt *s = db_query(db, "SELECT " TARGET_COLUMNS " FROM indicator WHERE plan = $1 AND slug = $2",
                              p_text(plan), p_text(slug));
    bool found = store_target_next(s, a, ret);

    stmt_done(s);
    return found;
}

static struct texts read_texts(struct stmt *s, size_t most, struct arena *a)
{
    struct texts list = {arena_alloc(a, most * sizeof(char *)), 0, true};

    while (list.count < most && stmt_row(s))
        list.items[list.count++] = stmt_text(s, 0, a);
    stmt_done(s);
    return list;
}

struct texts store_target_slugs(struct db *db, const char *plan, struct arena *a)
{
    return read_texts(db_query(db, "SELECT slug FROM indicator WHERE plan = $1 ORDER BY position, slug", p_text(plan)),
                      SLUGS_MAX, a);
}

struct texts store_target_lead(struct db *db, const char *plan, const char *section, struct arena *a)
{
    return read_texts(db_query(db,
                               "SELECT department FROM section_department WHERE plan = $1 AND section = $2"
                               " AND duty = 'lead' ORDER BY position, department",
                               p_text(plan), p_text(section)),
                      LEADS_MAX, a);
}

#define ENTRY_COLUMNS \
    "id, indicator, kind, amount_milli, of_milli, at, name, level, note, who, unit, counted_milli, created_ms"

static void read_entry(struct stmt *s, struct arena *a, struct target_entry *ret)
{
    *ret = (struct target_entry){.id = stmt_int(s, 0),
                                 .slug = stmt_text(s, 1, a),
                                 .kind = stmt_text(s, 2, a),
                                 .amount_milli = stmt_int(s, 3),
                                 .of_milli = stmt_int(s, 4),
                                 .at = stmt_text(s, 5, a),
                                 .name = stmt_text(s, 6, a),
                                 .level = stmt_text(s, 7, a),
                                 .note = stmt_text(s, 8, a),
                                 .who = stmt_text(s, 9, a),
                                 .unit = stmt_text(s, 10, a),
                                 .counted_milli = stmt_int(s, 11),
                                 .created_ms = stmt_int(s, 12)};
}

size_t store_target_entries(struct db *db, const char *plan, const char *slug, struct arena *a,
                            struct target_entry **ret)
{
    int64_t room = db_int(db, 0, "SELECT COUNT(*) FROM target_entry WHERE plan = $1 AND ($2 = '' OR indicator = $2)",
                          p_text(plan), p_text(slug));
    struct target_entry *list = arena_alloc(a, (size_t)(room + 1) * sizeof *list);
    size_t count = 0;
    struct stmt *s = db_query(db,
                              "SELECT " ENTRY_COLUMNS " FROM target_entry WHERE plan = $1 AND ($2 = '' OR indicator ="
                              " $2) ORDER BY indicator, at, id",
                              p_text(plan), p_text(slug));

    while ((int64_t)count < room && stmt_row(s))
        read_entry(s, a, &list[count++]);
    stmt_done(s);
    *ret = list;
    return count;
}

void store_target_add_entry(struct db *db, const struct target_entry *t)
{
    db_exec(db,
            "INSERT INTO target_entry (plan, indicator, kind, amount_milli, of_milli, at, name, level, note, who,"
            " created_ms, unit, counted_milli) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            p_text(t->plan), p_text(t->slug), p_text(t->kind), p_int(t->amount_milli), p_int(t->of_milli),
            p_text(t->at), p_text(t->name), p_text(t->level), p_text(t->note), p_text(t->who), p_int(t->created_ms),
            p_text(t->unit ? t->unit : ""), p_int(t->counted_milli));
}

bool store_plan_dates(struct db *db, const char *plan, struct arena *a, struct plan_dates *ret)
{
    struct stmt *s = db_query(db,
                              "SELECT p.start_date, p.end_date, p.state, (SELECT COUNT(*) FROM plan q WHERE"
                              " q.start_date > p.start_date), COALESCE((SELECT q.slug FROM plan q WHERE q.end_date <"
                              " p.start_date ORDER BY q.end_date DESC, q.slug LIMIT 1), '') FROM plan p"
                              " WHERE p.slug = $1",
                              p_text(plan));

    if (!stmt_row(s))
        return false;
    ret->start = stmt_text(s, 0, a);
    ret->end = stmt_text(s, 1, a);
    ret->open = strcmp(stmt_text(s, 2, a), "open") == 0;
    ret->succeeded = stmt_int(s, 3) > 0;
    ret->before = stmt_text(s, 4, a);
    stmt_done(s);
    return true;
}

char *store_plan_overlapping(struct db *db, const char *slug, const char *start, const char *end, struct arena *a)
{
    struct stmt *s = db_query(db,
                              "SELECT slug FROM plan WHERE slug <> $1 AND start_date <= $3 AND end_date >= $2"
                              " ORDER BY start_date, slug LIMIT 1",
                              p_text(slug), p_text(start), p_text(end));
    char *found = NULL;

    if (stmt_row(s)) {
        found = stmt_text(s, 0, a);
        stmt_done(s);
    }
    return found;
}

int64_t store_plan_result(struct db *db, const char *plan, const char *slug)
{
    return db_int(db, DB_NULL_INT, "SELECT value_milli FROM plan_result WHERE plan = $1 AND indicator = $2",
                  p_text(plan), p_text(slug));
}

void store_plan_close(struct db *db, const char *plan)
{
    db_exec(db, "UPDATE plan SET state = 'closed', version = version + 1 WHERE slug = $1", p_text(plan));
}

void store_plan_put_result(struct db *db, const char *plan, const char *slug, int64_t value_milli, int64_t at_ms)
{
    db_exec(db,
            "INSERT INTO plan_result (plan, indicator, value_milli, closed_ms) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (plan, indicator) DO UPDATE SET value_milli = excluded.value_milli,"
            " closed_ms = excluded.closed_ms",
            p_text(plan), p_text(slug), p_int(value_milli), p_int(at_ms));
}

void store_indicator_put_due(struct db *db, const char *plan, const char *slug, const char *due)
{
    db_exec(db, "INSERT INTO indicator_due (plan, indicator, due) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            p_text(plan), p_text(slug), p_text(due));
}
