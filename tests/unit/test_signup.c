/* Sign-ups: never more than there are places, never the same person twice, and nobody learns about somebody else. */
#include "people_fixture.h"

#include "calendar/civil.h"
#include "service/attendance.h"
#include "service/signup_hooks.h"

#define SHANGHAI_MS (8 * HOUR_MS)

/* An event that happens once, `after_h` hours from now, for `hours`, with a role "讲解员" of `capacity` places. */
struct event_job {
    struct job job;
    const char *slug;
    int64_t start_ms, hours, capacity;
    char day[CIVIL_TEXT_BYTES];
};

static int run_event(struct job *job, struct db *db, struct err *e)
{
    struct event_job *j = (struct event_job *)(void *)job;
    int64_t end_ms = j->start_ms + j->hours * HOUR_MS, event, occurrence;
    char start[CIVIL_TEXT_BYTES], end[CIVIL_TEXT_BYTES];

    civil_format((j->start_ms + SHANGHAI_MS) / 1000, false, start);
    civil_format((end_ms + SHANGHAI_MS) / 1000, false, end);
    civil_format((j->start_ms + SHANGHAI_MS) / 1000, true, j->day);
    event = db_int(db, 0,
                   "INSERT INTO event (slug, uid, title, description, category, lead, venue, start_local, end_local,"
                   " all_day, tz, rrule, start_is_extra, holiday_policy, unit, preset, status, reason, sequence,"
                   " version, stored_until, created_ms, updated_ms) VALUES ($1, $1, $1, '', 'other', '', '', $2, $3, 0,"
                   " 'Asia/Shanghai', '', 0, 'keep', '', '', 'confirmed', '', 0, 1, '2100-01-01T00:00:00', 0, 0)"
                   " RETURNING id",
                   p_text(j->slug), p_text(start), p_text(end));
    occurrence = db_int(db, 0,
                        "INSERT INTO occurrence (event_id, recurrence_id, start_local, end_local, start_ms, end_ms,"
                        " status, own_roles, reason, headcount_note, moves, sequence, updated_ms, version)"
                        " VALUES ($1, $2, $2, $3, $4, $5, 'scheduled', 0, '', '', 0, 0, 0, 1) RETURNING id",
                        p_int(event), p_text(start), p_text(end), p_int(j->start_ms), p_int(end_ms));
    db_exec(db,
            "INSERT INTO occurrence_role (occurrence_id, position, name, capacity, minimum, participant, taken,"
            " offered, waitlisted) VALUES ($1, 0, '讲解员', $2, 0, 0, 0, 0, 0)",
            p_int(occurrence), p_int(j->capacity));
    return db_check(db, e);
}

static char *add_event(struct fixture *f, const char *slug, int64_t after_ms, int64_t hours, int64_t capacity)
{
    struct event_job j = {.job = {.write = true, .run = run_event, .done = sql_done},
                          .slug = slug,
                          .start_ms = NOW_MS + after_ms,
                          .hours = hours,
                          .capacity = capacity};

    assert_int_equal(store_run_now(f->store, &j.job), 0);
    return strdup(j.day);
}

/* Tests' people and days live as long as the test. */
static char *kept[256];
static size_t kept_count;

static char *keep(char *text)
{
    kept[kept_count++] = text;
    return text;
}

static int end(void **state)
{
    while (kept_count)
        free(kept[--kept_count]);
    return tear_down(state);
}

static char *who(struct fixture *f, int n)
{
    char name[40], phone[40];

    snprintf(name, sizeof name, "志愿者%d", n);
    snprintf(phone, sizeof phone, "138%08d", n);
    return keep(add_person(f, name, phone));
}

static struct signup_input wish(char *volunteer, const char *event, char *day)
{
    struct signup_input in;

    fields_clear(&signup_input_fields, &in);
    in.volunteer = volunteer;
    in.event = (char *)(uintptr_t)event;
    in.on = day;
    return in;
}

static struct signup *sign_up(struct fixture *f, char *volunteer, const char *event, char *day, bool waitlist)
{
    struct signup_input in = wish(volunteer, event, day);

    in.waitlist = waitlist;
    return ask(f, &op_signup_add, &in);
}

static void refused_with(struct fixture *f, enum err_code code)
{
    assert_int_not_equal(f->call.status, 0);
    assert_int_equal(f->call.err.code, code);
}

static struct signup *said(struct fixture *f, const struct operation *op, char *id, int64_t minutes)
{
    struct attendance_input in = {.id = id, .minutes = minutes};

    return ask(f, op, &in);
}

static struct signup *move(struct fixture *f, const struct operation *op, char *id)
{
    struct signup_ref ref = {.id = id};

    return ask(f, op, &ref);
}

#define TAKEN "SELECT taken FROM occurrence_role WHERE occurrence_id = 1"
#define WAITING "SELECT waitlisted FROM occurrence_role WHERE occurrence_id = 1"

