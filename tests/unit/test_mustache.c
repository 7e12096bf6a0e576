/* Mustache: the specification's cases where they are at hand, and our own. */
#include "base/mustache.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *partial_of_json(void *arg, const char *name)
{
    return json_string_value(json_object_get(arg, name));
}

/* NULL after an error, which is in *e then; free() it. */
static char *render(const char *template, json_t *context, const struct mustache_options *o, struct err *e)
{
    struct buf out = {0};

    if (mustache_render(template, context, o, &out, e) < 0) {
        assert_int_equal(out.len, 0);
        buf_release(&out);
        return NULL;
    }
    return buf_take(&out, NULL);
}

/* `context` and `partials` as JSON, with ' for ". */
static json_t *parse(const char *text)
{
    char *copy = mem_strdup(text);
    json_t *json;

    for (char *p = copy; *p; p++)
        if (*p == '\'')
            *p = '"';
    json = json_loads(copy, JSON_DECODE_ANY, NULL);
    assert_non_null(json);
    free(copy);
    return json;
}

static void check_with(const char *template, const char *context, const char *partials, bool escape_html,
                       enum lang lang, const char *expected)
{
    json_t *c = parse(context), *p = parse(partials);
    struct mustache_options o = {.escape_html = escape_html, .lang = lang, .partial = partial_of_json, .arg = p};
    struct err e = {0};
    char *got = render(template, c, &o, &e);

    assert_non_null(got);
    assert_string_equal(got, expected);
    free(got);
    json_decref(c);
    json_decref(p);
}

static void check(const char *template, const char *context, const char *expected)
{
    check_with(template, context, "{}", true, LANG_ZH, expected);
}

static void check_fails(const char *template, const char *context, const char *partials, enum msg msg, const char *line,
                        const char *column, const char *name, const char *field)
{
    json_t *c = parse(context), *p = parse(partials);
    struct mustache_options o = {.escape_html = true, .partial = partial_of_json, .arg = p};
    struct err e = {0};

    assert_null(render(template, c, &o, &e));
    assert_int_equal(e.msg, msg);
    assert_string_equal(e.args[0], line);
    assert_string_equal(e.args[1], column);
    assert_string_equal(e.args[2], name);
    assert_string_equal(e.field, field);
    json_decref(c);
    json_decref(p);
}

static int run_case(json_t *test, const char *file)
{
    struct mustache_options o = {
        .escape_html = true, .partial = partial_of_json, .arg = json_object_get(test, "partials")};
    const char *expected = json_string_value(json_object_get(test, "expected"));
    struct err e = {0};
    char *got = render(json_string_value(json_object_get(test, "template")), json_object_get(test, "data"), &o, &e);
    int failed = !got || strcmp(got, expected) != 0;

    if (failed)
        print_error("%s, %s:\n%s\ninstead of\n%s\n", file, json_string_value(json_object_get(test, "name")),
                    got ? got : "(error)", expected);
    free(got);
    return failed;
}

static void the_specifications_cases_hold(void **state)
{
    static const char *const files[] = {"comments", "delimiters", "interpolation", "inverted", "partials", "sections"};
    const char *data = getenv("KEPU_REFERENCE_DATA");
    size_t count = 0;
    int failed = 0;

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[300];
        json_t *all, *test;
        size_t n;
        snprintf(path, sizeof path, "%s/mustache/%s.json", data ? data : "../shared/data", files[i]);
        all = json_load_file(path, 0, NULL);
        if (!all) {
            print_message("skipped: no %s\n", path);
            skip();
        }
        json_array_foreach(json_object_get(all, "tests"), n, test)
            failed += run_case(test, files[i]);
        count += n;
        json_decref(all);
    }
    print_message("%zu cases of the specification\n", count);
    assert_int_equal(failed, 0);
    assert_true(count > 100);
}

static void values_are_printed_as_they_are_written(void **state)
{
    (void)state;
    check("{{a}} {{b}} {{c}} {{d}} {{e}} {{f}}|{{g}}|{{h}}|{{i}}|",
          "{'a': 7, 'b': 1.5, 'c': 0.1, 'd': -3, 'e': true, 'f': false, 'g': null, 'h': [1], 'i': {}}",
          "7 1.5 0.1 -3 true false||||");
    check("{{missing}}{{a.b.c}}", "{'a': {'b': 1}}", "");
    check("{{ 活动.名称 }}", "{'活动': {'名称': '科普'}}", "科普");
}

