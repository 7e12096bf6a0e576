/* Operations on feeds: which events, in what order, under which head; and when a feed last changed. */
#include "feed.h"

#include "calendar/civil.h"
#include "calendar/words.h"
#include "event.h"
#include "feed_write.h"
#include "store/office.h"
#include "store/register.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_NAME "feed_day"
#define COLOR_DEFAULT "steelblue"
#define REFRESH_S 3600
#define HASH_TEXT_BYTES (CRYPTO_HASH_BYTES * 2 + 1)

/* What it is of */

/* What the head says of a feed. */
struct head {
    char *name;
    const char *color;
};

static int find_entry(struct feed_writer *w, enum register_kind kind, struct head *ret, struct err *e)
{
    struct entry *x = store_entry_find(w->db, kind, w->ref->slug, &w->c->out);

    if (!x)
        return db_check(w->db, e) ? -1 : err_set(e, ERR_NOT_FOUND, MSG_THING_NOT_FOUND, "slug", register_name(kind),
                                                 w->ref->slug, NULL);
    ret->name = feed_words(w, WORD_FEED_OF, feed_title(w, x), NULL);
    if (x->color && x->color[0])
        ret->color = x->color;
    return 0;
}

static int find_head(struct feed_writer *w, struct head *ret, struct err *e)
{
    enum register_kind kind;
    struct event *ev;

    *ret = (struct head){NULL, COLOR_DEFAULT};
    if (feed_register_of(w->ref->kind, &kind))
        return find_entry(w, kind, ret, e);
    if (w->ref->kind == FEED_EVENT) {
        if (event_find(w->c, w->db, w->ref->slug, &ev, e))
            return -1;
        ret->name = ev->title;
        return 0;
    }
    ret->name = feed_words(w, w->ref->kind == FEED_VOLUNTEER ? WORD_FEED_VOLUNTEER : WORD_FEED_ALL, NULL, NULL);
    return 0;
}

/* What it shows */

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int64_t *start_ids(struct feed_writer *w, struct feed_text *ret, size_t most)
{
    int64_t *ids = arena_alloc(&w->c->out, (most + 1) * sizeof *ids);

    ret->events = ids;
    ret->event_count = 0;
    return ids;
}

static int put_events(struct feed_writer *w, struct feed_text *ret, struct err *e)
{
    struct feed_events events = store_feed_events(w->db, w->ref->kind, w->ref->slug, &w->c->out);
    int64_t *ids = start_ids(w, ret, events.count);

    for (size_t i = 0; i < events.count; i++) {
        if (feed_put_event(w, &events.items[i], e))
            return -1;
        ids[ret->event_count++] = events.items[i].event.id;
    }
    return 0;
}

static int put_shifts(struct feed_writer *w, struct feed_text *ret, struct err *e)
{
    struct feed_shifts shifts = store_feed_shifts(w->db, ret->volunteer, &w->c->out);
    int64_t *ids = start_ids(w, ret, shifts.count);

    for (size_t i = 0; i < shifts.count; i++) {
        if (feed_put_shift(w, &shifts.items[i], e))
            return -1;
        ids[ret->event_count++] = shifts.items[i].event.id;
    }
    qsort(ids, ret->event_count, sizeof *ids, by_id);
    return 0;
}

static int put_one(struct feed_writer *w, struct feed_text *ret, struct err *e)
{
    struct event *ev;
    struct occurrence *o;

    if (event_find(w->c, w->db, w->ref->slug, &ev, e) ||
        event_occurrence(w->c, w->db, ev, w->ref->on, false, &o, e) || feed_put_occurrence(w, ev, o, e))
        return -1;
    start_ids(w, ret, 1)[ret->event_count++] = ev->id;
    return 0;
}

static int put_content(struct feed_writer *w, struct feed_text *ret, struct err *e)
{
    if (w->ref->kind == FEED_VOLUNTEER)
        return put_shifts(w, ret, e);
    return w->ref->kind == FEED_OCCURRENCE ? put_one(w, ret, e) : put_events(w, ret, e);
}

/* Head */

/* As asked for, so that whoever refreshes gets the same. A personal address stays out of files that may be sent on. */
static void put_source(struct feed_writer *w)
{
    const struct settings *settings = service_settings(w->c->service);
    const char *separator = "?", *alarm = "", *lang = "";
    struct arena *a = &w->c->out;

    if (w->ref->kind == FEED_VOLUNTEER)
        return;
    if (w->ref->alarm_s) {
        alarm = arena_printf(a, "?alarm=%s", words_span_format(w->ref->alarm_s * 1000, a));
        separator = "&";
    }
    if (w->ref->lang == LANG_EN)
        lang = arena_printf(a, "%slang=en", separator);
    ical_raw(&w->ical, "SOURCE;VALUE=URI",
             arena_printf(a, "%s%s%s%s", settings->public_url, feed_path(w->ref->kind, w->ref->slug, a), alarm, lang));
}

