/* Rows of channels and reminder rules; declared in notice.h. */
#include "notice.h"

#include <stdlib.h>
#include <string.h>

#define CHANNEL_COLUMNS                                                                                             \
    "id, name, kind, url_sealed, secret_sealed, secret_old_sealed, secret_old_until_ms, keyword, lang,"             \
    " allow_private, state, reason, breaker_until_ms, last_success_ms, last_error, created_ms, version,"            \
    " quiet, alerts,"                                                                                               \
    " (SELECT COUNT(*) FROM delivery d WHERE d.channel_id = channel.id"                                             \
    "  AND d.state IN ('sending', 'retrying', 'ambiguous'))"

static void read_filters(struct db *db, struct channel *ch, struct arena *a)
{
    struct stmt *s =
        db_query(db, "SELECT kind, slug FROM channel_filter WHERE channel_id = $1 ORDER BY kind, slug", p_int(ch->id));

    ch->filters.given = true;
    ch->filters.items = arena_alloc(a, CHANNEL_FILTERS_MAX * sizeof(char *));
    while (ch->filters.count < CHANNEL_FILTERS_MAX && stmt_row(s))
        ch->filters.items[ch->filters.count++] = arena_printf(a, "%s=%s", stmt_text(s, 0, a), stmt_text(s, 1, a));
    stmt_done(s);
}

static struct channel_row *read_channel(struct db *db, struct stmt *s, struct arena *a)
{
    struct channel_row *ch;
    struct channel *c;
    int i = 0;

    if (!stmt_row(s))
        return NULL;
    ch = arena_alloc(a, sizeof *ch);
    c = &ch->shown;
    c->id = stmt_int(s, i++);
    c->name = stmt_text(s, i++, a);
    c->kind = stmt_text(s, i++, a);
    ch->url_sealed = stmt_blob(s, i++, a);
    ch->secret_sealed = stmt_blob(s, i++, a);
    ch->secret_old_sealed = stmt_blob(s, i++, a);
    ch->secret_old_until_ms = stmt_int(s, i++);
    c->keyword = stmt_text(s, i++, a);
    c->lang = stmt_text(s, i++, a);
    c->allow_private = stmt_int(s, i++) != 0;
    c->state = stmt_text(s, i++, a);
    c->reason = stmt_text(s, i++, a);
    ch->breaker_until_ms = stmt_int(s, i++);
    c->last_success_ms = stmt_int(s, i++);
    c->last_error = stmt_text(s, i++, a);
    c->created_ms = stmt_int(s, i++);
    c->version = stmt_int(s, i++);
    c->quiet = stmt_text(s, i++, a);
    c->alerts = stmt_int(s, i++) != 0;
    c->pending = stmt_int(s, i++);
    stmt_done(s);
    if (!c->last_error[0])
        c->last_error = NULL;
    ch->paused = strcmp(c->state, "paused") == 0;
    read_filters(db, c, a);
    return ch;
}

struct channel_row *store_channel_by_name(struct db *db, const char *name, struct arena *a)
{
    return read_channel(db, db_query(db, "SELECT " CHANNEL_COLUMNS " FROM channel WHERE name = $1", p_text(name)), a);
}

struct channel_row *store_channel_by_id(struct db *db, int64_t id, struct arena *a)
{
    return read_channel(db, db_query(db, "SELECT " CHANNEL_COLUMNS " FROM channel WHERE id = $1", p_int(id)), a);
}

char *store_channel_name(struct db *db, int64_t id, char **ret_quiet, struct arena *a)
{
    struct stmt *s = db_query(db, "SELECT name, quiet FROM channel WHERE id = $1", p_int(id));
    char *name = NULL;

    if (stmt_row(s)) {
        name = stmt_text(s, 0, a);
        *ret_quiet = stmt_text(s, 1, a);
    }
    stmt_done(s);
    return name;
}

