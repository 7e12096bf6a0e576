/* Ids: none twice, and those of one moment beside each other. */
#include "base/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define IDS 20000

static char ids[IDS][CRYPTO_ID_BYTES];

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void an_id_has_its_prefix_and_characters_that_nobody_misreads(void **state)
{
    char id[CRYPTO_ID_BYTES];

    (void)state;
    crypto_id('v', id);
    assert_memory_equal(id, "v-", 2);
    assert_int_equal(strlen(id), CRYPTO_ID_BYTES - 1);
    assert_int_equal(strspn(id + 2, "0123456789abcdefghjkmnpqrstvwxyz"), CRYPTO_ID_BYTES - 3);
}

static void no_id_is_given_twice(void **state)
{
    (void)state;
    for (size_t i = 0; i < IDS; i++)
        crypto_id('s', ids[i]);
    qsort(ids, IDS, sizeof ids[0], by_text);
    for (size_t i = 1; i < IDS; i++)
        assert_string_not_equal(ids[i - 1], ids[i]);
}

/* So that rows made together keep to a few pages of an index. */
static void ids_of_one_moment_begin_alike(void **state)
{
    size_t beginnings = 1;

    (void)state;
    for (size_t i = 0; i < IDS; i++)
        crypto_id('s', ids[i]);
    for (size_t i = 1; i < IDS; i++)
        beginnings += memcmp(ids[i - 1], ids[i], 7) != 0;
    assert_in_range(beginnings, 1, IDS / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_has_its_prefix_and_characters_that_nobody_misreads),
        cmocka_unit_test(no_id_is_given_twice),
        cmocka_unit_test(ids_of_one_moment_begin_alike),
    };

    return crypto_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