/* A name would make a calendar of its own out of a single occurrence that is added to another. */
static void put_head(struct feed_writer *w, const struct head *head)
{
    struct ical *ical = &w->ical;

    ical_begin(ical, "VCALENDAR");
    ical_raw(ical, "VERSION", "2.0");
    ical_raw(ical, "PRODID", w->ref->lang == LANG_EN ? FEED_MAKER "EN" : FEED_MAKER "ZH");
    ical_raw(ical, "CALSCALE", "GREGORIAN");
    ical_raw(ical, "METHOD", "PUBLISH");
    if (w->ref->kind == FEED_OCCURRENCE)
        return;
    ical_text(ical, "NAME", head->name);
    ical_text(ical, "X-WR-CALNAME", head->name);
    ical_text(ical, "DESCRIPTION", catalogue_text(WORD_FEED_ABOUT, w->ref->lang));
    ical_text(ical, "X-WR-CALDESC", catalogue_text(WORD_FEED_ABOUT, w->ref->lang));
    ical_raw(ical, "X-WR-TIMEZONE", zone_id(w->zone));
    ical_duration(ical, "REFRESH-INTERVAL;VALUE=DURATION", REFRESH_S);
    ical_duration(ical, "X-PUBLISHED-TTL", REFRESH_S);
    put_source(w);
    ical_raw(ical, "COLOR", head->color);
}

static int by_name(const void *a, const void *b)
{
    const struct feed_zone *x = a, *y = b;

    return strcmp(zone_id(x->zone), zone_id(y->zone));
}

/* A calendar has at least one component (RFC 5545 3.6): an empty one, the office's zone. */
static void put_zones(struct feed_writer *w, bool empty)
{
    if (w->zone_count)
        qsort(w->zones, w->zone_count, sizeof w->zones[0], by_name);
    for (size_t i = 0; i < w->zone_count; i++)
        if (strcmp(zone_id(w->zones[i].zone), "UTC") != 0)
            ical_zone(&w->ical, w->zones[i].zone, w->zones[i].from_utc_s);
    if (empty)
        ical_zone(&w->ical, w->zone, w->day_s);
}

/* Rendering */

static void read_day(struct feed_writer *w)
{
    char *day = store_meta_get(w->db, DAY_NAME, &w->c->out);
    bool date;

    if (!day || !civil_parse(day, &w->day_s, &date))
        w->day_s = civil_midnight(zone_to_wall(w->zone, w->c->req.now_ms / 1000));
}

static int open_writer(struct feed_writer *w, struct call *c, struct db *db, const struct feed_ref *ref, struct err *e)
{
    *w = (struct feed_writer){.c = c, .db = db, .ref = ref};
    w->zone = zone_find(service_settings(c->service)->tz, e);
    if (!w->zone)
        return -1;
    read_day(w);
    w->categories.count = store_entries(db, REGISTER_CATEGORY, &c->out, &w->categories.items);
    w->venues.count = store_entries(db, REGISTER_VENUE, &c->out, &w->venues.items);
    w->departments.count = store_entries(db, REGISTER_DEPARTMENT, &c->out, &w->departments.items);
    return 0;
}

static void write_into(struct feed_writer *w, struct buf *out)
{
    w->ical = (struct ical){out, 0};
}

/* The events first, for the zones that they need stand before them. */
static int write_calendar(struct feed_writer *w, struct feed_text *ret, struct buf *body, struct buf *out,
                          struct err *e)
{
    struct head head;

    if (find_head(w, &head, e))
        return -1;
    write_into(w, body);
    if (put_content(w, ret, e))
        return -1;
    write_into(w, out);
    put_head(w, &head);
    put_zones(w, body->len == 0);
    buf_add(out, buf_text(body), body->len);
    ical_end(&w->ical, "VCALENDAR");
    return 0;
}

static int refuse_large(struct err *e)
{
    char most[16];

    snprintf(most, sizeof most, "%d", FEED_BYTES_MAX / (1024 * 1024));
    return err_set(e, ERR_TOO_LARGE, MSG_FEED_LARGE, NULL, most, NULL);
}

static int render_form(struct call *c, struct db *db, const struct feed_ref *ref, struct feed_text *ret, struct err *e)
{
    struct buf body, out;
    struct feed_writer w;
    int status;

    buf_init(&body, FEED_BYTES_MAX);
    buf_init(&out, FEED_BYTES_MAX);
    status = open_writer(&w, c, db, ref, e) || write_calendar(&w, ret, &body, &out, e) || db_check(db, e) ? -1 : 0;
    if (status == 0 && (body.overflow || out.overflow))
        status = refuse_large(e);
    if (status == 0) {
        ret->text = arena_strndup(&c->out, buf_text(&out), out.len);
        ret->bytes = out.len;
    }
    buf_release(&body);
    buf_release(&out);
    return status;
}

/* When it last changed */

/*
 * Nothing in the rows tells when something was deleted, or when a window moved. So the hash of what a feed showed is
 * kept (state), with the time; when a rendering's is another, now is when it changed. The seconds always grow: who asks
 * with the time of what he has gets what came after, whatever the clock did.
 */
