/* Messages that are about a week, a date that is open, a target or a channel; declared in compose_private.h. */
#include "compose_private.h"

#include "alert.h"
#include "digest.h"
#include "event.h"
#include "overdue.h"
#include "report.h"
#include "target.h"

#include <stdlib.h>
#include <string.h>

#define UNDATED_NAMED_MAX 30

static char *date_of(const struct wording *w, int64_t wall_s)
{
    return compose_when(w, (struct moment){.wall_s = wall_s, .date = true, .set = true});
}

static int64_t places_free(const struct occurrence *o)
{
    const struct role *roles = o->roles.items;
    int64_t places = 0;

    for (size_t i = 0; i < o->roles.count; i++)
        places += roles[i].free;
    return places;
}

static json_t *events_json(const struct wording *w, const struct ids *ids)
{
    json_t *array = json_array();

    for (size_t i = 0; i < ids->count; i++) {
        struct occurrence *o = occurrence_get(w->c, w->db, ids->items[i]);
        if (o)
            json_array_append_new(array, json_pack("{s:s, s:s, s:s, s:b, s:b, s:b, s:I, s:s}", "title", o->title,
                                                   "start", compose_when(w, o->start), "venue",
                                                   o->venue ? o->venue : "", "tentative",
                                                   o->status == OCCURRENCE_TENTATIVE, "cancelled",
                                                   strcmp(o->status_name, "cancelled") == 0, "roles",
                                                   o->roles.count > 0, "free", (json_int_t)places_free(o), "url",
                                                   o->url));
    }
    return array;
}

int compose_digest(const struct wording *w, struct composed *ret, struct err *e)
{
    struct ids ids = digest_occurrences(w->c, w->db, w->d, w->channel);
    bool overdue = strcmp(w->d->subject, OVERDUE_SUBJECT) == 0;
    struct digest_week week = {0};
    json_t *context;

    digest_week(w->c, w->d->due_ms, &week);
    context = json_pack("{s:o, s:b, s:s, s:s, s:s, s:I, s:b}", "events", events_json(w, &ids), "overdue", overdue,
                        "from", date_of(w, week.from_s), "to", date_of(w, week.to_s - 86400), "week", w->d->subject,
                        "count", (json_int_t)ids.count, "late", w->c->req.now_ms - w->d->due_ms > OVERDUE_MS);
    if (compose_render(w, WORD_BODY_DIGEST, context, &ret->text, e))
        return -1;
    ret->title = overdue ? arena_strdup(&w->c->out, catalogue_text(WORD_NOTICE_OVERDUE, w->lang))
                         : arena_printf(&w->c->out, "%s%s – %s", catalogue_text(WORD_NOTICE_DIGEST, w->lang),
                                        date_of(w, week.from_s), date_of(w, week.to_s - 86400));
    return 0;
}

static char *department_title(const struct wording *w, const char *slug)
{
    struct stmt *s = db_query(w->db, "SELECT title, title_en FROM department WHERE slug = $1", p_text(slug));
    char *title = arena_strdup(&w->c->out, slug), *title_en;

    if (!stmt_row(s))
        return title;
    title = stmt_text(s, 0, &w->c->out);
    title_en = stmt_text(s, 1, &w->c->out);
    stmt_done(s);
    return w->lang == LANG_EN && title_en && title_en[0] ? title_en : title;
}

/* In the default words: a template of the rule's own is about one event. */
static int compose_undated(const struct wording *w, struct composed *ret, struct err *e)
{
    struct objects list = ask_undated(w->c, w->db, w->rule, w->channel, w->lang);
    const struct undated *items = list.items;
    struct wording plain = *w;
    json_t *array = json_array();

    plain.rule = NULL;
    for (size_t i = 0; i < list.count && i < UNDATED_NAMED_MAX; i++)
        json_array_append_new(array, json_pack("{s:s, s:s, s:s}", "title", items[i].title, "event", items[i].slug,
                                               "lead", department_title(w, items[i].lead)));
    ret->title = arena_strdup(&w->c->out, catalogue_text(WORD_NOTICE_UNDATED, w->lang));
    return compose_render(&plain, WORD_BODY_UNDATED,
                          json_pack("{s:o, s:I, s:b}", "events", array, "count", (json_int_t)list.count, "more",
                                    list.count > UNDATED_NAMED_MAX),
                          &ret->text, e);
}

