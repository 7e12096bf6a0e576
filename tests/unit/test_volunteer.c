/* Volunteers: a person once, their numbers kept to themselves, files imported whole or not at all. */
#include "people_fixture.h"

#include "base/catalogue.h"

static void a_name_of_two_to_fifty_characters_survives_as_written(void **state)
{
    static const char *const good[] = {"王芳", "阿卜杜拉·买买提", "\U00020BB7野家", "Li Lei", "\U0002A6B2\U0002A6B3"};
    static const char *const bad[] = {"", "王", " 王 ", "王\n芳", "\xFF\xFE", "　　"};
    struct fixture *f = *state;
    char fifty[51 * 3 + 1] = "";
    struct volunteer_input in;

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        in = person(good[i], "13800000001");
        assert_string_equal(((struct volunteer *)ask(f, &op_volunteer_add, &in))->name, good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        in = person(bad[i], "13800000001");
        refused(f, &op_volunteer_add, &in, ERR_INVALID, "name");
    }
    for (int i = 0; i < 50; i++)
        strcat(fifty, "长");
    in = person(fifty, "13800000001");
    assert_non_null(ask(f, &op_volunteer_add, &in));
    strcat(fifty, "长");
    refused(f, &op_volunteer_add, &in, ERR_INVALID, "name");
}

static void the_same_person_is_refused_with_the_id_that_they_have(void **state)
{
    static const struct { const char *name, *phone; } same[] = {
        {"买买提·艾力", "13812340003"}, {" 买买提·艾力 ", "+86 138 1234 0003"}, {"买买提・艾力", "138-1234-0003"},
        {"买买提•艾力", "１３８１２３４０００３"}};
    struct fixture *f = *state;
    char *id = add_person(f, "买买提·艾力", "13812340003");
    struct volunteer_input in;

    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        in = person(same[i].name, same[i].phone);
        refused(f, &op_volunteer_add, &in, ERR_EXISTS, "phone");
        assert_string_equal(f->call.err.args[0], id);
    }
    in = person("别的人", "13812340003");       /* a family's phone */
    assert_non_null(ask(f, &op_volunteer_add, &in));
    free(id);
}

static void numbers_are_masked_unless_an_administrator_asks_and_that_is_audited(void **state)
{
    struct fixture *f = *state;
    char *id = add_person(f, "李四", "13812340002");
    struct volunteer_ref ref = {.id = id, .reveal = NULL};
    int64_t audited = sql(f, "SELECT COUNT(*) FROM audit");

    assert_string_equal(((struct volunteer *)ask(f, &op_volunteer_show, &ref))->phone, "138****0002");
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM audit"), audited);
    ref.reveal = (char *)(uintptr_t)"true";
    refused(f, &op_volunteer_show, &ref, ERR_INVALID, "reveal");
    assert_string_equal(((struct volunteer *)ask(f, &op_volunteer_show_revealed, &ref))->phone, "13812340002");
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM audit"), audited + 1);
    f->role = ROLE_ORGANIZER;
    refused(f, &op_volunteer_show_revealed, &ref, ERR_NOT_ALLOWED, "");
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM audit WHERE detail LIKE '%1234%'"), 0);
    free(id);
}

static void consent_is_recorded_only_where_it_was_given(void **state)
{
    struct fixture *f = *state;
    struct volunteer_input in = person("王芳", "13800000001");
    struct volunteer *v = ask(f, &op_volunteer_add, &in);

    assert_true(v->consent_ms == FIELD_INT_ABSENT);
    assert_string_equal(v->consent_basis, "organisation");
    in = person("王芳", "13800000002");
    in.consent = 1;
    v = ask(f, &op_volunteer_add, &in);
    assert_true(v->consent_ms == NOW_MS);
    assert_string_equal(v->consent_basis, "consent");
}

