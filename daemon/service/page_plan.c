/* What everybody may see of the plan: the whole, and each department's part. */
#include "page.h"
#include "target.h"

#include <string.h>

static int read_page(struct call *c, struct db *db, enum report_kind kind, const char *department, void **ret,
                     struct err *e)
{
    const struct settings *s = service_settings(c->service);
    struct plan_page *page = arena_alloc(&c->out, sizeof *page);
    struct report_input in = {.slug = (char *)(uintptr_t)department,
                              .language = (char *)(uintptr_t)lang_name(c->req.lang)};

    *ret = page;
    if (s->plan_shown == PLAN_HIDDEN || (kind == REPORT_DEPARTMENT && s->plan_shown != PLAN_PUBLIC))
        return err_set(e, ERR_NOT_FOUND, MSG_PLAN_HIDDEN, NULL, NULL);
    if (progress_read(c, db, &page->progress, e))
        return -1;
    page->departments = s->plan_shown == PLAN_PUBLIC;
    if (report_read(c, db, kind, &in, &page->report, e) == 0)
        return 0;
    if (e->code != ERR_NOT_FOUND || kind == REPORT_DEPARTMENT)
        return -1;
    err_clear(e);
    page->report = NULL;
    return 0;
}

static int run_plan(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    (void)input;
    return read_page(c, db, REPORT_PLAN, NULL, ret, e);
}

static int run_department(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct slug_ref *ref = input;

    return read_page(c, db, REPORT_DEPARTMENT, ref->slug, ret, e);
}

const struct operation op_plan_page = {"plan page", ROLE_PUBLIC, OPERATION_READS, run_plan};
const struct operation op_plan_department_page = {"plan department page", ROLE_PUBLIC, OPERATION_READS, run_department};
