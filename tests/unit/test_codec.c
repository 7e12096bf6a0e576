/* Structs to JSON and back, by their tables. */
#include "web/codec.h"

#include "calendar/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct part {
    char *name;
    int64_t places;
};
static const struct field part_table[] = {
    FIELD(FIELD_TEXT, part, name, NULL),
    FIELD(FIELD_INT, part, places, NULL),
};
static const struct fields part_fields = FIELDS("part", part, part_table);

struct thing {
    char *slug, *title;
    int64_t count;
    bool on;
    int8_t maybe;
    struct texts tags;
    struct objects parts;
    struct part *best;
    int64_t value;
};
static const struct field thing_table[] = {
    FIELD(FIELD_TEXT, thing, slug, NULL),
    FIELD(FIELD_TEXT, thing, title, NULL),
    FIELD(FIELD_INT, thing, count, NULL),
    FIELD(FIELD_BOOL, thing, on, NULL),
    FIELD(FIELD_MAYBE, thing, maybe, NULL),
    FIELD(FIELD_TEXTS, thing, tags, NULL),
    FIELD_OF(FIELD_OBJECTS, thing, parts, part_fields, NULL),
    FIELD_OF(FIELD_OBJECT, thing, best, part_fields, NULL),
    FIELD(FIELD_MILLI, thing, value, NULL),
};
static const struct fields thing_fields = FIELDS("thing", thing, thing_table);

struct stamps {
    struct moment wall;
    int64_t at_ms;
};
static const struct field stamps_table[] = {
    FIELD(FIELD_MOMENT, stamps, wall, NULL),
    FIELD_AS("at", FIELD_MS, stamps, at_ms, NULL),
};
static const struct fields stamps_fields = FIELDS("stamps", stamps, stamps_table);

static struct arena arena;
static struct err err;

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static int decode_from(const struct codec_source *from, struct thing **ret)
{
    void *object = NULL;
    int failed;

    err_clear(&err);
    failed = codec_decode(&thing_fields, from, &arena, &object, &err);
    *ret = object;
    return failed;
}

static int decode(const char *json, struct thing **ret)
{
    return decode_from(&(struct codec_source){.body = json, .body_bytes = strlen(json)}, ret);
}

static void refused(const char *json, enum msg msg, const char *field)
{
    struct thing *t;

    assert_int_equal(decode(json, &t), -1);
    assert_int_equal(err.msg, msg);
    assert_string_equal(err.field, field);
}

static void a_body_fills_the_struct_of_its_table(void **state)
{
    struct thing *t;

    (void)state;
    assert_int_equal(decode("{\"title\":\"科普讲座\\n\",\"count\":-7,\"on\":true,\"maybe\":false,\"tags\":[\"a\",\"\"],"
                            "\"parts\":[{\"name\":\"讲解员\",\"places\":5},{}],\"best\":{\"name\":\"x\"},"
                            "\"value\":3.125}", &t), 0);
    assert_string_equal(t->title, "科普讲座\n");
    assert_int_equal(t->count, -7);
    assert_true(t->on);
    assert_int_equal(t->maybe, 0);
    assert_int_equal(t->tags.count, 2);
    assert_string_equal(t->tags.items[0], "a");
    assert_int_equal(t->parts.count, 2);
    assert_int_equal(((struct part *)t->parts.items)[0].places, 5);
    assert_int_equal(((struct part *)t->parts.items)[1].places, FIELD_INT_ABSENT);
    assert_string_equal(t->best->name, "x");
    assert_int_equal(t->value, 3125);
}

static void what_is_absent_or_null_is_absent_and_an_empty_list_is_not(void **state)
{
    struct thing *t;

    (void)state;
    assert_int_equal(decode("{\"title\":null,\"count\":null,\"tags\":null,\"parts\":[]}", &t), 0);
    assert_null(t->title);
    assert_null(t->best);
    assert_int_equal(t->count, FIELD_INT_ABSENT);
    assert_int_equal(t->maybe, -1);
    assert_int_equal(t->value, FIELD_INT_ABSENT);
    assert_false(t->tags.given);
    assert_true(t->parts.given);
    assert_int_equal(decode("", &t), 0);
}

