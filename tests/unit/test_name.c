/* Names of people: shown as they were written, compared however they were typed. */
#include "base/utf8.h"
#include "domain/name.h"
#include "domain/people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static void what_looks_the_same_compares_the_same(void **state)
{
    static const struct { const char *written, *key; } cases[] = {
        {"张三", "张三"},
        {" 张\u3000三 ", "张 三"},
        {"阿卜杜拉•买买提", "阿卜杜拉·买买提"},
        {"阿卜杜拉・买买提", "阿卜杜拉·买买提"},
        {"阿卜杜拉‧买买提", "阿卜杜拉·买买提"},
        {"Jose\u0301 Nun\u0303ez", "José Nuñez"},
        {"Nguye\u0302\u0303n", "Nguyễn"},
        {"\u1112\u1161\u11AB 씨", "한 씨"},
        {"\uF9E4明", "理明"},
        {"𠮷野家", "𠮷野家"},
        {"\U00020000\U0002A6DF", "\U00020000\U0002A6DF"},
        {"", ""}};
    struct arena a = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(person_name_key(cases[i].written, &a), cases[i].key);
    arena_release(&a);
}

static void a_name_is_kept_as_it_was_written(void **state)
{
    static const char *const names[] = {"阿卜杜拉•买买提", "Jose\u0301", "𠮷\U00020001", "O’Connor-Smith"};
    struct arena a = {0};
    struct err e = {0};
    char *name;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(person_name_check(names[i], &a, &name, &e), 0);
        assert_string_equal(name, names[i]);
    }
    arena_release(&a);
}

/* Characters that are three when they are taken apart and stay so, fifty of them. */
static void the_longest_names_are_compared_whole(void **state)
{
    char name[PERSON_NAME_CHARS_MAX * 4 + 1] = "", other[sizeof name];
    struct arena a = {0};

    (void)state;
    for (int i = 0; i < PERSON_NAME_CHARS_MAX; i++)
        strcat(name, "\U0001D160");
    memcpy(other, name, sizeof name);
    strcpy(other + strlen(other) - 4, "\U0001D161");
    assert_string_not_equal(person_name_key(name, &a), person_name_key(other, &a));
    assert_int_equal(utf8_length(person_name_key(name, &a)), 3 * PERSON_NAME_CHARS_MAX);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_looks_the_same_compares_the_same),
        cmocka_unit_test(a_name_is_kept_as_it_was_written),
        cmocka_unit_test(the_longest_names_are_compared_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
