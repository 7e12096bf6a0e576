#include "batch.h"

#include "store/office.h"

#include <stdio.h>

static int check_role(const struct call *c, const struct operation *op, struct err *e)
{
    if (c->req.principal.role >= op->least)
        return 0;
    return err_set(e, ERR_NOT_ALLOWED, MSG_ROLE_NEEDED, NULL, principal_role_name(op->least), NULL);
}

/* The error keeps its code: a full role in line 3 is still a conflict. */
static int at_line(const struct call *c, int64_t line, struct err *e)
{
    struct err inner = *e;
    struct buf sentence = {0};
    char number[24];

    snprintf(number, sizeof number, "%lld", (long long)line);
    err_message(&inner, c->req.lang, &sentence);
    if (*catalogue_hint(inner.msg, c->req.lang)) {
        buf_adds(&sentence, " (");
        err_hint(&inner, c->req.lang, &sentence);
        buf_adds(&sentence, ")");
    }
    err_set(e, inner.code, MSG_BATCH_LINE, inner.field, number, buf_text(&sentence), NULL);
    buf_release(&sentence);
    return -1;
}

static int take_step(struct call *c, struct db *db, const struct batch_step *step, struct buf *out, struct err *e)
{
    void *result = NULL;

    c->req.yes = step->yes;
    c->req.force = step->force;
    c->req.if_version = step->if_version;
    if (check_role(c, step->op, e) || step->op->run(c, db, step->input, &result, e) || db_check(db, e))
        return -1;
    if (c->audit.object[0])
        store_audit_add(db, c->req.now_ms, c->req.principal.name, step->op->name, c->audit.object, c->audit.detail,
                        c->req.id);
    c->audit.object[0] = c->audit.detail[0] = 0;
    step->encode(step, result, out);
    return db_check(db, e);
}

static int run_batch(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct batch *b = input;
    struct buf out = {0};
    int failed = 0;

    buf_printf(&out, "{\"done\":%zu,\"items\":[", b->count);
    for (size_t i = 0; i < b->count && !failed; i++) {
        if (i)
            buf_adds(&out, ",");
        failed = take_step(c, db, &b->steps[i], &out, e);
        if (failed)
            at_line(c, b->steps[i].line, e);
    }
    buf_adds(&out, "]}");
    if (!failed)
        *ret = arena_strdup(&c->out, buf_text(&out));
    buf_release(&out);
    return failed;
}

const struct operation op_batch = {"batch", ROLE_VIEWER, OPERATION_WRITES, run_batch};
