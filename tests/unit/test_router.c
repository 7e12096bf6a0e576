/* Addresses find their handlers. */
#include "web/router.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct route rows[] = {
    {HTTP_GET, "/", .summary = "home"},
    {HTTP_GET, "/events", .summary = "list"},
    {HTTP_GET, "/events/{slug}", .summary = "event"},
    {HTTP_GET, "/events/{slug}/{date}", .summary = "occurrence"},
    {HTTP_GET, "/events/{slug}/{date}.ics", .summary = "download"},
    {HTTP_POST, "/events/{slug}/{date}/signups", .summary = "sign up"},
    {HTTP_GET, "/feeds/all.ics", .summary = "all"},
    {HTTP_GET, "/feeds/category/{slug}.ics", .summary = "feed"},
    {HTTP_GET, "/volunteers/export", .summary = "export"},
    {HTTP_POST, "/volunteers/import", .summary = "import"},
    {HTTP_GET, "/volunteers/{id}", .summary = "volunteer"},
    {HTTP_PATCH, "/volunteers/{id}", .summary = "change"},
};

struct fixture {
    struct router *router;
    struct arena arena;
    struct params params;
    const struct route *route;
    char allow[ROUTE_ALLOW_BYTES];
};

static int set_up(void **state)
{
    struct fixture *f = mem_alloc(sizeof *f);

    f->router = router_new();
    router_add(f->router, rows, 5);
    router_add(f->router, rows + 5, sizeof rows / sizeof rows[0] - 5);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    router_free(f->router);
    arena_release(&f->arena);
    free(f);
    return 0;
}

static enum route_match match(struct fixture *f, enum http_method method, const char *path)
{
    f->route = NULL;
    return router_match(f->router, method, path, &f->arena, &f->route, &f->params, f->allow);
}

static void expect(struct fixture *f, enum http_method method, const char *path, const char *summary)
{
    assert_int_equal(match(f, method, path), ROUTE_FOUND);
    assert_string_equal(f->route->summary, summary);
}

static void an_address_finds_its_row_and_what_its_names_stand_for(void **state)
{
    struct fixture *f = *state;

    expect(f, HTTP_GET, "/", "home");
    expect(f, HTTP_GET, "/events", "list");
    expect(f, HTTP_GET, "/events/科普日", "event");
    assert_string_equal(params_find(&f->params, "slug"), "科普日");
    expect(f, HTTP_POST, "/events/a/2027-05-12T0900/signups", "sign up");
    assert_string_equal(params_find(&f->params, "slug"), "a");
    assert_string_equal(params_find(&f->params, "date"), "2027-05-12T0900");
    assert_null(params_find(&f->params, "id"));
}

static void a_name_ends_where_the_rest_of_its_segment_begins(void **state)
{
    struct fixture *f = *state;

    expect(f, HTTP_GET, "/events/a/2027-05-12", "occurrence");
    expect(f, HTTP_GET, "/events/a/2027-05-12.ics", "download");
    assert_string_equal(params_find(&f->params, "date"), "2027-05-12");
    expect(f, HTTP_GET, "/feeds/category/science-day.ics", "feed");
    assert_string_equal(params_find(&f->params, "slug"), "science-day");
    assert_int_equal(match(f, HTTP_GET, "/feeds/category/science-day"), ROUTE_NO_PATH);
    assert_int_equal(match(f, HTTP_GET, "/feeds/category/.ics"), ROUTE_NO_PATH);
}

static void what_no_pattern_has_is_not_found(void **state)
{
    static const char *const paths[] = {"", "/event", "/events/", "/events//x", "/events/a/b/c", "//",
                                         "/a/b/c/d/e/f/g/h/i/j/k/l"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        assert_int_equal(match(f, HTTP_GET, paths[i]), ROUTE_NO_PATH);
}

static void head_is_served_where_get_is(void **state)
{
    expect(*state, HTTP_HEAD, "/events", "list");
    assert_int_equal(match(*state, HTTP_HEAD, "/volunteers/import"), ROUTE_FOUND);
}

static void a_wrong_method_is_told_the_right_ones(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(match(f, HTTP_DELETE, "/events"), ROUTE_NO_METHOD);
    assert_string_equal(f->allow, "GET, HEAD, OPTIONS");
    assert_int_equal(match(f, HTTP_OPTIONS, "/volunteers/v-1"), ROUTE_NO_METHOD);
    assert_string_equal(f->allow, "GET, HEAD, PATCH, OPTIONS");
    assert_int_equal(match(f, HTTP_OTHER, "/events/a/b/signups"), ROUTE_NO_METHOD);
    assert_string_equal(f->allow, "POST, OPTIONS");
}

static void a_literal_goes_first_but_not_where_only_the_name_takes_the_method(void **state)
{
    expect(*state, HTTP_GET, "/volunteers/export", "export");
    expect(*state, HTTP_POST, "/volunteers/import", "import");
    expect(*state, HTTP_GET, "/volunteers/import", "volunteer");
    expect(*state, HTTP_PATCH, "/volunteers/export", "change");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_address_finds_its_row_and_what_its_names_stand_for),
        TEST(a_name_ends_where_the_rest_of_its_segment_begins),
        TEST(what_no_pattern_has_is_not_found),
        TEST(head_is_served_where_get_is),
        TEST(a_wrong_method_is_told_the_right_ones),
        TEST(a_literal_goes_first_but_not_where_only_the_name_takes_the_method),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
