/* Drafts into the database. Each is taken whole or not at all. Declared in import_private.h. */
#include "import_private.h"

#include "planner.h"
#include "signup_hooks.h"
#include "store/event.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool same_dates(struct import *m, const struct event *a, const struct event *b)
{
    return strcmp(a->start_local, b->start_local) == 0 && strcmp(a->end_local, b->end_local) == 0 &&
           a->all_day == b->all_day && strcmp(a->tz, b->tz) == 0 && a->start_is_extra == b->start_is_extra &&
           texts_same(&a->rdates, &b->rdates) && texts_same(&a->exdates, &b->exdates) &&
           strcmp(a->holiday_policy, b->holiday_policy) == 0 &&
           strcmp(import_rule_plain(m, a), import_rule_plain(m, b)) == 0;
}

/* The file's LAST-MODIFIED can't be told from ours within the same second. */
static bool is_later(const struct ical_component *from, int64_t updated_ms)
{
    return from->modified_s != ICAL_SECONDS_NONE && from->modified_s > updated_ms / 1000;
}

static void note_newer(struct import *m, struct import_component *row, int64_t sequence)
{
    import_note(m, row, MSG_ICAL_NOTE_NEWER_HERE, arena_printf(&m->c->out, "%lld", (long long)sequence), NULL);
}

static void all_outcomes(const struct import_draft *d, enum import_outcome outcome, char *slug)
{
    if (d->from)
        import_outcome(d->row, outcome, slug);
    for (size_t i = 0; i < d->override_count; i++)
        import_outcome(d->overrides[i].row, outcome, slug);
}

/* The event ------------------------------------------------------------------------------------------------------- */

static void choose_slug(struct import *m, struct import_draft *d)
{
    const char *own = d->own ? ical_own(d->from, "SLUG") : NULL;
    char code[7];

    if (own && slug_valid(own) && !store_event_slug_taken(m->db, own)) {
        d->want->slug = (char *)(uintptr_t)own;
        return;
    }
    if (own)
        import_note(m, d->row, MSG_ICAL_NOTE_SLUG, own, NULL);
    do {
        crypto_code(6, code);
        d->want->slug = arena_printf(&m->c->out, "e-%s", code);
    } while (store_event_slug_taken(m->db, d->want->slug));
}

static int add(struct import *m, struct import_draft *d, struct err *e)
{
    choose_slug(m, d);
    d->want->sequence = d->from->sequence;
    if (d->split_from)
        d->want->split_from = d->split_from->want->slug;
    if (!store_event_insert(m->db, d->want))
        return db_check(m->db, e) ? -1 : err_set(e, ERR_EXISTS, MSG_SLUG_TAKEN, "slug", d->want->slug, NULL);
    all_outcomes(d, IMPORT_ADDED, d->want->slug);
    return occurrences_extend(m->c, m->db, d->want, e);
}

/* A provisional event that no longer is one, or the other way about. */
static void follow_status(struct import *m, const struct event *was, const struct event *ev)
{
    if (was->status == ev->status || ev->status == EVENT_CANCELLED)
        return;
    db_exec(m->db, "UPDATE occurrence SET status = $2, version = version + 1, updated_ms = $3 WHERE event_id = $1"
                   " AND status IN ('scheduled', 'tentative')",
            p_int(ev->id), p_text(ev->status == EVENT_TENTATIVE ? "tentative" : "scheduled"), p_int(m->c->req.now_ms));
}

static int update(struct import *m, struct import_draft *d, struct err *e)
{
    struct event *ev = d->want;
    const struct event *was = d->existing;

    ev->sequence = d->from && d->from->sequence > was->sequence ? d->from->sequence : was->sequence + 1;
    ev->version = was->version + 1;
    ev->updated_ms = m->c->req.now_ms;
    store_event_update(m->db, ev);
    follow_status(m, was, ev);
    if (!same_dates(m, was, ev) && occurrences_realign(m->c, m->db, ev, e))
        return -1;
    if (!roles_same(&was->roles, &ev->roles) && occurrences_put_roles(m->c, m->db, ev, e))
        return -1;
    if (was->status != ev->status)
        planner_tell_event(m->c, m->db, ev->id);
    if (was->status != ev->status && ev->status == EVENT_CANCELLED &&
        signup_event_off(m->c, m->db, ev->id, ev->reason, e))
        return -1;
    if (d->from)
        import_outcome(d->row, IMPORT_UPDATED, ev->slug);
    return 0;
}