static void an_unknown_name_is_refused_with_the_nearest_one(void **state)
{
    (void)state;
    refused("{\"titel\":\"x\"}", MSG_FIELD_UNKNOWN_NEAR, "titel");
    assert_string_equal(err.args[1], "title");
    assert_int_equal(err.code, ERR_INVALID);
    refused("{\"qqqqqqqq\":\"x\"}", MSG_FIELD_UNKNOWN, "qqqqqqqq");
    refused("{\"parts\":[{\"name\":\"a\"},{\"place\":1}]}", MSG_FIELD_UNKNOWN_NEAR, "parts[1].place");
}

static void a_wrong_type_is_refused_naming_the_field(void **state)
{
    (void)state;
    refused("{\"title\":1}", MSG_FIELD_WANT_TEXT, "title");
    refused("{\"count\":\"1\"}", MSG_FIELD_WANT_INT, "count");
    refused("{\"count\":1.0}", MSG_FIELD_WANT_INT, "count");
    refused("{\"on\":1}", MSG_FIELD_WANT_BOOL, "on");
    refused("{\"maybe\":\"true\"}", MSG_FIELD_WANT_BOOL, "maybe");
    refused("{\"tags\":\"a\"}", MSG_FIELD_WANT_TEXTS, "tags");
    refused("{\"tags\":[1]}", MSG_FIELD_WANT_TEXTS, "tags");
    refused("{\"parts\":{}}", MSG_FIELD_WANT_OBJECTS, "parts");
    refused("{\"parts\":[1]}", MSG_FIELD_WANT_OBJECT, "parts[0]");
    refused("{\"parts\":[{\"places\":[]}]}", MSG_FIELD_WANT_INT, "parts[0].places");
    refused("{\"best\":[]}", MSG_FIELD_WANT_OBJECT, "best");
    refused("{\"value\":1.0005}", MSG_FIELD_WANT_NUMBER, "value");
    refused("{\"value\":1e300}", MSG_FIELD_WANT_NUMBER, "value");
}

static void json_that_is_none_is_refused_with_line_and_column(void **state)
{
    (void)state;
    refused("{\n \"title\": }", MSG_JSON_BAD, "");
    assert_string_equal(err.args[0], "2");
    assert_int_equal(err.code, ERR_MALFORMED);
    refused("{\"title\":\"a\",\"title\":\"b\"}", MSG_JSON_BAD, "");
    refused("{\"title\":\"\xff\"}", MSG_JSON_BAD, "");
    refused("{\"title\":\"a\\u0000b\"}", MSG_JSON_BAD, "");
    refused("{\"count\":99999999999999999999}", MSG_JSON_BAD, "");
    refused("[]", MSG_BODY_WANT_OBJECT, "");
    refused("{\"tags\":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}", MSG_BODY_DEEP, "");
}

static void a_query_fills_the_struct_too(void **state)
{
    static const struct codec_pair query[] = {
        {"title", "科普"}, {"count", "12"}, {"on", ""}, {"maybe", "false"}, {"tags", "a"}, {"tags", "b"},
        {"value", "-0.5"},
    };
    struct thing *t;

    (void)state;
    assert_int_equal(decode_from(&(struct codec_source){.query = query, .query_count = 7}, &t), 0);
    assert_string_equal(t->title, "科普");
    assert_int_equal(t->count, 12);
    assert_true(t->on);
    assert_int_equal(t->maybe, 0);
    assert_int_equal(t->tags.count, 2);
    assert_string_equal(t->tags.items[1], "b");
    assert_int_equal(t->value, -500);
}

