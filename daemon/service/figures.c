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

/* What is over is counted for as long as it is kept; channels that were removed are no longer anybody's business. */
static void read_channels(struct call *c, struct db *db, struct figures *f)
{
    struct list_builder list = {0};
    struct stmt *s = db_query(db,
                              "SELECT c.name, c.kind, d.state, COUNT(*) FROM delivery d JOIN channel c"
                              " ON c.id = d.channel_id GROUP BY c.name, c.kind, d.state"
                              " ORDER BY c.name, c.kind, d.state LIMIT $1",
                              p_int(FIGURES_CHANNELS_MAX));

    while (stmt_row(s)) {
        struct channel_figure *row = list_add(c, &list, sizeof *row);
        row->channel = stmt_text(s, 0, &c->out);
        row->kind = stmt_text(s, 1, &c->out);
        row->state = stmt_text(s, 2, &c->out);
        row->count = stmt_int(s, 3);
    }
    f->channels = (struct channel_figure *)(void *)list.items;
    f->channel_count = list.count;
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
    read_channels(c, db, f);
    f->due = db_int(db, 0, "SELECT COUNT(*) FROM delivery WHERE next_ms IS NOT NULL AND due_ms <= $1",
                    p_int(c->req.now_ms));
    f->oldest_due_ms = db_int(
        db, 0, "SELECT due_ms FROM delivery WHERE next_ms IS NOT NULL AND due_ms <= $1 ORDER BY due_ms, id LIMIT 1",
        p_int(c->req.now_ms));
    f->store_bytes = db_size_bytes(db);
    *ret = f;
    return db_check(db, e);
}

const struct operation op_figures = {"figures", ROLE_PUBLIC, false, run};
