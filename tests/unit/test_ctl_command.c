#include "base/mem.h"
#include "../../ctl/args.h"
#include "../../ctl/completion.h"
#include "../../ctl/help.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* A flag may stand before its command is known, so whether it takes a value must not depend on the command. */
static void test_a_flag_takes_a_value_in_all_commands_or_in_none(void **state)
{
    const struct command *c;

    (void)state;
    for (size_t i = 0; (c = command_at(i)); i++)
        for (const struct flag *f = c->flags; f && f->name; f++) {
            assert_int_equal(flag_takes_value(f), flag_takes_value(flag_anywhere(f->name, 0)));
            assert_null(flag_of(global_flags, f->name));
            if (f->letter)
                assert_string_equal(flag_anywhere(NULL, f->letter)->name, f->name);
        }
}

static void test_every_command_belongs_to_a_noun_of_help_and_stands_once(void **state)
{
    const struct command *c, *other;

    (void)state;
    for (size_t i = 0; (c = command_at(i)); i++) {
        bool known = false;
        for (const struct noun *n = nouns; n->name; n++)
            known = known || strcmp(n->name, c->noun) == 0;
        assert_true(known);
        assert_ptr_equal(command_find(c->noun, c->verb), c);
        for (size_t j = 0; j < i && (other = command_at(j)); j++)
            assert_false(c->verb && other->verb && strcmp(c->noun, other->noun) == 0 &&
                         strcmp(c->verb, other->verb) == 0);
    }
}

static void test_every_flag_of_a_path_is_given_by_a_positional(void **state)
{
    const struct command *c;

    (void)state;
    for (size_t i = 0; (c = command_at(i)); i++)
        for (const char *p = c->path ? strchr(c->path, '{') : NULL; p; p = strchr(p + 1, '{')) {
            bool given = false;
            for (const struct positional *a = c->args; a->name; a++)
                given = given || (a->place == PLACE_PATH && strncmp(p + 1, a->field, strlen(a->field)) == 0);
            assert_true(given);
        }
}

static void test_every_row_has_its_words_in_both_languages_and_an_example_that_works(void **state)
{
    const struct command *c;
    char begin[64];

    (void)state;
    for (size_t i = 0; (c = command_at(i)); i++) {
        assert_true(c->help[LANG_ZH][0] && c->help[LANG_EN][0]);
        snprintf(begin, sizeof begin, "kepuctl %s%s%s", c->noun, c->verb ? " " : "", c->verb ? c->verb : "");
        assert_memory_equal(c->example, begin, strlen(begin));
        for (const struct flag *f = c->flags; f && f->name; f++) {
            assert_true(f->help[LANG_ZH] && f->help[LANG_ZH][0] && f->help[LANG_EN] && f->help[LANG_EN][0]);
            assert_int_equal(f->value != NULL, flag_takes_value(f));
        }
    }
}

/* The words of an example, as a shell would part them; quotes around whole words only. */
static int part(char *text, char **argv, int max)
{
    int argc = 0;

    while (*text && argc < max) {
        char end = *text == '\'' ? '\'' : ' ';
        char *stop = strchr(text + 1, end);

        argv[argc++] = text + (end == '\'');
        if (!stop)
            break;
        *stop = 0;
        text = stop + 1;
        text += strspn(text, " ");
    }
    argv[argc] = NULL;
    return argc;
}

static void test_every_example_is_a_line_that_its_command_takes(void **state)
{
    const struct command *c;

    (void)state;
    for (size_t i = 0; (c = command_at(i)); i++) {
        char *text = mem_strdup(c->example), *argv[64], *shell = strchr(text, '>');
        struct invocation inv;
        struct err e = {.code = ERR_NONE};
        int argc;

        if (shell)
            *shell = 0;
        argc = part(text, argv, 63);
        args_scan(argc, argv, &inv);
        if (args_resolve(&inv, &e) != 0)
            fail_msg("%s: %s", c->example, catalogue_name(e.msg));
        assert_ptr_equal(inv.command, c);
        args_release(&inv);
        free(text);
    }
}

static void test_help_and_completion_name_every_verb(void **state)
{
    struct buf help = {.data = NULL}, bash = {.data = NULL};
    const struct command *c;

    (void)state;
    help_all(&help, LANG_EN);
    assert_true(completion_write(&bash, "bash", LANG_EN));
    assert_false(completion_write(&bash, "tcsh", LANG_EN));
    for (size_t i = 0; (c = command_at(i)); i++) {
        assert_non_null(strstr(buf_text(&help), c->verb ? c->verb : c->noun));
        assert_non_null(strstr(buf_text(&bash), c->verb ? c->verb : c->noun));
    }
    buf_release(&help);
    buf_release(&bash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_flag_takes_a_value_in_all_commands_or_in_none),
        cmocka_unit_test(test_every_command_belongs_to_a_noun_of_help_and_stands_once),
        cmocka_unit_test(test_every_flag_of_a_path_is_given_by_a_positional),
        cmocka_unit_test(test_every_row_has_its_words_in_both_languages_and_an_example_that_works),
        cmocka_unit_test(test_every_example_is_a_line_that_its_command_takes),
        cmocka_unit_test(test_help_and_completion_name_every_verb),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
