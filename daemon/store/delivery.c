/* Rows of deliveries and their attempts; declared in notice.h. */
#include "notice.h"

#include <string.h>

#define COLUMNS                                                                                                       \
    "id, code, identity, channel_id, channel_name, reminder_id, kind, event_id, occurrence_id, role, moves, text,"    \
    " due_ms, deadline_ms, state, next_ms, attempts, reason, created_ms, final_ms, subject"

static struct delivery_row *read_row(struct stmt *s, struct arena *a)
{
    struct delivery_row *d;
    int i = 0;

    if (!stmt_row(s))
        return NULL;
    d = arena_alloc(a, sizeof *d);
    d->id = stmt_int(s, i++);
    d->code = stmt_text(s, i++, a);
    d->identity = stmt_text(s, i++, a);
    d->channel_id = stmt_int(s, i++);
    d->channel_name = stmt_text(s, i++, a);
    d->reminder_id = stmt_int(s, i++);
    d->kind = stmt_text(s, i++, a);
    d->event_id = stmt_int(s, i++);
    d->occurrence_id = stmt_int(s, i++);
    d->role = stmt_text(s, i++, a);
    d->moves = stmt_int(s, i++);
    d->text = stmt_text(s, i++, a);
    d->due_ms = stmt_int(s, i++);
    d->deadline_ms = stmt_int(s, i++);
    d->state = stmt_text(s, i++, a);
    d->next_ms = stmt_int(s, i++);
    d->attempts = stmt_int(s, i++);
    d->reason = stmt_text(s, i++, a);
    d->created_ms = stmt_int(s, i++);
    d->final_ms = stmt_int(s, i++);
    d->subject = stmt_text(s, i++, a);
    stmt_done(s);
    return d;
}

struct delivery_row *store_delivery_by_code(struct db *db, const char *code, struct arena *a)
{
    return read_row(db_query(db, "SELECT " COLUMNS " FROM delivery WHERE code = $1", p_text(code)), a);
}

struct delivery_row *store_delivery_by_id(struct db *db, int64_t id, struct arena *a)
{
    return read_row(db_query(db, "SELECT " COLUMNS " FROM delivery WHERE id = $1", p_int(id)), a);
}

static void read_brief(struct stmt *s, struct arena *a, struct delivery_brief *ret)
{
    int i = 0;

    ret->id = stmt_int(s, i++);
    ret->occurrence_id = stmt_int(s, i++);
    ret->reminder_id = stmt_int(s, i++);
    ret->channel_id = stmt_int(s, i++);
    ret->moves = stmt_int(s, i++);
    ret->due_ms = stmt_int(s, i++);
    ret->deadline_ms = stmt_int(s, i++);
    ret->attempts = stmt_int(s, i++);
    ret->kind = stmt_text(s, i++, a);
    ret->state = stmt_text(s, i++, a);
    ret->reason = stmt_text(s, i++, a);
}

size_t store_delivery_briefs(struct db *db, int64_t event_id, int64_t after_ms, struct arena *a,
                             struct delivery_brief **ret)
{
    size_t count = 0, room = 0;
    struct delivery_brief *list = NULL;
    struct stmt *s = db_query(
        db,
        "SELECT d.id, d.occurrence_id, COALESCE(d.reminder_id, 0), COALESCE(d.channel_id, 0), d.moves, d.due_ms,"
        " d.deadline_ms, d.attempts, d.kind, d.state, d.reason"
        " FROM occurrence o JOIN delivery d ON d.occurrence_id = o.id WHERE o.event_id = $1 AND d.kind <> 'changed'"
        " AND (o.end_ms > $2 OR d.state IN ('scheduled', 'sending', 'retrying', 'ambiguous'))"
        " ORDER BY d.occurrence_id, COALESCE(d.reminder_id, 0), COALESCE(d.channel_id, 0), d.id DESC",
        p_int(event_id), p_int(after_ms));

    while (stmt_row(s)) {
        if (count == room) {
            struct delivery_brief *more = arena_alloc(a, (room = room ? room * 2 : 64) * sizeof *more);
            if (count)
                memcpy(more, list, count * sizeof *more);
            list = more;
        }
        read_brief(s, a, &list[count++]);
    }
    *ret = list;
    return count;
}

