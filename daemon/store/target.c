#include "target.h"

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

#define TARGET_COLUMNS "slug, title, title_en, unit, measure, period, section, target_milli, plan"

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

struct target_sums store_target_sums(struct db *db, const char *plan, const char *slug)
{
    struct target_sums sums = {0};
    struct stmt *s = db_query(
        db,
        "SELECT COUNT(*), CAST(COALESCE(SUM(amount_milli), 0) AS bigint), CAST(COALESCE(SUM(of_milli), 0) AS bigint)"
        " FROM target_entry WHERE plan = $1 AND indicator = $2 AND id >= COALESCE((SELECT MAX(id) FROM target_entry"
        " WHERE plan = $1 AND indicator = $2 AND kind = 'set'), 0)",
        p_text(plan), p_text(slug));

    if (stmt_row(s)) {
        sums = (struct target_sums){stmt_int(s, 0), stmt_int(s, 1), stmt_int(s, 2)};
        stmt_done(s);
    }
    return sums;
}

void store_target_add_entry(struct db *db, const struct target_entry *t)
{
    db_exec(db,
            "INSERT INTO target_entry (plan, indicator, kind, amount_milli, of_milli, at, name, level, note, who,"
            " created_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            p_text(t->plan), p_text(t->slug), p_text(t->kind), p_int(t->amount_milli), p_int(t->of_milli),
            p_text(t->at), p_text(t->name), p_text(t->level), p_text(t->note), p_text(t->who), p_int(t->created_ms));
}
