/* Events: what may be said of them, how they are edited, split and brought in line, and how their dates are listed. */
#include "event_fixture.h"

#include "service/office.h"

#define OCCURRENCES "SELECT COUNT(*) FROM occurrence"

static char *start_of(struct fixture *f, const char *slug, size_t n)
{
    struct occurrence_filter in;
    const struct list *list;

    fields_clear(&occurrence_filter_fields, &in);
    in.slug = txt(slug);
    in.count = (int64_t)n + 1;
    list = ask(f, &op_occurrence_list, &in);
    assert_non_null(list);
    return n < list->items.count ? ((struct occurrence *)list->items.items)[n].start_local : NULL;
}

/* All of a list's starts, page by page, as "2026-09-22T10:00:00 …"; `limit` 0: the default. */
static char *starts(struct fixture *f, const char *slug, const char *from, const char *to, int64_t limit)
{
    static char text[20000];
    char cursor[64] = "";
    size_t used = 0;

    text[0] = 0;
    do {
        struct occurrence_filter in;
        const struct list *list;
        const struct occurrence *items;
        fields_clear(&occurrence_filter_fields, &in);
        in.slug = txt(slug);
        in.from = txt(from);
        in.to = txt(to);
        in.cursor = cursor[0] ? cursor : NULL;
        if (limit)
            in.limit = limit;
        list = ask(f, &op_occurrence_list, &in);
        assert_non_null(list);
        items = list->items.items;
        for (size_t i = 0; i < list->items.count && used < sizeof text - 32; i++)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%.16s", used ? " " : "",
                                     items[i].start_local);
        snprintf(cursor, sizeof cursor, "%s", list->next ? list->next : "");
    } while (cursor[0]);
    return text;
}

static struct event *edit(struct fixture *f, struct event_input *in)
{
    struct event *ev = ask(f, &op_event_edit, in);

    if (!ev)
        fail_msg("%s: %s %s", in->slug, f->call.err.field, f->call.err.args[0]);
    return ev;
}

static struct event_input split_of(const char *slug, const char *on)
{
    struct event_input in = edit_of(slug);

    in.scope = txt("future");
    in.on = txt(on);
    return in;
}