static bool insert(struct db *db, struct delivery_row *d)
{
    d->id =
        db_int(db, 0,
               "INSERT INTO delivery (code, identity, channel_id, channel_name, reminder_id, kind, event_id,"
               " occurrence_id, role, moves, text, due_ms, deadline_ms, state, next_ms, attempts, reason, created_ms,"
               " subject)"
               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'scheduled', $15, 0, '', $14, $16)"
               " ON CONFLICT (identity) DO NOTHING RETURNING id",
               p_text(d->code), p_text(d->identity), p_int(d->channel_id), p_text(d->channel_name),
               p_int(d->reminder_id), p_text(d->kind), p_int(d->event_id), p_int(d->occurrence_id), p_text(d->role),
               p_int(d->moves), p_text(d->text), p_int(d->due_ms), p_int(d->deadline_ms), p_int(d->created_ms),
               p_int(d->next_ms ? d->next_ms : d->due_ms), p_text(d->subject ? d->subject : ""));
    return d->id != 0;
}

/*
 * SQLite gives the id of a removed occurrence or channel out again. What is left of a delivery about the old one bears
 * the identity of one about the new one, and makes room for it.
 */
bool store_delivery_insert(struct db *db, struct delivery_row *d)
{
    if (insert(db, d))
        return true;
    if (db_exec(db,
                "UPDATE delivery SET identity = identity || ':' || code WHERE identity = $1 AND (channel_id IS NULL"
                " OR (occurrence_id IS NULL AND CAST($2 AS bigint) IS NOT NULL))",
                p_text(d->identity), p_int(d->occurrence_id)) == 0)
        return false;
    return insert(db, d);
}

void store_delivery_update(struct db *db, const struct delivery_row *d)
{
    db_exec(db,
            "UPDATE delivery SET state = $2, next_ms = $3, attempts = $4, reason = $5, final_ms = $6 WHERE id = $1",
            p_int(d->id), p_text(d->state), p_int(d->next_ms), p_int(d->attempts), p_text(d->reason),
            p_int(d->final_ms));
}

void store_delivery_redate(struct db *db, int64_t id, const char *kind, int64_t moves, int64_t due_ms,
                           int64_t deadline_ms, int64_t at_ms)
{
    db_exec(db,
            "UPDATE delivery SET kind = $2, moves = $3, due_ms = $4, deadline_ms = $5,"
            " next_ms = CASE WHEN state = 'scheduled' OR next_ms < $4 THEN $6 WHEN next_ms > $5 THEN $5"
            " ELSE next_ms END WHERE id = $1",
            p_int(id), p_text(kind), p_int(moves), p_int(due_ms), p_int(deadline_ms), p_int(at_ms));
}

#define OPEN "('scheduled', 'sending', 'retrying', 'ambiguous')"

struct ids store_delivery_open_of_event(struct db *db, int64_t event_id, struct arena *a)
{
    return store_read_ids(db_query(db,
                                   "SELECT id FROM delivery WHERE state IN " OPEN " AND occurrence_id IN"
                                   " (SELECT id FROM occurrence WHERE event_id = $1) ORDER BY id",
                                   p_int(event_id)),
                          a);
}

struct ids store_delivery_open_of_occurrence(struct db *db, int64_t occurrence_id, struct arena *a)
{
    return store_read_ids(
        db_query(db, "SELECT id FROM delivery WHERE occurrence_id = $1 AND state IN " OPEN " ORDER BY id",
                 p_int(occurrence_id)),
        a);
}

struct ids store_delivery_open_of_reminder(struct db *db, int64_t reminder_id, struct arena *a)
{
    return store_read_ids(
        db_query(db, "SELECT id FROM delivery WHERE reminder_id = $1 AND state IN " OPEN " ORDER BY id",
                 p_int(reminder_id)),
        a);
}

struct ids store_delivery_open_of_channel(struct db *db, int64_t channel_id, struct arena *a)
{
    return store_read_ids(
        db_query(db, "SELECT id FROM delivery WHERE channel_id = $1 AND state IN " OPEN " ORDER BY id",
                 p_int(channel_id)),
        a);
}

struct ids store_delivery_due(struct db *db, int64_t now_ms, int64_t most, struct arena *a)
{
    return store_read_ids(
        db_query(db, "SELECT id FROM delivery WHERE next_ms <= $1 ORDER BY next_ms, id LIMIT $2" DB_SKIP_LOCKED,
                 p_int(now_ms), p_int(most)),
        a);
}

int64_t store_delivery_next_ms(struct db *db)
{
    return db_int(db, INT64_MAX, "SELECT next_ms FROM delivery WHERE next_ms IS NOT NULL ORDER BY next_ms LIMIT 1");
}

void store_delivery_wait_anew(struct db *db, int64_t now_ms)
{
    db_exec(db,
            "UPDATE delivery SET next_ms = CASE WHEN due_ms > $1 THEN due_ms ELSE $1 END"
            " WHERE state = 'scheduled' AND attempts = 0 AND next_ms > due_ms AND next_ms > $1",
            p_int(now_ms));
}

