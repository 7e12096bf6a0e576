#include "person.h"

#include "hours.h"
#include "office.h"
#include "signup.h"

static const struct field consent_table[] = {
    FIELD(FIELD_TEXT, person_consent, basis, "consent, organisation, guardian"),
    FIELD(FIELD_TEXT, person_consent, notice_version, "of the privacy notice"),
    FIELD_AS("at", FIELD_MS, person_consent, at_ms, NULL),
};
static const struct fields consent_fields = FIELDS("consent", person_consent, consent_table);

static const struct field guardian_table[] = {
    FIELD(FIELD_TEXT, person_guardian, name, NULL),
    FIELD(FIELD_TEXT, person_guardian, phone, NULL),
};
static const struct fields guardian_fields = FIELDS("guardian", person_guardian, guardian_table);

static const struct field links_table[] = {
    FIELD(FIELD_BOOL, person_links, page, "a link of their page is out"),
    FIELD(FIELD_BOOL, person_links, calendar, "an address of their calendar is out"),
    FIELD(FIELD_INT, person_links, signups, "links of single sign-ups"),
};
static const struct fields links_fields = FIELDS("person_links", person_links, links_table);

static const struct field file_table[] = {
    FIELD_OF(FIELD_OBJECT, person_file, volunteer, volunteer_fields, "whole, nothing masked"),
    FIELD(FIELD_TEXTS, person_file, merged, "ids of records that were merged into this one"),
    FIELD_OF(FIELD_OBJECTS, person_file, consents, consent_fields, NULL),
    FIELD_OF(FIELD_OBJECT, person_file, guardian, guardian_fields, "null: none"),
    FIELD_OF(FIELD_OBJECTS, person_file, signups, signup_fields, "with attendance"),
    FIELD_OF(FIELD_OBJECTS, person_file, hours, hours_entry_fields, "entries of the ledger"),
    FIELD(FIELD_TEXTS, person_file, certificates, "their codes"),
    FIELD_OF(FIELD_OBJECT, person_file, links, links_fields, "which are out; never the secrets"),
    FIELD_OF(FIELD_OBJECTS, person_file, audit, audit_fields, "entries about them and their sign-ups"),
    FIELD_AS("exported", FIELD_MS, person_file, exported_ms, NULL),
};
const struct fields person_file_fields = FIELDS("person_file", person_file, file_table);

static const struct field erased_table[] = {
    FIELD(FIELD_TEXT, person_erased, id, NULL),
    FIELD(FIELD_TEXT, person_erased, status, "erased"),
    FIELD(FIELD_INT, person_erased, cancelled, "sign-ups for what is still to come"),
    FIELD(FIELD_INT, person_erased, signups, "that remain, without a name"),
    FIELD_AS("hours", FIELD_MILLI, person_erased, hours_milli, "that remain, without a name"),
};
const struct fields person_erased_fields = FIELDS("person_erased", person_erased, erased_table);

static const struct field merge_table[] = {
    FIELD(FIELD_TEXT, volunteer_merge, id, "the one that stays"),
    FIELD(FIELD_TEXT, volunteer_merge, other, "the one that goes"),
};
const struct fields volunteer_merge_fields = FIELDS("volunteer_merge", volunteer_merge, merge_table);

static const struct field merged_table[] = {
    FIELD_OF(FIELD_OBJECT, volunteer_merged, volunteer, volunteer_fields, "the one that stays, as it is now"),
    FIELD(FIELD_TEXT, volunteer_merged, merged, "the other's id; it names the one that stays from now on"),
    FIELD(FIELD_INT, volunteer_merged, signups, "that moved"),
    FIELD(FIELD_INT, volunteer_merged, cancelled, "of those that both had for the same place, the weaker"),
    FIELD_AS("hours", FIELD_MILLI, volunteer_merged, hours_milli, "that moved"),
    FIELD(FIELD_TEXTS, volunteer_merged, filled, "what only the other said"),
    FIELD(FIELD_BOOL, volunteer_merged, links, "the other's page or calendar opens this one's now"),
};
const struct fields volunteer_merged_fields = FIELDS("volunteer_merged", volunteer_merged, merged_table);