static void what_is_said_is_kept_and_what_is_not_has_its_default(void **state)
{
    static const struct { const char *start, *end, *duration; int8_t all_day; const char *from, *to; } rows[] = {
        {"2026-09-25 10:00", NULL, NULL, -1, "2026-09-25T10:00:00", "2026-09-25T11:00:00"},
        {"2026-09-25 10:00", "2026-09-25 12:30", NULL, -1, "2026-09-25T10:00:00", "2026-09-25T12:30:00"},
        {"2026-09-25 22:00", NULL, "3h", -1, "2026-09-25T22:00:00", "2026-09-26T01:00:00"},
        {"明天 14:00", NULL, "90m", -1, "2026-09-22T14:00:00", "2026-09-22T15:30:00"},
        {"2026-09-25T10:00:00+09:00", NULL, NULL, -1, "2026-09-25T09:00:00", "2026-09-25T10:00:00"},
        {"2026-09-25", NULL, NULL, 1, "2026-09-25", "2026-09-26"},
        {"2026-09-25", "2026-09-27", NULL, 1, "2026-09-25", "2026-09-28"},
        {"2026-09-25", NULL, "2d", 1, "2026-09-25", "2026-09-27"},
        {"2026-09-25", NULL, NULL, -1, "2026-09-25", "2026-09-26"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct event_input in = event_in(NULL, rows[i].start, NULL);
        struct event *ev;
        in.end = txt(rows[i].end);
        in.duration = txt(rows[i].duration);
        in.all_day = rows[i].all_day;
        ev = ask(*state, &op_event_add, &in);
        assert_non_null(ev);
        assert_string_equal(ev->start_local, rows[i].from);
        assert_string_equal(ev->end_local, rows[i].to);
        assert_int_equal(strncmp(ev->slug, "e-", 2), 0);
        assert_string_equal(ev->tz, "Asia/Shanghai");
    }
}

static void a_wrong_value_names_its_field(void **state)
{
    static const struct {
        size_t offset;
        const char *value, *field;
        enum err_code code;
    } rows[] = {
#define R(member, value, code) {offsetof(struct event_input, member), value, #member, code}
        R(title, "", ERR_INVALID),
        R(start, "2026-02-30 10:00", ERR_INVALID),
        R(start, "whenever", ERR_INVALID),
        R(end, "2026-09-25 09:00", ERR_INVALID),
        R(end, "2026-13-01", ERR_INVALID),
        R(duration, "long", ERR_INVALID),
        R(duration, "400d", ERR_INVALID),
        R(tz, "Mars/Olympus", ERR_INVALID),
        R(repeat, "FREQ=SOMETIMES", ERR_INVALID),
        R(repeat, "FREQ=HOURLY", ERR_INVALID),
        R(repeat, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", ERR_INVALID),
        R(slug, "Not A Slug", ERR_INVALID),
        R(category, "tlak", ERR_NOT_FOUND),
        R(lead, "nobody", ERR_NOT_FOUND),
        R(holiday_policy, "ignore", ERR_INVALID),
#undef R
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct event_input in = event_in("x", "2026-09-25 10:00", NULL);
        *(char **)(void *)((char *)&in + rows[i].offset) = txt(rows[i].value);
        refused(*state, &op_event_add, &in, rows[i].code, rows[i].field);
    }
    assert_int_equal(sql(*state, "SELECT COUNT(*) FROM event"), 0);
}

static void a_start_beside_its_rule_moves_to_the_first_match(void **state)
{
    struct event *ev = add(*state, "wed", "2026-09-22 10:00", "FREQ=WEEKLY;BYDAY=WE");

    assert_string_equal(ev->start_local, "2026-09-23T10:00:00");
    assert_int_equal(ev->notes.count, 1);
}

static void an_added_date_is_not_what_the_rule_begins_with(void **state)
{
    struct event_input in = event_in("wed", "2026-09-21 10:00", "FREQ=WEEKLY;BYDAY=WE;COUNT=2");
    struct event *ev;

    in.rdates = (struct texts){(char *[]){txt("2026-09-22 15:00")}, 1, true};
    ev = ask(*state, &op_event_add, &in);
    assert_non_null(ev);
    assert_string_equal(ev->start_local, "2026-09-23T10:00:00");
    assert_string_equal(starts(*state, "wed", NULL, NULL, 0),
                        "2026-09-22T15:00 2026-09-23T10:00 2026-09-30T10:00");
}

static void a_lunar_rule_and_an_all_day_rule_have_their_dates(void **state)
{
    struct event_input in = event_in("chongyang", "2026-09-21", "农历九月初九");

    in.all_day = 1;
    assert_non_null(ask(*state, &op_event_add, &in));
    assert_string_equal(start_of(*state, "chongyang", 0), "2026-10-18");
    assert_string_equal(start_of(*state, "chongyang", 1), "2027-10-08");
}

static void left_out_dates_are_left_out_and_added_ones_added(void **state)
{
    struct event_input in = event_in("daily", "2026-09-22 10:00", "FREQ=DAILY;COUNT=4");

    in.exdates = (struct texts){(char *[]){txt("2026-09-23"), txt("2026-09-24 10:00")}, 2, true};
    in.rdates = (struct texts){(char *[]){txt("2026-10-01"), txt("2026-10-02 08:00")}, 2, true};
    assert_non_null(ask(*state, &op_event_add, &in));
    assert_string_equal(starts(*state, "daily", NULL, NULL, 0),
                        "2026-09-22T10:00 2026-09-25T10:00 2026-10-01T10:00 2026-10-02T08:00");
}

static void a_split_shares_out_the_count(void **state)
{
    struct fixture *f = *state;
    struct event_input in = event_in("daily", "2026-09-22 10:00", "FREQ=DAILY;COUNT=6"), later;
    struct event *ev;

    in.exdates = (struct texts){(char *[]){txt("2026-09-23")}, 1, true};
    assert_non_null(ask(f, &op_event_add, &in));
    later = split_of("daily", "2026-09-25");
    later.title = txt("后半");
    ev = edit(f, &later);
    assert_string_equal(ev->slug, "daily-2");
    assert_string_equal(ev->split_from, "daily");
    assert_string_equal(starts(f, "daily", NULL, NULL, 0), "2026-09-22T10:00 2026-09-24T10:00");
    assert_string_equal(starts(f, "daily-2", NULL, NULL, 0), "2026-09-25T10:00 2026-09-26T10:00 2026-09-27T10:00");
}

static void a_split_counts_what_a_holiday_left_out(void **state)
{
    struct fixture *f = *state;
    struct event_input in = event_in("daily", "2026-09-29 10:00", "FREQ=DAILY;COUNT=6"), later;

    sql(f, "INSERT INTO holiday (date, source, off, name) VALUES ('2026-10-01', 'published', 1, '国庆节')");
    in.holiday_policy = txt("skip");
    assert_non_null(ask(f, &op_event_add, &in));
    later = split_of("daily", "2026-10-02");
    later.title = txt("后半");
    edit(f, &later);
    assert_string_equal(starts(f, "daily", NULL, NULL, 0), "2026-09-29T10:00 2026-09-30T10:00");
    assert_string_equal(starts(f, "daily-2", NULL, NULL, 0), "2026-10-02T10:00 2026-10-03T10:00 2026-10-04T10:00");
}

static void a_split_on_an_added_date_keeps_the_rules_time(void **state)
{
    struct fixture *f = *state;
    struct event_input in = event_in("weekly", "2026-09-22 10:00", "FREQ=WEEKLY;COUNT=4"), later;

    in.rdates = (struct texts){(char *[]){txt("2026-10-01 18:00")}, 1, true};
    assert_non_null(ask(f, &op_event_add, &in));
    later = split_of("weekly", "2026-10-01");
    later.title = txt("后半");
    edit(f, &later);
    assert_string_equal(starts(f, "weekly", NULL, NULL, 0), "2026-09-22T10:00 2026-09-29T10:00");
    assert_string_equal(starts(f, "weekly-2", NULL, NULL, 0), "2026-10-01T18:00 2026-10-06T10:00 2026-10-13T10:00");
}

static void a_split_on_an_added_date_after_the_rule_keeps_that_date(void **state)
{
    struct fixture *f = *state;
    struct event_input in = event_in("weekly", "2026-09-22 10:00", "FREQ=WEEKLY;COUNT=2"), later;

    in.rdates = (struct texts){(char *[]){txt("2026-10-05 18:00"), txt("2026-10-06 18:00")}, 2, true};
    assert_non_null(ask(f, &op_event_add, &in));
    later = split_of("weekly", "2026-10-05");
    later.title = txt("后半");
    edit(f, &later);
    assert_string_equal(starts(f, "weekly", NULL, NULL, 0), "2026-09-22T10:00 2026-09-29T10:00");
    assert_string_equal(starts(f, "weekly-2", NULL, NULL, 0), "2026-10-05T18:00 2026-10-06T18:00");
}

static void a_split_ends_the_first_part_before_it_in_any_zone(void **state)
{
    static const char *const zones[] = {"America/New_York", "Asia/Shanghai", "Pacific/Kiritimati"};

    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        struct fixture *f = *state;
        char slug[20], second[24];
        struct event_input in = event_in(slug, "2026-10-30 23:30", "FREQ=DAILY"), later;
        snprintf(slug, sizeof slug, "z%zu", i);
        snprintf(second, sizeof second, "%s-2", slug);
        in.tz = txt(zones[i]);
        assert_non_null(ask(f, &op_event_add, &in));
        later = split_of(slug, "2026-11-02");          /* New York's clocks go back on the 1st */
        later.title = txt("后半");
        edit(f, &later);
        assert_string_equal(starts(f, slug, NULL, NULL, 0), "2026-10-30T23:30 2026-10-31T23:30 2026-11-01T23:30");
        assert_string_equal(start_of(f, second, 0), "2026-11-02T23:30:00");
    }
}

static void an_all_day_series_splits_by_days(void **state)
{
    struct fixture *f = *state;
    struct event_input in = event_in("days", "2026-09-22", "FREQ=DAILY;UNTIL=20260926"), later;

    in.all_day = 1;
    assert_non_null(ask(f, &op_event_add, &in));
    later = split_of("days", "2026-09-24");
    later.title = txt("后半");
    edit(f, &later);
    assert_string_equal(starts(f, "days", NULL, NULL, 0), "2026-09-22 2026-09-23");
    assert_string_equal(starts(f, "days-2", NULL, NULL, 0), "2026-09-24 2026-09-25 2026-09-26");
}

static void a_holiday_policy_leaves_out_or_shifts_dates(void **state)
{
    static const struct { const char *policy, *starts; } rows[] = {
        {"keep", "2026-09-30T10:00 2026-10-01T10:00 2026-10-02T10:00"},
        {"skip", "2026-09-30T10:00 2026-10-02T10:00"},
        {"next-workday", "2026-09-30T10:00 2026-10-02T10:00 2026-10-02T10:00"},
        {"prev-workday", "2026-09-30T10:00 2026-09-30T10:00 2026-10-02T10:00"},
    };
    struct fixture *f = *state;

    sql(f, "INSERT INTO holiday (date, source, off, name) VALUES ('2026-10-01', 'published', 1, '国庆节')");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct event_input in = event_in(rows[i].policy, "2026-09-30 10:00", "FREQ=DAILY;COUNT=3");
        in.holiday_policy = txt(rows[i].policy);
        assert_non_null(ask(f, &op_event_add, &in));
        assert_string_equal(starts(f, rows[i].policy, NULL, NULL, 0), rows[i].starts);
        assert_string_equal(starts(f, rows[i].policy, NULL, "2027-01-01", 1), rows[i].starts);
    }
}