static void an_edit_changes_what_it_names_and_no_more(void **state)
{
    struct fixture *f = *state;
    char *skills[] = {(char *)(uintptr_t)"讲解", (char *)(uintptr_t)" 急救 ", (char *)(uintptr_t)"讲解"};
    struct volunteer_input in = person("王芳", "13800000001");
    struct volunteer *v;
    char *id, *other = add_person(f, "王芳", "13800000002");

    in.skills = (struct texts){skills, 3, true};
    in.email = (char *)(uintptr_t)"fang@example.org";
    v = ask(f, &op_volunteer_add, &in);
    assert_int_equal(v->skills.count, 2);
    assert_string_equal(v->skills.items[1], "急救");
    id = strdup(v->id);
    fields_clear(&volunteer_edit_fields, &in);
    in.id = id;
    in.org = (char *)(uintptr_t)"第一中学";
    v = ask(f, &op_volunteer_edit, &in);
    assert_string_equal(v->org, "第一中学");
    assert_string_equal(v->email, "fang@example.org");
    assert_string_equal(v->phone, "138****0001");
    assert_int_equal(v->skills.count, 2);
    assert_int_equal(v->version, 2);
    in.phone = (char *)(uintptr_t)"13800000002";
    refused(f, &op_volunteer_edit, &in, ERR_EXISTS, "phone");
    assert_string_equal(f->call.err.args[0], other);
    in.phone = NULL;
    in.status = (char *)(uintptr_t)"erased";
    refused(f, &op_volunteer_edit, &in, ERR_INVALID, "status");
    in.status = (char *)(uintptr_t)"resting";
    assert_string_equal(((struct volunteer *)ask(f, &op_volunteer_edit, &in))->status, "resting");
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM volunteer WHERE status = 'active'"), 1);
    free(id);
    free(other);
}

static void a_list_is_searched_filtered_and_paged(void **state)
{
    struct fixture *f = *state;
    struct volunteer_filter filter;
    struct list *list;
    char name[40], phone[32], *cursor;

    for (int i = 0; i < 7; i++) {
        snprintf(name, sizeof name, "志愿者%d_%%", i);
        snprintf(phone, sizeof phone, "1380000000%d", i);
        free(add_person(f, name, phone));
    }
    fields_clear(&volunteer_filter_fields, &filter);
    filter.limit = 3;
    list = ask(f, &op_volunteer_list, &filter);
    assert_int_equal(list->items.count, 3);
    cursor = strdup(list->next);
    filter.cursor = cursor;
    filter.limit = 4;
    list = ask(f, &op_volunteer_list, &filter);
    assert_int_equal(list->items.count, 4);
    assert_null(list->next);
    free(cursor);
    fields_clear(&volunteer_filter_fields, &filter);
    filter.q = (char *)(uintptr_t)"138-0000-0005";
    assert_int_equal(((struct list *)ask(f, &op_volunteer_list, &filter))->items.count, 1);
    filter.q = (char *)(uintptr_t)"者3_%";
    assert_int_equal(((struct list *)ask(f, &op_volunteer_list, &filter))->items.count, 1);
    filter.q = (char *)(uintptr_t)"%";
    assert_int_equal(((struct list *)ask(f, &op_volunteer_list, &filter))->items.count, 7);
    filter.q = (char *)(uintptr_t)"志%3";
    assert_int_equal(((struct list *)ask(f, &op_volunteer_list, &filter))->items.count, 0);
    filter.cursor = (char *)(uintptr_t)"1; DROP";
    refused(f, &op_volunteer_list, &filter, ERR_INVALID, "cursor");
}

/* Imports -------------------------------------------------------------------------------------------------------- */

static struct volunteer_import_result *import(struct fixture *f, const char *text)
{
    struct volunteer_import in = {(char *)(uintptr_t)text};

    return ask(f, &op_volunteer_import, &in);
}

static void refuses(struct fixture *f, const char *text, const char *field)
{
    int64_t before = sql(f, "SELECT COUNT(*) FROM volunteer");
    struct volunteer_import in = {(char *)(uintptr_t)text};

    refused(f, &op_volunteer_import, &in, ERR_INVALID, field);
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM volunteer"), before);
}

static void an_import_counts_new_known_and_repeated_people(void **state)
{
    struct fixture *f = *state;
    struct volunteer_import_result *r;

    free(add_person(f, "张三", "13800000001"));
    r = import(f, "\xEF\xBB\xBFtown,phone,name,skills,consent_at\r\n"
                  "兴泾镇,13800000001,张三,,\r\n"
                  "兴泾镇,13800000002,李四,\"讲解;急救;\",2026-03-01T10:00:00+08:00\r\n"
                  ",+86 138 0000 0002,李四,,\r\n");
    assert_non_null(r);
    assert_int_equal(r->lines, 3);
    assert_int_equal(r->imported, 1);
    assert_int_equal(r->existing, 2);
    assert_int_equal(sql(f, "SELECT consent_ms FROM volunteer WHERE name = '李四'"), 1772330400000);
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM volunteer_skill"), 2);
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM volunteer WHERE consent_ms IS NULL"
                            " AND consent_basis = 'organisation'"), 1);
}

static void a_dry_run_says_the_same_and_keeps_nothing(void **state)
{
    struct fixture *f = *state;

    f->dry_run = true;
    assert_int_equal(import(f, "name,phone\n张三,13800000001\n")->imported, 1);
    assert_int_equal(sql(f, "SELECT COUNT(*) FROM volunteer"), 0);
}

