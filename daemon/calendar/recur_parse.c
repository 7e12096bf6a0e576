#include "recur_rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LUNAR_MONTHDAYS 30
#define LUNAR_YEARDAYS 385
#define LUNAR_WEEKS 55

/* The BY parts that are lists of numbers: what they may hold. */
static const struct {
    int min, max;
    int max_lunar;
    bool from_end;      /* negative numbers count from the end */
} ranges[RECUR_PART_COUNT] = {
    [PART_BYSECOND] = {0, 60, 60, false},
    [PART_BYMINUTE] = {0, 59, 59, false},
    [PART_BYHOUR] = {0, 23, 23, false},
    [PART_BYMONTHDAY] = {1, 31, LUNAR_MONTHDAYS, true},
    [PART_BYYEARDAY] = {1, 366, LUNAR_YEARDAYS, true},
    [PART_BYWEEKNO] = {1, 53, LUNAR_WEEKS, true},
    [PART_BYMONTH] = {1, 12, 12, false},
    [PART_BYSETPOS] = {1, 366, 366, true},
};

#define ORDINAL_MAX 53

static int refuse_value(struct err *e, enum recur_part part, const char *value)
{
    return err_set(e, ERR_INVALID, MSG_RULE_VALUE, "repeat", recur_part_names[part], value, NULL);
}

static int find_name(const char *const *names, int count, const char *text)
{
    for (int i = 0; i < count; i++)
        if (strcasecmp(names[i], text) == 0)
            return i;
    return -1;
}

/* Digits up to the end of `text`, or to *ret_end if that isn't NULL. */
static bool parse_number(const char *text, int64_t max, int64_t *ret, const char **ret_end)
{
    int64_t value = 0;
    const char *p = text;

    for (; *p >= '0' && *p <= '9'; p++) {
        value = value * 10 + (*p - '0');
        if (value > max)
            return false;
    }
    if (p == text || (!ret_end && *p))
        return false;
    if (ret_end)
        *ret_end = p;
    *ret = value;
    return true;
}

static bool parse_positive(const char *text, int64_t max, int64_t *ret)
{
    return parse_number(text, max, ret, NULL) && *ret > 0;
}

static void add_number(struct recur_numbers *n, bool minus, int64_t value)
{
    uint64_t *words = minus ? n->minus : n->plus;

    words[value / 64] |= 1ULL << value % 64;
}

/* One element of a list: [+-]number, and L after a month (RFC 7529 4.2). */
static bool parse_element(struct recur_rule *r, enum recur_part part, const char *text)
{
    int max = ranges[part].max > ranges[part].max_lunar ? ranges[part].max : ranges[part].max_lunar;
    bool minus = *text == '-';
    int64_t value;

    if (ranges[part].from_end && (*text == '-' || *text == '+'))
        text++;
    if (!parse_number(text, max, &value, &text) || value < ranges[part].min)
        return false;
    if (part == PART_BYMONTH && (*text == 'L' || *text == 'l')) {
        r->leap_months |= 1u << value;
        return text[1] == 0;
    }
    add_number(&r->by[part], minus && ranges[part].from_end, value);
    return *text == 0;
}

/* [+-][number]MO. */
static bool parse_weekday(struct recur_rule *r, const char *text)
{
    bool minus = *text == '-', sign = minus || *text == '+';
    int64_t ordinal = 0;
    int weekday;

    text += sign;
    if (*text >= '0' && *text <= '9') {
        if (!parse_number(text, ORDINAL_MAX, &ordinal, &text) || ordinal == 0)
            return false;
        r->ordinals = true;
    } else if (sign) {
        return false;
    }
    weekday = find_name(recur_weekday_names, 7, text);
    if (weekday < 0)
        return false;
    if (minus)
        r->by_day[weekday].minus |= 1ULL << ordinal;
    else
        r->by_day[weekday].plus |= 1ULL << ordinal;
    return true;
}

/* `value` is cut up at its commas. */
static int parse_list(struct recur_rule *r, enum recur_part part, char *value, struct err *e)
{
    for (char *at = value; at;) {
        char *element = strsep(&at, ",");
        if (!(part == PART_BYDAY ? parse_weekday(r, element) : parse_element(r, part, element)))
            return refuse_value(e, part, element);
    }
    return 0;
}

