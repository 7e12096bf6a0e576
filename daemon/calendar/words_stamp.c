#include "words_grammar.h"

#include "civil.h"

#include <ctype.h>
#include <string.h>

/*
 * The forms that programs write. In a form a letter is a field of a fixed width (Y four digits, the others two),
 * ' ' is T, t or a space, anything else is itself.
 */
static const struct form {
    const char *text;
    bool date;
    bool seconds;   /* may go on with a fraction */
} forms[] = {
    {"Y-M-D h:m:s", false, true},
    {"Y-M-D h:m", false, false},
    {"Y-M-D", true, false},
    {"YMD hms", false, true},
    {"YMD hm", false, false},
    {"YMD", true, false},
};

static bool read_digits(const char **p, int count, int *ret)
{
    int value = 0;

    for (int i = 0; i < count; i++, (*p)++) {
        if (!isdigit((unsigned char)**p))
            return false;
        value = value * 10 + (**p - '0');
    }
    *ret = value;
    return true;
}

static int *field_of(struct civil *c, char letter)
{
    switch (letter) {
    case 'Y':
        return &c->year;
    case 'M':
        return &c->month;
    case 'D':
        return &c->day;
    case 'h':
        return &c->hour;
    case 'm':
        return &c->minute;
    case 's':
        return &c->second;
    default:
        return NULL;
    }
}

static bool read_form(const char *form, const char **p, struct civil *ret)
{
    for (; *form; form++) {
        int *field = field_of(ret, *form);
        if (field && !read_digits(p, *form == 'Y' ? 4 : 2, field))
            return false;
        if (!field && *form == ' ' && **p && !strchr("Tt ", **p))
            return false;
        if (!field && *form != ' ' && **p != *form)
            return false;
        if (!field && *(*p)++ == 0)
            return false;
    }
    return true;
}

static void skip_fraction(const char **p)
{
    if (**p != '.' || !isdigit((unsigned char)(*p)[1]))
        return;
    for ((*p)++; isdigit((unsigned char)**p);)
        (*p)++;
}

/* "Z", "+08:00", "+0800" (RFC 3339 4.2). False if something else is there; *ret_has = false at the end of the text. */
static bool read_offset(const char **p, int *ret_offset_s, bool *ret_has)
{
    int sign = **p == '-' ? -1 : 1, hours, minutes;

    *ret_has = **p != 0;
    *ret_offset_s = 0;
    if (**p == 0)
        return true;
    if (**p == 'Z' || **p == 'z') {
        (*p)++;
        return true;
    }
    if (**p != '+' && **p != '-')
        return false;
    (*p)++;
    if (!read_digits(p, 2, &hours))
        return false;
    if (**p == ':')
        (*p)++;
    if (!read_digits(p, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *ret_offset_s = sign * (hours * 3600 + minutes * 60);
    return true;
}

static int to_zone(const char *text, const struct words_context *ctx, int64_t utc_s, struct words_when *ret,
                   struct err *e)
{
    int64_t wall_s = utc_s;

    if (utc_s >= CIVIL_WALL_MIN && utc_s <= CIVIL_WALL_MAX)
        wall_s = zone_to_wall(ctx->zone, utc_s);
    if (wall_s < CIVIL_WALL_MIN || wall_s > CIVIL_WALL_MAX)
        return err_set(e, ERR_INVALID, MSG_WORDS_TOO_FAR, NULL, text, NULL);
    *ret = (struct words_when){.wall_s = wall_s};
    return 1;
}

/* A whole text of this form: its fields, and its offset if it has one. */
static bool matches(const struct form *form, const char *text, struct civil *ret, int *ret_offset_s,
                    bool *ret_has_offset)
{
    const char *p = text;

    *ret = (struct civil){0};
    *ret_has_offset = false;
    if (!read_form(form->text, &p, ret))
        return false;
    if (form->seconds)
        skip_fraction(&p);
    if (!form->date && !read_offset(&p, ret_offset_s, ret_has_offset))
        return false;
    while (*p == ' ')
        p++;
    return *p == 0;
}

int words_stamp(const char *text, const struct words_context *ctx, struct words_when *ret, struct err *e)
{
    struct civil c;
    int offset_s = 0;
    bool has_offset;

    while (*text == ' ')
        text++;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (!matches(&forms[i], text, &c, &offset_s, &has_offset))
            continue;
        if (!civil_valid(&c))
            return err_set(e, ERR_INVALID, MSG_WORDS_NO_SUCH_DATE, NULL, text, NULL);
        if (has_offset)
            return to_zone(text, ctx, civil_to_wall(&c) - offset_s, ret, e);
        *ret = (struct words_when){.wall_s = civil_to_wall(&c), .date = forms[i].date};
        return 1;
    }
    return 0;
}