static void pages_of_dates_lose_none_and_repeat_none(void **state)
{
    struct fixture *f = *state;
    const char *all = "2026-09-24T10:00 2026-09-25T10:00 2026-09-26T10:00 2026-09-27T10:00 2026-09-28T10:00"
                      " 2026-09-28T10:00 2026-09-28T10:00 2026-09-29T10:00";

    add(f, "daily", "2026-09-22 10:00", "FREQ=DAILY;COUNT=8");
    move_to(f, "daily", "2026-09-22", "2026-09-28 10:00");
    move_to(f, "daily", "2026-09-23", "2026-09-28 10:00");
    for (int64_t limit = 1; limit < 10; limit++)
        assert_string_equal(starts(f, "daily", "2026-09-20", "2026-12-01", limit), all);
}

static void a_date_moved_out_of_the_window_is_not_in_it(void **state)
{
    struct fixture *f = *state;

    add(f, "weekly", "2026-09-22 10:00", "FREQ=WEEKLY");
    move_to(f, "weekly", "2026-09-29", "2026-10-20 18:00");
    assert_string_equal(starts(f, "weekly", "2026-09-22", "2026-10-06", 0), "2026-09-22T10:00");
    assert_string_equal(starts(f, "weekly", "2026-10-20", "2026-10-21", 0), "2026-10-20T10:00 2026-10-20T18:00");
}