static void html_is_escaped_unless_told_otherwise(void **state)
{
    (void)state;
    check("{{x}} {{{x}}} {{&x}}", "{'x': '<a href=\\u0022\\u0027&>'}",
          "&lt;a href=&quot;&#39;&amp;&gt; <a href=\"'&> <a href=\"'&>");
    check_with("{{x}} {{{x}}}", "{'x': '<&>'}", "{}", false, LANG_ZH, "<&> <&>");
}

static void empty_text_is_false_and_zero_is_true(void **state)
{
    (void)state;
    check("{{#a}}A{{/a}}{{^a}}a{{/a}}{{#b}}B{{b}}{{/b}}{{#c}}C{{/c}}{{^c}}c{{/c}}", "{'a': '', 'b': 0, 'c': []}",
          "aB0c");
}

static void sections_repeat_and_see_outwards(void **state)
{
    (void)state;
    check("{{#days}}{{name}}:{{#shifts}} {{.}}@{{place}}{{/shifts}};{{/days}}",
          "{'place': '馆', 'days': [{'name': '一', 'shifts': [9, 14]}, {'name': '二', 'place': '校', 'shifts': [8]}]}",
          "一: 9@馆 14@馆;二: 8@校;");
}

static void partials_come_from_the_caller_indented(void **state)
{
    (void)state;
    check_with("<ul>\n  {{>item}}\n</ul>\n{{>none}}", "{'x': 'a\\nb'}", "{'item': '<li>\\n{{x}}</li>\\n'}", true,
               LANG_ZH, "<ul>\n  <li>\n  a\nb</li>\n</ul>\n");
    check_with("{{>tree}}", "{'n': 1, 'in': {'n': 2, 'in': {'n': 3, 'in': false}}}",
               "{'tree': '({{n}}{{#in}}{{>tree}}{{/in}})'}", true, LANG_ZH, "(1(2(3)))");
}

static void words_come_from_the_catalogue_in_the_language_asked(void **state)
{
    const char *word = NULL;
    char template[200];

    (void)state;
    for (int i = 0; i < MSG_COUNT && !word; i++)
        if (strncmp(catalogue_name((enum msg)i), "WORD_", 5) == 0)
            word = catalogue_name((enum msg)i);
    if (!word) {
        print_message("skipped: no words yet\n");
        skip();
    }
    snprintf(template, sizeof template, "{{{%s}}}{{#a}}{{%s}}{{/a}}", word, word);
    check_with(template, "{}", "{}", true, LANG_ZH, catalogue_text(catalogue_find(word), LANG_ZH));
    check_with(template, "{}", "{}", false, LANG_EN, catalogue_text(catalogue_find(word), LANG_EN));
    snprintf(template, sizeof template, "{{%s}}", word);
    check_with(template, "{}", "{}", false, LANG_EN, catalogue_text(catalogue_find(word), LANG_EN));
}

static void the_context_overrides_the_catalogue(void **state)
{
    (void)state;
    check("{{WORD_X}}", "{'WORD_X': 'mine'}", "mine");
    check_fails("a\n {{WORD_THAT_IS_NOT}}", "{}", "{}", MSG_TEMPLATE_WORD_UNKNOWN, "2", "2", "WORD_THAT_IS_NOT", "");
    check_fails("{{MSG_INTERNAL}}{{WORD_}}{{WORD_X}}", "{}", "{}", MSG_TEMPLATE_WORD_UNKNOWN, "1", "26", "WORD_X", "");
}

