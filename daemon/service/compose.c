/* The words of messages: a default for each kind in both languages, or a rule's own template. Never a person's name. */
#include "compose_private.h"

#include "alert.h"
#include "base/mustache.h"
#include "calendar/civil.h"
#include "calendar/words.h"
#include "event.h"
#include "overdue.h"
#include "series.h"
#include "store/event.h"

#include <stdio.h>
#include <string.h>

#define MESSAGE_BYTES_MAX 8000

char *compose_when(const struct wording *w, struct moment m)
{
    static const char *const days[2][7] = {{"周一", "周二", "周三", "周四", "周五", "周六", "周日"},
                                           {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}};
    const char *day = days[w->lang][civil_weekday(m.wall_s)];
    struct civil t;

    civil_from_wall(m.wall_s, &t);
    if (m.date)
        return arena_printf(&w->c->out, "%04d-%02d-%02d %s", t.year, t.month, t.day, day);
    return arena_printf(&w->c->out, "%04d-%02d-%02d %s %02d:%02d", t.year, t.month, t.day, day, t.hour, t.minute);
}

char *compose_milli(const struct wording *w, int64_t milli)
{
    int64_t part = milli < 0 ? -(milli % 1000) : milli % 1000;

    if (part == 0)
        return arena_printf(&w->c->out, "%lld", (long long)(milli / 1000));
    return part % 100 == 0 ? arena_printf(&w->c->out, "%lld.%lld", (long long)(milli / 1000), (long long)(part / 100))
                           : arena_printf(&w->c->out, "%lld.%03lld", (long long)(milli / 1000), (long long)part);
}

static char *rfc3339(struct call *c, struct moment m)
{
    char text[CIVIL_TEXT_BYTES];

    if (m.date)
        civil_format(m.wall_s, true, text);
    else
        civil_format_offset(m.wall_s, m.offset_s, text);
    return arena_strdup(&c->out, text);
}

static json_t *roles_json(const struct objects *list)
{
    const struct role *roles = list->items;
    json_t *array = json_array();

    for (size_t i = 0; i < list->count; i++) {
        int64_t missing = roles[i].minimum > roles[i].taken ? roles[i].minimum - roles[i].taken : 0;
        json_t *role = json_pack("{s:s, s:I, s:I, s:I, s:b, s:b}", "name", roles[i].name, "free",
                                 (json_int_t)roles[i].free, "capacity", (json_int_t)roles[i].capacity, "taken",
                                 (json_int_t)roles[i].taken, "missing", missing > 0, "full", roles[i].free == 0);
        if (role && missing > 0)
            json_object_set_new(role, "short", json_integer(missing));
        json_array_append_new(array, role);
    }
    return array;
}

/* Who came, where somebody wrote it down; else who had signed up. */
static int64_t people_of(const struct wording *w, const struct occurrence *o)
{
    const struct role *roles = o->roles.items;
    int64_t came = db_int(w->db, 0,
                          "SELECT COUNT(DISTINCT volunteer_id) FROM signup WHERE occurrence_id = $1"
                          " AND state = 'attended'",
                          p_int(o->id));

    for (size_t i = 0; i < o->roles.count && came == 0; i++)
        came += roles[i].participant ? 0 : roles[i].taken;
    return came;
}

static char *venue_title(const struct wording *w, const char *venue)
{
    struct stmt *s = db_query(w->db, "SELECT title FROM venue WHERE slug = $1", p_text(venue ? venue : ""));
    char *title = arena_strdup(&w->c->out, venue ? venue : "");

    if (stmt_row(s)) {
        title = stmt_text(s, 0, &w->c->out);
        stmt_done(s);
    }
    return title;
}