static int put_event(struct import *m, struct import_draft *d, struct err *e)
{
    struct event *was = d->existing;

    if (!was)
        return add(m, d, e);
    all_outcomes(d, IMPORT_UNCHANGED, was->slug);
    if (same_dates(m, was, d->want) && event_words_same(was, d->want))
        return 0;
    if (d->from && d->from->sequence < was->sequence && !is_later(d->from, was->updated_ms)) {
        note_newer(m, d->row, was->sequence);
        *d->want = *was;
        return series_read(was, m->db, &m->c->out, &d->series, e);
    }
    return update(m, d, e);
}

/* Its overrides --------------------------------------------------------------------------------------------------- */

static enum occurrence_status status_of(const struct import_draft *d, const struct import_override *o)
{
    const char *status = o->from->status;

    if (status && strcasecmp(status, "CANCELLED") == 0)
        return OCCURRENCE_CANCELLED;
    if (!o->dated || o->start_s != o->date.start_s || o->end_s != o->date.end_s)
        return OCCURRENCE_MOVED;
    if (status)
        return strcasecmp(status, "TENTATIVE") == 0 ? OCCURRENCE_TENTATIVE : OCCURRENCE_SCHEDULED;
    return d->want->status == EVENT_TENTATIVE ? OCCURRENCE_TENTATIVE : OCCURRENCE_SCHEDULED;
}

static bool same_text(bool own, const char *here, const char *given)
{
    return given ? own && strcmp(here, given) == 0 : !own;
}

static void put_text(const char *given, char **text, bool *own)
{
    *own = given != NULL;
    if (given)
        *text = (char *)(uintptr_t)given;
}

/* The occurrence as the file has it. */
static struct occurrence wanted(struct import *m, const struct import_draft *d, const struct import_override *o,
                                const struct occurrence *now)
{
    const char *reason = ical_own(o->from, "REASON");
    const struct series *s = d->series;
    struct occurrence w = *now;

    w.status = status_of(d, o);
    w.start_local = local_text(o->start_s, s->all_day, &m->c->out);
    w.end_local = local_text(o->end_s, s->all_day, &m->c->out);
    w.start_ms = series_ms(s, o->start_s);
    w.end_ms = series_ms(s, o->end_s);
    put_text(o->title, &w.title, &w.own_title);
    put_text(o->description, &w.description, &w.own_description);
    put_text(o->venue, &w.venue, &w.own_venue);
    if (reason)
        w.reason = import_text(m, o->row, reason, EVENT_REASON_CHARS_MAX, false);
    if (ical_own(o->from, "OWN-ROLES")) {
        w.own_roles = true;
        w.roles = import_roles(m, o->from, o->row);
    }
    return w;
}

static bool same_occurrence(const struct occurrence *now, const struct occurrence *w, const struct import_override *o)
{
    return now->status == w->status && strcmp(now->start_local, w->start_local) == 0 &&
           strcmp(now->end_local, w->end_local) == 0 && same_text(now->own_title, now->title, o->title) &&
           same_text(now->own_description, now->description, o->description) &&
           same_text(now->own_venue, now->venue, o->venue) && strcmp(now->reason, w->reason) == 0 &&
           now->own_roles == w->own_roles && roles_same(&now->roles, &w->roles);
}

/* SEQUENCE of an override of ours counts on from its event's. */
static int64_t sequence_of(const struct import_draft *d, const struct import_override *o)
{
    int64_t sequence = o->from->sequence - (d->own ? d->from->sequence : 0);

    return sequence > 0 ? sequence : 1;
}