/* UNTIL in the basic form only: a date, a local time, or UTC with a Z (RFC 5545 3.3.10). */
static bool parse_until(struct recur_rule *r, char *value)
{
    size_t len = strlen(value);
    bool utc = len > 1 && (value[len - 1] == 'Z' || value[len - 1] == 'z'), date;

    if (strchr(value, '-'))
        return false;
    if (utc)
        value[len - 1] = 0;
    if (len > 8 && value[8] == 't')
        value[8] = 'T';
    if (!civil_parse(value, &r->until_s, &date) || (utc && date))
        return false;
    r->until = date ? UNTIL_DATE : utc ? UNTIL_UTC : UNTIL_LOCAL;
    return true;
}

static int parse_rscale(struct recur_rule *r, const char *value, struct err *e)
{
    r->lunar = strcasecmp(value, "CHINESE") == 0;
    if (r->lunar || strcasecmp(value, "GREGORIAN") == 0)
        return 0;
    return err_set(e, ERR_INVALID, MSG_RULE_RSCALE, "repeat", value, NULL);
}

static int parse_name(const char *const *names, int count, enum recur_part part, const char *value, int *ret,
                      struct err *e)
{
    *ret = find_name(names, count, value);
    return *ret < 0 ? refuse_value(e, part, value) : 0;
}

static int parse_value(struct recur_rule *r, enum recur_part part, char *value, struct err *e)
{
    int chosen, status = 0;

    switch (part) {
    case PART_RSCALE:
        return parse_rscale(r, value, e);
    case PART_FREQ:
        status = parse_name(recur_freq_names, RECUR_YEARLY + 1, part, value, &chosen, e);
        r->freq = (enum recur_freq)chosen;
        return status;
    case PART_WKST:
        status = parse_name(recur_weekday_names, 7, part, value, &chosen, e);
        r->wkst = (enum weekday)chosen;
        return status;
    case PART_SKIP:
        status = parse_name(recur_skip_names, RECUR_FORWARD + 1, part, value, &chosen, e);
        r->skip = (enum recur_skip)chosen;
        return status;
    case PART_UNTIL:
        return parse_until(r, value) ? 0 : refuse_value(e, part, value);
    case PART_COUNT:
        return parse_positive(value, RECUR_COUNT_MAX, &r->count) ? 0 : refuse_value(e, part, value);
    case PART_INTERVAL:
        return parse_positive(value, RECUR_INTERVAL_MAX, &r->interval) ? 0 : refuse_value(e, part, value);
    case PART_BYSECOND: case PART_BYMINUTE: case PART_BYHOUR: case PART_BYDAY: case PART_BYMONTHDAY:
    case PART_BYYEARDAY: case PART_BYWEEKNO: case PART_BYMONTH: case PART_BYSETPOS:
        return parse_list(r, part, value, e);
    case RECUR_PART_COUNT:
        break;
    }
    return refuse_value(e, part, value);
}

static int parse_part(struct recur_rule *r, char *text, struct err *e)
{
    char *value = strchr(text, '=');
    int part;

    if (value)
        *value++ = 0;
    part = find_name(recur_part_names, RECUR_PART_COUNT, text);
    if (part < 0)
        return err_set(e, ERR_INVALID, MSG_RULE_PART, "repeat", text, NULL);
    if (!value || !*value)
        return refuse_value(e, (enum recur_part)part, "");
    if (recur_has(r, (enum recur_part)part))
        return err_set(e, ERR_INVALID, MSG_RULE_TWICE, "repeat", text, NULL);
    r->parts |= 1u << part;
    return parse_value(r, (enum recur_part)part, value, e);
}

#define FREQ(freq) (1u << (freq))
#define SUBDAILY (FREQ(RECUR_SECONDLY) | FREQ(RECUR_MINUTELY) | FREQ(RECUR_HOURLY))

/* With which FREQ a part makes no sense (RFC 5545 3.3.10). */
static const struct {
    enum recur_part part;
    uint32_t freqs;
} forbidden[] = {
    {PART_BYMONTHDAY, FREQ(RECUR_WEEKLY)},
    {PART_BYYEARDAY, FREQ(RECUR_DAILY) | FREQ(RECUR_WEEKLY) | FREQ(RECUR_MONTHLY)},
    {PART_BYWEEKNO, SUBDAILY | FREQ(RECUR_DAILY) | FREQ(RECUR_WEEKLY) | FREQ(RECUR_MONTHLY)},
};

