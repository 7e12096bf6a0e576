#include "office.h"

#include "event.h"

static const char *const register_names[] = {
#define X(kind, name) [kind] = name,
    REGISTERS(X)
#undef X
};

const char *register_name(enum register_kind kind)
{
    return register_names[kind];
}

#define NAMED FIELD(FIELD_TEXT, entry, slug, NULL), FIELD(FIELD_TEXT, entry, title, NULL), \
              FIELD(FIELD_TEXT, entry, title_en, NULL)
#define VERSIONED FIELD(FIELD_INT, entry, version, "for If-Match")

/* Each list's own columns, shown and given. */
#define DEPARTMENT_FIELDS NAMED, FIELD(FIELD_TEXTS, entry, aliases, "other names")
#define CATEGORY_FIELDS NAMED, FIELD(FIELD_TEXT, entry, color, "a CSS colour name (RFC 7986)")
#define AUDIENCE_FIELDS NAMED
#define VENUE_FIELDS NAMED, FIELD(FIELD_TEXT, entry, address, NULL), \
                     FIELD(FIELD_TEXT, entry, latitude, "decimal degrees"), FIELD(FIELD_TEXT, entry, longitude, NULL), \
                     FIELD(FIELD_TEXT, entry, town, "the town or street it is in: what pages filter by")
#define UNIT_FIELDS FIELD(FIELD_TEXT, entry, slug, NULL), FIELD(FIELD_TEXT, entry, title, NULL), \
                    FIELD(FIELD_TEXT, entry, kind, "school, village, organisation")

#define TABLES(name, ...)                                                              \
    static const struct field name##_table[] = {__VA_ARGS__, VERSIONED};               \
    const struct fields name##_fields = FIELDS(#name, entry, name##_table);            \
    static const struct field name##_input_table[] = {__VA_ARGS__};                    \
    const struct fields name##_input_fields = FIELDS(#name "_input", entry, name##_input_table);

TABLES(department, DEPARTMENT_FIELDS)
TABLES(category, CATEGORY_FIELDS)
TABLES(audience, AUDIENCE_FIELDS)
TABLES(venue, VENUE_FIELDS)
TABLES(unit, UNIT_FIELDS)

static const struct field preset_role_table[] = {
    FIELD(FIELD_TEXT, role, name, NULL),
    FIELD(FIELD_INT, role, capacity, NULL),
    FIELD(FIELD_INT, role, minimum, NULL),
    FIELD(FIELD_BOOL, role, participant, NULL),
};
static const struct fields preset_role_fields = FIELDS("preset_role", role, preset_role_table);

static const struct field preset_date_table[] = {
    FIELD(FIELD_MOMENT, event_date, start, NULL),
};
static const struct fields preset_date_fields = FIELDS("preset_date", event_date, preset_date_table);

static const struct field preset_table[] = {
    FIELD(FIELD_TEXT, preset, slug, NULL),
    FIELD(FIELD_TEXT, preset, title, NULL),
    FIELD(FIELD_TEXT, preset, title_en, NULL),
    FIELD(FIELD_TEXT, preset, basis, "rule, announced, series"),
    FIELD(FIELD_MAYBE, preset, provisional, "its date is announced each year"),
    FIELD(FIELD_TEXT, preset, rule, "RRULE; empty: give a start"),
    FIELD(FIELD_TEXT, preset, rule_text, "the rule in words"),
    FIELD(FIELD_TEXT, preset, category, NULL),
    FIELD(FIELD_TEXT, preset, lead, NULL),
    FIELD(FIELD_TEXTS, preset, partners, NULL),
    FIELD(FIELD_TEXTS, preset, audiences, NULL),
    FIELD_OF(FIELD_OBJECTS, preset, roles, preset_role_fields, NULL),
    FIELD(FIELD_TEXTS, preset, indicators, NULL),
    FIELD(FIELD_BOOL, preset, all_day, NULL),
    FIELD(FIELD_INT, preset, days, "of an all-day event"),
    FIELD(FIELD_TEXT, preset, start_time, NULL),
    FIELD(FIELD_TEXT, preset, duration, NULL),
    FIELD(FIELD_TEXTS, preset, reminders, "spans before the start"),
    FIELD(FIELD_TEXT, preset, note, NULL),
    FIELD(FIELD_TEXT, preset, note_en, NULL),
    FIELD_OF(FIELD_OBJECTS, preset, next, preset_date_fields, "the next dates"),
};
const struct fields preset_fields = FIELDS("preset", preset, preset_table);

static const struct field section_table[] = {
    FIELD(FIELD_TEXT, plan_section, id, NULL),
    FIELD(FIELD_TEXT, plan_section, title, NULL),
    FIELD(FIELD_TEXT, plan_section, title_en, NULL),
    FIELD(FIELD_TEXTS, plan_section, lead, "departments' slugs"),
    FIELD(FIELD_TEXTS, plan_section, partners, "departments' slugs; * is all"),
};
static const struct fields section_fields = FIELDS("section", plan_section, section_table);