static void every_move_is_in_the_picture_and_no_other(void **state)
{
    static const char *const allowed[] = {
        "confirmed cancelled", "confirmed attended", "confirmed no_show", "confirmed excused", "waitlisted confirmed",
        "waitlisted offered", "waitlisted cancelled", "offered confirmed", "offered cancelled", "attended no_show",
        "attended excused", "no_show attended", "no_show excused", "excused attended", "excused no_show"};
    size_t found = 0;

    (void)state;
    for (int from = 0; from < SIGNUP_STATE_COUNT; from++) {
        for (int to = 0; to < SIGNUP_STATE_COUNT; to++) {
            enum signup_state s = (enum signup_state)from;
            char text[64];
            bool listed = false;
            snprintf(text, sizeof text, "%s %s", signup_state_names[from], signup_state_names[to]);
            for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
                listed |= strcmp(allowed[i], text) == 0;
            assert_int_equal(signup_move(&s, (enum signup_state)to, "s-x", NULL), listed ? 0 : -1);
            assert_int_equal(s, listed ? to : from);
            found += listed;
        }
    }
    assert_int_equal(found, sizeof allowed / sizeof allowed[0]);
}

static void a_sign_up_names_its_person_place_and_date(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "one", DAY_MS, 2, 3)), *v = who(f, 1);
    struct signup *s = sign_up(f, v, "one", day, false);

    assert_non_null(s);
    assert_memory_equal(s->id, "s-", 2);
    assert_string_equal(s->volunteer, v);
    assert_string_equal(s->name, "志愿者1");
    assert_string_equal(s->event, "one");
    assert_string_equal(s->role, "讲解员");
    assert_string_equal(s->state_name, "confirmed");
    assert_true(s->position == FIELD_INT_ABSENT && s->recurrence_id.set && !s->recurrence_id.date);
    assert_true((s->recurrence_id.wall_s - s->recurrence_id.offset_s) * 1000 == NOW_MS + DAY_MS);
    assert_int_equal(s->recurrence_id.offset_s, 28800);
    assert_int_equal(sql(f, TAKEN), 1);
}

static void a_full_role_refuses_or_takes_into_the_line(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "full", DAY_MS, 2, 2));

    assert_non_null(sign_up(f, who(f, 1), "full", day, false));
    assert_non_null(sign_up(f, who(f, 2), "full", day, true));
    assert_null(sign_up(f, who(f, 3), "full", day, false));
    refused_with(f, ERR_FULL);
    assert_string_equal(f->call.err.args[2], "讲解员");
    for (int i = 4; i < 7; i++) {
        struct signup *s = sign_up(f, who(f, i), "full", day, true);
        assert_string_equal(s->state_name, "waitlisted");
        assert_int_equal(s->position, i - 3);
    }
    assert_int_equal(sql(f, TAKEN), 2);
    assert_int_equal(sql(f, WAITING), 3);
}

static int64_t position(struct fixture *f, char *id)
{
    return move(f, &op_signup_show, id)->position;
}

static void a_freed_place_goes_to_the_first_in_line_at_once(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "line", DAY_MS, 2, 1));
    char *first = keep(strdup(sign_up(f, who(f, 1), "line", day, false)->id)), *waiting[3];

    for (int i = 0; i < 3; i++)
        waiting[i] = keep(strdup(sign_up(f, who(f, 2 + i), "line", day, true)->id));
    assert_string_equal(move(f, &op_signup_cancel, first)->state_name, "cancelled");
    assert_string_equal(move(f, &op_signup_show, waiting[0])->state_name, "confirmed");
    assert_int_equal(position(f, waiting[1]), 1);
    assert_int_equal(position(f, waiting[2]), 2);
    assert_non_null(move(f, &op_signup_cancel, waiting[1]));          /* leaves the line: nobody moves up to a place */
    assert_string_equal(move(f, &op_signup_show, waiting[2])->state_name, "waitlisted");
    assert_int_equal(position(f, waiting[2]), 1);
    assert_int_equal(sql(f, TAKEN), 1);
    assert_int_equal(sql(f, WAITING), 1);
    assert_null(move(f, &op_signup_cancel, first));
    refused_with(f, ERR_CONFLICT);
    assert_int_equal(sql(f, TAKEN), 1);
}

static void nobody_is_signed_up_twice_for_the_same_even_by_force(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "twice", DAY_MS, 2, 3)), *v = who(f, 1);
    char *id = keep(strdup(sign_up(f, v, "twice", day, false)->id));

    assert_null(sign_up(f, v, "twice", day, false));
    refused_with(f, ERR_EXISTS);
    f->force = true;
    assert_null(sign_up(f, v, "twice", day, true));
    refused_with(f, ERR_EXISTS);
    assert_non_null(move(f, &op_signup_cancel, id));
    assert_non_null(sign_up(f, v, "twice", day, false));
    assert_int_equal(sql(f, TAKEN), 1);
}