static void format_state(const unsigned char *hash, int64_t modified_s, char *text, size_t size)
{
    size_t len = 0;

    for (size_t i = 0; i < CRYPTO_HASH_BYTES; i++)
        len += (size_t)snprintf(text + len, size - len, "%02x", hash[i]);
    snprintf(text + len, size - len, " %" PRId64, modified_s);
}

/* The time that is kept, 0 if none is; *ret_same: for this very hash. */
static int64_t read_state(struct call *c, struct db *db, const char *state, const unsigned char *hash, bool *ret_same)
{
    char *kept = store_meta_get(db, state, &c->out), text[HASH_TEXT_BYTES + 24];

    format_state(hash, 0, text, sizeof text);
    *ret_same = kept && strncmp(kept, text, HASH_TEXT_BYTES) == 0;
    return kept && strlen(kept) > HASH_TEXT_BYTES ? strtoll(kept + HASH_TEXT_BYTES, NULL, 10) : 0;
}

/* Kept per feed and language; NULL for an occurrence, which there are without number. */
static char *state_name(struct call *c, const struct feed_ref *ref, int64_t volunteer)
{
    const char *lang = lang_name(ref->lang), *kind = feed_kind_name(ref->kind);

    if (ref->kind == FEED_OCCURRENCE)
        return NULL;
    if (ref->kind == FEED_VOLUNTEER)
        return arena_printf(&c->out, "feed/%s/%" PRId64 "/%s", kind, volunteer, lang);
    return arena_printf(&c->out, "feed/%s/%s/%s", kind, ref->slug, lang);
}

/* An alarm changes nothing of what is shown, so all forms with one share the time of the form without. */
static int judge_change(struct call *c, struct db *db, const struct feed_ref *ref, struct feed_text *ret, struct err *e)
{
    struct feed_ref plain = *ref;
    struct feed_text base = *ret;
    int64_t modified_s;
    bool same;

    ret->modified_s = FEED_MODIFIED_UNKNOWN;
    ret->state = state_name(c, ref, ret->volunteer);
    if (!ret->state)
        return 0;
    plain.alarm_s = 0;
    if (ref->alarm_s && render_form(c, db, &plain, &base, e))
        return -1;
    crypto_token_hash(base.text, ret->hash);
    modified_s = read_state(c, db, ret->state, ret->hash, &same);
    if (same)
        ret->modified_s = modified_s;
    return db_check(db, e);
}

/* Events that weren't in it when it was rendered; what else happened to it, the cache knows. */
static bool is_unchanged(struct db *db, const struct feed_ref *in)
{
    for (size_t i = 0; i < in->suspect_count; i++)
        if (store_feed_has(db, in->kind, in->slug, in->suspects[i]))
            return false;
    return in->suspect_count > 0;
}

static int run_render(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct feed_ref *in = input;
    struct feed_text *text = arena_alloc(&c->out, sizeof *text);

    *ret = text;
    text->unchanged = is_unchanged(db, in);
    if (text->unchanged)
        return db_check(db, e);
    if (in->kind == FEED_VOLUNTEER) {
        text->volunteer = store_feed_volunteer(db, in->token_hash);
        if (!text->volunteer)
            return db_check(db, e) ? -1 : err_set(e, ERR_NOT_FOUND, MSG_FEED_NOT_FOUND, NULL, NULL);
    }
    if (render_form(c, db, in, text, e) || judge_change(c, db, in, text, e))
        return -1;
    return 0;
}

static int run_stamp(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct feed_stamp *in = input;
    struct feed_stamped *stamped = arena_alloc(&c->out, sizeof *stamped);
    char text[HASH_TEXT_BYTES + 24];
    int64_t kept_s, now_s = c->req.now_ms / 1000;
    bool same;

    kept_s = read_state(c, db, in->state, in->hash, &same);
    stamped->modified_s = same ? kept_s : now_s > kept_s ? now_s : kept_s + 1;
    format_state(in->hash, stamped->modified_s, text, sizeof text);
    if (!same)
        store_meta_set(db, in->state, text);
    *ret = stamped;
    return db_check(db, e);
}

static int run_day(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct zone *z = zone_find(service_settings(c->service)->tz, e);
    char day[CIVIL_TEXT_BYTES];
    const char *kept;

    (void)input;
    *ret = NULL;
    if (!z)
        return -1;
    civil_format(civil_midnight(zone_to_wall(z, c->req.now_ms / 1000)), true, day);
    kept = store_meta_get(db, DAY_NAME, &c->out);
    if (!kept || strcmp(kept, day) != 0) {
        store_meta_set(db, DAY_NAME, day);
        call_changed(c, CHANGE_OFFICE, 0);
    }
    return db_check(db, e);
}

const struct operation op_feed_render = {"feed render", ROLE_PUBLIC, false, run_render};
const struct operation op_feed_stamp = {"feed stamp", ROLE_PUBLIC, true, run_stamp};
const struct operation op_feed_day = {"feed day", ROLE_PUBLIC, true, run_day};
