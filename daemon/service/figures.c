#include "figures.h"

#include "volunteer.h"

static size_t read_states(struct call *c, struct stmt *s, struct figure *ret)
{
    size_t count = 0;

    while (stmt_row(s)) {
        if (count < FIGURES_STATES_MAX)
            ret[count++] = (struct figure){stmt_text(s, 0, &c->out), stmt_int(s, 1)};
    }
    return count;
}

static int run(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct figures *f = arena_alloc(&c->out, sizeof *f);

    (void)input;
    f->volunteers = people_count(db);
    f->events = db_int(db, 0, "SELECT COUNT(*) FROM event WHERE status <> 'cancelled'");
    f->occurrences_ahead = db_int(db, 0, "SELECT COUNT(*) FROM occurrence WHERE end_ms > $1 AND status <> 'cancelled'",
                                  p_int(c->req.now_ms));
    f->channels_paused = db_int(db, 0, "SELECT COUNT(*) FROM channel WHERE state = 'paused'");
    f->delivery_states = read_states(
        c, db_query(db, "SELECT state, COUNT(*) FROM delivery GROUP BY state ORDER BY state"), f->deliveries);
    f->signup_states = read_states(
        c, db_query(db, "SELECT state, COUNT(*) FROM signup GROUP BY state ORDER BY state"), f->signups);
    f->store_bytes = db_size_bytes(db);
    *ret = f;
    return db_check(db, e);
}

const struct operation op_figures = {"figures", ROLE_PUBLIC, false, run};
