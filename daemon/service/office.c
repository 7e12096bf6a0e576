#include "office.h"

#include "planner.h"
#include "retention.h"

#include "base/log.h"
#include "calendar/civil.h"
#include "calendar/words.h"
#include "calendar/zone.h"
#include "domain/event.h"
#include "event.h"
#include "event_resolve.h"
#include "feed.h"
#include "holiday.h"
#include "plan.h"
#include "store/office.h"
#include "store/register.h"

#include <stdio.h>
#include <string.h>

/* Plans */

static int run_plan_show(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct slug_ref *in = input;

    *ret = plan_show(c, db, in->slug);
    if (*ret || db_check(db, e))
        return *ret ? 0 : -1;
    return err_set(e, ERR_NOT_FOUND, MSG_THING_NOT_FOUND, "slug", "plan", in->slug, NULL);
}

static int run_plan_list(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct texts slugs = store_plan_slugs(db, &c->out);
    struct list_builder items = {0};

    (void)input;
    for (size_t i = 0; i < slugs.count; i++)
        *(struct plan *)list_add(c, &items, sizeof(struct plan)) = *plan_show(c, db, slugs.items[i]);
    *ret = list_end(c, &items, NULL);
    return db_check(db, e);
}

/* Tokens */

static int read_expiry(struct call *c, const char *text, int64_t *ret_ms, struct err *e)
{
    const struct zone *zone = zone_find(service_settings(c->service)->tz, e);
    struct words_context words = {c->req.now_ms, zone};
    struct words_when when;

    *ret_ms = FIELD_INT_ABSENT;
    if (!text)
        return 0;
    if (!zone || words_when(text, &words, &when, e)) {
        err_field(e, "expires");
        return -1;
    }
    *ret_ms = zone_to_utc(zone, when.wall_s) * 1000;
    if (*ret_ms <= c->req.now_ms)
        return err_set(e, ERR_INVALID, MSG_TOKEN_EXPIRES_PAST, "expires", text, NULL);
    return 0;
}

static int run_token_add(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct token_input *in = input;
    struct token *t = arena_alloc(&c->out, sizeof *t);
    unsigned char hash[CRYPTO_HASH_BYTES];
    enum principal_role role;

    if (!in->name || text_check(in->name, "name", TOKEN_NAME_CHARS_MAX, false, e))
        return in->name ? -1 : err_set(e, ERR_USAGE, MSG_EMPTY, "name", "name", NULL);
    if (!in->role || !principal_role_parse(in->role, &role) || role == ROLE_PUBLIC)
        return err_set(e, ERR_INVALID, MSG_TOKEN_ROLE_BAD, "role", in->role ? in->role : "", NULL);
    *t = (struct token){.name = in->name, .role = in->role, .created_ms = c->req.now_ms, .version = 1,
                        .department = in->department ? in->department : (char *)(uintptr_t)"",
                        .last_used_ms = FIELD_INT_ABSENT, .token = arena_alloc(&c->out, CRYPTO_TOKEN_BYTES)};
    if (check_slug(c, db, "department", "department", t->department, e) ||
        read_expiry(c, in->expires, &t->expires_ms, e))
        return -1;
    crypto_token(t->token);
    crypto_token_hash(t->token, hash);
    if (!store_token_insert(db, t, hash))
        return db_check(db, e) ? -1 : err_set(e, ERR_EXISTS, MSG_TOKEN_TAKEN, "name", in->name, NULL);
    call_audit(c, t->name, "%s %s", t->role, t->department);
    *ret = t;
    return db_check(db, e);
}

static int run_token_list(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct list *l = arena_alloc(&c->out, sizeof *l);

    (void)input;
    l->items = store_tokens(db, &c->out);
    *ret = l;
    return db_check(db, e);
}

static int run_token_revoke(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct token_input *in = input;
    struct objects all = store_tokens(db, &c->out);
    struct token *tokens = all.items;

    for (size_t i = 0; i < all.count; i++) {
        if (strcmp(tokens[i].name, in->name) != 0)
            continue;
        store_token_delete(db, in->name);
        call_audit(c, in->name, "revoked");
        *ret = &tokens[i];
        return db_check(db, e);
    }
    return db_check(db, e) ? -1 : err_set(e, ERR_NOT_FOUND, MSG_THING_NOT_FOUND, "name", "token", in->name, NULL);
}

/* The audit */

