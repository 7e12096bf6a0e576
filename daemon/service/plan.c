#include "plan.h"

#include "domain/office.h"
#include "seeds.h"
#include "store/register.h"
#include "target.h"

#include <stdio.h>
#include <string.h>

static int read_json(const char *body, json_t **ret, struct err *e)
{
    json_error_t where;
    char line[24], column[24];

    *ret = json_loads(body ? body : "", JSON_REJECT_DUPLICATES, &where);
    if (*ret)
        return 0;
    snprintf(line, sizeof line, "%d", where.line);
    snprintf(column, sizeof column, "%d", where.column);
    err_set(e, ERR_INVALID, MSG_PLAN_SYNTAX, NULL, line, column, where.text, NULL);
    err_field(e, "line %s, column %s", line, column);
    return -1;
}

/* A plan with what goes with it, in one file; or the plan alone. */
static int take(struct call *c, struct db *db, const json_t *root, const char **ret_slug, struct err *e)
{
    const json_t *plan = json_object_get(root, "plan");
    int64_t added;
    bool is_added;

    if (!plan && json_object_get(root, "indicators")) {
        *ret_slug = json_string_value(json_object_get(root, "slug"));
        return plan_read(c, db, root, false, &is_added, e);
    }
    if (!plan)
        return err_set(e, ERR_INVALID, MSG_PLAN_ABSENT, "plan", NULL);
    *ret_slug = json_string_value(json_object_get(plan, "slug"));
    return seeds_take(c, db, root, "plan", &added, e);
}

static int run_import(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct slug_ref *in = input;
    const char *slug;
    json_t *root;
    int failed;

    if (read_json(in->body, &root, e))
        return -1;
    failed = take(c, db, root, &slug, e);
    if (!failed)
        *ret = plan_show(c, db, slug);
    json_decref(root);
    if (failed || !*ret)
        return failed ? -1 : db_check(db, e);
    call_audit(c, ((struct plan *)*ret)->slug, "imported");
    call_changed(c, CHANGE_OFFICE, 0);
    call_changed(c, CHANGE_TARGETS, 0);
    return db_check(db, e);
}

static int keep_results(struct call *c, struct db *db, const char *slug, struct err *e)
{
    const struct target *targets;
    struct measuring m;
    struct objects all;

    if (measuring_begin(c, db, slug, 0, 0, &m, e) || targets_read(&m, &all, e))
        return -1;
    targets = all.items;
    for (size_t i = 0; i < all.count; i++)
        store_plan_put_result(db, slug, targets[i].slug, targets[i].value_milli, c->req.now_ms);
    return 0;
}

static int run_close(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct slug_ref *in = input;
    const struct zone *zone = zone_find(service_settings(c->service)->tz, e);
    struct plan *p = store_plan_find(db, in->slug, &c->out);

    if (!zone)
        return -1;
    if (!p)
        return db_check(db, e) ? -1 : err_set(e, ERR_NOT_FOUND, MSG_THING_NOT_FOUND, "slug", "plan", in->slug, NULL);
    if (strcmp(p->state, "open") != 0)
        return err_set(e, ERR_CONFLICT, MSG_PLAN_CLOSED_ALREADY, "slug", p->slug, NULL);
    if (measure_today(c, zone) <= measure_day(p->end) && !c->req.yes && !c->req.force)
        return err_set(e, ERR_CONFLICT, MSG_PLAN_NOT_OVER, "slug", p->slug, p->end, NULL);
    if (keep_results(c, db, p->slug, e))
        return -1;
    store_plan_close(db, p->slug);
    call_audit(c, p->slug, "closed");
    call_changed(c, CHANGE_TARGETS, 0);
    *ret = plan_show(c, db, p->slug);
    return db_check(db, e);
}

/* With what it came to, once it is closed. */
struct plan *plan_show(struct call *c, struct db *db, const char *slug)
{
    struct plan *p = store_plan_find(db, slug, &c->out);
    struct plan_result *list;
    struct stmt *s;
    int64_t room;

    if (!p)
        return NULL;
    room = db_int(db, 0, "SELECT COUNT(*) FROM plan_result WHERE plan = $1", p_text(slug));
    list = arena_alloc(&c->out, (size_t)(room + 1) * sizeof *list);
    p->results = (struct objects){list, 0, true};
    s = db_query(db,
                 "SELECT i.slug, i.title, i.target_milli, r.value_milli FROM plan_result r JOIN indicator i"
                 " ON i.plan = r.plan AND i.slug = r.indicator WHERE r.plan = $1 ORDER BY i.position, i.slug",
                 p_text(slug));
    while ((int64_t)p->results.count < room && stmt_row(s)) {
        struct plan_result *x = &list[p->results.count++];
        *x = (struct plan_result){stmt_text(s, 0, &c->out), stmt_text(s, 1, &c->out), stmt_int(s, 2), stmt_int(s, 3),
                                  FIELD_INT_ABSENT};
        if (x->value_milli != FIELD_INT_ABSENT)
            x->percent_milli = target_percent_milli(x->value_milli, x->target_milli);
    }
    stmt_done(s);
    p->targets = db_int(db, 0, "SELECT COUNT(*) FROM indicator WHERE plan = $1", p_text(slug));
    return p;
}

const struct operation op_plan_import = {"plan import", ROLE_ADMIN, true, run_import};
const struct operation op_plan_close = {"plan close", ROLE_ADMIN, true, run_close};