static int compose_open_date(const struct wording *w, struct composed *ret, struct err *e)
{
    struct occurrence *o =
        occurrence_get(w->c, w->db, digest_provisional(w->c, w->db, w->d->event_id));
    json_t *context;

    if (!o)
        return err_set(e, ERR_NOT_FOUND, MSG_INTERNAL, NULL, "the date is no longer open", NULL);
    context = json_pack("{s:s, s:s, s:s, s:s, s:s}", "title", o->title, "start", compose_when(w, o->start), "venue",
                        o->venue ? o->venue : "", "event", o->event, "url", o->url);
    if (compose_render(w, WORD_BODY_ASK, context, &ret->text, e))
        return -1;
    ret->title = arena_printf(&w->c->out, "%s%s", catalogue_text(WORD_NOTICE_ASK, w->lang), o->title);
    ret->subject = o->title;
    ret->link = o->url;
    ret->event = o->event;
    return 0;
}

int compose_ask(const struct wording *w, struct composed *ret, struct err *e)
{
    return w->d->event_id == DB_NULL_INT ? compose_undated(w, ret, e) : compose_open_date(w, ret, e);
}

/* "plan/slug:25000" */
static int read_target(const struct wording *w, struct target **ret, int64_t *ret_step_milli, struct err *e)
{
    char *plan = arena_strdup(&w->c->out, w->d->subject), *slug = strchr(plan, '/');
    char *step = slug ? strrchr(slug, ':') : NULL;
    struct target_ref ref = {0};
    void *found;

    if (!step)
        return err_set(e, ERR_FAILED, MSG_INTERNAL, NULL, "a milestone names no target", NULL);
    *slug++ = 0;
    *step++ = 0;
    ref.plan = plan;
    ref.slug = slug;
    if (op_target_show.run(w->c, w->db, &ref, &found, e))
        return -1;
    *ret = found;
    *ret_step_milli = atoll(step);
    return 0;
}

int compose_milestone(const struct wording *w, struct composed *ret, struct err *e)
{
    int64_t step_milli;
    struct target *t;
    const char *title;
    json_t *context;

    if (read_target(w, &t, &step_milli, e))
        return -1;
    title = w->lang == LANG_EN && t->title_en && t->title_en[0] ? t->title_en : t->title;
    context = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "target", title, "value",
                        compose_milli(w, t->value_milli == FIELD_INT_ABSENT ? 0 : t->value_milli), "goal",
                        compose_milli(w, t->target_milli), "percent",
                        compose_milli(w, t->percent_milli == FIELD_INT_ABSENT ? 0 : t->percent_milli / 100 * 100),
                        "threshold", compose_milli(w, step_milli), "unit", t->unit ? t->unit : "", "reached",
                        step_milli >= 100000);
    if (compose_render(w, WORD_BODY_MILESTONE, context, &ret->text, e))
        return -1;
    ret->title = arena_printf(&w->c->out, "%s%s", catalogue_text(WORD_NOTICE_MILESTONE, w->lang), title);
    ret->subject = arena_strdup(&w->c->out, title);
    ret->link = arena_printf(&w->c->out, "%s/plan", service_settings(w->c->service)->public_url);
    return 0;
}

/* The text is the name of the channel in trouble, and on a second line why, or its id. */
int compose_alert(const struct wording *w, struct composed *ret, struct err *e)
{
    bool paused = strcmp(w->d->subject, ALERT_PAUSED) == 0;
    char *name = arena_strdup(&w->c->out, w->d->text), *more = strchr(name, '\n');
    int64_t expired;

    if (more)
        *more++ = 0;
    expired = paused || !more ? 0
                              : db_int(w->db, 0,
                                       "SELECT COUNT(*) FROM delivery WHERE channel_id = $1 AND state = 'expired'"
                                       " AND final_ms >= $2",
                                       p_int(atoll(more)), p_int(w->d->due_ms - ALERT_WINDOW_MS));
    if (compose_render(w, paused ? WORD_BODY_ALERT_PAUSED : WORD_BODY_ALERT_EXPIRED,
                       json_pack("{s:s, s:s, s:I}", "name", name, "reason", more ? more : "", "count",
                                 (json_int_t)expired),
                       &ret->text, e))
        return -1;
    ret->title = arena_printf(&w->c->out, "%s%s", catalogue_text(WORD_NOTICE_ALERT, w->lang), name);
    return 0;
}
