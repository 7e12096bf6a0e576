/* Hours and attendance: the pure parts. */
#include "domain/attendance.h"
#include "domain/hours.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct crypto_keys keys(int which)
{
    struct crypto_keys k;

    memset(&k, which, sizeof k);
    return k;
}

static void minutes_are_rounded_as_the_office_does(void **state)
{
    static const struct { int64_t minutes, step, nearest, down, up; } rows[] = {
        {0, 15, 0, 0, 0}, {7, 15, 0, 0, 15}, {8, 15, 15, 0, 15}, {15, 15, 15, 15, 15}, {16, 15, 15, 15, 30},
        {45, 30, 60, 30, 60}, {44, 30, 30, 30, 60}, {59, 1, 59, 59, 59}, {60000, 30, 60000, 60000, 60000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(hours_round(rows[i].minutes, rows[i].step, HOURS_NEAREST), rows[i].nearest);
        assert_int_equal(hours_round(rows[i].minutes, rows[i].step, HOURS_DOWN), rows[i].down);
        assert_int_equal(hours_round(rows[i].minutes, rows[i].step, HOURS_UP), rows[i].up);
    }
}

static void stars_are_levels_of_hours(void **state)
{
    static const int64_t levels[] = {100, 300, 600, 1000, 1500};

    (void)state;
    assert_int_equal(hours_stars(0, levels, 5), 0);
    assert_int_equal(hours_stars(100 * 60 - 1, levels, 5), 0);
    assert_int_equal(hours_stars(100 * 60, levels, 5), 1);
    assert_int_equal(hours_stars(999 * 60, levels, 5), 3);
    assert_int_equal(hours_stars(9000 * 60, levels, 5), 5);
    assert_int_equal(hours_stars(9000 * 60, levels, 0), 0);
}

#define T(text) ((char *)(uintptr_t)(text))

static struct hours_entry entry(void)
{
    return (struct hours_entry){.number = 7, .id = T("h-1"), .kind = "service", .root = 7, .volunteer = T("v-1"),
                                .signup = T("s-1"), .event = T("talk"), .occurrence = T("2027-05-12T09:00:00"),
                                .day = T("2027-05-12"), .minutes = 60, .counted = 60, .how = "times", .who = T("uid:0"),
                                .at_ms = 1};
}

static void hash(struct bytes previous, const struct hours_entry *h, unsigned char ret[CRYPTO_HASH_BYTES])
{
    hours_entry_hash(previous, h, ret);
}

static void assert_other(const struct hours_entry *h, const unsigned char *of)
{
    unsigned char now[CRYPTO_HASH_BYTES];

    hash((struct bytes){"", 0}, h, now);
    assert_memory_not_equal(now, of, sizeof now);
}

static void every_part_of_an_entry_is_in_its_hash(void **state)
{
    struct hours_entry h = entry();
    unsigned char first[CRYPTO_HASH_BYTES], again[CRYPTO_HASH_BYTES];

    (void)state;
    hash((struct bytes){"", 0}, &h, first);
    hash((struct bytes){"", 0}, &h, again);
    assert_memory_equal(first, again, sizeof first);
#define CHANGE(member, value) do { h = entry(); h.member = value; assert_other(&h, first); } while (0)
    CHANGE(number, 8);
    CHANGE(id, T("h-2"));
    CHANGE(kind, "manual");
    CHANGE(root, 1);
    CHANGE(refers, 1);
    CHANGE(volunteer, T("v-2"));
    CHANGE(signup, T(""));
    CHANGE(event, T("talk2"));
    CHANGE(occurrence, T(""));
    CHANGE(day, T("2027-05-13"));
    CHANGE(minutes, 61);
    CHANGE(counted, 0);
    CHANGE(how, "said");
    CHANGE(who, T("uid:1"));
    CHANGE(at_ms, 2);
    CHANGE(note_hash, ((struct bytes){"x", 1}));
    h = entry();
    h.name = T("王芳");
    h.note = T("x");
    hash((struct bytes){"", 0}, &h, again);
    assert_memory_equal(first, again, sizeof first);      /* nothing of a person is in it */
    hash((struct bytes){first, sizeof first}, &h, again);
    assert_memory_not_equal(first, again, sizeof first);
}

static void texts_of_an_entry_can_not_run_into_each_other(void **state)
{
    struct hours_entry a = entry(), b = entry();
    unsigned char one[CRYPTO_HASH_BYTES], other[CRYPTO_HASH_BYTES];

    (void)state;
    a.volunteer = T("v-1");
    a.signup = T("s-12:ab");
    b.volunteer = T("v-1,s-1");
    b.signup = T("2:ab");
    hash((struct bytes){"", 0}, &a, one);
    hash((struct bytes){"", 0}, &b, other);
    assert_memory_not_equal(one, other, sizeof one);
}

static void the_end_of_the_chain_is_sealed_with_the_offices_key(void **state)
{
    struct crypto_keys ours = keys(1), theirs = keys(2);
    unsigned char a[CRYPTO_HASH_BYTES], b[CRYPTO_HASH_BYTES];
    struct bytes end = {"0123456789abcdef0123456789abcdef", 32};

    (void)state;
    hours_head_seal(&ours, 5, end, a);
    hours_head_seal(&theirs, 5, end, b);
    assert_memory_not_equal(a, b, sizeof a);
    hours_head_seal(&ours, 4, end, b);
    assert_memory_not_equal(a, b, sizeof a);
}

static void names_are_masked_but_for_their_first_letter(void **state)
{
    struct arena a = {0};

    (void)state;
    assert_string_equal(person_name_mask("王芳", &a), "王*");
    assert_string_equal(person_name_mask("欧阳小芳", &a), "欧***");
    assert_string_equal(person_name_mask("Anna Smith", &a), "A***");
    assert_string_equal(person_name_mask("𠀀明", &a), "𠀀*");
    assert_string_equal(person_name_mask("", &a), "");
    arena_release(&a);
}

static void codes_of_certificates_forgive_how_they_are_typed(void **state)
{
    char code[CERTIFICATE_CODE_CHARS + 1], shown[CERTIFICATE_SHOWN_BYTES];

    (void)state;
    assert_true(certificate_code_read(" 7K2M-9q4x wd3f-oIl5 ", code));
    assert_string_equal(code, "7k2m9q4xwd3f0115");
    certificate_code_show(code, shown);
    assert_string_equal(shown, "7k2m-9q4x-wd3f-0115");
    assert_false(certificate_code_read("7k2m9q4xwd3f011", code));
    assert_false(certificate_code_read("7k2m9q4xwd3f01155", code));
    assert_false(certificate_code_read("7k2m9q4xwd3f011u", code));
    assert_false(certificate_code_read("", code));
}

static void a_code_of_the_venue_is_good_in_its_slot_and_the_next(void **state)
{
    struct crypto_keys k = keys(1);
    char code[VENUE_CODE_BYTES];
    int64_t now_ms = 1795468717373 / VENUE_SLOT_MS * VENUE_SLOT_MS;

    (void)state;
    venue_code_at(&k, 5, now_ms, code);
    assert_int_equal(strspn(code, "0123456789"), VENUE_CODE_CHARS);
    assert_int_equal(venue_code_read(&k, 5, now_ms, code), VENUE_CODE_SLOT);
    assert_int_equal(venue_code_read(&k, 5, now_ms + 2 * VENUE_SLOT_MS - 1, code), VENUE_CODE_SLOT);
    assert_int_equal(venue_code_read(&k, 5, now_ms + 2 * VENUE_SLOT_MS, code), VENUE_CODE_NONE);
    assert_int_equal(venue_code_read(&k, 5, now_ms - 1, code), VENUE_CODE_NONE);
    assert_int_equal(venue_code_read(&k, 6, now_ms, code), VENUE_CODE_NONE);
    assert_int_equal(venue_code_read(&k, 5, now_ms, NULL), VENUE_CODE_NONE);
    assert_int_equal(venue_code_read(&k, 5, now_ms, ""), VENUE_CODE_NONE);
}

static void a_printed_code_is_good_at_any_time_and_never_digits_alone(void **state)
{
    struct crypto_keys k = keys(3);
    char code[VENUE_CODE_BYTES], typed[16];

    (void)state;
    for (int64_t occurrence = 1; occurrence < 500; occurrence++) {
        venue_code_fixed(&k, occurrence, code);
        assert_true(strspn(code, "0123456789") < VENUE_CODE_CHARS);
    }
    snprintf(typed, sizeof typed, " %.3s-%s", code, code + 3);
    for (char *p = typed; *p; p++)
        *p = (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
    assert_int_equal(venue_code_read(&k, 499, 1, typed), VENUE_CODE_FIXED);
    assert_int_equal(venue_code_read(&k, 498, 1, typed), VENUE_CODE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(minutes_are_rounded_as_the_office_does),
        cmocka_unit_test(stars_are_levels_of_hours),
        cmocka_unit_test(every_part_of_an_entry_is_in_its_hash),
        cmocka_unit_test(texts_of_an_entry_can_not_run_into_each_other),
        cmocka_unit_test(the_end_of_the_chain_is_sealed_with_the_offices_key),
        cmocka_unit_test(names_are_masked_but_for_their_first_letter),
        cmocka_unit_test(codes_of_certificates_forgive_how_they_are_typed),
        cmocka_unit_test(a_code_of_the_venue_is_good_in_its_slot_and_the_next),
        cmocka_unit_test(a_printed_code_is_good_at_any_time_and_never_digits_alone),
    };

    return crypto_init() || cmocka_run_group_tests(tests, NULL, NULL);
}
