/* The words of messages: a default for each kind in both languages, or a rule's own template. Never a person's name. */
#include "notice.h"

#include "base/mustache.h"
#include "calendar/civil.h"
#include "event.h"
#include "store/event.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_BYTES_MAX 8000

/* "2027-05-12 周三 09:00" */
static char *when_text(struct call *c, struct moment m, enum lang lang)
{
    static const char *const days[2][7] = {{"周一", "周二", "周三", "周四", "周五", "周六", "周日"},
                                           {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}};
    const char *day = days[lang][civil_weekday(m.wall_s)];
    struct civil t;

    civil_from_wall(m.wall_s, &t);
    if (m.date)
        return arena_printf(&c->out, "%04d-%02d-%02d %s", t.year, t.month, t.day, day);
    return arena_printf(&c->out, "%04d-%02d-%02d %s %02d:%02d", t.year, t.month, t.day, day, t.hour, t.minute);
}

static char *rfc3339(struct call *c, struct moment m)
{
    char text[CIVIL_TEXT_BYTES];
    int offset_min = m.offset_s / 60;

    civil_format(m.wall_s, m.date, text);
    if (m.date)
        return arena_strdup(&c->out, text);
    return arena_printf(&c->out, "%s%c%02d:%02d", text, offset_min < 0 ? '-' : '+',
                        (offset_min < 0 ? -offset_min : offset_min) / 60,
                        (offset_min < 0 ? -offset_min : offset_min) % 60);
}

static json_t *roles_json(const struct objects *list)
{
    const struct role *roles = list->items;
    json_t *array = json_array();

    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(array, json_pack("{s:s, s:I, s:I, s:I, s:b}", "name", roles[i].name, "free",
                                               (json_int_t)roles[i].free, "capacity", (json_int_t)roles[i].capacity,
                                               "taken", (json_int_t)roles[i].taken, "missing",
                                               roles[i].taken < roles[i].minimum));
    return array;
}

static json_t *context_of(struct call *c, struct db *db, const struct delivery_row *d, const struct occurrence *o,
                          enum lang lang)
{
    const char *venue = o->venue ? o->venue : "";
    struct stmt *s = db_query(db, "SELECT title FROM venue WHERE slug = $1", p_text(venue));

    if (stmt_row(s)) {
        venue = stmt_text(s, 0, &c->out);
        stmt_done(s);
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:o, s:s, s:b, s:b}", "title", o->title, "start",
                     when_text(c, o->start, lang), "original", when_text(c, o->recurrence_id, lang), "venue", venue,
                     "reason", o->reason ? o->reason : "", "cancelled", strcmp(o->status_name, "cancelled") == 0,
                     "moved", o->status == OCCURRENCE_MOVED, "roles", roles_json(&o->roles), "role", d->role,
                     "tentative", o->status == OCCURRENCE_TENTATIVE, "late", c->req.now_ms - d->due_ms > 60000);
}

static enum msg title_of(const struct delivery_row *d, const struct occurrence *o)
{
    enum notice_kind kind;

    notice_kind_parse(d->kind, &kind);
    switch (kind) {
    case NOTICE_UPCOMING:
        return WORD_NOTICE_UPCOMING;
    case NOTICE_UNDERSTAFFED:
        return WORD_NOTICE_UNDERSTAFFED;
    case NOTICE_THANKS:
        return WORD_NOTICE_THANKS;
    case NOTICE_CHANGED:
        if (strcmp(o->status_name, "cancelled") == 0)
            return WORD_NOTICE_CANCELLED;
        return o->status == OCCURRENCE_MOVED ? WORD_NOTICE_MOVED : WORD_NOTICE_CONFIRMED;
    case NOTICE_FILLED:
        return WORD_NOTICE_FILLED;
    case NOTICE_TEST:
    case NOTICE_NOTICE:
    case NOTICE_KIND_COUNT:
        break;
    }
    return WORD_NOTICE_NOTICE;
}

static enum msg body_of(const struct delivery_row *d)
{
    enum notice_kind kind;

    notice_kind_parse(d->kind, &kind);
    if (kind == NOTICE_THANKS)
        return WORD_BODY_THANKS;
    if (kind == NOTICE_UNDERSTAFFED)
        return WORD_BODY_UNDERSTAFFED;
    return kind == NOTICE_FILLED ? WORD_BODY_FILLED : kind == NOTICE_CHANGED ? WORD_BODY_CHANGED : WORD_BODY_UPCOMING;
}

static int render(struct call *c, const char *template, const json_t *context, enum lang lang, char **ret,
                  struct err *e)
{
    struct mustache_options options = {.escape_html = false, .lang = lang, .output_bytes_max = MESSAGE_BYTES_MAX};
    struct buf text = {0};
    int failed = mustache_render(template, context, &options, &text, e);

    if (!failed)
        *ret = arena_strdup(&c->out, buf_text(&text));
    buf_release(&text);
    return failed;
}

static int compose_occurrence(struct call *c, struct db *db, const struct delivery_row *d, enum lang lang,
                              struct composed *ret, struct err *e)
{
    struct occurrence *o = occurrence_get(c, db, d->occurrence_id);
    struct reminder *r = d->reminder_id == DB_NULL_INT ? NULL : store_reminder_by_id(db, d->reminder_id, &c->out);
    const char *template;
    json_t *context;
    int failed;

    if (!o)
        return err_set(e, ERR_NOT_FOUND, MSG_INTERNAL, NULL, "the occurrence is gone", NULL);
    template = r && r->template[0] ? r->template : catalogue_text(body_of(d), lang);
    context = context_of(c, db, d, o, lang);
    failed = !context || render(c, template, context, lang, &ret->text, e);
    json_decref(context);
    if (failed)
        return -1;
    ret->title = arena_printf(&c->out, "%s%s", catalogue_text(title_of(d, o), lang), o->title);
    ret->subject = o->title;
    ret->link = o->url;
    ret->event = o->event;
    ret->recurrence_id = rfc3339(c, o->recurrence_id);
    ret->start = rfc3339(c, o->start);
    ret->venue = o->venue;
    return 0;
}

int compose(struct call *c, struct db *db, const struct delivery_row *d, const struct channel_row *ch,
            struct composed *ret, struct err *e)
{
    char *none = (char *)(uintptr_t)"";
    enum lang lang = LANG_ZH;
    bool test = strcmp(d->kind, "test") == 0;

    lang_parse(ch->shown.lang, &lang);
    *ret = (struct composed){none, none, none, none, none, none, none, none};
    if (d->occurrence_id != DB_NULL_INT)
        return compose_occurrence(c, db, d, lang, ret, e);
    ret->title = arena_strdup(&c->out, catalogue_text(test ? WORD_NOTICE_TEST : WORD_NOTICE_NOTICE, lang));
    ret->text = test ? arena_strdup(&c->out, catalogue_text(WORD_BODY_TEST, lang)) : d->text;
    ret->link = arena_strdup(&c->out, service_settings(c->service)->public_url);
    return 0;
}
