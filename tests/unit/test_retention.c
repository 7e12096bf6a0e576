/* [privacy] retention: who only took part is erased when the time is over; helpers, and who comes again, stay. */
#define FIXTURE_RETENTION_MS (30LL * 86400000)
#include "people_fixture.h"

#include "service/office.h"

#define EVENT(slug)                                                                                                    \
    "INSERT INTO event (slug, uid, title, description, category, lead, venue, start_local, end_local, all_day, tz,"    \
    " rrule, start_is_extra, holiday_policy, unit, preset, status, reason, sequence, version, stored_until,"           \
    " created_ms, updated_ms) VALUES ('" slug "', '" slug "', '" slug "', '', 'other', '', '',"                        \
    " '2026-09-22T09:00:00', '2026-09-22T11:00:00', 0, 'Asia/Shanghai', '', 0, 'keep', '', '', 'confirmed', '', 0, 1," \
    " '2100-01-01T00:00:00', 0, 0) RETURNING id"
#define OCCURRENCE                                                                                                 \
    "INSERT INTO occurrence (event_id, recurrence_id, start_local, end_local, start_ms, end_ms, status, own_roles," \
    " reason, headcount_note, moves, sequence, updated_ms, version) SELECT MAX(id), '2026-09-22T09:00:00',"        \
    " '2026-09-22T09:00:00', '2026-09-22T11:00:00', 1790038800000, 1790046000000, 'scheduled', 1, '', '', 0, 0, 0, 1" \
    " FROM event RETURNING id"
#define ROLE(name, participant)                                                                                      \
    "INSERT INTO occurrence_role (occurrence_id, position, name, capacity, minimum, participant, taken, offered,"    \
    " waitlisted) SELECT MAX(id), " participant ", '" name "', 9, 0, " participant ", 0, 0, 0 FROM occurrence"       \
    " RETURNING 1"
#define OVER_MS (NOW_MS + DAY_MS + 2 * HOUR_MS)

static void sign_up(struct fixture *f, const char *name, const char *phone, const char *role, const char *age)
{
    struct signup_form in;

    fields_clear(&signup_form_fields, &in);
    in.slug = (char *)(uintptr_t)"one";
    in.on = (char *)(uintptr_t)"2026-09-22";
    in.name = (char *)(uintptr_t)name;
    in.phone = (char *)(uintptr_t)phone;
    in.role = (char *)(uintptr_t)role;
    in.age = (char *)(uintptr_t)age;
    in.guardian_name = (char *)(uintptr_t)"家长";
    in.guardian_phone = (char *)(uintptr_t)"13900000000";
    in.consent = in.guardian_consent = 1;
    f->role = ROLE_PUBLIC;
    assert_non_null(ask(f, &op_signup_web, &in));
    f->role = ROLE_ADMIN;
}

static int set_up_people(void **state)
{
    set_up(state);
    sql(*state, EVENT("one"));
    sql(*state, OCCURRENCE);
    sql(*state, ROLE("观众", "1"));
    sql(*state, ROLE("引导员", "0"));
    sign_up(*state, "只来听", "13800000001", "观众", "adult");
    sign_up(*state, "小朋友", "13800000002", "观众", "under14");
    sign_up(*state, "来帮忙", "13800000003", "引导员", "14-17");
    return 0;
}

static void a_day_goes_by(struct fixture *f, int64_t now_ms)
{
    f->now_ms = now_ms;
    ask(f, &op_daily, NULL);
    assert_int_equal(f->call.status, 0);
}

static void nothing_goes_before_its_time(void **state)
{
    a_day_goes_by(*state, OVER_MS + FIXTURE_RETENTION_MS - 1000);
    assert_int_equal(sql(*state, "SELECT COUNT(*) FROM volunteer WHERE status = 'active'"), 3);
    assert_int_equal(sql(*state, "SELECT COUNT(*) FROM guardian"), 1);
    assert_int_equal(sql(*state, "SELECT COUNT(*) FROM signup WHERE age_group <> ''"), 2);
}

static void who_only_took_part_is_erased_and_the_counts_stay(void **state)
{
    a_day_goes_by(*state, OVER_MS + FIXTURE_RETENTION_MS);
    assert_int_equal(sql(*state, "SELECT COUNT(*) FROM volunteer WHERE status = 'erased' AND phone_sealed = x''"), 2);
    assert_int_equal(sql(*state, "SELECT COUNT(*) FROM volunteer WHERE name = '来帮忙'"), 1);
    assert_int_equal(sql(*state, "SELECT COUNT(*) FROM guardian"), 0);
    assert_int_equal(sql(*state, "SELECT COUNT(*) FROM signup"), 3);
    assert_int_equal(sql(*state, "SELECT COUNT(*) FROM signup WHERE age_group <> ''"), 0);
    assert_int_equal(sql(*state, "SELECT COUNT(*) FROM audit WHERE object = 'volunteers' AND detail LIKE '2 who%'"), 1);
}

static void who_comes_again_or_has_hours_stays(void **state)
{
    sql(*state, EVENT("later"));
    sql(*state, OCCURRENCE);
    sql(*state, "UPDATE occurrence SET start_ms = start_ms + 864000000, end_ms = end_ms + 864000000"
                " WHERE id = (SELECT MAX(id) FROM occurrence) RETURNING 1");
    sql(*state, ROLE("观众", "1"));
    sql(*state, "INSERT INTO signup (code, volunteer_id, occurrence_id, role, state, place, minutes, created_ms,"
                " updated_ms, version) SELECT 's-again', v.id, (SELECT MAX(id) FROM occurrence), '观众', 'confirmed', 0,"
                " 0, 0, 0, 1 FROM volunteer v WHERE v.name = '只来听' RETURNING 1");
    sql(*state, "UPDATE volunteer SET minutes = 60 WHERE name = '小朋友' RETURNING 1");
    a_day_goes_by(*state, OVER_MS + FIXTURE_RETENTION_MS);
    assert_int_equal(sql(*state, "SELECT COUNT(*) FROM volunteer WHERE status = 'active'"), 3);
    a_day_goes_by(*state, OVER_MS + FIXTURE_RETENTION_MS + 10 * DAY_MS);
    assert_int_equal(sql(*state, "SELECT COUNT(*) FROM volunteer WHERE status = 'active'"), 2);
}

/* Kept for 30 days, whatever the office keeps of people. */
static void a_shadow_of_a_sign_up_goes_when_its_page_is_over(void **state)
{
    sign_up(*state, "来帮忙", "13800000003", "引导员", "14-17");
    assert_int_equal(sql(*state, "SELECT COUNT(*) FROM signup_shadow"), 1);
    a_day_goes_by(*state, OVER_MS + 30 * DAY_MS - 1000);
    assert_int_equal(sql(*state, "SELECT COUNT(*) FROM signup_shadow"), 1);
    a_day_goes_by(*state, OVER_MS + 30 * DAY_MS);
    assert_int_equal(sql(*state, "SELECT COUNT(*) FROM signup_shadow"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_goes_before_its_time, set_up_people, tear_down),
        cmocka_unit_test_setup_teardown(who_only_took_part_is_erased_and_the_counts_stay, set_up_people, tear_down),
        cmocka_unit_test_setup_teardown(who_comes_again_or_has_hours_stays, set_up_people, tear_down),
        cmocka_unit_test_setup_teardown(a_shadow_of_a_sign_up_goes_when_its_page_is_over, set_up_people, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