static const struct field result_table[] = {
    FIELD(FIELD_TEXT, plan_result, slug, NULL),
    FIELD(FIELD_TEXT, plan_result, title, NULL),
    FIELD_AS("target", FIELD_MILLI, plan_result, target_milli, NULL),
    FIELD_AS("value", FIELD_MILLI, plan_result, value_milli, "null: nobody had said"),
    FIELD_AS("percent", FIELD_MILLI, plan_result, percent_milli, NULL),
};
static const struct fields result_fields = FIELDS("plan_result", plan_result, result_table);

static const struct field plan_table[] = {
    FIELD(FIELD_TEXT, plan, slug, NULL),
    FIELD(FIELD_TEXT, plan, title, NULL),
    FIELD(FIELD_TEXT, plan, title_en, NULL),
    FIELD(FIELD_TEXT, plan, start, NULL),
    FIELD(FIELD_TEXT, plan, end, NULL),
    FIELD(FIELD_TEXT, plan, state, "open, closed"),
    FIELD_OF(FIELD_OBJECTS, plan, sections, section_fields, NULL),
    FIELD(FIELD_INT, plan, targets, "how many"),
    FIELD_OF(FIELD_OBJECTS, plan, results, result_fields, "what a closed plan came to"),
    FIELD(FIELD_INT, plan, version, NULL),
};
const struct fields plan_fields = FIELDS("plan", plan, plan_table);

static const struct field token_table[] = {
    FIELD(FIELD_TEXT, token, name, NULL),
    FIELD(FIELD_TEXT, token, role, "admin, organizer, viewer"),
    FIELD(FIELD_TEXT, token, department, NULL),
    FIELD_AS("expires", FIELD_MS, token, expires_ms, NULL),
    FIELD_AS("created", FIELD_MS, token, created_ms, NULL),
    FIELD_AS("last_used", FIELD_MS, token, last_used_ms, NULL),
    FIELD(FIELD_ONCE, token, token, "only in the answer of add"),
};
const struct fields token_fields = FIELDS("token", token, token_table);

static const struct field token_input_table[] = {
    FIELD(FIELD_TEXT, token_input, name, NULL),
    FIELD(FIELD_TEXT, token_input, role, "admin, organizer, viewer"),
    FIELD(FIELD_TEXT, token_input, department, "whose events it may change"),
    FIELD(FIELD_TEXT, token_input, expires, "a time"),
};
const struct fields token_input_fields = FIELDS("token_input", token_input, token_input_table);

static const struct field audit_table[] = {
    FIELD_AS("at", FIELD_MS, audit_entry, at_ms, NULL),
    FIELD(FIELD_TEXT, audit_entry, who, NULL),
    FIELD(FIELD_TEXT, audit_entry, operation, NULL),
    FIELD(FIELD_TEXT, audit_entry, object, NULL),
    FIELD(FIELD_TEXT, audit_entry, detail, NULL),
    FIELD(FIELD_TEXT, audit_entry, request, NULL),
};
const struct fields audit_fields = FIELDS("audit_entry", audit_entry, audit_table);

static const struct field audit_filter_table[] = {
    FIELD(FIELD_TEXT, audit_filter, object, NULL),
    FIELD(FIELD_TEXT, audit_filter, who, NULL),
    FIELD(FIELD_TEXT, audit_filter, cursor, NULL),
    FIELD(FIELD_INT, audit_filter, limit, NULL),
};
const struct fields audit_filter_fields = FIELDS("audit_filter", audit_filter, audit_filter_table);

static const struct field feed_table[] = {
    FIELD(FIELD_TEXT, feed_entry, kind, "all, category, audience, department, event"),
    FIELD(FIELD_TEXT, feed_entry, slug, NULL),
    FIELD(FIELD_TEXT, feed_entry, title, NULL),
    FIELD(FIELD_TEXT, feed_entry, url, NULL),
    FIELD(FIELD_TEXT, feed_entry, webcal, "what phones and computers open in their calendar"),
    FIELD(FIELD_TEXT, feed_entry, google, "where Google's calendar is asked to add it"),
};
const struct fields feed_fields = FIELDS("feed", feed_entry, feed_table);

static const struct field feed_name_table[] = {
    FIELD(FIELD_TEXT, feed_name, kind, "all, category, audience, department, event"),
    FIELD(FIELD_TEXT, feed_name, slug, NULL),
};
const struct fields feed_name_fields = FIELDS("feed_name", feed_name, feed_name_table);

static const struct field holiday_table[] = {
    FIELD(FIELD_TEXT, holiday_entry, date, NULL),
    FIELD(FIELD_BOOL, holiday_entry, off, "true: a day off; false: a weekend day that is worked"),
    FIELD(FIELD_TEXT, holiday_entry, name, NULL),
};
const struct fields holiday_fields = FIELDS("holiday", holiday_entry, holiday_table);

static const struct field slug_ref_table[] = {
    FIELD(FIELD_TEXT, slug_ref, slug, NULL),
    FIELD(FIELD_TEXT, slug_ref, year, NULL),
    FIELD(FIELD_TEXT, slug_ref, body, NULL),
    FIELD(FIELD_MAYBE, slug_ref, local, "the office's own calendar, which goes before the published one"),
};
const struct fields slug_ref_fields = FIELDS("slug_ref", slug_ref, slug_ref_table);