static void overlapping_shifts_are_refused_unless_forced_and_touching_ones_are_not(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "a", DAY_MS, 2, 3)), *v = who(f, 1), *id, *eve;

    keep(add_event(f, "b", DAY_MS + HOUR_MS, 2, 3));
    keep(add_event(f, "c", DAY_MS + 2 * HOUR_MS, 1, 3));
    eve = keep(add_event(f, "d", DAY_MS - 10 * HOUR_MS, 10, 3));
    id = keep(strdup(sign_up(f, v, "a", day, false)->id));
    assert_null(sign_up(f, v, "b", day, false));
    refused_with(f, ERR_OVERLAP);
    assert_string_equal(f->call.err.args[0], "a");
    assert_int_equal(sql(f, "SELECT taken FROM occurrence_role WHERE occurrence_id = 2"), 0);
    assert_non_null(sign_up(f, v, "c", day, false));
    assert_non_null(sign_up(f, v, "d", eve, false));
    f->force = true;
    assert_non_null(sign_up(f, v, "b", day, false));
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM audit WHERE detail LIKE '%forced: overlaps s-%'"), 1);
    f->force = false;
    v = who(f, 2);
    id = keep(strdup(sign_up(f, v, "a", day, false)->id));
    assert_non_null(move(f, &op_signup_cancel, id));
    assert_non_null(sign_up(f, v, "b", day, false));                   /* a cancelled sign-up stands in nobody's way */
    sql(f, "UPDATE occurrence SET status = 'cancelled' WHERE id = 2");
    assert_non_null(sign_up(f, v, "a", day, false));                   /* nor does a cancelled occurrence */
}

static void the_role_is_named_where_there_are_several(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "roles", DAY_MS, 2, 3)), *v = who(f, 1);
    struct signup_input in = wish(v, "roles", day);

    sql(f, "INSERT INTO occurrence_role VALUES (1, 1, 'driver', 1, 0, 0, 0, 0, 0, '', NULL)");
    refused(f, &op_signup_add, &in, ERR_INVALID, "role");
    in.role = (char *)(uintptr_t)"drivr";
    refused(f, &op_signup_add, &in, ERR_NOT_FOUND, "role");
    assert_string_equal(f->call.err.args[3], "driver");
    in.role = (char *)(uintptr_t)"driver";
    assert_string_equal(((struct signup *)ask(f, &op_signup_add, &in))->role, "driver");
    in.role = (char *)(uintptr_t)"讲解员";
    refused(f, &op_signup_add, &in, ERR_OVERLAP, "on");               /* one person, one place at a time */
    sql(f, "DELETE FROM occurrence_role");
    refused(f, &op_signup_add, &in, ERR_CONFLICT, "event");
}

static void what_is_over_cancelled_or_unknown_takes_nobody(void **state)
{
    struct fixture *f = *state;
    char *over = keep(add_event(f, "over", -3 * HOUR_MS, 3, 3)), *now = keep(add_event(f, "now", -HOUR_MS, 3, 3));
    char *v = who(f, 1);
    struct signup_input in = wish(v, "over", over);

    refused(f, &op_signup_add, &in, ERR_CONFLICT, "on");
    in = wish(v, "now", now);
    assert_non_null(ask(f, &op_signup_add, &in));
    sql(f, "UPDATE occurrence SET status = 'cancelled' WHERE id = 2");
    in = wish(who(f, 2), "now", now);
    refused(f, &op_signup_add, &in, ERR_CONFLICT, "on");
    sql(f, "UPDATE event SET status = 'cancelled' WHERE id = 2");
    refused(f, &op_signup_add, &in, ERR_CONFLICT, "event");
    in.volunteer = (char *)(uintptr_t)"v-nosuch";
    refused(f, &op_signup_add, &in, ERR_NOT_FOUND, "volunteer");
    in = wish(v, "no-such", now);
    refused(f, &op_signup_add, &in, ERR_NOT_FOUND, "event");
    in = wish(v, "now", NULL);
    refused(f, &op_signup_add, &in, ERR_INVALID, "on");
}

static int run_grow(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    (void)input;
    (void)ret;
    db_exec(db, "UPDATE occurrence_role SET capacity = 3 WHERE occurrence_id = 1");
    signup_fill_places(c, db, 1, "讲解员");
    return db_check(db, e);
}

static void a_capacity_that_grows_moves_the_line(void **state)
{
    static const struct operation grow = {"grow", ROLE_ADMIN, true, run_grow};
    struct fixture *f = *state;
    char *day = keep(add_event(f, "grow", DAY_MS, 2, 1));

    for (int i = 1; i <= 5; i++)
        assert_non_null(sign_up(f, who(f, i), "grow", day, true));
    ask(f, &grow, NULL);
    assert_int_equal(f->call.status, 0);
    assert_int_equal(sql(f, TAKEN), 3);
    assert_int_equal(sql(f, WAITING), 2);
    assert_int_equal(sql(f, "SELECT SUM(volunteer_id) FROM signup WHERE state = 'confirmed'"), 1 + 2 + 3);
}

