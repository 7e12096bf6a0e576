/* Milestones: a target's steps, each told once when its value passes it; declared in planner.h. */
#include "planner_private.h"

#include "store/target.h"
#include "target.h"

#include <stdio.h>
#include <string.h>

static struct ids rules_about(struct call *c, struct db *db, const char *slug)
{
    return store_read_ids(
        db_query(db, "SELECT id FROM reminder WHERE kind = 'milestone' AND (target = '' OR target = $1) ORDER BY id",
                 p_text(slug)),
        &c->out);
}

/* True if nobody had passed it before. */
static bool pass(struct call *c, struct db *db, const struct target *t, int64_t step_milli)
{
    return db_exec(db,
                   "INSERT INTO milestone_passed (plan, target, percent_milli, at_ms) VALUES ($1, $2, $3, $4)"
                   " ON CONFLICT DO NOTHING",
                   p_text(t->plan), p_text(t->slug), p_int(step_milli), p_int(c->req.now_ms)) > 0;
}

static void tell(struct call *c, struct db *db, const struct reminder *r, const struct target *t, int64_t step_milli)
{
    struct ids channels = planner_rule_channels(c, db, r);
    char *subject = arena_printf(&c->out, "%s/%s:%lld", t->plan, t->slug, (long long)step_milli);

    for (size_t i = 0; i < channels.count; i++) {
        struct delivery_row d = {.reminder_id = r->id, .event_id = DB_NULL_INT, .occurrence_id = DB_NULL_INT,
                                 .kind = r->kind, .subject = subject, .due_ms = c->req.now_ms};
        d.deadline_ms = notice_deadline_ms(NOTICE_MILESTONE, d.due_ms, 0, 0, 0);
        d.identity = arena_printf(&c->out, "milestone:%s:%s:c%lld", r->code, subject, (long long)channels.items[i]);
        planner_insert(c, db, &d, channels.items[i], 0);
    }
}

/* Of several steps passed at once the highest is told. */
static void judge(struct call *c, struct db *db, const struct target *t, bool told)
{
    struct ids rules = rules_about(c, db, t->slug);
    int64_t steps[MILESTONE_STEPS_MAX], fresh[MILESTONE_STEPS_MAX * 4];
    size_t fresh_count = 0;

    if (t->percent_milli == FIELD_INT_ABSENT)
        return;
    for (size_t k = 0; k < rules.count; k++) {
        const struct reminder *r = store_reminder_by_id(db, rules.items[k], &c->out);
        size_t count = milestone_steps_parse(r->steps, steps);
        int64_t highest = 0;
        for (size_t i = 0; i < count && steps[i] <= t->percent_milli; i++) {
            bool is_new = pass(c, db, t, steps[i]);
            /* Another rule may have passed it a moment ago. */
            for (size_t f = 0; f < fresh_count && !is_new; f++)
                is_new = fresh[f] == steps[i];
            if (!is_new)
                continue;
            highest = steps[i];
            if (fresh_count < sizeof fresh / sizeof fresh[0])
                fresh[fresh_count++] = steps[i];
        }
        if (told && highest)
            tell(c, db, r, t, highest);
    }
}

static bool asked_for(struct db *db)
{
    return db_int(db, 0, "SELECT 1 FROM reminder WHERE kind = 'milestone' LIMIT 1") != 0;
}

void planner_target_changed(struct call *c, struct db *db, const char *plan, const char *slug)
{
    struct target_ref ref = {.slug = (char *)(uintptr_t)slug, .plan = (char *)(uintptr_t)plan};
    struct err e = {0};
    void *found;

    if (asked_for(db) && op_target_show.run(c, db, &ref, &found, &e) == 0)
        judge(c, db, found, true);
}

static void judge_all(struct call *c, struct db *db, bool told)
{
    struct target_ref ref = {0};
    struct err e = {0};
    const struct list *list;
    void *found;

    if (!asked_for(db) || op_target_list.run(c, db, &ref, &found, &e))
        return;
    list = found;
    for (size_t i = 0; i < list->items.count; i++)
        judge(c, db, &((const struct target *)list->items.items)[i], told);
}

void planner_targets_changed(struct call *c, struct db *db)
{
    judge_all(c, db, true);
}

void planner_milestones_begin(struct call *c, struct db *db)
{
    judge_all(c, db, false);
}
