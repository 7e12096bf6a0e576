#include "progress.h"

#include "domain/target.h"
#include "store/volunteer.h"
#include "target.h"
#include "volunteer.h"

static const struct field table[] = {
    FIELD(FIELD_INT, people_progress, value, "volunteers, neither resting nor erased"),
    FIELD(FIELD_INT, people_progress, target, NULL),
    FIELD_AS("percent", FIELD_MILLI, people_progress, percent_milli, "of the target"),
    FIELD(FIELD_INT, people_progress, pace, "people who came in the last pace_days days"),
    FIELD(FIELD_INT, people_progress, pace_days, NULL),
    FIELD(FIELD_INT, people_progress, pace_year, "people who came in the last 365 days"),
    FIELD(FIELD_MOMENT, people_progress, forecast, "when the target is reached at this pace"),
    FIELD(FIELD_MOMENT, people_progress, forecast_from, "the earliest that paces say"),
    FIELD(FIELD_MOMENT, people_progress, forecast_to, "the latest; null: never"),
    FIELD(FIELD_TEXT, people_progress, sure, "of the forecast: low, medium, high"),
    FIELD(FIELD_TEXT, people_progress, reason, "why so sure, or why there is no forecast"),
};
const struct fields people_progress_fields = FIELDS("progress", people_progress, table);

static void without_plan(struct call *c, struct db *db, struct people_progress *ret)
{
    ret->value = people_count(db);
    ret->target = PROGRESS_TARGET_DEFAULT;
    ret->pace = store_people_count(db, c->req.now_ms - TARGET_PACE_DAYS * 86400000LL);
    ret->pace_year = store_people_count(db, c->req.now_ms - TARGET_YEAR_DAYS * 86400000LL);
    ret->percent_milli = target_percent_milli(ret->value * 1000, ret->target * 1000);
}

int progress_read(struct call *c, struct db *db, struct people_progress *ret, struct err *e)
{
    struct target_ref ref = {.slug = (char *)(uintptr_t)TARGET_VOLUNTEERS};
    const struct target *t;
    void *found;

    *ret = (struct people_progress){.pace_days = TARGET_PACE_DAYS};
    if (op_target_show.run(c, db, &ref, &found, e)) {
        if (e->code != ERR_NOT_FOUND)
            return -1;
        err_clear(e);
        without_plan(c, db, ret);
        return db_check(db, e);
    }
    t = found;
    ret->value = t->value_milli / 1000;
    ret->target = t->target_milli / 1000;
    ret->percent_milli = t->percent_milli;
    ret->pace = t->pace;
    ret->pace_year = t->pace_year;
    ret->forecast = t->forecast;
    ret->forecast_from = t->forecast_from;
    ret->forecast_to = t->forecast_to;
    ret->sure = t->sure;
    ret->reason = t->reason;
    return 0;
}

static int run(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct people_progress *p = arena_alloc(&c->out, sizeof *p);

    (void)input;
    *ret = p;
    return progress_read(c, db, p, e);
}

const struct operation op_progress = {"progress", ROLE_PUBLIC, false, run};
