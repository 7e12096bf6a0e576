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
    FIELD(FIELD_INT, target, pace, "per 30 days, of what came in lately"),
    FIELD(FIELD_INT, target, pace_year, "people who came in 365 days; null for what isn't people"),
    FIELD(FIELD_MOMENT, target, forecast, "the day it is reached at that pace"),
    FIELD(FIELD_TEXT, target, state, "behind, unknown, on, ahead, reached"),
    FIELD(FIELD_MOMENT, target, forecast_from, "the earliest that paces say"),
    FIELD(FIELD_MOMENT, target, forecast_to, "the latest; null: never"),
    FIELD(FIELD_TEXT, target, sure, "of the forecast: low, medium, high"),
    FIELD(FIELD_TEXT, target, reason, "of people: why so sure, or why there is no forecast"),
    FIELD_AS("expected", FIELD_MILLI, target, expected_milli, "what an even way would have brought by now"),
    FIELD_AS("recent", FIELD_MILLI, target, recent_milli, "what came in the last recent_days"),
    FIELD(FIELD_INT, target, recent_days, NULL),
    FIELD(FIELD_INT, target, met, "cells met, of coverage"),
    FIELD(FIELD_INT, target, cells, NULL),
    FIELD_AS("baseline", FIELD_MILLI, target, baseline_milli, "what the plan before came to"),
    FIELD(FIELD_TEXT, target, due, "a date; empty: the plan's or period's end"),
    FIELD(FIELD_TEXTS, target, lead, "departments' slugs"),
    FIELD(FIELD_TEXT, target, plan, "a plan's slug"),
    FIELD(FIELD_TEXT, target, section, "the plan's section"),
};
const struct fields target_fields = FIELDS("target", target, target_table);

static const struct field target_ref_table[] = {
    FIELD(FIELD_TEXT, target_ref, slug, NULL),
    FIELD(FIELD_TEXT, target_ref, plan, "the newest open one's without it"),
    FIELD(FIELD_TEXT, target_ref, cursor, NULL),
    FIELD(FIELD_INT, target_ref, limit, NULL),
};
const struct fields target_ref_fields = FIELDS("target_ref", target_ref, target_ref_table);

#define WHAT_AND_WHEN                                                        \
    FIELD(FIELD_TEXT, target_input, slug, NULL),                             \
    FIELD(FIELD_TEXT, target_input, plan, "the newest open one without it"), \
    FIELD(FIELD_TEXT, target_input, at, "a date, as written or said; today without it"), \
    FIELD(FIELD_TEXT, target_input, note, "the source"), \
    FIELD(FIELD_TEXT, target_input, unit, "a unit's slug, of coverage")

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

static const struct field part_table[] = {
    FIELD(FIELD_TEXT, target_part, kind, "signup, headcount, session, person, record, set"),
    FIELD(FIELD_MOMENT, target_part, at, NULL),
    FIELD_AS("amount", FIELD_MILLI, target_part, amount_milli, "what it adds to the value"),
    FIELD_AS("of", FIELD_MILLI, target_part, of_milli, "the whole, of a ratio"),
    FIELD(FIELD_TEXT, target_part, event, NULL),
    FIELD(FIELD_TEXT, target_part, title, NULL),
    FIELD(FIELD_MOMENT, target_part, recurrence_id, NULL),
    FIELD(FIELD_TEXT, target_part, signup, NULL),
    FIELD(FIELD_TEXT, target_part, volunteer, NULL),
    FIELD(FIELD_TEXT, target_part, unit, NULL),
    FIELD(FIELD_TEXT, target_part, name, NULL),
    FIELD(FIELD_TEXT, target_part, level, NULL),
    FIELD(FIELD_TEXT, target_part, note, "the source"),
    FIELD(FIELD_TEXT, target_part, who, "who entered it"),
};
const struct fields target_part_fields = FIELDS("target_entry", target_part, part_table);

static const struct field cell_table[] = {
    FIELD(FIELD_TEXT, grid_cell, period, "2025-autumn; empty where there is one column"),
    FIELD_AS("count", FIELD_MILLI, grid_cell, count_milli, NULL),
    FIELD_AS("target", FIELD_MILLI, grid_cell, target_milli, NULL),
    FIELD(FIELD_BOOL, grid_cell, met, NULL),
    FIELD(FIELD_BOOL, grid_cell, due, "its time has begun"),
};
static const struct fields cell_fields = FIELDS("grid_cell", grid_cell, cell_table);

static const struct field row_table[] = {
    FIELD(FIELD_TEXT, grid_row, unit, "a unit's slug"),
    FIELD(FIELD_TEXT, grid_row, title, NULL),
    FIELD(FIELD_INT, grid_row, met, NULL),
    FIELD(FIELD_INT, grid_row, missing, "cells due and not met"),
    FIELD_OF(FIELD_OBJECTS, grid_row, cells, cell_fields, NULL),
};
static const struct fields row_fields = FIELDS("grid_row", grid_row, row_table);

static const struct field gap_table[] = {
    FIELD(FIELD_TEXT, grid_gap, unit, NULL),
    FIELD(FIELD_TEXT, grid_gap, title, NULL),
    FIELD(FIELD_TEXT, grid_gap, period, NULL),
    FIELD_AS("missing", FIELD_MILLI, grid_gap, missing_milli, NULL),
};
static const struct fields gap_fields = FIELDS("grid_gap", grid_gap, gap_table);

static const struct field grid_table[] = {
    FIELD(FIELD_TEXT, grid, slug, NULL),
    FIELD(FIELD_TEXT, grid, title, NULL),
    FIELD(FIELD_TEXT, grid, plan, NULL),
    FIELD(FIELD_TEXT, grid, kind, "of units: school, village"),
    FIELD(FIELD_TEXTS, grid, periods, NULL),
    FIELD(FIELD_INT, grid, met, "of the cells that are due"),
    FIELD(FIELD_INT, grid, cells, NULL),
    FIELD_OF(FIELD_OBJECTS, grid, rows, row_fields, NULL),
    FIELD_OF(FIELD_OBJECTS, grid, missing, gap_fields, "what is due and missing"),
};
const struct fields grid_fields = FIELDS("grid", grid, grid_table);

static const struct field import_table[] = {
    FIELD(FIELD_TEXT, target_import, plan, "the newest open one without it"),
    FIELD(FIELD_TEXT, target_import, body, "CSV with a header"),
};
const struct fields target_import_fields = FIELDS("csv_import_input", target_import, import_table);

static const struct field import_result_table[] = {
    FIELD(FIELD_INT, import_result, imported, NULL),
    FIELD(FIELD_INT, import_result, existing, "lines that were there already"),
    FIELD(FIELD_INT, import_result, lines, "lines read, the header not counted"),
};
const struct fields import_result_fields = FIELDS("csv_import", import_result, import_result_table);

static const struct field draft_table[] = {
    FIELD(FIELD_TEXT, draft_input, slug, NULL),
    FIELD(FIELD_TEXT, draft_input, plan, "the newest open one without it"),
    FIELD(FIELD_TEXT, draft_input, term, "2026-autumn; the present one without it"),
    FIELD(FIELD_TEXT, draft_input, preset, "what kind of event; without it the first that carries the indicator"),
};
const struct fields draft_input_fields = FIELDS("draft_input", draft_input, draft_table);

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
