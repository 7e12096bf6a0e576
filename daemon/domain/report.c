#include "report.h"

static const struct field report_input_table[] = {
    FIELD(FIELD_TEXT, report_input, slug, "a department's"),
    FIELD(FIELD_TEXT, report_input, plan, "the newest open one without it"),
    FIELD(FIELD_TEXT, report_input, period, "2025, 2025-H1, 2025-Q3, plan"),
    FIELD(FIELD_TEXT, report_input, language, "of what is written: zh, en"),
};
const struct fields report_input_fields = FIELDS("report_input", report_input, report_input_table);

static const struct field totals_table[] = {
    FIELD(FIELD_INT, report_totals, targets, NULL),
    FIELD(FIELD_INT, report_totals, reached, NULL),
    FIELD(FIELD_INT, report_totals, ahead, NULL),
    FIELD(FIELD_INT, report_totals, on, NULL),
    FIELD(FIELD_INT, report_totals, behind, NULL),
    FIELD(FIELD_INT, report_totals, unknown, NULL),
    FIELD(FIELD_INT, report_totals, events, NULL),
    FIELD(FIELD_INT, report_totals, sessions, NULL),
    FIELD(FIELD_INT, report_totals, people, "people times sessions"),
    FIELD(FIELD_INT, report_totals, headcounts, "of people"),
    FIELD(FIELD_INT, report_totals, volunteers, "today"),
    FIELD(FIELD_INT, report_totals, volunteers_new, "in the period"),
    FIELD(FIELD_INT, report_totals, served, "volunteers with hours in the period"),
    FIELD(FIELD_INT, report_totals, minutes, "of service in the period"),
};
static const struct fields totals_fields = FIELDS("report_totals", report_totals, totals_table);

static const struct field year_table[] = {
    FIELD(FIELD_TEXT, report_year, year, NULL),
    FIELD_AS("value", FIELD_MILLI, report_year, value_milli, NULL),
};
static const struct fields year_fields = FIELDS("report_year", report_year, year_table);

static const struct field target_table[] = {
    FIELD(FIELD_TEXT, report_target, slug, NULL),
    FIELD(FIELD_TEXT, report_target, title, NULL),
    FIELD(FIELD_TEXT, report_target, title_en, NULL),
    FIELD(FIELD_TEXT, report_target, unit, NULL),
    FIELD(FIELD_TEXT, report_target, measure, NULL),
    FIELD(FIELD_TEXT, report_target, period, NULL),
    FIELD(FIELD_TEXT, report_target, section, NULL),
    FIELD_AS("target", FIELD_MILLI, report_target, target_milli, NULL),
    FIELD_AS("value", FIELD_MILLI, report_target, value_milli, NULL),
    FIELD_AS("percent", FIELD_MILLI, report_target, percent_milli, NULL),
    FIELD_AS("missing", FIELD_MILLI, report_target, missing_milli, NULL),
    FIELD_AS("recent", FIELD_MILLI, report_target, recent_milli, "what came in the period"),
    FIELD_AS("baseline", FIELD_MILLI, report_target, baseline_milli, NULL),
    FIELD(FIELD_TEXT, report_target, state, NULL),
    FIELD(FIELD_MOMENT, report_target, forecast, NULL),
    FIELD(FIELD_TEXT, report_target, sure, NULL),
    FIELD(FIELD_TEXTS, report_target, lead, NULL),
    FIELD(FIELD_INT, report_target, sessions, "in the period"),
    FIELD(FIELD_INT, report_target, people, "in the period"),
    FIELD(FIELD_INT, report_target, entries, NULL),
    FIELD(FIELD_TEXT, report_target, last_entry, "a date"),
    FIELD(FIELD_TEXT, report_target, source, NULL),
    FIELD(FIELD_INT, report_target, met, NULL),
    FIELD(FIELD_INT, report_target, cells, NULL),
    FIELD_OF(FIELD_OBJECTS, report_target, years, year_fields, "of a yearly target, over the plan's whole time"),
};
static const struct fields target_fields_of_report = FIELDS("report_target", report_target, target_table);

static const struct field section_table[] = {
    FIELD(FIELD_TEXT, report_section, id, NULL),
    FIELD(FIELD_TEXT, report_section, title, NULL),
    FIELD(FIELD_TEXTS, report_section, lead, NULL),
    FIELD(FIELD_TEXTS, report_section, partners, NULL),
};
static const struct fields section_fields = FIELDS("report_section", report_section, section_table);

