#include "phone.h"

#include "base/utf8.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MAINLAND_DIGITS 11
#define FOREIGN_DIGITS_MIN 7
#define FOREIGN_DIGITS_MAX 15
#define DIGITS_ROOM 24               /* "00", country code and number, and some to tell that it is too long */

static bool is_separator(uint32_t c)
{
    static const uint32_t separators[] = {' ', '-', '(', ')', 0xA0, 0x2010, 0x2011, 0x2013,
                                          0x3000, 0xFF08, 0xFF09, 0xFF0D};

    for (size_t i = 0; i < sizeof separators / sizeof separators[0]; i++)
        if (separators[i] == c)
            return true;
    return false;
}

/* Full-width forms (U+FF01 …) stand for ASCII. */
static uint32_t narrow(uint32_t c)
{
    return c >= 0xFF01 && c <= 0xFF5E ? c - 0xFEE0 : c;
}

/* One of the text's characters, as it was written. */
static int not_part(const char *text, const char *at, size_t bytes, struct err *e)
{
    char letter[8];

    snprintf(letter, sizeof letter, "%.*s", (int)bytes, at);
    return err_set(e, ERR_INVALID, MSG_PHONE_LETTERS, "phone", text, letter, NULL);
}

static int bad(const char *text, struct err *e)
{
    return err_set(e, ERR_INVALID, MSG_PHONE_BAD, "phone", text, NULL);
}

/* The digits, with "+" before them if it was written or said by 00. */
static int digits_of(const char *text, char out[DIGITS_ROOM + 2], struct err *e)
{
    size_t bytes = strlen(text), count = 0;

    if (bytes > PHONE_WRITTEN_BYTES_MAX)
        return bad(text, e);
    for (size_t i = 0, n; i < bytes; i += n) {
        uint32_t c = narrow(utf8_next(text + i, bytes - i, &n));
        if (is_separator(c))
            continue;
        if (c == '+' ? count > 0 : c < '0' || c > '9')
            return utf8_valid(text, bytes) ? not_part(text, text + i, n, e) : bad(text, e);
        if (count > DIGITS_ROOM)
            return bad(text, e);
        out[count++] = (char)c;
    }
    out[count] = 0;
    if (strncmp(out, "00", 2) == 0) {
        memmove(out + 1, out + 2, count - 1);
        out[0] = '+';
    }
    return 0;
}

static bool is_mainland(const char *digits)
{
    return strlen(digits) == MAINLAND_DIGITS && digits[0] == '1' && digits[1] >= '3' && digits[1] <= '9';
}

static bool is_foreign(const char *text)
{
    size_t digits = strlen(text) - 1;

    return text[0] == '+' && text[1] != '0' && digits >= FOREIGN_DIGITS_MIN && digits <= FOREIGN_DIGITS_MAX;
}

/* Of a mainland number what is wrong is mostly a digit more or less. */
static int not_a_number(const char *text, const char *number, struct err *e)
{
    char count[24];

    snprintf(count, sizeof count, "%zu", strlen(number));
    if (number[0] == '+' || strlen(number) == MAINLAND_DIGITS)
        return bad(text, e);
    return err_set(e, ERR_INVALID, MSG_PHONE_DIGITS, "phone", text, count, NULL);
}

int phone_normalise(const char *text, char ret[PHONE_BYTES], struct err *e)
{
    char found[DIGITS_ROOM + 2];
    const char *number = found;
    bool china;

    if (digits_of(text, found, e))
        return -1;
    if (!found[0])
        return err_set(e, ERR_INVALID, MSG_PHONE_MISSING, "phone", NULL);
    china = strncmp(found, "+86", 3) == 0;
    if (china)
        number = found + 3;
    if (!is_mainland(number) && (china || !is_foreign(number)))
        return not_a_number(text, number, e);
    memcpy(ret, number, strlen(number) + 1);
    return 0;
}

void phone_mask(const char *phone, char ret[PHONE_BYTES])
{
    size_t len = strlen(phone), shown = len < MAINLAND_DIGITS ? 2 : 4;

    snprintf(ret, PHONE_BYTES, "%.3s****%s", phone, phone + len - shown);
}
