#include "overdue.h"

#include "planner_private.h"

#define GATHERED                                                                                                       \
    " state = 'scheduled' AND attempts = 0 AND next_ms < $1 AND deadline_ms > $2 AND occurrence_id IS NOT NULL"

char *overdue_reason(struct call *c, const char *digest_code)
{
    return arena_printf(&c->out, "told together in %s", digest_code);
}

static void gather(struct call *c, struct db *db, int64_t channel_id)
{
    int64_t now_ms = c->req.now_ms;
    struct delivery_row d = {.reminder_id = DB_NULL_INT, .event_id = DB_NULL_INT, .occurrence_id = DB_NULL_INT,
                             .kind = (char *)(uintptr_t)notice_kind_name(NOTICE_DIGEST),
                             .subject = (char *)(uintptr_t)OVERDUE_SUBJECT, .due_ms = now_ms};
    struct ids open = store_read_ids(db_query(db,
                                              "SELECT id FROM delivery WHERE channel_id = $3 AND" GATHERED
                                              " ORDER BY id",
                                              p_int(now_ms - OVERDUE_MS), p_int(now_ms), p_int(channel_id)),
                                     &c->out);

    d.deadline_ms = notice_deadline_ms(NOTICE_DIGEST, now_ms, 0, 0, 0);
    d.identity = arena_printf(&c->out, "digest:overdue:%lld:c%lld", (long long)now_ms, (long long)channel_id);
    if (!planner_insert(c, db, &d, channel_id, 0))
        return;
    for (size_t i = 0; i < open.count; i++)
        delivery_move(c, db, store_delivery_by_id(db, open.items[i], &c->out), DELIVERY_SUPERSEDED,
                      overdue_reason(c, d.code));
}

void overdue_gather(struct call *c, struct db *db)
{
    int64_t now_ms = c->req.now_ms;
    struct ids channels = store_read_ids(
        db_query(db,
                 "SELECT channel_id FROM delivery WHERE channel_id IS NOT NULL AND" GATHERED
                 " GROUP BY channel_id HAVING COUNT(DISTINCT occurrence_id) > $3 ORDER BY channel_id",
                 p_int(now_ms - OVERDUE_MS), p_int(now_ms), p_int(OVERDUE_OCCURRENCES)),
        &c->out);

    for (size_t i = 0; i < channels.count; i++)
        gather(c, db, channels.items[i]);
}
