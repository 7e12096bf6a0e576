#include "recur_rule.h"

#include "base/buf.h"

const char *const recur_part_names[RECUR_PART_COUNT] = {
#define X(part, name) [part] = name,
    RECUR_PARTS(X)
#undef X
};

const char *const recur_freq_names[] = {
#define X(freq, name) [freq] = name,
    RECUR_FREQS(X)
#undef X
};

const char *const recur_weekday_names[7] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
const char *const recur_skip_names[] = {"OMIT", "BACKWARD", "FORWARD"};

bool recur_is_lunar(const struct recur_rule *rule)
{
    return rule->lunar;
}

bool recur_is_endless(const struct recur_rule *rule)
{
    return !rule->count && rule->until == UNTIL_NONE;
}

bool recur_is_subdaily(const struct recur_rule *rule)
{
    if (rule->freq < RECUR_DAILY)
        return true;
    for (int part = PART_BYSECOND; part <= PART_BYHOUR; part++)
        if (__builtin_popcountll(rule->by[part].plus[0]) > 1)
            return true;
    return false;
}

static bool has_bit(const uint64_t *words, int bit)
{
    return words[bit / 64] >> bit % 64 & 1;
}

static void comma(struct buf *out, bool *first)
{
    if (!*first)
        buf_addc(out, ',');
    *first = false;
}

/* In the order of time: 1, 15, then what counts from the end, -2, -1. */
static void format_numbers(struct buf *out, const struct recur_rule *r, enum recur_part part)
{
    const struct recur_numbers *n = &r->by[part];
    bool first = true;

    for (int i = 0; i < RECUR_WORDS * 64; i++) {
        if (has_bit(n->plus, i)) {
            comma(out, &first);
            buf_printf(out, "%d", i);
        }
        if (part == PART_BYMONTH && i <= 12 && r->leap_months >> i & 1) {
            comma(out, &first);
            buf_printf(out, "%dL", i);
        }
    }
    for (int i = RECUR_WORDS * 64 - 1; i > 0; i--)
        if (has_bit(n->minus, i)) {
            comma(out, &first);
            buf_printf(out, "-%d", i);
        }
}

static void format_weekdays(struct buf *out, const struct recur_rule *r, int ordinal, bool *first)
{
    for (int i = 0; i < 7; i++) {
        uint64_t bits = ordinal < 0 ? r->by_day[i].minus : r->by_day[i].plus;
        if (!(bits >> (ordinal < 0 ? -ordinal : ordinal) & 1))
            continue;
        comma(out, first);
        if (ordinal)
            buf_printf(out, "%d", ordinal);
        buf_adds(out, recur_weekday_names[i]);
    }
}

static void format_by_day(struct buf *out, const struct recur_rule *r)
{
    bool first = true;

    for (int ordinal = 0; ordinal < 64; ordinal++)
        format_weekdays(out, r, ordinal, &first);
    for (int ordinal = -63; ordinal < 0; ordinal++)
        format_weekdays(out, r, ordinal, &first);
}

static void format_value(struct buf *out, const struct recur_rule *r, enum recur_part part)
{
    char text[CIVIL_TEXT_BYTES];

    switch (part) {
    case PART_RSCALE:
        buf_adds(out, r->lunar ? "CHINESE" : "GREGORIAN");
        break;
    case PART_FREQ:
        buf_adds(out, recur_freq_names[r->freq]);
        break;
    case PART_UNTIL:
        civil_format_basic(r->until_s, r->until == UNTIL_DATE, text);
        buf_printf(out, "%s%s", text, r->until == UNTIL_UTC ? "Z" : "");
        break;
    case PART_COUNT:
        buf_printf(out, "%lld", (long long)r->count);
        break;
    case PART_INTERVAL:
        buf_printf(out, "%lld", (long long)r->interval);
        break;
    case PART_BYDAY:
        format_by_day(out, r);
        break;
    case PART_WKST:
        buf_adds(out, recur_weekday_names[r->wkst]);
        break;
    case PART_SKIP:
        buf_adds(out, recur_skip_names[r->skip]);
        break;
    case PART_BYSECOND: case PART_BYMINUTE: case PART_BYHOUR: case PART_BYMONTHDAY: case PART_BYYEARDAY:
    case PART_BYWEEKNO: case PART_BYMONTH: case PART_BYSETPOS:
        format_numbers(out, r, part);
        break;
    case RECUR_PART_COUNT:
        break;
    }
}

/* What only repeats a default is left out. */
static bool says_something(const struct recur_rule *r, enum recur_part part)
{
    if (part == PART_INTERVAL)
        return r->interval != 1;
    if (part == PART_WKST)
        return r->wkst != WEEKDAY_MO;
    if (part == PART_SKIP)
        return r->skip != RECUR_OMIT;
    if (part == PART_RSCALE)
        return r->lunar || r->skip != RECUR_OMIT;
    return recur_has(r, part);
}

/* As people write them: BY parts in the order in which RFC 5545 3.3.10 applies them. */
static const enum recur_part written[] = {
    PART_RSCALE,   PART_FREQ,      PART_UNTIL,      PART_COUNT, PART_INTERVAL, PART_BYMONTH,
    PART_BYWEEKNO, PART_BYYEARDAY, PART_BYMONTHDAY, PART_BYDAY, PART_BYHOUR,   PART_BYMINUTE,
    PART_BYSECOND, PART_BYSETPOS,  PART_WKST,       PART_SKIP,
};
_Static_assert(sizeof written / sizeof written[0] == RECUR_PART_COUNT, "every part is written");

char *recur_format(const struct recur_rule *rule, struct arena *a)
{
    struct buf out = {0};
    char *text;

    for (size_t i = 0; i < RECUR_PART_COUNT; i++) {
        if (!says_something(rule, written[i]))
            continue;
        buf_printf(&out, "%s%s=", out.len ? ";" : "", recur_part_names[written[i]]);
        format_value(&out, rule, written[i]);
    }
    text = arena_strdup(a, buf_text(&out));
    buf_release(&out);
    return text;
}