static void another_time_of_day_takes_its_dates_along(void **state)
{
    struct fixture *f = *state;
    struct event_input in = edit_of("daily");

    add(f, "daily", "2026-09-22 10:00", "FREQ=DAILY;COUNT=3");
    move_to(f, "daily", "2026-09-23", "2026-09-28 08:00");
    in.start = txt("2026-09-22 15:00");
    edit(f, &in);
    assert_string_equal(starts(f, "daily", NULL, NULL, 0), "2026-09-22T15:00 2026-09-24T15:00 2026-09-28T08:00");
    assert_int_equal(sql(f, OCCURRENCES), 3);
    assert_int_equal(sql(f, OCCURRENCES " WHERE recurrence_id LIKE '%T15:00:00'"), 3);
}

static void a_time_alone_is_on_the_day_that_is_spoken_of(void **state)
{
    struct fixture *f = *state;
    struct event_input in = event_in("weekly", "2026-11-10 10:00", "FREQ=WEEKLY;COUNT=2"), later = edit_of("weekly");
    struct event *ev;

    in.end = txt("11:30");
    ev = ask(f, &op_event_add, &in);
    assert_non_null(ev);
    assert_string_equal(ev->end_local, "2026-11-10T11:30:00");
    later.start = txt("14:00");
    assert_string_equal(edit(f, &later)->start_local, "2026-11-10T14:00:00");
    assert_string_equal(move_to(f, "weekly", "2026-11-17", "下午4点")->start_local, "2026-11-17T16:00:00");
    later = split_of("weekly", "2026-11-17");
    later.end = txt("18:00");
    assert_string_equal(edit(f, &later)->end_local, "2026-11-17T18:00:00");
}

