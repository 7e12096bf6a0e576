#include "target.h"

#include <stdio.h>

static const struct field target_table[] = {
    FIELD(FIELD_TEXT, target, slug, NULL),
    FIELD(FIELD_TEXT, target, title, NULL),
    FIELD(FIELD_TEXT, target, title_en, NULL),
    FIELD(FIELD_TEXT, target, unit, NULL),
    FIELD(FIELD_TEXT, target, measure, "persons, attendances, sessions, entities, ratio, coverage, milestone, manual"),
    FIELD(FIELD_TEXT, target, period, "plan, year, semester, standing"),
    FIELD_AS("target", FIELD_MILLI, target, target_milli, NULL),
    FIELD_AS("value", FIELD_MILLI, target, value_milli, "null: not known yet"),
    FIELD_AS("percent", FIELD_MILLI, target, percent_milli, "of the target"),
    FIELD(FIELD_INT, target, pace, "people who came in the last 30 days"),
    FIELD(FIELD_MOMENT, target, forecast, "the day it is reached at that pace"),
    FIELD(FIELD_TEXTS, target, lead, "departments' slugs"),
    FIELD(FIELD_TEXT, target, plan, "a plan's slug"),
    FIELD(FIELD_TEXT, target, section, "the plan's section"),
};
const struct fields target_fields = FIELDS("target", target, target_table);

static const struct field target_ref_table[] = {
    FIELD(FIELD_TEXT, target_ref, slug, NULL),
    FIELD(FIELD_TEXT, target_ref, plan, "the newest open one's without it"),
};
const struct fields target_ref_fields = FIELDS("target_ref", target_ref, target_ref_table);

#define WHAT_AND_WHEN                                                        \
    FIELD(FIELD_TEXT, target_input, slug, NULL),                             \
    FIELD(FIELD_TEXT, target_input, plan, "the newest open one without it"), \
    FIELD(FIELD_TEXT, target_input, at, "a date, as written or said; today without it"), \
    FIELD(FIELD_TEXT, target_input, note, "the source")

static const struct field target_record_table[] = {
    WHAT_AND_WHEN,
    FIELD_AS("amount", FIELD_MILLI, target_input, amount_milli, "added to what there is"),
    FIELD_AS("of", FIELD_MILLI, target_input, of_milli, "the whole, of a ratio"),
    FIELD(FIELD_TEXT, target_input, name, "of a base, a hall and the like"),
    FIELD(FIELD_TEXT, target_input, level, "its level"),
};
const struct fields target_record_fields = FIELDS("target_record", target_input, target_record_table);

static const struct field target_set_table[] = {
    WHAT_AND_WHEN,
    FIELD_AS("value", FIELD_MILLI, target_input, value_milli, "in place of what there is"),
};
const struct fields target_set_fields = FIELDS("target_set", target_input, target_set_table);

int64_t target_percent_milli(int64_t part_milli, int64_t whole_milli)
{
    /* 128 bits: thousandths of a percent of a sum may not fit into 64. */
    return (int64_t)((__int128)part_milli * 100000 / whole_milli);
}

int64_t target_days_left(int64_t value_milli, int64_t target_milli, int64_t pace)
{
    __int128 left_milli = (__int128)target_milli - value_milli, pace_milli = (__int128)pace * 1000, days;

    if (value_milli >= target_milli)
        return 0;
    if (pace <= 0)
        return -1;
    days = (left_milli * TARGET_PACE_DAYS + pace_milli - 1) / pace_milli;
    return days > TARGET_FORECAST_DAYS_MAX ? -1 : (int64_t)days;
}

int target_amount_check(int64_t milli, int64_t least_milli, const char *field, struct err *e)
{
    char least[24], most[24];

    if (milli == FIELD_INT_ABSENT)
        return err_set(e, ERR_INVALID, MSG_AMOUNT_NEEDED, field, field, NULL);
    if (milli >= least_milli && milli <= TARGET_AMOUNT_MILLI_MAX)
        return 0;
    snprintf(least, sizeof least, "%lld", (long long)(least_milli / 1000));
    snprintf(most, sizeof most, "%lld", (long long)(TARGET_AMOUNT_MILLI_MAX / 1000));
    return err_set(e, ERR_INVALID, MSG_AMOUNT_RANGE, field, field, least, most, NULL);
}