static void who_is_excused_gives_the_place_back_and_who_stays_away_does_not(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "away", DAY_MS, 2, 2)), *ids[3];

    for (int i = 0; i < 3; i++)
        ids[i] = keep(strdup(sign_up(f, who(f, i), "away", day, true)->id));
    f->force = true;                                                   /* a day before */
    assert_string_equal(said(f, &op_signup_no_show, ids[0], FIELD_INT_ABSENT)->state_name, "no_show");
    assert_int_equal(sql(f, TAKEN), 2);
    assert_int_equal(sql(f, WAITING), 1);
    assert_string_equal(said(f, &op_signup_excuse, ids[1], FIELD_INT_ABSENT)->state_name, "excused");
    assert_string_equal(move(f, &op_signup_show, ids[2])->state_name, "confirmed");
    assert_int_equal(sql(f, TAKEN), 2);
    assert_null(said(f, &op_signup_attend, ids[1], FIELD_INT_ABSENT));                   /* the place is gone */
    refused_with(f, ERR_FULL);
    assert_string_equal(said(f, &op_signup_excuse, ids[0], FIELD_INT_ABSENT)->state_name, "excused");
    assert_int_equal(sql(f, TAKEN), 1);
    assert_string_equal(said(f, &op_signup_attend, ids[1], FIELD_INT_ABSENT)->state_name, "attended");
    assert_int_equal(sql(f, TAKEN), 2);
}

static void check_in_and_check_out_make_the_minutes_and_each_is_said_once(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "time", HOUR_MS, 2, 2));
    char *id = keep(strdup(sign_up(f, who(f, 1), "time", day, false)->id));

    assert_null(said(f, &op_signup_check_out, id, FIELD_INT_ABSENT));
    refused_with(f, ERR_CONFLICT);
    assert_string_equal(said(f, &op_signup_check_in, id, FIELD_INT_ABSENT)->state_name, "attended");
    f->now_ms += HOUR_MS;
    assert_null(said(f, &op_signup_check_in, id, FIELD_INT_ABSENT));
    refused_with(f, ERR_CONFLICT);
    assert_int_equal(said(f, &op_signup_check_out, id, FIELD_INT_ABSENT)->minutes, 60);
    f->now_ms += HOUR_MS / 2;
    assert_null(said(f, &op_signup_check_out, id, FIELD_INT_ABSENT));
    refused_with(f, ERR_CONFLICT);
    assert_int_equal(move(f, &op_signup_show, id)->minutes, 60);
    assert_int_equal(sql(f, "SELECT minutes FROM volunteer WHERE minutes > 0"), 60);
    assert_int_equal(said(f, &op_signup_attend, id, 45)->minutes, 45);
    assert_int_equal(sql(f, "SELECT minutes FROM volunteer WHERE minutes > 0"), 45);
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM hours_entry"), 2);
}

static void participants_earn_no_minutes(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "time", HOUR_MS, 2, 2));
    char *id;

    sql(f, "UPDATE occurrence_role SET participant = 1");
    id = keep(strdup(sign_up(f, who(f, 2), "time", day, false)->id));
    assert_non_null(said(f, &op_signup_check_in, id, FIELD_INT_ABSENT));
    f->now_ms += HOUR_MS;
    assert_int_equal(said(f, &op_signup_check_out, id, FIELD_INT_ABSENT)->minutes, 0);
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM hours_entry"), 0);
}

static void lists_are_filtered_and_paged(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "l1", DAY_MS, 2, 2)), *v = who(f, 1), *cursor;
    struct signup_filter filter;
    struct list *list;

    keep(add_event(f, "l2", 2 * DAY_MS, 2, 2));
    sign_up(f, v, "l1", day, false);
    for (int i = 2; i < 6; i++)
        sign_up(f, who(f, i), "l1", day, true);
    fields_clear(&signup_filter_fields, &filter);
    filter.event = (char *)(uintptr_t)"l1";
    filter.limit = 2;
    list = ask(f, &op_signup_list, &filter);
    assert_int_equal(list->items.count, 2);
    cursor = keep(strdup(list->next));
    filter.cursor = cursor;
    filter.limit = 3;
    list = ask(f, &op_signup_list, &filter);
    assert_int_equal(list->items.count, 3);
    assert_null(list->next);
    fields_clear(&signup_filter_fields, &filter);
    filter.state = (char *)(uintptr_t)"waitlisted";
    assert_int_equal(((struct list *)ask(f, &op_signup_list, &filter))->items.count, 3);
    filter.state = NULL;
    filter.volunteer = v;
    assert_int_equal(((struct list *)ask(f, &op_signup_list, &filter))->items.count, 1);
    filter.volunteer = NULL;
    filter.event = (char *)(uintptr_t)"l2";
    assert_int_equal(((struct list *)ask(f, &op_signup_list, &filter))->items.count, 0);
    filter.state = (char *)(uintptr_t)"late";
    refused(f, &op_signup_list, &filter, ERR_INVALID, "state");
}