/* What a change is a change from (planner_tell.c): adds was_start and was_venue, where they were others. */
static void add_known(const struct wording *w, const struct occurrence *o, json_t *context)
{
    json_t *known = json_loads(w->d->text, 0, NULL);
    const char *start = json_string_value(json_object_get(known, "start"));
    const char *venue = json_string_value(json_object_get(known, "venue"));
    bool was_tentative = json_is_true(json_object_get(known, "tentative"));

    if (start && strcmp(start, o->start_local) != 0) {
        struct moment was = {.wall_s = local_wall(start), .date = strchr(start, 'T') == NULL, .set = true};
        json_object_set_new(context, "was_start", json_string(compose_when(w, was)));
    }
    if (venue && strcmp(venue, o->venue ? o->venue : "") != 0)
        json_object_set_new(context, "was_venue", json_string(venue_title(w, venue)));
    json_object_set_new(context, "confirmed", json_boolean(was_tentative && o->status != OCCURRENCE_TENTATIVE));
    json_object_set_new(context, "restored", json_boolean(json_is_true(json_object_get(known, "cancelled"))));
    json_decref(known);
}

static json_t *context_of(const struct wording *w, const struct occurrence *o)
{
    const struct delivery_row *d = w->d;
    json_t *context = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:o, s:s, s:b, s:b, s:s}", "title", o->title, "start",
        compose_when(w, o->start), "original", compose_when(w, o->recurrence_id), "venue", venue_title(w, o->venue),
        "reason", o->reason ? o->reason : "", "cancelled", strcmp(o->status_name, "cancelled") == 0, "moved",
        o->status == OCCURRENCE_MOVED, "roles", roles_json(&o->roles), "role", d->role, "tentative",
        o->status == OCCURRENCE_TENTATIVE, "late", w->c->req.now_ms - d->due_ms > OVERDUE_MS, "url", o->url);
    int64_t people = people_of(w, o);

    if (context && people > 0)
        json_object_set_new(context, "people", json_integer(people));
    if (context && strcmp(d->kind, "changed") == 0)
        add_known(w, o, context);
    return context;
}

static enum msg title_of_change(const struct occurrence *o, const json_t *context)
{
    if (strcmp(o->status_name, "cancelled") == 0)
        return WORD_NOTICE_CANCELLED;
    if (json_is_true(json_object_get(context, "restored")))
        return WORD_NOTICE_RESTORED;
    if (json_object_get(context, "was_start"))
        return WORD_NOTICE_MOVED;
    if (json_is_true(json_object_get(context, "confirmed")))
        return WORD_NOTICE_CONFIRMED;
    if (json_object_get(context, "was_venue"))
        return WORD_NOTICE_VENUE;
    return o->status == OCCURRENCE_MOVED ? WORD_NOTICE_MOVED : WORD_NOTICE_UPDATED;
}

struct words_of_kind {
    enum msg title, body;
};

static struct words_of_kind words_of(const struct wording *w, const struct occurrence *o, const json_t *context)
{
    enum notice_kind kind = NOTICE_UPCOMING;

    notice_kind_parse(w->d->kind, &kind);
    if (kind == NOTICE_UNDERSTAFFED)
        return (struct words_of_kind){WORD_NOTICE_UNDERSTAFFED, WORD_BODY_UNDERSTAFFED};
    if (kind == NOTICE_THANKS)
        return (struct words_of_kind){WORD_NOTICE_THANKS, WORD_BODY_THANKS};
    if (kind == NOTICE_CHANGED)
        return (struct words_of_kind){title_of_change(o, context), WORD_BODY_CHANGED};
    if (kind == NOTICE_FILLED)
        return (struct words_of_kind){WORD_NOTICE_FILLED, WORD_BODY_FILLED};
    return (struct words_of_kind){WORD_NOTICE_UPCOMING, WORD_BODY_UPCOMING};
}