static void a_query_that_is_wrong_is_refused(void **state)
{
    static const struct { struct codec_pair pair; enum msg msg; } cases[] = {
        {{"limt", "1"}, MSG_FIELD_UNKNOWN},
        {{"count", ""}, MSG_FIELD_WANT_INT},
        {{"count", "1x"}, MSG_FIELD_WANT_INT},
        {{"count", "99999999999999999999"}, MSG_FIELD_WANT_INT},
        {{"on", "perhaps"}, MSG_FIELD_WANT_BOOL},
        {{"value", "1.2345"}, MSG_FIELD_WANT_NUMBER},
        {{"value", "1."}, MSG_FIELD_WANT_NUMBER},
        {{"value", "99999999999999999"}, MSG_FIELD_WANT_NUMBER},
        {{"titel", "1"}, MSG_FIELD_UNKNOWN_NEAR},
        {{"parts", "1"}, MSG_FIELD_UNKNOWN_NEAR},
    };
    struct thing *t;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(decode_from(&(struct codec_source){.query = &cases[i].pair, .query_count = 1}, &t), -1);
        assert_int_equal(err.msg, cases[i].msg);
        assert_string_equal(err.field, cases[i].pair.name);
    }
}

static void nothing_may_be_said_twice(void **state)
{
    static const struct codec_pair twice[] = {{"title", "a"}, {"title", "b"}};
    struct params path = {{{"slug", "a"}}, 1};
    struct codec_source from = {.query = twice, .query_count = 2};
    struct thing *t;

    (void)state;
    assert_int_equal(decode_from(&from, &t), -1);
    assert_int_equal(err.msg, MSG_FIELD_TWICE);
    from = (struct codec_source){.query = twice, .query_count = 1, .body = "{\"title\":\"c\"}", .body_bytes = 13};
    assert_int_equal(decode_from(&from, &t), -1);
    assert_int_equal(err.msg, MSG_FIELD_TWICE);
    from = (struct codec_source){.path = &path, .body = "{\"slug\":\"b\"}", .body_bytes = 12};
    assert_int_equal(decode_from(&from, &t), -1);
    assert_int_equal(err.msg, MSG_FIELD_IN_PATH);
    assert_string_equal(err.field, "slug");
}

static void a_body_may_repeat_its_address(void **state)
{
    struct params path = {{{"slug", "a"}}, 1};
    struct codec_source from = {.path = &path, .body = "{\"slug\":\"a\"}", .body_bytes = 12};
    struct thing *t;

    (void)state;
    assert_int_equal(decode_from(&from, &t), 0);
    assert_string_equal(t->slug, "a");
}

static void a_row_takes_the_fields_that_it_names_and_no_other(void **state)
{
    static const struct codec_pair query = {"title", "x"};
    const struct route narrow = {HTTP_POST, .path = "/{slug}", .takes = "count tags"};
    const struct route shown = {HTTP_GET, .path = "/{slug}"};
    struct params path = {{{"slug", "a"}}, 1};
    struct codec_source from = {.path = &path, .route = &narrow, .body = "{\"count\":1}", .body_bytes = 11};
    struct thing *t;

    (void)state;
    assert_int_equal(decode_from(&from, &t), 0);
    assert_string_equal(t->slug, "a");
    from.query = &query;
    from.query_count = 1;
    assert_int_equal(decode_from(&from, &t), -1);
    assert_int_equal(err.msg, MSG_FIELD_UNKNOWN);
    assert_string_equal(err.args[1], "count, tags");
    from = (struct codec_source){.path = &path, .route = &shown, .query = &query, .query_count = 1};
    assert_int_equal(decode_from(&from, &t), -1);
    assert_int_equal(err.msg, MSG_FIELD_NONE);
}

