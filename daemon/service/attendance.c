#include "attendance.h"

#include "calendar/civil.h"
#include "calendar/words.h"
#include "calendar/zone.h"
#include "domain/event.h"
#include "ledger.h"
#include "signup.h"
#include "store/hours.h"

#include <stdio.h>
#include <string.h>

#define MINUTE_MS 60000
#define CLOSED_AT_ONCE 200               /* shifts closed in one transaction; the rest a minute later */

/* The volunteer's row comes before the role's and the sign-up's, as everywhere. */
int attendance_find(struct call *c, struct db *db, const char *id, struct signup **ret, struct err *e)
{
    struct volunteer_id who;
    struct signup *s;

    if (signup_find(c, db, id ? id : "", &s, e))
        return -1;
    store_volunteer_lock(db, s->volunteer, &c->out, &who);
    return signup_find(c, db, id ? id : "", ret, e);
}

static char *clock_text(struct call *c, const struct signup *s, int64_t ms)
{
    const struct zone *z = zone_find(s->tz, NULL);
    char text[CIVIL_TEXT_BYTES];

    civil_format(zone_to_wall(z, ms / 1000), false, text);
    return arena_printf(&c->out, "%.10s %.5s", text, text + 11);
}

static int64_t day_of(const struct signup *s, int64_t ms)
{
    return civil_midnight(zone_to_wall(zone_find(s->tz, NULL), ms / 1000));
}

int attendance_time(struct call *c, const struct signup *s, const char *text, int64_t *ret_ms, struct err *e)
{
    struct words_context ctx = {c->req.now_ms, zone_find(s->tz, e)};
    struct words_when when;

    if (!ctx.zone)
        return -1;
    *ret_ms = c->req.now_ms;
    if (!text)
        return 0;
    if (words_when_on(text, &ctx, day_of(s, s->start_ms), &when, e)) {
        err_field(e, "at");
        return -1;
    }
    if (when.date)
        return err_set(e, ERR_INVALID, MSG_ATTENDANCE_NO_TIME, "at", text, NULL);
    *ret_ms = zone_to_utc(ctx.zone, when.wall_s) * 1000;
    return 0;
}

/* A time that can't be meant is asked about. */
static int check_on(struct call *c, const struct signup *s, struct err *e)
{
    if (!s->off || c->req.force)
        return 0;
    return err_set(e, ERR_CONFLICT, MSG_ATTENDANCE_OFF, "state", s->id, s->title, NULL);
}

static int check_day(struct call *c, const struct signup *s, int64_t at_ms, struct err *e)
{
    bool same = day_of(s, at_ms) >= day_of(s, s->start_ms) && day_of(s, at_ms) <= day_of(s, s->end_ms - 1);
    bool near = at_ms >= s->start_ms - ATTENDANCE_SLACK_MS && at_ms <= s->end_ms + ATTENDANCE_SLACK_MS;

    if (check_on(c, s, e))
        return -1;
    if (c->req.force)
        return 0;
    if (at_ms > c->req.now_ms + ATTENDANCE_AHEAD_MS)
        return err_set(e, ERR_CONFLICT, MSG_ATTENDANCE_AHEAD, "at", clock_text(c, s, at_ms), NULL);
    if (same || near)
        return 0;
    return err_set(e, ERR_CONFLICT, MSG_ATTENDANCE_OTHER_DAY, "at", s->id, clock_text(c, s, s->start_ms),
                   clock_text(c, s, at_ms), NULL);
}

static int check_begun(struct call *c, const struct signup *s, struct err *e)
{
    if (check_on(c, s, e))
        return -1;
    if (c->req.force || day_of(s, c->req.now_ms) >= day_of(s, s->start_ms))
        return 0;
    return err_set(e, ERR_CONFLICT, MSG_ATTENDANCE_EARLY, "on", s->id, clock_text(c, s, s->start_ms), NULL);
}

/* Hours */

/* What a sign-up comes to; -1: not known yet, what was counted stays. */
static int64_t minutes_due(struct call *c, struct db *db, const struct signup *s, int64_t said, const char **ret_how)
{
    bool in = s->checked_in_ms != DB_NULL_INT, out = s->checked_out_ms != DB_NULL_INT;

    *ret_how = "times";
    if (s->state != SIGNUP_ATTENDED || store_role_is_participant(db, s->occurrence_row, s->role))
        return 0;
    if (said != FIELD_INT_ABSENT) {
        *ret_how = "said";
        return ledger_round(c, said);
    }
    if (in)
        return out ? ledger_round(c, (s->checked_out_ms - s->checked_in_ms) / MINUTE_MS) : -1;
    /* Nobody looked at a clock: they were there as long as the shift was. All-day shifts say nothing about that. */
    *ret_how = "shift";
    return strchr(s->start_local, 'T') ? ledger_round(c, (s->end_ms - s->start_ms) / MINUTE_MS) : 0;
}