static void several_dates_on_a_day_each_keep_their_own(void **state)
{
    struct fixture *f = *state;
    struct event_input in = event_in("twice", "2026-09-22 10:00", "FREQ=DAILY;COUNT=2"), longer = edit_of("twice");
    struct event_ref show = ref_of("twice", "2026-09-22 18:00");
    struct occurrence *o;

    in.rdates = (struct texts){(char *[]){txt("2026-09-22 18:00")}, 1, true};
    assert_non_null(ask(f, &op_event_add, &in));
    longer.duration = txt("2h");
    edit(f, &longer);
    o = ask(f, &op_occurrence_show, &show);
    assert_non_null(o);
    assert_string_equal(o->end_local, "2026-09-22T20:00:00");
    show.on = txt("2026-09-22");
    refused(f, &op_occurrence_show, &show, ERR_CONFLICT, "on");
}

static void a_moved_date_keeps_its_time_of_day_in_another_zone(void **state)
{
    struct fixture *f = *state;
    struct event_input in = edit_of("daily");

    add(f, "daily", "2026-09-22 10:00", "FREQ=DAILY;COUNT=2");
    move_to(f, "daily", "2026-09-23", "2026-09-24 12:00");
    in.tz = txt("Asia/Tokyo");
    edit(f, &in);
    assert_int_equal(sql(f, "SELECT start_ms FROM occurrence WHERE status = 'moved'"), at(3, 11));
    assert_string_equal(starts(f, "daily", NULL, NULL, 0), "2026-09-22T10:00 2026-09-24T12:00");
}

static void an_edit_that_moves_no_date_leaves_the_dates_alone(void **state)
{
    struct fixture *f = *state;
    struct event_input in = edit_of("daily");

    add(f, "daily", "2026-09-22 10:00", "FREQ=DAILY;COUNT=2");
    in.repeat = txt("FREQ=DAILY;COUNT=3");
    edit(f, &in);
    assert_int_equal(sql(f, OCCURRENCES " WHERE version = 1"), 3);
}

static void how_many_came_is_not_forgotten_with_the_rule(void **state)
{
    struct fixture *f = *state;
    struct event_ref came = ref_of("weekly", "2026-09-22");
    struct event_input in = edit_of("weekly");

    add(f, "weekly", "2026-09-22 10:00", "FREQ=WEEKLY");
    came.count = 120;
    came.note = txt("含两个班");
    f->now_ms += 2 * DAY_MS;
    assert_non_null(ask(f, &op_occurrence_headcount, &came));
    in.start = txt("2026-09-30 10:00");
    in.repeat = txt("FREQ=WEEKLY;BYDAY=WE");
    edit(f, &in);
    assert_int_equal(sql(f, "SELECT headcount FROM occurrence WHERE recurrence_id = '2026-09-22T10:00:00'"), 120);
    assert_int_equal(sql(f, OCCURRENCES " WHERE headcount_note = '含两个班'"), 1);
}

static struct event_input with_roles(struct event_input in, struct role_input *roles, size_t count)
{
    in.roles = (struct objects){roles, count, true};
    return in;
}

static void roles_are_raised_and_lowered_but_not_below_who_is_in(void **state)
{
    struct fixture *f = *state;
    struct role_input role = {.name = txt("讲解员"), .capacity = 5, .minimum = FIELD_INT_ABSENT, .participant = -1};
    struct event_input in = with_roles(event_in("talk", "2026-09-25 10:00", NULL), &role, 1), change;

    assert_non_null(ask(f, &op_event_add, &in));
    sql(f, "UPDATE occurrence_role SET taken = 3");
    change = with_roles(edit_of("talk"), &role, 1);
    role.capacity = 9;
    edit(f, &change);
    assert_int_equal(sql(f, "SELECT capacity FROM occurrence_role"), 9);
    role.capacity = 2;
    refused(f, &op_event_edit, &change, ERR_CONFLICT, "roles");
    assert_int_equal(sql(f, "SELECT capacity FROM occurrence_role"), 9);
    f->force = true;
    edit(f, &change);
    f->force = false;
    assert_int_equal(sql(f, "SELECT capacity FROM occurrence_role"), 2);
    change.roles.count = 0;
    refused(f, &op_event_edit, &change, ERR_CONFLICT, "roles");
    role.capacity = 0;
    change.roles.count = 1;
    refused(f, &op_event_edit, &change, ERR_INVALID, "roles");
}

