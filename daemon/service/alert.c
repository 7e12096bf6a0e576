#include "alert.h"

#include <string.h>

#define ALERTED_MAX 10

bool alert_is(const struct delivery_row *d)
{
    return strncmp(d->subject, "alert.", 6) == 0;
}

/* Those that were made for it; else the one that worked last. Never the one in trouble, nor one that is silent. */
static struct ids listeners(struct call *c, struct db *db, int64_t channel_id)
{
    struct ids marked = store_read_ids(
        db_query(db, "SELECT id FROM channel WHERE alerts = 1 AND state = 'enabled' AND id <> $1 ORDER BY id LIMIT $2",
                 p_int(channel_id), p_int(ALERTED_MAX)),
        &c->out);

    if (marked.count)
        return marked;
    return store_read_ids(db_query(db,
                                   "SELECT id FROM channel WHERE state = 'enabled' AND id <> $1"
                                   " ORDER BY CASE WHEN last_error = '' THEN 0 ELSE 1 END,"
                                   " COALESCE(last_success_ms, 0) DESC, id LIMIT 1",
                                   p_int(channel_id)),
                          &c->out);
}

static void tell(struct call *c, struct db *db, int64_t channel_id, const char *subject, char *text, const char *key)
{
    struct ids to = listeners(c, db, channel_id);
    char *quiet;

    for (size_t i = 0; i < to.count; i++) {
        char code[CRYPTO_ID_BYTES];
        struct delivery_row d = {.reminder_id = DB_NULL_INT, .event_id = DB_NULL_INT, .occurrence_id = DB_NULL_INT,
                                 .kind = (char *)(uintptr_t)notice_kind_name(NOTICE_NOTICE), .text = text,
                                 .subject = (char *)(uintptr_t)subject, .role = (char *)(uintptr_t)"",
                                 .due_ms = c->req.now_ms, .created_ms = c->req.now_ms, .channel_id = to.items[i]};
        crypto_id('d', code);
        d.code = arena_strdup(&c->out, code);
        d.channel_name = store_channel_name(db, d.channel_id, &quiet, &c->out);
        d.deadline_ms = notice_deadline_ms(NOTICE_NOTICE, d.due_ms, 0, 0, 0);
        d.identity = arena_printf(&c->out, "%s:%s:c%lld", subject, key, (long long)to.items[i]);
        store_delivery_insert(db, &d);
    }
    if (to.count)
        call_changed(c, CHANGE_DELIVERIES, 0);
}

void alert_paused(struct call *c, struct db *db, int64_t channel_id, const char *name, const char *reason)
{
    tell(c, db, channel_id, ALERT_PAUSED, arena_printf(&c->out, "%s\n%s", name, reason),
         arena_printf(&c->out, "c%lld:%lld", (long long)channel_id, (long long)c->req.now_ms));
}

void alert_expired(struct call *c, struct db *db, const struct delivery_row *d)
{
    char *key;

    if (alert_is(d) || d->channel_id == DB_NULL_INT)
        return;
    key = arena_printf(&c->out, "c%lld:h%lld", (long long)d->channel_id, (long long)(c->req.now_ms / ALERT_WINDOW_MS));
    tell(c, db, d->channel_id, ALERT_EXPIRED, arena_printf(&c->out, "%s\n%lld", d->channel_name,
                                                           (long long)d->channel_id), key);
}