/* On the web ------------------------------------------------------------------------------------------------------- */

static struct signup_form form(const char *slug, char *day, const char *name, const char *phone)
{
    struct signup_form in;

    fields_clear(&signup_form_fields, &in);
    in.slug = (char *)(uintptr_t)slug;
    in.on = day;
    in.name = (char *)(uintptr_t)name;
    in.phone = (char *)(uintptr_t)phone;
    in.age = (char *)(uintptr_t)"adult";
    in.consent = 1;
    return in;
}

static char *token_of(struct fixture *f, struct signup_form *in)
{
    struct signup_form_result *r = ask(f, &op_signup_web, in);

    return r ? keep(strdup(r->token)) : NULL;
}

static struct person_page *page_of(struct fixture *f, char *token)
{
    struct person_ref ref = {.token = token};

    return ask(f, &op_person_page, &ref);
}

static void a_link_opens_the_person_only_if_its_sign_up_made_the_person(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "w1", DAY_MS, 2, 3)), *day2 = keep(add_event(f, "w2", 3 * DAY_MS, 2, 3)), *token;
    struct signup_form in = form("w1", day, "王芳", "13800000001");
    struct person_page *page;

    f->role = ROLE_PUBLIC;
    page = page_of(f, token_of(f, &in));
    assert_string_equal(page->person->name, "王芳");
    assert_string_equal(page->person->phone, "138****0001");
    assert_string_equal(page->person->consent_basis, "consent");
    assert_int_equal(page->signups.count, 1);
    in = form("w2", day2, "王芳", "+86 13800000001");
    token = token_of(f, &in);
    page = page_of(f, token);
    assert_null(page->person);
    assert_int_equal(page->signups.count, 1);
    assert_string_equal(((struct signup *)page->signups.items)->event, "w2");
    assert_null(((struct signup *)page->signups.items)->name);
    assert_null(((struct signup *)page->signups.items)->volunteer);
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM volunteer"), 1);
}

static void a_renewed_link_ends_the_one_that_the_form_gave(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "w1", DAY_MS, 2, 3)), *token;
    struct signup_form in = form("w1", day, "王芳", "13800000001");
    struct volunteer_ref ref = {0};

    f->role = ROLE_PUBLIC;
    token = token_of(f, &in);
    ref.id = keep(strdup(page_of(f, token)->person->id));
    f->role = ROLE_ORGANIZER;
    assert_non_null(ask(f, &op_volunteer_link, &ref));
    f->role = ROLE_PUBLIC;
    assert_null(page_of(f, token));
    refused_with(f, ERR_NOT_FOUND);
}

/* A page like any other single sign-up's, whose link reaches nothing real. */
static void who_signs_up_twice_gets_a_shadow(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "t1", DAY_MS, 2, 3)), *token;
    struct signup_form in = form("t1", day, "王芳", "13800000001");
    struct person_ref ref = {0};
    struct person_page *page;
    struct signup *shown;

    f->role = ROLE_PUBLIC;
    assert_non_null(token_of(f, &in));
    token = token_of(f, &in);
    assert_int_equal(strlen(token), CRYPTO_TOKEN_BYTES - 4);
    assert_string_not_equal(token_of(f, &in), token);
    page = page_of(f, token);
    shown = page->signups.items;
    assert_true(!page->person && page->signups.count == 1 && !shown->name && !shown->volunteer);
    assert_string_equal(shown->event, "t1");
    assert_string_equal(shown->role, "讲解员");
    assert_string_equal(shown->state_name, "confirmed");
    assert_int_equal(sql(f, TAKEN), 1);
    ref.token = token;
    assert_non_null(ask(f, &op_signup_cancel_web, &ref));
    page = page_of(f, token);
    assert_string_equal(((struct signup *)page->signups.items)->state_name, "cancelled");
    assert_int_equal(sql(f, TAKEN), 1);
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM signup WHERE state = 'confirmed'"), 1);
    token[5] = token[5] == '7' ? '8' : '7';
    assert_null(page_of(f, token));
    refused_with(f, ERR_NOT_FOUND);
}

/* Where nobody gets in, who is in already hears the same: the refusal of all. */
static void a_full_role_refuses_who_has_a_place_like_everybody(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "t1", DAY_MS, 2, 1));
    struct signup_form in = form("t1", day, "王芳", "13800000001");

    f->role = ROLE_PUBLIC;
    assert_non_null(token_of(f, &in));
    assert_null(token_of(f, &in));
    refused_with(f, ERR_FULL);
    assert_int_equal(sql(f, TAKEN), 1);
}