static int refuse_pair(struct err *e, const char *one, const char *other)
{
    return err_set(e, ERR_INVALID, MSG_RULE_NOT_WITH, "repeat", one, other, NULL);
}

static int refuse_freq(struct err *e, const char *part, enum recur_freq freq)
{
    char with[32];

    snprintf(with, sizeof with, "FREQ=%s", recur_freq_names[freq]);
    return refuse_pair(e, part, with);
}

static int check_frequency(const struct recur_rule *r, struct err *e)
{
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++)
        if (recur_has(r, forbidden[i].part) && forbidden[i].freqs >> r->freq & 1)
            return refuse_freq(e, recur_part_names[forbidden[i].part], r->freq);
    if (!r->ordinals)
        return 0;
    if (r->freq < RECUR_MONTHLY)
        return refuse_freq(e, "BYDAY=1MO", r->freq);
    return recur_has(r, PART_BYWEEKNO) ? refuse_pair(e, "BYDAY=1MO", "BYWEEKNO") : 0;
}

/* The range of the calendar that RSCALE names, which may stand after the list. */
static int check_ranges(const struct recur_rule *r, struct err *e)
{
    for (int part = PART_BYSECOND; part <= PART_BYSETPOS; part++) {
        const struct recur_numbers *n = &r->by[part];
        int max = r->lunar ? ranges[part].max_lunar : ranges[part].max;
        for (int value = max + 1; part != PART_BYDAY && value < RECUR_WORDS * 64; value++) {
            char text[16];
            if (!((n->plus[value / 64] | n->minus[value / 64]) >> value % 64 & 1))
                continue;
            snprintf(text, sizeof text, "%d", value);
            return refuse_value(e, (enum recur_part)part, text);
        }
    }
    return 0;
}

static int check_together(const struct recur_rule *r, struct err *e)
{
    uint32_t by_parts = ((1u << PART_BYSETPOS) - 1) & ~((1u << PART_BYSECOND) - 1);

    if (!recur_has(r, PART_FREQ))
        return err_set(e, ERR_INVALID, MSG_RULE_NEEDS, "repeat", "RRULE", "FREQ", NULL);
    if (r->count && r->until != UNTIL_NONE)
        return refuse_pair(e, "COUNT", "UNTIL");
    if (recur_has(r, PART_BYSETPOS) && !(r->parts & by_parts))
        return err_set(e, ERR_INVALID, MSG_RULE_NEEDS, "repeat", "BYSETPOS", "BYDAY, BYMONTHDAY, …", NULL);
    if (recur_has(r, PART_SKIP) && !recur_has(r, PART_RSCALE))
        return err_set(e, ERR_INVALID, MSG_RULE_NEEDS, "repeat", "SKIP", "RSCALE", NULL);
    if (r->leap_months && !r->lunar)
        return err_set(e, ERR_INVALID, MSG_RULE_NEEDS, "repeat", "BYMONTH=…L", "RSCALE=CHINESE", NULL);
    return check_ranges(r, e) || check_frequency(r, e) ? -1 : 0;
}

int recur_parse(const char *text, struct arena *a, struct recur_rule **ret, struct err *e)
{
    struct recur_rule *r;
    char copy[RECUR_RULE_BYTES_MAX + 1], limit[16];
    size_t bytes = strnlen(text, sizeof copy);

    if (bytes == 0)
        return err_set(e, ERR_INVALID, MSG_RULE_NEEDS, "repeat", "RRULE", "FREQ", NULL);
    snprintf(limit, sizeof limit, "%d", RECUR_RULE_BYTES_MAX);
    if (bytes > RECUR_RULE_BYTES_MAX)
        return err_set(e, ERR_INVALID, MSG_TOO_LONG, "repeat", "RRULE", limit, NULL);
    memcpy(copy, text, bytes + 1);
    r = arena_alloc(a, sizeof *r);
    r->interval = 1;
    for (char *at = copy; at;)
        if (parse_part(r, strsep(&at, ";"), e) < 0)
            return -1;
    if (check_together(r, e) < 0)
        return -1;
    *ret = r;
    return 0;
}
