#include "base/csv.h"
#include "domain/event.h"
#include "service/attendance.h"
#include "service/signup.h"
#include "service/signup_offer.h"
#include "service/target.h"
#include "service/volunteer.h"
#include "web_private.h"

/* Whole numbers are an operation of their own: for administrators, and audited. */
static const struct route_variant shown_whole = {"reveal", "true", &op_volunteer_show_revealed, &volunteer_fields};
static const struct route_variant listed_whole = {"reveal", "true", &op_volunteer_list_revealed, &volunteer_fields};

#define VOLUNTEERS "/api/v1/volunteers"
#define VOLUNTEER "/api/v1/volunteers/{id}"
#define SIGNUPS "/api/v1/signups"
#define SIGNUP "/api/v1/signups/{id}"
#define TARGETS "/api/v1/targets"
#define TARGET "/api/v1/targets/{slug}"
#define ATTENDANCE(verb, operation, fields, said) \
    {HTTP_POST, SIGNUP "/" verb, .op = &operation, .input = &attendance_input_fields, .takes = fields, \
     .result = &signup_fields, .summary = said}

static const struct route rows[] = {
    {HTTP_POST, VOLUNTEERS, .op = &op_volunteer_add, .input = &volunteer_input_fields, .result = &volunteer_fields,
     .status = 201, .location = VOLUNTEER, .summary = "Register a volunteer"},
    {HTTP_GET, VOLUNTEERS, .op = &op_volunteer_list, .input = &volunteer_filter_fields, .result = &volunteer_fields,
     .list = true, .variant = &listed_whole, .summary = "List volunteers"},
    {HTTP_GET, VOLUNTEERS "/export", .op = &op_volunteer_list, .input = &volunteer_filter_fields,
     .result = &volunteer_fields, .list = true, .variant = &listed_whole, .summary = "All volunteers, page by page"},
    {HTTP_POST, VOLUNTEERS "/import", .op = &op_volunteer_import, .input = &volunteer_import_fields,
     .result = &volunteer_import_result_fields, .body_bytes_max = CSV_BYTES_MAX, .raw_body = "body",
     .summary = "Import a CSV file, all of it or nothing"},
    {HTTP_GET, VOLUNTEER, .op = &op_volunteer_show, .input = &volunteer_ref_fields, .result = &volunteer_fields,
     .takes = "reveal", .variant = &shown_whole, .summary = "Show a volunteer"},
    {HTTP_PATCH, VOLUNTEER, .op = &op_volunteer_edit, .input = &volunteer_edit_fields, .result = &volunteer_fields,
     .summary = "Change a volunteer"},
    {HTTP_POST, VOLUNTEER "/link", .op = &op_volunteer_link, .input = &volunteer_ref_fields,
     .takes = "", .result = &volunteer_link_fields, .summary = "Renew the link of a volunteer's own page; shown once"},
    {HTTP_GET, VOLUNTEER "/export", .op = &op_volunteer_export, .input = &volunteer_ref_fields, .takes = "",
     .result = &person_file_fields, .summary = "Everything that is held on a volunteer, in full; audited"},
    {HTTP_POST, VOLUNTEER "/merge", .op = &op_volunteer_merge, .input = &volunteer_merge_fields,
     .result = &volunteer_merged_fields,
     .summary = "Merge another record of the same person into this one. Wants ?yes=true"},
    {HTTP_POST, VOLUNTEER "/erase", .op = &op_volunteer_erase, .input = &volunteer_ref_fields, .takes = "",
     .result = &person_erased_fields,
     .summary = "Erase what is held on a volunteer; anonymous counts remain. Wants ?yes=true"},

    {HTTP_POST, SIGNUPS, .op = &op_signup_add, .input = &signup_input_fields, .result = &signup_fields, .status = 201,
     .location = SIGNUP, .summary = "Sign a volunteer up"},
    {HTTP_GET, SIGNUPS, .op = &op_signup_list, .input = &signup_filter_fields, .result = &signup_fields, .list = true,
     .summary = "List sign-ups"},
    {HTTP_GET, SIGNUP, .op = &op_signup_show, .input = &signup_ref_fields, .result = &signup_fields,
     .summary = "Show a sign-up"},
    {HTTP_POST, SIGNUP "/cancel", .op = &op_signup_cancel, .input = &signup_ref_fields, .result = &signup_fields,
     .summary = "Cancel; the first in line gets the place"},
    {HTTP_POST, SIGNUP "/take", .op = &op_signup_take, .input = &signup_ref_fields, .result = &signup_fields,
     .takes = "reason", .summary = "They take the place that they were offered"},
    {HTTP_POST, SIGNUP "/decline", .op = &op_signup_decline, .input = &signup_ref_fields, .result = &signup_fields,
     .takes = "reason", .summary = "They decline it; it goes to the next in line"},
    ATTENDANCE("check-in", op_signup_check_in, "at reason", "They came; with `at`, when, or a correction"),
    ATTENDANCE("check-out", op_signup_check_out, "at reason", "They left; with `at`, when, or a correction"),
    ATTENDANCE("attend", op_signup_attend, "reason minutes", "They were there"),
    ATTENDANCE("no-show", op_signup_no_show, "reason", "They did not come"),
    ATTENDANCE("excuse", op_signup_excuse, "reason", "They said that they would not come"),
    {HTTP_POST, SIGNUPS "/attend", .op = &op_attendance_list, .input = &attendance_list_input_fields,
     .result = &attendance_list_result_fields, .body_bytes_max = ROUTE_IMPORT_BYTES_MAX,
     .raw_body = "list", .summary = "A paper list of who came, all of it or nothing"},
    {HTTP_POST, SIGNUPS "/code", .op = &op_venue_code, .input = &venue_code_input_fields, .result = &venue_code_fields,
     .summary = "The code to show at the venue, which volunteers enter on their own pages"},

    {HTTP_GET, TARGETS, .op = &op_target_list, .input = &target_ref_fields, .takes = "plan",
     .result = &target_fields, .list = true,
     .summary = "List a plan's targets and where they stand"},
    {HTTP_GET, TARGET, .op = &op_target_show, .input = &target_ref_fields, .takes = "plan", .result = &target_fields,
     .summary = "Show a target"},
    {HTTP_GET, TARGET "/entries", .op = &op_target_entries, .input = &target_ref_fields, .takes = "plan cursor limit",
     .result = &target_part_fields, .list = true, .summary = "List what a target's value is made of"},
    {HTTP_GET, TARGET "/grid", .op = &op_target_grid, .input = &target_ref_fields, .takes = "plan",
     .result = &grid_fields, .summary = "A coverage target's units and terms, and what is missing"},
    {HTTP_POST, TARGETS "/import", .op = &op_target_import, .input = &target_import_fields, .takes = "body plan",
     .raw_body = "body", .result = &import_result_fields, .body_bytes_max = ROUTE_IMPORT_BYTES_MAX,
     .summary = "Import past figures from a CSV file"},
    {HTTP_POST, TARGET "/draft", .op = &op_target_draft, .input = &draft_input_fields, .takes = "plan term preset",
     .result = &event_fields, .list = true, .summary = "Schedule provisional events for what a grid is missing"},
    {HTTP_POST, TARGET "/record", .op = &op_target_record, .input = &target_record_fields, .result = &target_fields,
     .summary = "Add an entry"},
    {HTTP_POST, TARGET "/set", .op = &op_target_set, .input = &target_set_fields, .result = &target_fields,
     .summary = "Replace the value"},
};
const struct route_table people_routes = ROUTE_TABLE(rows);
