/* The CSV reader: what RFC 4180 allows is read, anything else is named by line and column. */
#include "base/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All rows as "a|b\n"; an error as its field. */
static void read_all(const char *data, size_t len, char *out, size_t size)
{
    struct arena a = {0};
    struct err e = {0};
    struct csv c;
    struct csv_row row;
    const char *text;
    int more = -1;

    out[0] = 0;
    if (csv_decode(data, len, &a, &text, &len, &e) == 0) {
        csv_init(&c, text, len);
        while ((more = csv_read(&c, &a, &row, &e)) > 0) {
            for (size_t i = 0; i < row.count; i++)
                snprintf(out + strlen(out), size - strlen(out), "%s%s", i ? "|" : "", row.cells[i]);
            snprintf(out + strlen(out), size - strlen(out), "\n");
        }
    }
    if (more < 0)
        snprintf(out, size, "%s", e.field);
    arena_release(&a);
}

#define READS(text, expected)                                  \
    do {                                                       \
        char out[500];                                         \
        read_all(text, sizeof text - 1, out, sizeof out);      \
        assert_string_equal(out, expected);                    \
    } while (0)

static void what_the_rfc_allows_is_read(void **state)
{
    (void)state;
    READS("", "");
    READS("\n\r\n", "");
    READS("a,b\r\n1,2\r\n", "a|b\n1|2\n");
    READS("a,b\n1,2", "a|b\n1|2\n");
    READS("a,,\n", "a||\n");
    READS(",\n", "|\n");
    READS("\"a\",\"\"\n", "a|\n");
    READS("\"x, \"\"y\"\"\",2\n", "x, \"y\"|2\n");
    READS("\"two\nlines\",b\n", "two\nlines|b\n");
    READS("\xEF\xBB\xBF" "a\n", "a\n");
    READS(" a ,b\n", " a |b\n");
    READS("a\n\n\nb\n", "a\nb\n");
}

static void what_it_does_not_is_named_by_line_and_column(void **state)
{
    (void)state;
    READS("a,b\n1,2\"3\n", "line 2, column 2");
    READS("a,b\n\"1\"2,3\n", "line 2, column 1");
    READS("a,b\n1,\"open\n3,4\n", "line 2, column 2");
    READS("a\rb\n", "line 1, column 1");
    READS("\"l1\nl2\"x\n", "line 2, column 1");
    READS("\"l1\nl2\",3\nx\"y\n", "line 3, column 1");
}

static void a_zero_byte_and_broken_text_are_refused_with_their_line(void **state)
{
    (void)state;
    READS("a\nb\0c\n", "line 2");
    READS("\xEF\xBB\xBF" "a\nb\nc\xFF\n", "line 3");
    /* The whole would be GB18030, too. */
    READS("\xE5\xBC\xA0\xE4\xB8\x89,1\n\xE6\x9D\x8E\xE5\x9B\x9B,2\n\xE5\xBC,3\n", "line 3");
}

static void gb18030_is_read_as_what_it_says(void **state)
{
    (void)state;
    /* 张三, and 㐀 of Extension A in its four bytes. */
    READS("name,phone\n\xD5\xC5\xC8\xFD,1\n\x81\x39\xEE\x39,2\n",
          "name|phone\n\xE5\xBC\xA0\xE4\xB8\x89|1\n\xE3\x90\x80|2\n");
    READS("name\n\xD5\xC5\xC8\n", "line 2");
}

static void more_columns_or_bytes_than_the_limits_are_refused(void **state)
{
    size_t len = CSV_CELL_BYTES_MAX + 2;
    char *data = malloc(len), out[100], *wide = malloc(CSV_COLUMNS_MAX + 1);

    (void)state;
    memset(data, 'x', len);
    read_all(data, len, out, sizeof out);
    assert_string_equal(out, "line 1, column 1");
    data[0] = data[len - 1] = '"';
    read_all(data, len, out, sizeof out);
    assert_int_equal(strlen(out), sizeof out - 1);        /* exactly the limit is fine */
    memset(wide, ',', CSV_COLUMNS_MAX);
    read_all(wide, CSV_COLUMNS_MAX, out, sizeof out);
    assert_string_equal(out, "line 1, column 65");
    free(data);
    free(wide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_rfc_allows_is_read),
        cmocka_unit_test(what_it_does_not_is_named_by_line_and_column),
        cmocka_unit_test(a_zero_byte_and_broken_text_are_refused_with_their_line),
        cmocka_unit_test(gb18030_is_read_as_what_it_says),
        cmocka_unit_test(more_columns_or_bytes_than_the_limits_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
