#include "version.h"

static const struct field version_table[] = {
    FIELD(FIELD_TEXT, version, name, "kepud"),
    FIELD(FIELD_TEXT, version, version, NULL),
};
const struct fields version_fields = FIELDS("version", version, version_table);

static int run_version(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct version *v = arena_alloc(&c->out, sizeof *v);

    (void)db;
    (void)input;
    (void)e;
    v->name = arena_strdup(&c->out, "kepud");
    v->version = arena_strdup(&c->out, KEPU_VERSION);
    *ret = v;
    return 0;
}

static int run_ready(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    (void)c;
    (void)input;
    (void)ret;
    db_int(db, 0, "SELECT count(*) FROM meta");
    return db_check(db, e);
}

const struct operation op_version = {"version", ROLE_PUBLIC, false, run_version};
const struct operation op_ready = {"ready", ROLE_PUBLIC, false, run_ready};