static const struct field department_table[] = {
    FIELD(FIELD_TEXT, report_department, slug, NULL),
    FIELD(FIELD_TEXT, report_department, title, NULL),
    FIELD(FIELD_TEXTS, report_department, leads, "sections' ids"),
    FIELD(FIELD_TEXTS, report_department, partners, "sections' ids"),
    FIELD(FIELD_INT, report_department, targets, NULL),
    FIELD(FIELD_INT, report_department, reached, NULL),
    FIELD(FIELD_INT, report_department, behind, NULL),
    FIELD(FIELD_INT, report_department, unknown, NULL),
    FIELD(FIELD_INT, report_department, events, NULL),
    FIELD(FIELD_INT, report_department, sessions, NULL),
    FIELD(FIELD_INT, report_department, people, NULL),
    FIELD(FIELD_INT, report_department, minutes, NULL),
};
static const struct fields department_fields_of_report =
    FIELDS("report_department", report_department, department_table);

static const struct field event_table[] = {
    FIELD(FIELD_TEXT, report_event, slug, NULL),
    FIELD(FIELD_TEXT, report_event, title, NULL),
    FIELD(FIELD_TEXT, report_event, lead, NULL),
    FIELD(FIELD_TEXT, report_event, category, NULL),
    FIELD(FIELD_INT, report_event, sessions, NULL),
    FIELD(FIELD_INT, report_event, attended, "participants"),
    FIELD(FIELD_INT, report_event, headcount, NULL),
    FIELD(FIELD_INT, report_event, people, "both"),
    FIELD(FIELD_INT, report_event, minutes, "of service"),
    FIELD(FIELD_TEXT, report_event, first, NULL),
    FIELD(FIELD_TEXT, report_event, last, NULL),
};
static const struct fields event_fields_of_report = FIELDS("report_event", report_event, event_table);

static const struct field bar_table[] = {
    FIELD(FIELD_TEXT, report_bar, label, NULL),
    FIELD(FIELD_INT, report_bar, sessions, NULL),
    FIELD(FIELD_INT, report_bar, people, NULL),
};
static const struct fields bar_fields = FIELDS("report_bar", report_bar, bar_table);

static const struct field share_table[] = {
    FIELD(FIELD_TEXT, report_share, label, NULL),
    FIELD(FIELD_INT, report_share, count, NULL),
    FIELD(FIELD_INT, report_share, minutes, NULL),
};
static const struct fields share_fields = FIELDS("report_share", report_share, share_table);

static const struct field gap_table[] = {
    FIELD(FIELD_TEXT, report_gap, kind, "target, unfilled, undated, unconfirmed"),
    FIELD(FIELD_TEXT, report_gap, slug, NULL),
    FIELD(FIELD_TEXT, report_gap, title, NULL),
    FIELD(FIELD_TEXT, report_gap, lead, NULL),
    FIELD(FIELD_TEXT, report_gap, unit, NULL),
    FIELD_AS("missing", FIELD_MILLI, report_gap, missing_milli, NULL),
    FIELD(FIELD_MOMENT, report_gap, forecast, NULL),
};
static const struct fields gap_fields = FIELDS("report_gap", report_gap, gap_table);

static const struct field report_table[] = {
    FIELD(FIELD_TEXT, report, kind, NULL),
    FIELD(FIELD_TEXT, report, title, NULL),
    FIELD(FIELD_TEXT, report, plan, NULL),
    FIELD(FIELD_TEXT, report, plan_title, NULL),
    FIELD(FIELD_TEXT, report, office, NULL),
    FIELD(FIELD_TEXT, report, period, NULL),
    FIELD(FIELD_TEXT, report, from, NULL),
    FIELD(FIELD_TEXT, report, to, NULL),
    FIELD(FIELD_MOMENT, report, made, NULL),
    FIELD_OF(FIELD_OBJECT, report, totals, totals_fields, NULL),
    FIELD_OF(FIELD_OBJECTS, report, sections, section_fields, NULL),
    FIELD_OF(FIELD_OBJECTS, report, targets, target_fields_of_report, NULL),
    FIELD_OF(FIELD_OBJECTS, report, departments, department_fields_of_report, NULL),
    FIELD_OF(FIELD_OBJECTS, report, events, event_fields_of_report, NULL),
    FIELD_OF(FIELD_OBJECTS, report, trend, bar_fields, NULL),
    FIELD_OF(FIELD_OBJECTS, report, gaps, gap_fields, NULL),
    FIELD_OF(FIELD_OBJECTS, report, sources, share_fields, NULL),
    FIELD_OF(FIELD_OBJECTS, report, statuses, share_fields, NULL),
    FIELD_OF(FIELD_OBJECTS, report, monthly, share_fields, "volunteers who came"),
};
const struct fields report_fields = FIELDS("report", report, report_table);