/* The same answer as for who signs up twice: a stranger cannot tell what a known number has signed up for. */
static void an_overlap_on_the_web_is_answered_like_everything_else(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "secret", DAY_MS, 2, 3));
    struct signup_form in = form("secret", day, "王芳", "13800000001");
    const struct person_page *page;
    char *token;

    keep(add_event(f, "other", DAY_MS, 2, 3));
    f->role = ROLE_PUBLIC;
    assert_non_null(token_of(f, &in));
    in.slug = (char *)(uintptr_t)"other";
    token = token_of(f, &in);
    assert_non_null(token);
    page = page_of(f, keep(strdup(token)));
    assert_non_null(page);
    assert_true(!page->person && page->signups.count == 1);
    assert_string_equal(((struct signup *)page->signups.items)->event, "other");
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM signup"), 1);
}

/* What an event asks of who signs up; the event is changed by a statement. */

static void rule(struct fixture *f, const char *statement)
{
    struct sql_job s = {.job = {.write = true, .run = run_sql, .done = sql_done}, .sql = statement};

    assert_int_equal(store_run_now(f->store, &s.job), 0);
}

static void a_window_opens_and_closes_and_force_is_written_down(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "win", 10 * DAY_MS, 2, 3)), *v = who(f, 1);

    rule(f, "UPDATE event SET signup_opens = '7d', signup_closes = '1d'");
    assert_null(sign_up(f, v, "win", day, false));
    refused_with(f, ERR_CONFLICT);
    assert_int_equal(f->call.err.msg, MSG_SIGNUP_NOT_OPEN);
    f->now_ms = NOW_MS + 3 * DAY_MS;
    assert_non_null(sign_up(f, v, "win", day, false));
    f->now_ms = NOW_MS + 9 * DAY_MS;
    assert_null(sign_up(f, who(f, 2), "win", day, false));
    assert_int_equal(f->call.err.msg, MSG_SIGNUP_CLOSED);
    f->force = true;
    assert_non_null(sign_up(f, who(f, 3), "win", day, false));
    assert_non_null(strstr(f->call.audit.detail, "forced: closed"));
}

static void a_date_closes_with_its_end_and_opens_with_its_beginning(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "dates", 10 * DAY_MS, 2, 3));

    /* NOW is 2026-09-21T09:00. */
    rule(f, "UPDATE event SET signup_opens = '2026-09-22', signup_closes = '2026-09-23'");
    f->now_ms = NOW_MS + 15 * HOUR_MS - 1;
    assert_null(sign_up(f, who(f, 1), "dates", day, false));
    f->now_ms = NOW_MS + 15 * HOUR_MS;
    assert_non_null(sign_up(f, who(f, 2), "dates", day, false));
    f->now_ms = NOW_MS + 63 * HOUR_MS - 1;
    assert_non_null(sign_up(f, who(f, 3), "dates", day, false));
    f->now_ms = NOW_MS + 63 * HOUR_MS;
    assert_null(sign_up(f, who(f, 4), "dates", day, false));
}

static void a_limit_counts_one_persons_sign_ups_ahead(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "lim", DAY_MS, 2, 3)), *v = who(f, 1);
    struct signup_input in = wish(v, "lim", day);

    sql(f, "INSERT INTO occurrence_role VALUES (1, 1, 'driver', 1, 0, 0, 0, 0, 0, '', NULL)");
    rule(f, "UPDATE event SET signup_limit = 1");
    in.role = (char *)(uintptr_t)"讲解员";
    assert_non_null(ask(f, &op_signup_add, &in));
    keep(add_event(f, "lim2", 2 * DAY_MS, 2, 3));
    rule(f, "UPDATE occurrence SET event_id = 1 WHERE id = 2");
    in.on = keep(strdup("2026-09-23"));
    assert_null(ask(f, &op_signup_add, &in));
    assert_int_equal(f->call.err.msg, MSG_SIGNUP_LIMIT);
    f->force = true;
    in.role = NULL;
    assert_non_null(ask(f, &op_signup_add, &in));
}

static void skills_are_asked_for_by_a_role(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "skilled", DAY_MS, 2, 3)), *v = who(f, 1);

    rule(f, "UPDATE occurrence_role SET skills = '讲解' || char(10) || '英语'");
    sql(f, "INSERT INTO volunteer_skill (volunteer_id, position, skill) VALUES (1, 0, '讲解')");
    assert_null(sign_up(f, v, "skilled", day, false));
    refused_with(f, ERR_CONFLICT);
    assert_string_equal(f->call.err.args[1], "英语");
    sql(f, "INSERT INTO volunteer_skill (volunteer_id, position, skill) VALUES (1, 1, '英语')");
    assert_non_null(sign_up(f, v, "skilled", day, false));
    f->force = true;
    assert_non_null(sign_up(f, who(f, 2), "skilled", day, false));
    assert_non_null(strstr(f->call.audit.detail, "lacks 讲解, 英语"));
}