static void one_bad_line_imports_nothing_and_is_named(void **state)
{
    struct fixture *f = *state;
    struct buf sentence = {0};

    refuses(f, "name,phone\n张三,13800000001\n李四,12345\n", "line 3, phone");
    err_message(&f->call.err, LANG_ZH, &sentence);
    assert_string_equal(buf_text(&sentence), "第 3 行 phone 列：“12345”有 5 位数字，手机号应为 11 位");
    buf_release(&sentence);
    refuses(f, "name,phone\n\n\"张\n三\",13800000001\n李四,12345\n", "line 3, name");
    refuses(f, "name,phone\n,13800000001\n", "line 2, name");
    refuses(f, "name,phone\n张三\n", "line 2");
    refuses(f, "name,phone\n张三,13800000001,x\n", "line 2");
    refuses(f, "name,phone,consent_at\n张三,13800000001,昨天吧\n", "line 2, consent_at");
    refuses(f, "name,phone,consent_at\n张三,13800000001,2026-02-30\n", "line 2, consent_at");
    refuses(f, "name,phone,email\n张三,13800000001,nobody\n", "line 2, email");
    refuses(f, "name,phone\n\"张三,13800000001\n", "line 2, column 1");
}

static void a_file_of_another_shape_is_named(void **state)
{
    struct fixture *f = *state;

    refuses(f, "", "line 1");
    refuses(f, "name\n张三\n", "phone");
    refuses(f, "name,phone,shoe\n", "line 1");
    assert_string_equal(f->call.err.args[0], "shoe");
    refuses(f, "name,phone,emial\n", "line 1");
    assert_string_equal(f->call.err.args[1], "email");
    refuses(f, "name,phone,name\n", "line 1");
}

static void times_of_consent_are_instants(void **state)
{
    static const struct { const char *text; int64_t ms; } cases[] = {
        {"2026-03-01T10:00:00+08:00", 1772330400000}, {"2026-03-01T02:00:00Z", 1772330400000},
        {"2026-03-01T02:00:00.123456Z", 1772330400000}, {"2026-02-28T21:00:00-05:00", 1772330400000},
        {"2026-03-01 10:00", 1772330400000}, {"2026-03-01T10:00:00", 1772330400000}, {"2026-03-01", 1772294400000}};
    static const char *const bad[] = {"2026-03-01T10", "2026-03-01T25:00:00Z", "x", "2026-03-01T10:00:00+8", "2026",
                                      "2026-03-01T10:00:00+08:00x", "2026-03-01T10:00:00+99:00", "2026/03/01"};
    struct fixture *f = *state;
    char text[200];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(text, sizeof text, "name,phone,consent_at\n张三,138000000%02zu,%s\n", i, cases[i].text);
        assert_non_null(import(f, text));
        assert_int_equal(sql(f, "SELECT consent_ms FROM volunteer ORDER BY id DESC LIMIT 1"), cases[i].ms);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(text, sizeof text, "name,phone,consent_at\n张三,13800000099,%s\n", bad[i]);
        refuses(f, text, "line 2, consent_at");
    }
}

static void a_page_link_is_shown_once_and_the_former_one_ends(void **state)
{
    struct fixture *f = *state;
    char *id = add_person(f, "王芳", "13800000001"), *first;
    struct volunteer_ref ref = {.id = id};
    struct person_ref page = {0};

    first = strdup(((struct volunteer_link *)ask(f, &op_volunteer_link, &ref))->url);
    assert_memory_equal(first, "https://kepu.test/v/", 20);
    f->role = ROLE_PUBLIC;
    page.token = first + 20;
    assert_string_equal(((struct person_page *)ask(f, &op_person_page, &page))->person->id, id);
    f->role = ROLE_ADMIN;
    assert_non_null(ask(f, &op_volunteer_link, &ref));
    f->role = ROLE_PUBLIC;
    refused(f, &op_person_page, &page, ERR_NOT_FOUND, "");
    free(first);
    free(id);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_name_of_two_to_fifty_characters_survives_as_written),
        TEST(the_same_person_is_refused_with_the_id_that_they_have),
        TEST(numbers_are_masked_unless_an_administrator_asks_and_that_is_audited),
        TEST(consent_is_recorded_only_where_it_was_given),
        TEST(an_edit_changes_what_it_names_and_no_more),
        TEST(a_list_is_searched_filtered_and_paged),
        TEST(an_import_counts_new_known_and_repeated_people),
        TEST(a_dry_run_says_the_same_and_keeps_nothing),
        TEST(one_bad_line_imports_nothing_and_is_named),
        TEST(a_file_of_another_shape_is_named),
        TEST(times_of_consent_are_instants),
        TEST(a_page_link_is_shown_once_and_the_former_one_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
