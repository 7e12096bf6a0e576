#include "text.h"

#include <ctype.h>
#include <string.h>

struct wall {
    int year, month, day, hour, minute;
    bool date;   /* without a time of day */
};

/* Matches a pattern in which 'd' stands for a digit; the digits go to `digits`. Bytes matched, 0 if it doesn't. */
static size_t match(const char *text, const char *pattern, char *digits)
{
    size_t i = 0;

    for (; pattern[i]; i++) {
        if (pattern[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != pattern[i])
            return 0;
        if (pattern[i] == 'd')
            *digits++ = text[i];
    }
    return i;
}

static int number(const char *digits, int count)
{
    int n = 0;

    for (int i = 0; i < count; i++)
        n = n * 10 + (digits[i] - '0');
    return n;
}

/* What may follow the time of day: nothing, a fraction, an offset. */
static bool ends_well(const char *rest)
{
    char ignored[4];

    if (*rest == '.') {
        size_t n = strspn(rest + 1, "0123456789");
        if (n == 0)
            return false;
        rest += 1 + n;
    }
    if (strcmp(rest, "Z") == 0 || *rest == 0)
        return true;
    return (match(rest, "+dd:dd", ignored) == 6 || match(rest, "-dd:dd", ignored) == 6) && rest[6] == 0;
}

static bool read_wall(const char *text, struct wall *ret)
{
    static const struct { const char *pattern; bool date; } forms[] = {
        {"dddd-dd-ddTdd:dd:dd", false}, {"dddd-dd-ddTdd:dd", false}, {"ddddddddTdddddd", false},
        {"dddd-dd-dd", true}, {"dddddddd", true}};
    char digits[16];

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        size_t n = match(text, forms[i].pattern, digits);
        if (n == 0 || (forms[i].date ? text[n] != 0 : !ends_well(text + n)))
            continue;
        *ret = (struct wall){number(digits, 4), number(digits + 4, 2), number(digits + 6, 2), 0, 0, forms[i].date};
        if (!ret->date) {
            ret->hour = number(digits + 8, 2);
            ret->minute = number(digits + 10, 2);
        }
        return ret->month >= 1 && ret->month <= 12 && ret->day >= 1 && ret->day <= 31;
    }
    return false;
}

/* Sakamoto's method; 0 is Sunday. */
static int weekday(const struct wall *w)
{
    static const int offsets[] = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
    int y = w->month < 3 ? w->year - 1 : w->year;

    return (y + y / 4 - y / 100 + y / 400 + offsets[w->month - 1] + w->day + 7) % 7;
}

bool text_time(struct buf *out, const char *text, enum lang lang)
{
    static const enum msg days[] = {W_CTL_SUNDAY, W_CTL_MONDAY, W_CTL_TUESDAY, W_CTL_WEDNESDAY,
                                    W_CTL_THURSDAY, W_CTL_FRIDAY, W_CTL_SATURDAY};
    struct wall w;

    if (!read_wall(text, &w))
        return false;
    buf_printf(out, "%04d-%02d-%02d %s", w.year, w.month, w.day, catalogue_text(days[weekday(&w)], lang));
    if (!w.date)
        buf_printf(out, " %02d:%02d", w.hour, w.minute);
    return true;
}

bool text_is_date_time(const char *text)
{
    struct wall w;

    return strchr(text, '-') && read_wall(text, &w) && !w.date;
}