static void a_link_cancels_until_the_deadline_and_an_organiser_after_it(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "late", 3 * DAY_MS, 2, 1));
    struct signup_form in = form("late", day, "王芳", "13800000001");
    struct person_ref ref = {0};
    struct signup *s;

    rule(f, "UPDATE event SET cancel_until = '2d'");
    f->role = ROLE_PUBLIC;
    ref.token = keep(strdup(token_of(f, &in)));
    f->now_ms = NOW_MS + DAY_MS;
    f->role = ROLE_ADMIN;
    s = ((struct list *)ask(f, &op_signup_list, &(struct signup_filter){.limit = FIELD_INT_ABSENT}))->items.items;
    ref.signup = keep(strdup(s->id));
    f->role = ROLE_PUBLIC;
    assert_null(ask(f, &op_signup_cancel_web, &ref));
    assert_int_equal(f->call.err.msg, MSG_CANCEL_LATE);
    f->now_ms--;
    f->dry_run = true;
    assert_non_null(ask(f, &op_signup_cancel_web, &ref));
    f->dry_run = false;
    f->now_ms++;
    f->role = ROLE_ADMIN;
    assert_string_equal(move(f, &op_signup_cancel, ref.signup)->state_name, "cancelled");
}

static void a_refused_sign_up_leaves_no_person_behind(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "r1", DAY_MS, 2, 1));
    struct signup_form in = form("r1", day, "王芳", "13800000001");

    f->role = ROLE_PUBLIC;
    assert_non_null(token_of(f, &in));
    in = form("r1", day, "李四", "13800000002");
    assert_null(token_of(f, &in));
    refused_with(f, ERR_FULL);
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM volunteer"), 1);
    in.waitlist = 1;
    assert_non_null(token_of(f, &in));
    assert_int_equal(sql(f, WAITING), 1);
}

static void each_link_cancels_what_it_may_and_nothing_else(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "c1", DAY_MS, 2, 3)), *day2 = keep(add_event(f, "c2", 3 * DAY_MS, 2, 3));
    struct signup_form in = form("c1", day, "王芳", "13800000001");
    struct person_ref ref = {0};
    char *whole, *single, *id;

    f->role = ROLE_PUBLIC;
    whole = token_of(f, &in);
    in.slug = (char *)(uintptr_t)"c2";
    in.on = day2;
    single = token_of(f, &in);
    in = form("c1", day, "李四", "13800000002");
    id = keep(strdup(((struct signup *)page_of(f, token_of(f, &in))->signups.items)->id));
    ref = (struct person_ref){.token = whole, .signup = id};
    refused(f, &op_signup_cancel_web, &ref, ERR_NOT_FOUND, "signup");
    id = keep(strdup(((struct signup *)page_of(f, whole)->signups.items)[1].id));
    ref = (struct person_ref){.token = whole, .signup = id};
    assert_string_equal(((struct signup *)ask(f, &op_signup_cancel_web, &ref))->event, "c1");
    ref = (struct person_ref){.token = single};
    assert_string_equal(((struct signup *)ask(f, &op_signup_cancel_web, &ref))->state_name, "cancelled");
    refused(f, &op_signup_cancel_web, &ref, ERR_CONFLICT, "state");
    ref.token = (char *)(uintptr_t)"nothing";
    refused(f, &op_signup_cancel_web, &ref, ERR_NOT_FOUND, "");
    assert_int_equal(sql(f, TAKEN), 1);
}

static void consent_age_and_a_guardian_come_before_anything_is_kept(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "g1", DAY_MS, 2, 3));
    struct signup_form in = form("g1", day, "小王", "13800000001");

    f->role = ROLE_PUBLIC;
    in.consent = -1;
    refused(f, &op_signup_web, &in, ERR_INVALID, "consent");
    in.consent = 1;
    in.age = NULL;
    refused(f, &op_signup_web, &in, ERR_INVALID, "age");
    in.age = (char *)(uintptr_t)"under14";
    refused(f, &op_signup_web, &in, ERR_INVALID, "guardian_consent");
    in.guardian_consent = 1;
    refused(f, &op_signup_web, &in, ERR_INVALID, "guardian_name");
    in.guardian_name = (char *)(uintptr_t)"老王";
    refused(f, &op_signup_web, &in, ERR_INVALID, "guardian_phone");
    in.guardian_phone = (char *)(uintptr_t)"12345";
    refused(f, &op_signup_web, &in, ERR_INVALID, "guardian_phone");
    in.guardian_phone = (char *)(uintptr_t)"13800000009";
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM volunteer"), 0);
    assert_non_null(token_of(f, &in));
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM guardian WHERE consent_version <> ''"), 1);
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM guardian WHERE instr(phone_sealed, '13800000009')"), 0);
}

/* Whatever happens in whatever order ------------------------------------------------------------------------------- */

static uint64_t random_state = 42;

static size_t below(size_t bound)
{
    random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (size_t)(random_state >> 33) % bound;
}

/* The model: who holds a place, and the line, in order. */
#define CAPACITY 3
#define PEOPLE 8
struct model {
    char *ids[PEOPLE];               /* of the sign-up; NULL: none */
    int line[PEOPLE];
    int waiting, holding;
    bool holds[PEOPLE];
};