static void a_raw_body_goes_where_it_belongs_as_it_is(void **state)
{
    struct codec_source from = {.body = "{name,phone\n", .body_bytes = 12, .raw = "title"};
    static const struct codec_pair same = {"title", "x"};
    struct thing *t;

    (void)state;
    assert_int_equal(decode_from(&from, &t), 0);
    assert_string_equal(t->title, "{name,phone\n");
    from.query = &same;
    from.query_count = 1;
    assert_int_equal(decode_from(&from, &t), -1);
    from = (struct codec_source){.body = "a\0b", .body_bytes = 3, .raw = "title"};
    assert_int_equal(decode_from(&from, &t), -1);
    assert_int_equal(err.msg, MSG_BODY_NUL);
    from = (struct codec_source){.body = "\xb9\xfa", .body_bytes = 2, .raw = "title"};
    assert_int_equal(decode_from(&from, &t), 0);
    assert_string_equal(t->title, "\xb9\xfa");
}

static void shows(const struct fields *f, const void *object, const char *zone, const char *json)
{
    struct buf out = {0};

    codec_encode(f, object, zone_find(zone, NULL), &out);
    assert_string_equal(buf_text(&out), json);
    buf_release(&out);
}

static void a_struct_becomes_json_by_its_table(void **state)
{
    char slug[] = "a", tag[] = "b", name[] = "讲解员";
    char *tags[] = {tag, tag};
    struct part parts[] = {{name, 5}, {NULL, FIELD_INT_ABSENT}};
    struct thing t = {.slug = slug, .count = -3, .on = true, .maybe = -1, .tags = {tags, 2, true},
                      .parts = {parts, 2, true}, .value = -1050};

    (void)state;
    shows(&thing_fields, &t, "UTC",
          "{\"slug\":\"a\",\"title\":null,\"count\":-3,\"on\":true,\"maybe\":null,\"tags\":[\"b\",\"b\"],"
          "\"parts\":[{\"name\":\"讲解员\",\"places\":5},{\"name\":null,\"places\":null}],\"best\":null,\"value\":-1.05}");
}