static int check_minutes(struct call *c, int64_t minutes, struct err *e)
{
    char given[24], most[24];

    snprintf(given, sizeof given, "%lld", (long long)minutes);
    snprintf(most, sizeof most, "%d", HOURS_MINUTES_MAX);
    if (minutes == FIELD_INT_ABSENT)
        return 0;
    if (minutes < 0 || minutes > HOURS_MINUTES_MAX)
        return err_set(e, ERR_INVALID, MSG_OUT_OF_RANGE, "minutes", given, "0", most, NULL);
    if (minutes > HOURS_MINUTES_ASKED && !c->req.force)
        return err_set(e, ERR_CONFLICT, MSG_MINUTES_MANY, "minutes", given, NULL);
    return 0;
}

/* The ledger, the sign-up, and what is remembered of it; counters of places where its state changes. */
static int write_down(struct call *c, struct db *db, struct signup *s, enum signup_state to, const char *kind,
                      int64_t time_ms, const struct attendance_said *said, struct err *e)
{
    struct signup next = *s;
    const char *how;
    int64_t due;

    next.state = to;
    due = minutes_due(c, db, &next, said->minutes, &how);
    if (s->state != to) {
        enum signup_state probe = s->state;          /* refused before the ledger has an entry */
        if (signup_move(&probe, to, s->id, e))
            return -1;
    }
    if (due >= 0 && ledger_follow(c, db, s, due, how, e))
        return -1;
    store_attendance_add(db, s->row, kind, time_ms, said->how, said->reason ? said->reason : "",
                         c->req.principal.name, c->req.now_ms);
    return signup_change(c, db, s, to, e);
}

int attendance_in(struct call *c, struct db *db, struct signup *s, const struct attendance_said *said, struct err *e)
{
    bool there = s->state == SIGNUP_ATTENDED && s->checked_in_ms != DB_NULL_INT;

    if (there && (!said->corrects || said->at_ms == s->checked_in_ms))
        return err_set(e, ERR_CONFLICT, MSG_CHECKED_IN, "state", s->id, clock_text(c, s, s->checked_in_ms), NULL);
    if (check_day(c, s, said->at_ms, e))
        return -1;
    if (s->state != SIGNUP_ATTENDED) {
        s->checked_out_ms = DB_NULL_INT;
        s->closed = false;
    }
    if (s->checked_out_ms != DB_NULL_INT && said->at_ms > s->checked_out_ms)
        return err_set(e, ERR_INVALID, MSG_CHECK_ORDER_IN, "at", clock_text(c, s, said->at_ms),
                       clock_text(c, s, s->checked_out_ms), NULL);
    s->checked_in_ms = said->at_ms;
    return write_down(c, db, s, SIGNUP_ATTENDED, "check-in", said->at_ms, said, e);
}

/* What the clock closed may still be checked out: somebody stayed longer. */
int attendance_out(struct call *c, struct db *db, struct signup *s, const struct attendance_said *said, struct err *e)
{
    bool out = s->checked_out_ms != DB_NULL_INT;

    if (s->checked_in_ms == DB_NULL_INT || s->state != SIGNUP_ATTENDED)
        return err_set(e, ERR_CONFLICT, MSG_NOT_CHECKED_IN, "state", s->id, NULL);
    if (out && !s->closed && (!said->corrects || said->at_ms == s->checked_out_ms))
        return err_set(e, ERR_CONFLICT, MSG_CHECKED_OUT, "state", s->id, clock_text(c, s, s->checked_out_ms), NULL);
    if (said->at_ms < s->checked_in_ms)
        return err_set(e, ERR_INVALID, MSG_CHECK_ORDER_OUT, "at", clock_text(c, s, said->at_ms),
                       clock_text(c, s, s->checked_in_ms), NULL);
    if (check_day(c, s, said->at_ms, e))
        return -1;
    s->checked_out_ms = said->at_ms;
    s->closed = strcmp(said->how, "auto") == 0;
    return write_down(c, db, s, SIGNUP_ATTENDED, s->closed ? "close" : "check-out", said->at_ms, said, e);
}

int attendance_set(struct call *c, struct db *db, struct signup *s, enum signup_state to,
                   const struct attendance_said *said, struct err *e)
{
    if (check_minutes(c, said->minutes, e) || (to != SIGNUP_EXCUSED && check_begun(c, s, e)))
        return -1;
    if (s->state == to && said->minutes == FIELD_INT_ABSENT)
        return err_set(e, ERR_CONFLICT, MSG_ATTENDANCE_SAME, "state", s->id, signup_state_name(to), NULL);
    if (s->state != to) {
        s->checked_in_ms = s->checked_out_ms = DB_NULL_INT;
        s->closed = false;
    }
    return write_down(c, db, s, to, signup_state_name(to), DB_NULL_INT, said, e);
}