static void a_version_that_is_not_the_one_seen_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct event_input in = edit_of("talk");

    add(f, "talk", "2026-09-25 10:00", NULL);
    in.title = txt("新题目");
    call_release(&f->call);
    f->call = (struct call){.op = &op_event_edit, .input = &in};
    f->call.req = (struct request){.principal = {.role = ROLE_ADMIN}, .now_ms = f->now_ms, .if_version = 7};
    assert_int_not_equal(service_call_now(f->service, &f->call), 0);
    assert_int_equal(f->call.err.code, ERR_CHANGED);
    assert_int_equal(sql(f, "SELECT version FROM event"), 1);
}

static void a_dry_run_keeps_nothing(void **state)
{
    struct fixture *f = *state;

    f->dry_run = true;
    add(f, "talk", "2026-09-25 10:00", "FREQ=DAILY;COUNT=3");
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM event"), 0);
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM audit"), 0);
    assert_int_equal(sql(f, OCCURRENCES), 0);
}

static int encode_slug(struct call *c, const void *result, struct buf *body, struct err *e)
{
    (void)c;
    (void)e;
    buf_adds(body, ((const struct event *)result)->slug);
    return 0;
}

static void a_request_sent_twice_is_done_once_and_answered_twice(void **state)
{
    struct fixture *f = *state;
    struct event_input in = event_in(NULL, "2026-09-25 10:00", NULL);
    char first[80] = "";

    for (int i = 0; i < 2; i++) {
        call_release(&f->call);
        f->call = (struct call){.op = &op_event_add, .input = &in, .encode = encode_slug};
        f->call.req = (struct request){.principal = {.role = ROLE_ADMIN, .name = "test"}, .now_ms = f->now_ms,
                                       .id = "once", .if_version = FIELD_INT_ABSENT};
        assert_int_equal(service_call_now(f->service, &f->call), 0);
        assert_int_equal(f->call.replayed, i == 1);
        if (i == 0)
            snprintf(first, sizeof first, "%s", buf_text(&f->call.body));
        assert_string_equal(buf_text(&f->call.body), first);
    }
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM event"), 1);
}

static void a_clone_of_a_cancelled_event_happens(void **state)
{
    struct fixture *f = *state;
    struct event_ref off = ref_of("talk", NULL);
    struct clone_input in = {.from = txt("talk"), .start = txt("2026-10-25 10:00")};
    struct event *ev;

    add(f, "talk", "2026-09-25 10:00", NULL);
    off.reason = txt("下雨");
    assert_non_null(ask(f, &op_event_cancel, &off));
    ev = ask(f, &op_event_clone, &in);
    assert_non_null(ev);
    assert_int_equal(ev->status, EVENT_CONFIRMED);
    assert_string_equal(ev->reason, "");
}

static size_t listed(struct fixture *f, const char *from, const char *to, const char *status)
{
    struct event_filter in;
    const struct list *list;

    fields_clear(&event_filter_fields, &in);
    in.from = txt(from);
    in.to = txt(to);
    in.status = txt(status);
    list = ask(f, &op_event_list, &in);
    assert_non_null(list);
    return list->items.count;
}

static void a_list_takes_a_window_and_a_status(void **state)
{
    struct fixture *f = *state;
    struct event_filter in;

    add(f, "once", "2026-09-25 10:00", NULL);
    add(f, "weekly", "2026-09-22 10:00", "FREQ=WEEKLY");
    assert_int_equal(listed(f, NULL, NULL, NULL), 2);
    assert_int_equal(listed(f, "2026-09-25", NULL, NULL), 2);
    assert_int_equal(listed(f, "2026-09-26", NULL, NULL), 1);
    assert_int_equal(listed(f, "2026-09-26", "2026-09-29", NULL), 0);
    assert_int_equal(listed(f, NULL, NULL, "tentative"), 0);
    fields_clear(&event_filter_fields, &in);
    in.status = txt("sometimes");
    refused(f, &op_event_list, &in, ERR_INVALID, "status");
}