int compose_render(const struct wording *w, enum msg otherwise, json_t *context, char **ret, struct err *e)
{
    struct mustache_options options = {.escape_html = false, .lang = w->lang, .output_bytes_max = MESSAGE_BYTES_MAX};
    const char *template =
        w->rule && w->rule->template[0] ? w->rule->template : catalogue_text(otherwise, w->lang);
    struct buf text = {0};
    int failed = context ? mustache_render(template, context, &options, &text, e)
                         : err_set(e, ERR_FAILED, MSG_INTERNAL, NULL, "a message has no words", NULL);

    if (!failed)
        *ret = arena_strdup(&w->c->out, buf_text(&text));
    buf_release(&text);
    json_decref(context);
    return failed;
}

static int compose_occurrence(const struct wording *w, struct composed *ret, struct err *e)
{
    struct occurrence *o = occurrence_get(w->c, w->db, w->d->occurrence_id);
    struct words_of_kind words;
    json_t *context;

    if (!o)
        return err_set(e, ERR_NOT_FOUND, MSG_INTERNAL, NULL, "the occurrence is gone", NULL);
    context = context_of(w, o);
    words = words_of(w, o, context);
    if (compose_render(w, words.body, context, &ret->text, e))
        return -1;
    ret->title = arena_printf(&w->c->out, "%s%s", catalogue_text(words.title, w->lang), o->title);
    ret->subject = o->title;
    ret->link = o->url;
    ret->event = o->event;
    ret->recurrence_id = rfc3339(w->c, o->recurrence_id);
    ret->start = rfc3339(w->c, o->start);
    ret->venue = o->venue;
    return 0;
}

static int compose_order(const struct wording *w, struct composed *ret)
{
    bool test = strcmp(w->d->kind, "test") == 0;

    ret->title = arena_strdup(&w->c->out, catalogue_text(test ? WORD_NOTICE_TEST : WORD_NOTICE_NOTICE, w->lang));
    ret->text = test ? arena_strdup(&w->c->out, catalogue_text(WORD_BODY_TEST, w->lang)) : w->d->text;
    return 0;
}

/* Where an earlier attempt may have arrived, readers can tell that it is the same message. */
static void add_footer(const struct wording *w, struct composed *ret)
{
    if (w->d->attempts < 2 || db_int(w->db, 0,
                                     "SELECT 1 FROM attempt WHERE delivery_id = $1 AND outcome = 'unknown' LIMIT 1",
                                     p_int(w->d->id)) == 0)
        return;
    ret->text = arena_printf(&w->c->out, "%s%s%s %s", ret->text,
                             ret->text[0] && ret->text[strlen(ret->text) - 1] != '\n' ? "\n" : "",
                             catalogue_text(WORD_FOOTER_AGAIN, w->lang), w->d->code);
}

static int compose_kind(const struct wording *w, struct composed *ret, struct err *e)
{
    enum notice_kind kind;

    if (alert_is(w->d))
        return compose_alert(w, ret, e);
    if (w->d->occurrence_id != DB_NULL_INT)
        return compose_occurrence(w, ret, e);
    if (notice_kind_parse(w->d->kind, &kind) && kind == NOTICE_DIGEST)
        return compose_digest(w, ret, e);
    if (kind == NOTICE_ASK)
        return compose_ask(w, ret, e);
    if (kind == NOTICE_MILESTONE)
        return compose_milestone(w, ret, e);
    return compose_order(w, ret);
}

int compose(struct call *c, struct db *db, const struct delivery_row *d, const struct channel_row *ch,
            struct composed *ret, struct err *e)
{
    struct wording w = {.c = c, .db = db, .d = d, .channel = ch, .lang = LANG_ZH};
    char *none = (char *)(uintptr_t)"";

    w.rule = d->reminder_id == DB_NULL_INT ? NULL : store_reminder_by_id(db, d->reminder_id, &c->out);
    lang_parse(w.rule && w.rule->lang[0] ? w.rule->lang : ch->shown.lang, &w.lang);
    *ret = (struct composed){none, none, none, none, none, none, none, none};
    ret->link = arena_strdup(&c->out, service_settings(c->service)->public_url);
    if (compose_kind(&w, ret, e))
        return -1;
    add_footer(&w, ret);
    return 0;
}