struct ids store_delivery_sending(struct db *db, struct arena *a)
{
    return store_read_ids(
        db_query(db, "SELECT DISTINCT delivery_id FROM attempt WHERE outcome IS NULL ORDER BY delivery_id"), a);
}

void store_claim_put(struct db *db, int64_t delivery_id, const char *owner, int64_t until_ms)
{
    if (db_is_shared(db))
        db_exec(db,
                "INSERT INTO delivery_claim (delivery_id, owner, until_ms) VALUES ($1, $2, $3)"
                " ON CONFLICT (delivery_id) DO UPDATE SET owner = excluded.owner, until_ms = excluded.until_ms",
                p_int(delivery_id), p_text(owner), p_int(until_ms));
}

void store_claim_end(struct db *db, int64_t delivery_id)
{
    if (db_is_shared(db))
        db_exec(db, "DELETE FROM delivery_claim WHERE delivery_id = $1", p_int(delivery_id));
}

struct ids store_claims_of(struct db *db, const char *owner, struct arena *a)
{
    if (!db_is_shared(db))
        return (struct ids){0};
    return store_read_ids(
        db_query(db, "SELECT delivery_id FROM delivery_claim WHERE owner = $1 ORDER BY delivery_id", p_text(owner)), a);
}

struct ids store_claims_over(struct db *db, int64_t now_ms, struct arena *a)
{
    if (!db_is_shared(db))
        return (struct ids){0};
    return store_read_ids(
        db_query(db, "SELECT delivery_id FROM delivery_claim WHERE until_ms <= $1 ORDER BY delivery_id", p_int(now_ms)),
        a);
}

int64_t store_claim_next_ms(struct db *db)
{
    if (!db_is_shared(db))
        return INT64_MAX;
    return db_int(db, INT64_MAX, "SELECT until_ms FROM delivery_claim ORDER BY until_ms, delivery_id LIMIT 1");
}

struct ids store_delivery_list(struct db *db, const char *channel, int64_t event_id, const char *state,
                               int64_t before_due_ms, int64_t before_id, int64_t most, struct arena *a)
{
    return store_read_ids(
        db_query(db,
                 "SELECT id FROM delivery WHERE ($1 = '' OR channel_name = $1) AND ($2 = 0 OR event_id = $2)"
                 " AND ($3 = '' OR state = $3) AND (due_ms < $4 OR (due_ms = $4 AND id < $5))"
                 " ORDER BY due_ms DESC, id DESC LIMIT $6",
                 p_text(channel), p_int(event_id), p_text(state), p_int(before_due_ms), p_int(before_id), p_int(most)),
        a);
}

void store_attempt_begin(struct db *db, int64_t delivery_id, int64_t number, int64_t at_ms)
{
    db_exec(db, "INSERT INTO attempt (delivery_id, number, at_ms, reason) VALUES ($1, $2, $3, '')", p_int(delivery_id),
            p_int(number), p_int(at_ms));
}

void store_attempt_end(struct db *db, int64_t delivery_id, int64_t number, int64_t took_ms, int64_t status,
                       const char *outcome, const char *reason)
{
    db_exec(db,
            "UPDATE attempt SET took_ms = $3, status = $4, outcome = $5, reason = $6"
            " WHERE delivery_id = $1 AND number = $2",
            p_int(delivery_id), p_int(number), p_int(took_ms), p_int(status), p_text(outcome), p_text(reason));
}

struct objects store_attempts(struct db *db, int64_t delivery_id, struct arena *a)
{
    int64_t room = db_int(db, 0, "SELECT COUNT(*) FROM attempt WHERE delivery_id = $1", p_int(delivery_id));
    struct attempt *items = arena_alloc(a, (size_t)(room + 1) * sizeof *items);
    struct objects list = {items, 0, true};
    struct stmt *s = db_query(db,
                              "SELECT number, at_ms, took_ms, status, outcome, reason FROM attempt"
                              " WHERE delivery_id = $1 ORDER BY number",
                              p_int(delivery_id));

    while ((int64_t)list.count < room && stmt_row(s))
        items[list.count++] = (struct attempt){.number = stmt_int(s, 0), .at_ms = stmt_int(s, 1),
                                               .took_ms = stmt_int(s, 2), .status = stmt_int(s, 3),
                                               .outcome = stmt_text(s, 4, a), .reason = stmt_text(s, 5, a)};
    stmt_done(s);
    return list;
}
