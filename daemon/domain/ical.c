#include "ical.h"

static const char *const outcome_names[] = {
#define X(outcome, name) [outcome] = name,
    IMPORT_OUTCOMES(X)
#undef X
};

const char *import_outcome_name(enum import_outcome outcome)
{
    return outcome_names[outcome];
}

static const struct field import_input_table[] = {FIELD(FIELD_TEXT, import_input, body, "the calendar file")};
const struct fields import_input_fields = FIELDS("import_input", import_input, import_input_table);

static const struct field export_input_table[] = {
    FIELD_AS("slug", FIELD_TEXTS, export_input, slugs, "events; all of them when none is given")};
const struct fields export_input_fields = FIELDS("export_input", export_input, export_input_table);

static const struct field import_component_table[] = {
    FIELD(FIELD_INT, import_component, line, "where it begins in the file"),
    FIELD(FIELD_TEXT, import_component, kind, "VEVENT, VTODO …"),
    FIELD(FIELD_TEXT, import_component, uid, NULL),
    FIELD(FIELD_TEXT, import_component, recurrence_id, "which occurrence it is about"),
    FIELD(FIELD_TEXT, import_component, title, NULL),
    FIELD_AS("outcome", FIELD_TEXT, import_component, outcome_name, "added, updated, unchanged or refused"),
    FIELD(FIELD_TEXT, import_component, slug, "the event it is part of now"),
    FIELD(FIELD_TEXT, import_component, reason, "why it was refused"),
    FIELD(FIELD_TEXTS, import_component, notes, "what was taken otherwise than written"),
};
const struct fields import_component_fields = FIELDS("import_component", import_component, import_component_table);

static const struct field import_report_table[] = {
    FIELD(FIELD_INT, import_report, imported, "components added"),
    FIELD(FIELD_INT, import_report, updated, NULL),
    FIELD(FIELD_INT, import_report, unchanged, NULL),
    FIELD(FIELD_INT, import_report, refused, "components not taken; kepuctl then exits 8"),
    FIELD(FIELD_TEXTS, import_report, notes, "what kepu has no place for"),
    FIELD_OF(FIELD_OBJECTS, import_report, components, import_component_fields, "one by one, in the file's order"),
};
const struct fields import_report_fields = FIELDS("import_report", import_report, import_report_table);