static void errors_name_their_line_and_column(void **state)
{
    static const struct { const char *template; enum msg msg; const char *line, *column, *name; } cases[] = {
        {"ab {{x", MSG_TEMPLATE_TAG_OPEN, "1", "4", ""},
        {"ab\n活动{{{x}}", MSG_TEMPLATE_TAG_OPEN, "2", "3", ""},
        {"{{#a}}\n {{#b}}", MSG_TEMPLATE_SECTION_OPEN, "2", "2", "b"},
        {"{{#a}}{{/b}}", MSG_TEMPLATE_SECTION_UNOPENED, "1", "7", "b"},
        {"{{#a}}{{#b}}{{/a}}{{/b}}", MSG_TEMPLATE_SECTION_UNOPENED, "1", "13", "a"},
        {"\n\n{{/a}}", MSG_TEMPLATE_SECTION_UNOPENED, "3", "1", "a"},
        {"{{}}", MSG_TEMPLATE_NAME_BAD, "1", "1", ""},
        {"{{# }}", MSG_TEMPLATE_NAME_BAD, "1", "1", ""},
        {"{{a b}}", MSG_TEMPLATE_NAME_BAD, "1", "1", "a b"},
        {"{{=<% %>}}", MSG_TEMPLATE_DELIMITERS_BAD, "1", "1", ""},
        {"{{=<%=}}", MSG_TEMPLATE_DELIMITERS_BAD, "1", "1", ""},
        {"{{=a b c=}}", MSG_TEMPLATE_DELIMITERS_BAD, "1", "1", ""},
        {"{{= =}}", MSG_TEMPLATE_DELIMITERS_BAD, "1", "1", ""},
        {"{{=}}", MSG_TEMPLATE_DELIMITERS_BAD, "1", "1", ""},
        {"{{=aaaaaaaaaaaaaaaa b=}}", MSG_TEMPLATE_DELIMITERS_BAD, "1", "1", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err e = {0};
        assert_int_equal(mustache_check(cases[i].template, &e), -1);
        assert_int_equal(e.msg, cases[i].msg);
        assert_string_equal(e.args[0], cases[i].line);
        assert_string_equal(e.args[1], cases[i].column);
        assert_string_equal(e.args[2], cases[i].name);
        check_fails(cases[i].template, "{}", "{}", cases[i].msg, cases[i].line, cases[i].column, cases[i].name, "");
    }
    check_fails("{{>p}}", "{}", "{'p': 'x\\n{{#y}}'}", MSG_TEMPLATE_SECTION_OPEN, "2", "1", "y", "p");
    check_fails("{{>p}}", "{}", "{'p': '{{>q}}', 'q': '{{WORD_X}}'}", MSG_TEMPLATE_WORD_UNKNOWN, "1", "1", "WORD_X",
                "q");
    assert_int_equal(mustache_check("{{#a}}{{x}}{{/a}}{{! {{ }}", NULL), 0);
}

static void nesting_and_work_and_output_are_bounded(void **state)
{
    char deep[2000] = "";
    json_t *list = parse("{'a': []}"), *a = json_object_get(list, "a");
    struct mustache_options o = {.output_bytes_max = 5};
    struct err e = {0};
    char *got;

    (void)state;
    check_fails("{{>p}}", "{}", "{'p': '{{>p}}'}", MSG_TEMPLATE_TOO_DEEP, "1", "1", "p", "p");
    check_fails("{{>p}}", "{}", "{'p': '{{>p}}{{>p}}'}", MSG_TEMPLATE_TOO_DEEP, "1", "1", "p", "p");
    for (int i = 0; i <= MUSTACHE_DEPTH_MAX; i++)
        strcat(deep, "{{#a}}");
    assert_int_equal(mustache_check(deep, &e), -1);
    assert_int_equal(e.msg, MSG_TEMPLATE_TOO_DEEP);

    for (int i = 0; i < 100; i++)
        json_array_append_new(a, json_integer(i));
    got = render("{{#a}}{{#a}}{{#a}}{{#a}}{{/a}}{{/a}}{{/a}}{{/a}}", list, &o, &e);
    assert_null(got);
    assert_int_equal(e.msg, MSG_TEMPLATE_TOO_LARGE);
    got = render("12345", list, &o, &e);
    assert_string_equal(got, "12345");
    free(got);
    assert_null(render("12345{{x}}6", list, &o, &e));
    assert_int_equal(e.code, ERR_TOO_LARGE);
    json_decref(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_specifications_cases_hold),
        cmocka_unit_test(values_are_printed_as_they_are_written),
        cmocka_unit_test(html_is_escaped_unless_told_otherwise),
        cmocka_unit_test(empty_text_is_false_and_zero_is_true),
        cmocka_unit_test(sections_repeat_and_see_outwards),
        cmocka_unit_test(partials_come_from_the_caller_indented),
        cmocka_unit_test(words_come_from_the_catalogue_in_the_language_asked),
        cmocka_unit_test(the_context_overrides_the_catalogue),
        cmocka_unit_test(errors_name_their_line_and_column),
        cmocka_unit_test(nesting_and_work_and_output_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