static int write_occurrence(struct import *m, struct import_draft *d, struct import_override *o, struct occurrence *now,
                            struct occurrence *w, struct err *e)
{
    bool ahead = w->end_ms > m->c->req.now_ms || now->end_ms > m->c->req.now_ms;
    bool told = d->existing && ahead && (now->status != w->status || now->start_ms != w->start_ms);
    int64_t sequence = sequence_of(d, o);

    if (strcmp(now->start_local, w->start_local) != 0)
        w->moves++;
    if (w->status == OCCURRENCE_CANCELLED && now->status != OCCURRENCE_CANCELLED)
        w->cancelled_ms = m->c->req.now_ms;
    w->sequence = now->sequence < sequence ? sequence : now->sequence + 1;
    w->updated_ms = m->c->req.now_ms;
    if (!w->id) {
        occurrence_keep(m->c, m->db, w);
    } else {
        w->version++;
        store_occurrence_update(m->db, w);
        if (w->own_roles && occurrence_put_roles(m->c, m->db, w->id, &w->roles, e))
            return -1;
    }
    if (told)
        planner_tell_changed(m->c, m->db, w->id, now);
    if (w->id && w->status == OCCURRENCE_CANCELLED && signup_occurrence_off(m->c, m->db, w->id, w->reason, e))
        return -1;
    if (told && w->status == OCCURRENCE_MOVED)
        signup_occurrence_moved(m->c, m->db, w, &d->want->notes);
    import_outcome(o->row, d->existing ? IMPORT_UPDATED : IMPORT_ADDED, d->want->slug);
    return db_check(m->db, e);
}

static struct occurrence *occurrence_now(struct import *m, const struct import_draft *d,
                                         const struct import_override *o)
{
    struct series_date plain = {o->original_s, o->original_s, o->original_s + d->series->length_s};

    return occurrence_at(m->c, m->db, d->want, d->series, o->dated ? &o->date : &plain);
}

static int put_override(struct import *m, struct import_draft *d, struct import_override *o, struct err *e)
{
    struct occurrence *now = occurrence_now(m, d, o), w;

    now->event_id = d->want->id;
    w = wanted(m, d, o, now);
    if (same_occurrence(now, &w, o))
        return 0;
    if (d->existing && now->sequence > sequence_of(d, o) && !is_later(o->from, now->updated_ms)) {
        note_newer(m, o->row, now->sequence);
        return 0;
    }
    call_changed(m->c, CHANGE_EVENT, d->want->id);
    return write_occurrence(m, d, o, now, &w, e);
}

/* All of it ------------------------------------------------------------------------------------------------------- */

static int put(struct import *m, struct import_draft *d, struct err *e)
{
    if ((d->existing && event_may_change(m->c, d->existing, e)) || event_may_change(m->c, d->want, e) ||
        put_event(m, d, e))
        return -1;
    for (size_t i = 0; i < d->override_count; i++)
        if (put_override(m, d, &d->overrides[i], e))
            return -1;
    planner_event(m->c, m->db, d->want->id);
    call_changed(m->c, CHANGE_EVENT, d->want->id);
    return db_check(m->db, e);
}

static void refuse_all(struct import *m, const struct import_draft *d, const struct err *why)
{
    struct err follows = *why;

    if (d->from) {
        import_refuse(m, d->row, why);
        err_set(&follows, ERR_INVALID, MSG_ICAL_MASTER, NULL, NULL);
    }
    for (size_t i = 0; i < d->override_count; i++)
        import_refuse(m, d->overrides[i].row, &follows);
}

/* A savepoint each: what is refused leaves nothing behind. Errors of the database itself end the import. */
int import_apply(struct import *m, struct import_draft *d, struct err *e)
{
    struct err why = {0};

    db_exec(m->db, "SAVEPOINT import_event");
    if (put(m, d, &why)) {
        if (db_check(m->db, e))
            return -1;
        db_exec(m->db, "ROLLBACK TO SAVEPOINT import_event");
        refuse_all(m, d, &why);
    }
    db_exec(m->db, "RELEASE SAVEPOINT import_event");
    return db_check(m->db, e);
}