static void texts_are_escaped_and_stay_utf8(void **state)
{
    static const struct { const char *text, *json; } cases[] = {
        {"", "\"\""}, {"a\"\\/b", "\"a\\\"\\\\/b\""}, {"\n\r\t\b\f\x01\x1f", "\"\\n\\r\\t\\b\\f\\u0001\\u001f\""},
        {"科普日 𠀀", "\"科普日 𠀀\""},
        {"a\xff\xe7\xa7", "\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""}, {"\xEF\xBF\xBD", "\"\xEF\xBF\xBD\""},
        {NULL, "null"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out = {0};
        codec_put_text(&out, cases[i].text);
        assert_string_equal(buf_text(&out), cases[i].json);
        buf_release(&out);
    }
}

static void thousandths_have_no_needless_zeros(void **state)
{
    static const struct { int64_t value; const char *json; } cases[] = {
        {0, "{\"value\":0}"}, {1000, "{\"value\":1}"}, {-1, "{\"value\":-0.001}"}, {1500, "{\"value\":1.5}"},
        {1050, "{\"value\":1.05}"},
        {FIELD_INT_ABSENT, "{\"value\":null}"}, {INT64_MAX, "{\"value\":9223372036854775.807}"},
    };
    static const struct fields only_value = {"only", &thing_table[8], 1, sizeof(struct thing)};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        shows(&only_value, &(struct thing){.value = cases[i].value}, "UTC", cases[i].json);
}

static void what_is_shown_once_is_not_there_afterwards(void **state)
{
    static const struct field table[] = {
        FIELD(FIELD_ONCE, thing, slug, NULL),
        FIELD(FIELD_TEXT, thing, title, NULL),
        FIELD_AS("key", FIELD_ONCE, thing, slug, NULL),
    };
    static const struct fields once = {"once", table, 3, sizeof(struct thing)};
    char key[] = "k";

    (void)state;
    shows(&once, &(struct thing){.slug = key}, "UTC", "{\"slug\":\"k\",\"title\":null,\"key\":\"k\"}");
    shows(&once, &(struct thing){.title = key}, "UTC", "{\"title\":\"k\"}");
}

static void integers_are_whole_at_both_ends(void **state)
{
    static const struct { int64_t value; const char *json; } cases[] = {
        {0, "{\"count\":0}"}, {-10, "{\"count\":-10}"}, {INT64_MAX, "{\"count\":9223372036854775807}"},
        {INT64_MIN + 1, "{\"count\":-9223372036854775807}"}, {FIELD_INT_ABSENT, "{\"count\":null}"},
    };
    static const struct fields only_count = {"only", &thing_table[2], 1, sizeof(struct thing)};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        shows(&only_count, &(struct thing){.count = cases[i].value}, "UTC", cases[i].json);
}

static void times_are_rfc_3339_with_their_offset(void **state)
{
    struct stamps s = {{.wall_s = 1821171600, .offset_s = 28800, .set = true}, 1821142800999};

    (void)state;
    shows(&stamps_fields, &s, "Asia/Shanghai",
          "{\"wall\":\"2027-09-17T09:00:00+08:00\",\"at\":\"2027-09-17T09:00:00+08:00\"}");
    s = (struct stamps){{.wall_s = 1821139200, .date = true, .set = true}, 0};
    shows(&stamps_fields, &s, "America/St_Johns", "{\"wall\":\"2027-09-17\",\"at\":\"1969-12-31T20:30:00-03:30\"}");
    s = (struct stamps){{0}, FIELD_INT_ABSENT};
    shows(&stamps_fields, &s, "UTC", "{\"wall\":null,\"at\":null}");
    s = (struct stamps){{0}, -1};
    shows(&stamps_fields, &s, "UTC", "{\"wall\":null,\"at\":\"1969-12-31T23:59:59+00:00\"}");
    /* 01:30 comes twice in New York on 2027-11-07; this is the second one. */
    s = (struct stamps){{0}, 1825569000000};
    shows(&stamps_fields, &s, "America/New_York", "{\"wall\":null,\"at\":\"2027-11-07T01:30:00-05:00\"}");
}

static void a_list_has_items_and_the_next_page_s_cursor(void **state)
{
    struct part parts[] = {{NULL, 1}, {NULL, 2}};
    struct objects items = {parts, 2, true};
    struct buf out = {0};

    (void)state;
    codec_encode_list(&part_fields, &items, "c\"1", zone_find("UTC", NULL), &out);
    assert_string_equal(buf_text(&out),
                        "{\"items\":[{\"name\":null,\"places\":1},{\"name\":null,\"places\":2}],\"next\":\"c\\\"1\"}");
    buf_clear(&out);
    codec_encode_list(&part_fields, &(struct objects){0}, NULL, zone_find("UTC", NULL), &out);
    assert_string_equal(buf_text(&out), "{\"items\":[],\"next\":null}");
    buf_release(&out);
}

#define TEST(name) cmocka_unit_test_teardown(name, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_body_fills_the_struct_of_its_table),
        TEST(what_is_absent_or_null_is_absent_and_an_empty_list_is_not),
        TEST(an_unknown_name_is_refused_with_the_nearest_one),
        TEST(a_wrong_type_is_refused_naming_the_field),
        TEST(json_that_is_none_is_refused_with_line_and_column),
        TEST(a_query_fills_the_struct_too),
        TEST(a_query_that_is_wrong_is_refused),
        TEST(nothing_may_be_said_twice),
        TEST(a_body_may_repeat_its_address),
        TEST(a_row_takes_the_fields_that_it_names_and_no_other),
        TEST(a_raw_body_goes_where_it_belongs_as_it_is),
        TEST(a_struct_becomes_json_by_its_table),
        TEST(texts_are_escaped_and_stay_utf8),
        TEST(thousandths_have_no_needless_zeros),
        TEST(what_is_shown_once_is_not_there_afterwards),
        TEST(integers_are_whole_at_both_ends),
        TEST(times_are_rfc_3339_with_their_offset),
        TEST(a_list_has_items_and_the_next_page_s_cursor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