static void write_filters(struct db *db, const struct channel *c)
{
    db_exec(db, "DELETE FROM channel_filter WHERE channel_id = $1", p_int(c->id));
    for (size_t i = 0; i < c->filters.count; i++) {
        const char *slug = strchr(c->filters.items[i], '=');
        char *kind = arena_strndup(db_scratch(db), c->filters.items[i], (size_t)(slug - c->filters.items[i]));
        db_exec(db, "INSERT INTO channel_filter (channel_id, kind, slug) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                p_int(c->id), p_text(kind), p_text(slug + 1));
    }
}

static struct param p_bytes(struct bytes b)
{
    return p_blob(b.data, b.len);
}

bool store_channel_insert(struct db *db, struct channel_row *ch)
{
    struct channel *c = &ch->shown;

    c->id = db_int(db, 0,
                   "INSERT INTO channel (name, kind, url_sealed, secret_sealed, keyword, lang, allow_private, state,"
                   " reason, last_error, created_ms, quiet, alerts, version)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, 'enabled', '', '', $8, $9, $10, 1)"
                   " ON CONFLICT (name) DO NOTHING RETURNING id",
                   p_text(c->name), p_text(c->kind), p_bytes(ch->url_sealed), p_bytes(ch->secret_sealed),
                   p_text(c->keyword), p_text(c->lang), p_int(c->allow_private), p_int(c->created_ms),
                   p_text(c->quiet), p_int(c->alerts));
    if (c->id)
        write_filters(db, c);
    return c->id != 0;
}

void store_channel_update(struct db *db, const struct channel_row *ch)
{
    const struct channel *c = &ch->shown;

    db_exec(db,
            "UPDATE channel SET url_sealed = $2, secret_sealed = $3, secret_old_sealed = $4, secret_old_until_ms = $5,"
            " keyword = $6, lang = $7, allow_private = $8, state = $9, reason = $10, quiet = $11, alerts = $12,"
            " version = version + 1 WHERE id = $1",
            p_int(c->id), p_bytes(ch->url_sealed), p_bytes(ch->secret_sealed), p_bytes(ch->secret_old_sealed),
            p_int(ch->secret_old_until_ms), p_text(c->keyword), p_text(c->lang), p_int(c->allow_private),
            p_text(c->state), p_text(c->reason), p_text(c->quiet), p_int(c->alerts));
    write_filters(db, c);
}

void store_channel_delete(struct db *db, int64_t id)
{
    db_exec(db, "DELETE FROM channel WHERE id = $1", p_int(id));
}

struct texts store_channel_names(struct db *db, struct arena *a)
{
    int64_t room = db_int(db, 0, "SELECT COUNT(*) FROM channel");
    struct texts names = {arena_alloc(a, (size_t)(room + 1) * sizeof(char *)), 0, true};
    struct stmt *s = db_query(db, "SELECT name FROM channel ORDER BY name");

    while ((int64_t)names.count < room && stmt_row(s))
        names.items[names.count++] = stmt_text(s, 0, a);
    stmt_done(s);
    return names;
}

bool store_channel_succeeded(struct db *db, int64_t id, int64_t at_ms)
{
    return db_exec(db,
                   "UPDATE channel SET last_success_ms = $2, last_error = '' WHERE id = $1 AND (last_error <> ''"
                   " OR last_success_ms IS NULL OR last_success_ms NOT BETWEEN $2 - 999 AND $2)",
                   p_int(id), p_int(at_ms)) > 0;
}

void store_channel_erred(struct db *db, int64_t id, const char *reason)
{
    db_exec(db, "UPDATE channel SET last_error = $2 WHERE id = $1", p_int(id), p_text(reason));
}

void store_channel_pause(struct db *db, int64_t id, const char *reason)
{
    db_exec(db, "UPDATE channel SET state = 'paused', reason = $2, version = version + 1 WHERE id = $1", p_int(id),
            p_text(reason));
}

void store_channel_break(struct db *db, int64_t id, int64_t until_ms)
{
    db_exec(db, "UPDATE channel SET breaker_until_ms = $2 WHERE id = $1", p_int(id), p_int(until_ms));
}

#define ROBOT_SENDS_KEPT 128

void store_robot_sent(struct db *db, struct bytes robot, const struct instant *at)
{
    int64_t last = db_int(db, 0, "SELECT number FROM robot_send WHERE robot = $1 ORDER BY number DESC LIMIT 1",
                          p_bytes(robot));

    db_exec(db, "INSERT INTO robot_send (robot, number, at_ms, boot, boot_ms) VALUES ($1, $2, $3, $4, $5)",
            p_bytes(robot), p_int(last + 1), p_int(at->wall_ms), p_text(at->boot), p_int(at->boot_ms));
    db_exec(db, "DELETE FROM robot_send WHERE robot = $1 AND number <= $2", p_bytes(robot),
            p_int(last + 1 - ROBOT_SENDS_KEPT));
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

size_t store_robot_sends(struct db *db, struct bytes robot, const struct instant *now, int64_t *ret, size_t most)
{
    size_t count = 0;
    struct stmt *s = db_query(db,
                              "SELECT CASE WHEN boot = $2 AND boot <> '' THEN boot_ms + $3 ELSE at_ms END"
                              " FROM robot_send WHERE robot = $1 ORDER BY number DESC LIMIT $4",
                              p_bytes(robot), p_text(now->boot), p_int(now->wall_ms - now->boot_ms),
                              p_int((int64_t)most));

    while (count < most && stmt_row(s))
        ret[count++] = stmt_int(s, 0);
    stmt_done(s);
    qsort(ret, count, sizeof *ret, by_value);
    return count;
}

/* Reminder rules */

#define REMINDER_COLUMNS                                                                                            \
    "id, code, event_id, category, kind, offset_ms, template, every_channel, created_ms, version, lang, target, steps"

struct ids store_read_ids(struct stmt *s, struct arena *a)
{
    struct ids ids = {0};
    size_t room = 0;

    while (stmt_row(s)) {
        if (ids.count == room) {
            int64_t *items = arena_alloc(a, (room = room ? room * 2 : 32) * sizeof *items);
            if (ids.count)
                memcpy(items, ids.items, ids.count * sizeof *items);
            ids.items = items;
        }
        ids.items[ids.count++] = stmt_int(s, 0);
    }
    return ids;
}

static struct reminder *read_reminder(struct db *db, struct stmt *s, struct arena *a)
{
    struct reminder *r;
    int i = 0;

    if (!stmt_row(s))
        return NULL;
    r = arena_alloc(a, sizeof *r);
    r->id = stmt_int(s, i++);
    r->code = stmt_text(s, i++, a);
    r->event_id = stmt_int(s, i++);
    r->category = stmt_text(s, i++, a);
    r->kind = stmt_text(s, i++, a);
    r->offset_ms = stmt_int(s, i++);
    r->template = stmt_text(s, i++, a);
    r->every_channel = stmt_int(s, i++) != 0;
    r->created_ms = stmt_int(s, i++);
    r->version = stmt_int(s, i++);
    r->lang = stmt_text(s, i++, a);
    r->target = stmt_text(s, i++, a);
    r->steps = stmt_text(s, i++, a);
    stmt_done(s);
    r->channels = (struct texts){arena_alloc(a, REMINDER_CHANNELS_MAX * sizeof(char *)), 0, true};
    s = db_query(db,
                 "SELECT c.name FROM reminder_channel x JOIN channel c ON c.id = x.channel_id WHERE x.reminder_id = $1"
                 " ORDER BY c.name",
                 p_int(r->id));
    while (r->channels.count < REMINDER_CHANNELS_MAX && stmt_row(s))
        r->channels.items[r->channels.count++] = stmt_text(s, 0, a);
    stmt_done(s);
    return r;
}

struct reminder *store_reminder_by_code(struct db *db, const char *code, struct arena *a)
{
    return read_reminder(db, db_query(db, "SELECT " REMINDER_COLUMNS " FROM reminder WHERE code = $1", p_text(code)),
                         a);
}

struct reminder *store_reminder_by_id(struct db *db, int64_t id, struct arena *a)
{
    return read_reminder(db, db_query(db, "SELECT " REMINDER_COLUMNS " FROM reminder WHERE id = $1", p_int(id)), a);
}

void store_reminder_insert(struct db *db, struct reminder *r)
{
    r->id =
        db_int(db, 0,
               "INSERT INTO reminder (code, event_id, category, kind, offset_ms, template, every_channel, created_ms,"
               " lang, target, steps, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1) RETURNING id",
               p_text(r->code), p_int(r->event_id), p_text(r->category), p_text(r->kind), p_int(r->offset_ms),
               p_text(r->template), p_int(r->every_channel), p_int(r->created_ms), p_text(r->lang ? r->lang : ""),
               p_text(r->target ? r->target : ""), p_text(r->steps ? r->steps : ""));
}

void store_reminder_update(struct db *db, const struct reminder *r)
{
    db_exec(db,
            "UPDATE reminder SET kind = $2, offset_ms = $3, template = $4, every_channel = $5, lang = $6, target = $7,"
            " steps = $8, version = version + 1 WHERE id = $1",
            p_int(r->id), p_text(r->kind), p_int(r->offset_ms), p_text(r->template), p_int(r->every_channel),
            p_text(r->lang), p_text(r->target), p_text(r->steps));
}

void store_reminder_delete(struct db *db, int64_t id)
{
    db_exec(db, "DELETE FROM reminder WHERE id = $1", p_int(id));
}

void store_reminder_set_channel(struct db *db, int64_t reminder_id, int64_t channel_id)
{
    db_exec(db, "INSERT INTO reminder_channel (reminder_id, channel_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            p_int(reminder_id), p_int(channel_id));
}

void store_reminder_clear_channels(struct db *db, int64_t reminder_id)
{
    db_exec(db, "DELETE FROM reminder_channel WHERE reminder_id = $1", p_int(reminder_id));
}

struct ids store_reminder_ids(struct db *db, struct arena *a)
{
    return store_read_ids(db_query(db, "SELECT id FROM reminder ORDER BY id"), a);
}

struct ids store_reminder_for_event(struct db *db, int64_t event_id, const char *category, struct arena *a)
{
    return store_read_ids(
        db_query(db,
                 "SELECT r.id FROM reminder r WHERE r.event_id = $1"
                 " OR (r.event_id IS NULL AND r.category = $2 AND NOT EXISTS"
                 "  (SELECT 1 FROM reminder n WHERE n.event_id = $1 AND n.kind = r.kind))"
                 " OR (r.event_id IS NULL AND r.category IS NULL AND NOT EXISTS"
                 "  (SELECT 1 FROM reminder n WHERE n.kind = r.kind"
                 "   AND (n.event_id = $1 OR (n.event_id IS NULL AND n.category = $2))))"
                 " ORDER BY r.id",
                 p_int(event_id), p_text(category)),
        a);
}

/* Of several filters of one kind any lets an event e through to a channel c, of several kinds all. */
#define LET_THROUGH                                                                                                    \
    " AND (NOT EXISTS (SELECT 1 FROM channel_filter f WHERE f.channel_id = c.id AND f.kind = 'category')"              \
    "  OR EXISTS (SELECT 1 FROM channel_filter f WHERE f.channel_id = c.id AND f.kind = 'category'"                    \
    "   AND f.slug = e.category))"                                                                                     \
    " AND (NOT EXISTS (SELECT 1 FROM channel_filter f WHERE f.channel_id = c.id AND f.kind = 'lead')"                  \
    "  OR EXISTS (SELECT 1 FROM channel_filter f WHERE f.channel_id = c.id AND f.kind = 'lead'"                        \
    "   AND f.slug = e.lead))"                                                                                         \
    " AND (NOT EXISTS (SELECT 1 FROM channel_filter f WHERE f.channel_id = c.id AND f.kind = 'audience')"              \
    "  OR EXISTS (SELECT 1 FROM channel_filter f JOIN event_audience x ON x.slug = f.slug"                             \
    "   WHERE f.channel_id = c.id AND f.kind = 'audience' AND x.event_id = e.id))"

struct ids store_reminder_channels(struct db *db, const struct reminder *r, int64_t event_id, struct arena *a)
{
    /* Named or not, a channel hears what its filters let through. */
    return store_read_ids(
        db_query(db,
                 "SELECT c.id FROM channel c, event e WHERE e.id = $1"
                 " AND ($2 = 1 OR EXISTS (SELECT 1 FROM reminder_channel x WHERE x.reminder_id = $3"
                 "   AND x.channel_id = c.id))" LET_THROUGH " ORDER BY c.id",
                 p_int(event_id), p_int(r->every_channel), p_int(r->id)),
        a);
}

struct ids store_digest_week(struct db *db, int64_t channel_id, int64_t event_id, const char *category, int64_t from_ms,
                             int64_t to_ms, int64_t most, struct arena *a)
{
    return store_read_ids(
        db_query(db,
                 "SELECT o.id FROM occurrence o JOIN event e ON e.id = o.event_id, channel c WHERE c.id = $1"
                 " AND o.start_ms >= $4 AND o.start_ms < $5 AND o.status <> 'cancelled' AND e.status <> 'cancelled'"
                 " AND ($2 = 0 OR e.id = $2) AND ($3 = '' OR e.category = $3)" LET_THROUGH
                 " ORDER BY o.start_ms, o.id LIMIT $6",
                 p_int(channel_id), p_int(event_id), p_text(category), p_int(from_ms), p_int(to_ms), p_int(most)),
        a);
}

struct ids store_digest_overdue(struct db *db, int64_t channel_id, const char *reason, int64_t now_ms, int64_t most,
                                struct arena *a)
{
    return store_read_ids(
        db_query(db,
                 "SELECT o.id FROM occurrence o WHERE o.end_ms > $3 AND EXISTS (SELECT 1 FROM delivery d"
                 " WHERE d.occurrence_id = o.id AND d.channel_id = $1 AND d.state = 'superseded' AND d.reason = $2)"
                 " ORDER BY o.start_ms, o.id LIMIT $4",
                 p_int(channel_id), p_text(reason), p_int(now_ms), p_int(most)),
        a);
}