static void the_announced_date_is_one_years(void **state)
{
    struct fixture *f = *state;
    struct event_input in = event_in("day", "2027-09-18", "FREQ=YEARLY;BYMONTH=9;BYDAY=3SA");
    struct event_ref announced = ref_of("day", NULL);
    struct occurrence *o;

    in.provisional = 1;
    in.all_day = 1;
    assert_non_null(ask(f, &op_event_add, &in));
    announced.start = txt("2027-09-11");
    assert_non_null(ask(f, &op_event_confirm, &announced));
    assert_string_equal(starts(f, "day", NULL, "2029-01-01", 0), "2027-09-11 2028-09-16");
    announced.on = txt("2028-09-16");
    announced.start = txt("2028-09-09");
    o = ask(f, &op_occurrence_confirm, &announced);
    assert_non_null(o);
    assert_string_equal(o->status_name, "moved");
    assert_string_equal(starts(f, "day", NULL, "2029-01-01", 0), "2027-09-11 2028-09-09");
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM event WHERE status = 'tentative'"), 1);
}

static void an_organiser_changes_only_what_is_the_departments(void **state)
{
    struct fixture *f = *state;
    struct event_input in = event_in("talk", "2026-09-25 10:00", NULL), change = edit_of("talk");
    struct reminder_input rule;
    char code[40];

    in.lead = txt("kexie");
    assert_non_null(ask(f, &op_event_add, &in));
    snprintf(code, sizeof code, "%s", remind(f, "talk", "1d")->code);
    change.title = txt("我的");
    fields_clear(&reminder_input_fields, &rule);
    rule.id = code;
    for (int i = 0; i < 2; i++) {
        call_release(&f->call);
        f->call = (struct call){.op = i ? &op_reminder_remove : &op_event_edit,
                                .input = i ? (void *)&rule : (void *)&change};
        f->call.req = (struct request){.principal = {.role = ROLE_ORGANIZER, .department = "jiaoyu"},
                                       .now_ms = f->now_ms, .if_version = FIELD_INT_ABSENT};
        assert_int_not_equal(service_call_now(f->service, &f->call), 0);
        assert_int_equal(f->call.err.code, ERR_NOT_ALLOWED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(test) cmocka_unit_test_setup_teardown(test, set_up_events, tear_down)
        T(what_is_said_is_kept_and_what_is_not_has_its_default),
        T(a_wrong_value_names_its_field),
        T(a_start_beside_its_rule_moves_to_the_first_match),
        T(an_added_date_is_not_what_the_rule_begins_with),
        T(a_lunar_rule_and_an_all_day_rule_have_their_dates),
        T(left_out_dates_are_left_out_and_added_ones_added),
        T(a_split_shares_out_the_count),
        T(a_split_counts_what_a_holiday_left_out),
        T(a_split_on_an_added_date_keeps_the_rules_time),
        T(a_split_on_an_added_date_after_the_rule_keeps_that_date),
        T(a_split_ends_the_first_part_before_it_in_any_zone),
        T(an_all_day_series_splits_by_days),
        T(a_holiday_policy_leaves_out_or_shifts_dates),
        T(pages_of_dates_lose_none_and_repeat_none),
        T(a_date_moved_out_of_the_window_is_not_in_it),
        T(another_time_of_day_takes_its_dates_along),
        T(a_time_alone_is_on_the_day_that_is_spoken_of),
        T(several_dates_on_a_day_each_keep_their_own),
        T(a_moved_date_keeps_its_time_of_day_in_another_zone),
        T(an_edit_that_moves_no_date_leaves_the_dates_alone),
        T(how_many_came_is_not_forgotten_with_the_rule),
        T(roles_are_raised_and_lowered_but_not_below_who_is_in),
        T(a_version_that_is_not_the_one_seen_changes_nothing),
        T(a_dry_run_keeps_nothing),
        T(a_request_sent_twice_is_done_once_and_answered_twice),
        T(a_clone_of_a_cancelled_event_happens),
        T(a_list_takes_a_window_and_a_status),
        T(the_announced_date_is_one_years),
        T(an_organiser_changes_only_what_is_the_departments),
#undef T
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