static void model_free_place(struct model *m)
{
    m->holding--;
    if (m->waiting == 0)
        return;
    m->holds[m->line[0]] = true;
    m->holding++;
    memmove(m->line, m->line + 1, (size_t)--m->waiting * sizeof m->line[0]);
}

static void model_leave(struct model *m, int p)
{
    if (m->holds[p]) {
        m->holds[p] = false;
        model_free_place(m);
        return;
    }
    for (int i = 0; i < m->waiting; i++)
        if (m->line[i] == p)
            memmove(m->line + i, m->line + i + 1, (size_t)(--m->waiting - i) * sizeof m->line[0]);
}

static void try_to_join(struct fixture *f, struct model *m, int p, char *v, char *day, bool waitlist)
{
    struct signup *s = sign_up(f, v, "model", day, waitlist);

    if (m->ids[p]) {
        assert_null(s);
        refused_with(f, ERR_EXISTS);
    } else if (m->holding == CAPACITY && !waitlist) {
        assert_null(s);
        refused_with(f, ERR_FULL);
    } else {
        assert_non_null(s);
        m->ids[p] = strdup(s->id);
        m->holds[p] = m->holding < CAPACITY;
        m->holding += m->holds[p];
        if (!m->holds[p])
            m->line[m->waiting++] = p;
        assert_string_equal(s->state_name, m->holds[p] ? "confirmed" : "waitlisted");
    }
}

static void as_the_model_says(struct fixture *f, const struct model *m)
{
    assert_int_equal(sql(f, TAKEN), m->holding);
    assert_int_equal(sql(f, WAITING), m->waiting);
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM signup WHERE state = 'confirmed'"), m->holding);
    for (int i = 0; i < m->waiting; i++)
        assert_int_equal(position(f, m->ids[m->line[i]]), i + 1);
}

static void any_sequence_keeps_places_and_order_as_a_simple_model_does(void **state)
{
    struct fixture *f = *state;
    char *day = keep(add_event(f, "model", DAY_MS, 2, CAPACITY)), *people[PEOPLE];
    struct model m = {0};

    for (int p = 0; p < PEOPLE; p++)
        people[p] = who(f, p);
    for (int step = 0; step < 300; step++) {
        int p = (int)below(PEOPLE);
        if (below(5) < 3 || !m.ids[p]) {
            try_to_join(f, &m, p, people[p], day, below(2));
        } else {
            assert_non_null(move(f, below(2) && m.holds[p] ? &op_signup_excuse : &op_signup_cancel, m.ids[p]));
            if (f->call.op == &op_signup_excuse)
                sql(f, "UPDATE signup SET state = 'cancelled' WHERE state = 'excused'");
            model_leave(&m, p);
            free(m.ids[p]);
            m.ids[p] = NULL;
        }
        if (step % 10 == 0)
            as_the_model_says(f, &m);
    }
    as_the_model_says(f, &m);
    for (int p = 0; p < PEOPLE; p++)
        free(m.ids[p]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_move_is_in_the_picture_and_no_other),
        TEST(a_sign_up_names_its_person_place_and_date),
        TEST(a_full_role_refuses_or_takes_into_the_line),
        TEST(a_freed_place_goes_to_the_first_in_line_at_once),
        TEST(nobody_is_signed_up_twice_for_the_same_even_by_force),
        TEST(overlapping_shifts_are_refused_unless_forced_and_touching_ones_are_not),
        TEST(the_role_is_named_where_there_are_several),
        TEST(what_is_over_cancelled_or_unknown_takes_nobody),
        TEST(a_capacity_that_grows_moves_the_line),
        TEST(who_is_excused_gives_the_place_back_and_who_stays_away_does_not),
        TEST(check_in_and_check_out_make_the_minutes_and_each_is_said_once),
        TEST(participants_earn_no_minutes),
        TEST(lists_are_filtered_and_paged),
        TEST(a_link_opens_the_person_only_if_its_sign_up_made_the_person),
        TEST(a_renewed_link_ends_the_one_that_the_form_gave),
        TEST(who_signs_up_twice_gets_a_shadow),
        TEST(a_full_role_refuses_who_has_a_place_like_everybody),
        TEST(an_overlap_on_the_web_is_answered_like_everything_else),
        TEST(a_window_opens_and_closes_and_force_is_written_down),
        TEST(a_date_closes_with_its_end_and_opens_with_its_beginning),
        TEST(a_limit_counts_one_persons_sign_ups_ahead),
        TEST(skills_are_asked_for_by_a_role),
        TEST(a_link_cancels_until_the_deadline_and_an_organiser_after_it),
        TEST(a_refused_sign_up_leaves_no_person_behind),
        TEST(each_link_cancels_what_it_may_and_nothing_else),
        TEST(consent_age_and_a_guardian_come_before_anything_is_kept),
        TEST(any_sequence_keeps_places_and_order_as_a_simple_model_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