static int run_audit_list(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct audit_filter *in = input;
    struct list *l = arena_alloc(&c->out, sizeof *l);
    long long before = INT64_MAX;
    int64_t most, last_id;
    char rest;

    if (call_limit(in->limit, &most, e))
        return -1;
    if (in->cursor && (sscanf(in->cursor, "%lld%c", &before, &rest) != 1 || before < 1))
        return err_set(e, ERR_INVALID, MSG_CURSOR_BAD, "cursor", NULL);
    l->items =
        store_audit_list(db, in->object ? in->object : "", in->who ? in->who : "", before, most, &c->out, &last_id);
    if (l->items.count == (size_t)most)
        l->next = arena_printf(&c->out, "%lld", (long long)last_id);
    *ret = l;
    return db_check(db, e);
}

/* Days off */

static void *holiday_list(struct call *c, const struct holidays *h, const char *year)
{
    struct list_builder items = {0};

    for (size_t i = 0; i < h->count; i++) {
        struct holiday_entry *x;
        char *date = arena_alloc(&c->out, CIVIL_TEXT_BYTES);
        civil_format(h->days[i].days * CIVIL_DAY_S, true, date);
        if (year && strncmp(date, year, 4) != 0)
            continue;
        x = list_add(c, &items, sizeof *x);
        *x = (struct holiday_entry){.date = date, .name = (char *)(uintptr_t)h->days[i].name, .off = h->days[i].off};
    }
    return list_end(c, &items, NULL);
}

static int run_holiday_list(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct slug_ref *in = input;
    struct holidays h = holidays_load(db, &c->out);

    *ret = holiday_list(c, &h, in->year);
    return db_check(db, e);
}

/* Names apart, which no event goes by. */
static bool are_same_days(const struct holidays *a, const struct holidays *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->days[i].days != b->days[i].days || a->days[i].off != b->days[i].off)
            return false;
    return true;
}

/* Events shift with the calendar of days off: their stored occurrences are brought in line, where it changed at all. */
static int run_holiday_import(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct slug_ref *in = input;
    struct holidays h, before, after;

    if (holidays_parse(in->body, strlen(in->body), &c->out, &h, e))
        return -1;
    before = holidays_load(db, &c->out);
    holidays_keep(db, &h, in->local == 1);
    after = holidays_load(db, &c->out);
    call_audit(c, "holidays", "%zu days%s", h.count, in->local == 1 ? ", local" : "");
    call_changed(c, CHANGE_EVERYTHING, 0);
    *ret = holiday_list(c, &h, NULL);
    return are_same_days(&before, &after) ? db_check(db, e) : event_follow_holidays(c, db, e);
}

/* Daily */

static int run_daily(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    (void)input;
    store_request_sweep(db, c->req.now_ms - REQUEST_KEPT_MS);
    event_extend_window(c, db);
    if (retention_sweep(c, db, e))
        return -1;
    planner_weekly(c, db);
    planner_targets_changed(c, db);
    call_changed(c, CHANGE_DELIVERIES, 0);
    return op_feed_day.run(c, db, NULL, ret, e);
}

static int run_follow_zones(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    int64_t moved = event_follow_zones(c, db);

    (void)input;
    (void)ret;
    if (moved > 0) {
        log_warning("the tz database has changed: %lld occurrences follow their local time", (long long)moved);
        call_audit(c, "occurrences", "%lld follow a new tz database", (long long)moved);
    }
    return db_check(db, e);
}

const struct operation op_plan_list = {"plan list", ROLE_PUBLIC, false, run_plan_list};
const struct operation op_plan_show = {"plan show", ROLE_PUBLIC, false, run_plan_show};
const struct operation op_token_add = {"token add", ROLE_ADMIN, true, run_token_add};
const struct operation op_token_list = {"token list", ROLE_ADMIN, false, run_token_list};
const struct operation op_token_revoke = {"token revoke", ROLE_ADMIN, true, run_token_revoke};
const struct operation op_audit_list = {"audit list", ROLE_ADMIN, false, run_audit_list};
const struct operation op_holiday_list = {"holiday list", ROLE_PUBLIC, false, run_holiday_list};
const struct operation op_holiday_import = {"holiday import", ROLE_ADMIN, true, run_holiday_import};
const struct operation op_follow_zones = {"follow zones", ROLE_ADMIN, true, run_follow_zones};
const struct operation op_daily = {"daily", ROLE_ADMIN, true, run_daily};
