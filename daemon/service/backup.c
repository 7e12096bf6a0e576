#include "backup.h"

#include "store/backup.h"

static const struct field input_table[] = {
    FIELD(FIELD_MAYBE, restore_input, replace, "what is there may be lost"),
};
const struct fields restore_input_fields = FIELDS("restore_input", restore_input, input_table);

static const struct field result_table[] = {
    FIELD(FIELD_INT, restore_result, events, NULL),
    FIELD(FIELD_INT, restore_result, volunteers, NULL),
    FIELD(FIELD_INT, restore_result, signups, NULL),
};
const struct fields restore_result_fields = FIELDS("restore_result", restore_result, result_table);

static int run_backup(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct bytes *file = arena_alloc(&c->out, sizeof *file);

    (void)input;
    *ret = file;
    return store_backup(db, &c->out, file, e);
}

/* Nobody's own row of a request may be looked for in a state that it was not asked of. */
static int run_restore(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct restore_input *in = input;
    struct restore_result *r = arena_alloc(&c->out, sizeof *r);

    if (in->replace != 1 && store_holds_something(db))
        return err_set(e, ERR_CONFLICT, MSG_RESTORE_REPLACE, "replace", NULL);
    if (store_restore(db, in->file, c->req.dry_run, e))
        return -1;
    r->events = db_int(db, 0, "SELECT COUNT(*) FROM event");
    r->volunteers = db_int(db, 0, "SELECT COUNT(*) FROM volunteer WHERE status <> 'erased'");
    r->signups = db_int(db, 0, "SELECT COUNT(*) FROM signup WHERE state <> 'cancelled'");
    if (!c->req.dry_run)
        call_audit(c, "state", "restored from a backup");
    call_changed(c, CHANGE_EVERYTHING, 0);
    *ret = r;
    return db_check(db, e);
}

const struct operation op_backup = {"backup", ROLE_ADMIN, OPERATION_READS, run_backup};
const struct operation op_restore = {"restore", ROLE_ADMIN, OPERATION_ALONE, run_restore};