/* Asked for by the desk */

static int find(struct call *c, struct db *db, const struct attendance_input *in, struct signup **ret, struct err *e)
{
    struct signup *s;

    if (in->reason && *in->reason && text_check(in->reason, "reason", EVENT_REASON_CHARS_MAX, false, e))
        return -1;
    if (attendance_find(c, db, in->id, &s, e) || signup_may_change(c, db, s->event_row, e))
        return -1;
    *ret = s;
    return call_check_version(c, s->id, s->version, e);
}

static int finish(struct call *c, const struct attendance_input *in, struct signup *s, void **ret, struct err *e)
{
    const char *reason = in->reason ? in->reason : "";

    call_audit(c, s->id, "%s%s%s", signup_state_name(s->state), *reason ? ": " : "", reason);
    *ret = s;
    return signup_dress(c, s, e);
}

static int check(struct call *c, struct db *db, const struct attendance_input *in, bool out, void **ret, struct err *e)
{
    struct attendance_said said = {.minutes = FIELD_INT_ABSENT, .how = "desk", .reason = in->reason,
                                   .corrects = in->at != NULL};
    struct signup *s;

    if (find(c, db, in, &s, e) || attendance_time(c, s, in->at, &said.at_ms, e) ||
        (out ? attendance_out(c, db, s, &said, e) : attendance_in(c, db, s, &said, e)))
        return -1;
    return finish(c, in, s, ret, e);
}

static int run_check_in(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    return check(c, db, input, false, ret, e);
}

static int run_check_out(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    return check(c, db, input, true, ret, e);
}

static int set(struct call *c, struct db *db, const struct attendance_input *in, enum signup_state to, void **ret,
               struct err *e)
{
    struct attendance_said said = {.minutes = to == SIGNUP_ATTENDED ? in->minutes : FIELD_INT_ABSENT, .how = "desk",
                                   .reason = in->reason};
    struct signup *s;

    if (find(c, db, in, &s, e) || attendance_set(c, db, s, to, &said, e))
        return -1;
    return finish(c, in, s, ret, e);
}

static int run_attend(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    return set(c, db, input, SIGNUP_ATTENDED, ret, e);
}

static int run_no_show(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    return set(c, db, input, SIGNUP_NO_SHOW, ret, e);
}

static int run_excuse(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    return set(c, db, input, SIGNUP_EXCUSED, ret, e);
}

const struct operation op_signup_check_in = {"signup check-in", ROLE_ORGANIZER, OPERATION_WRITES, run_check_in};
const struct operation op_signup_check_out = {"signup check-out", ROLE_ORGANIZER, OPERATION_WRITES, run_check_out};
const struct operation op_signup_attend = {"signup attend", ROLE_ORGANIZER, OPERATION_WRITES, run_attend};
const struct operation op_signup_no_show = {"signup no-show", ROLE_ORGANIZER, OPERATION_WRITES, run_no_show};
const struct operation op_signup_excuse = {"signup excuse", ROLE_ORGANIZER, OPERATION_WRITES, run_excuse};

/* Closed by the clock, at the shift's end: who came later than that stayed for nothing. */
static int close_one(struct call *c, struct db *db, const char *id, struct err *e)
{
    struct attendance_said said = {.minutes = FIELD_INT_ABSENT, .how = "auto"};
    struct signup *s;

    if (attendance_find(c, db, id, &s, e))
        return -1;
    if (s->state != SIGNUP_ATTENDED || s->checked_in_ms == DB_NULL_INT || s->checked_out_ms != DB_NULL_INT)
        return 0;
    said.at_ms = s->end_ms > s->checked_in_ms ? s->end_ms : s->checked_in_ms;
    return attendance_out(c, db, s, &said, e);
}

static int run_close(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct texts open = store_attendance_open(db, c->req.now_ms, CLOSED_AT_ONCE, &c->out);
    bool *more = arena_alloc(&c->out, sizeof *more);

    (void)input;
    c->req.force = true;                 /* a shift of several days may have been checked in on the first */
    for (size_t i = 0; i < open.count; i++)
        if (close_one(c, db, open.items[i], e))
            return -1;
    if (open.count > 0)
        call_audit(c, "attendance", "%zu closed at the shift's end", open.count);
    *more = store_attendance_any_open(db);
    *ret = more;
    return db_check(db, e);
}

const struct operation op_attendance_close = {"attendance close", ROLE_ADMIN, OPERATION_WRITES, run_close};
