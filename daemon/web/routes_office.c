#include "domain/event.h"
#include "service/office.h"
#include "service/plan.h"
#include "service/preset.h"
#include "service/register.h"
#include "service/report.h"
#include "service/target.h"
#include "web_private.h"

#define API "/api/v1/"
#define PRESET API "presets/{slug}"
#define APPLY API "presets/{preset}/apply"

#define REGISTER(path, kind, name)                                                                                     \
    {HTTP_GET, API path, .op = &register_operations[kind].list, .result = &name##_fields, .list = true,                \
     .summary = "List " path},                                                                                         \
    {HTTP_GET, API path "/{slug}", .op = &register_operations[kind].show, .input = &name##_input_fields,               \
     .result = &name##_fields, .summary = "Show one of the " path},                                                    \
    {HTTP_POST, API path, .op = &register_operations[kind].add, .input = &name##_input_fields,                         \
     .result = &name##_fields, .status = 201, .location = API path "/{slug}", .summary = "Add to the " path},          \
    {HTTP_PATCH, API path "/{slug}", .op = &register_operations[kind].edit, .input = &name##_input_fields,             \
     .result = &name##_fields, .summary = "Change one of the " path}

#define REPORT(name, kind, what)                                                                                       \
    {HTTP_GET, API "reports/" name, .op = &report_operations[kind].data, .input = &report_input_fields, .takes = what, \
     .result = &report_fields, .summary = "Report: " name},                                                            \
    {HTTP_GET, API "reports/" name ".html", .op = &report_operations[kind].html, .input = &report_input_fields,        \
     .takes = what, .raw_answer = "text/html; charset=utf-8", .summary = "Report to print: " name},                    \
    {HTTP_GET, API "reports/" name ".md", .op = &report_operations[kind].markdown, .input = &report_input_fields,      \
     .takes = what, .raw_answer = "text/markdown; charset=utf-8", .summary = "Report as Markdown: " name}

static const struct route rows[] = {
    REGISTER("departments", REGISTER_DEPARTMENT, department),
    REGISTER("categories", REGISTER_CATEGORY, category),
    REGISTER("audiences", REGISTER_AUDIENCE, audience),
    REGISTER("venues", REGISTER_VENUE, venue),
    REGISTER("units", REGISTER_UNIT, unit),
    {HTTP_POST, API "units/import", .op = &op_unit_import, .input = &target_import_fields, .takes = "body",
     .raw_body = "body", .result = &import_result_fields, .body_bytes_max = ROUTE_IMPORT_BYTES_MAX,
     .summary = "Import units from a CSV file"},
    {HTTP_GET, API "presets", .op = &op_preset_list, .result = &preset_fields, .list = true, .summary = "List presets"},
    {HTTP_GET, PRESET, .op = &op_preset_show, .input = &slug_ref_fields, .result = &preset_fields,
     .summary = "Show a preset"},
    {HTTP_POST, APPLY, .op = &op_preset_apply, .input = &preset_input_fields, .result = &event_fields, .status = 201,
     .location = API "events/{slug}", .summary = "Schedule a preset; what is given goes before its own"},
    {HTTP_GET, API "plans", .op = &op_plan_list, .result = &plan_fields, .list = true, .summary = "List plans"},
    {HTTP_GET, API "plans/{slug}", .op = &op_plan_show, .input = &slug_ref_fields, .result = &plan_fields,
     .summary = "Show a plan with its sections"},
    {HTTP_POST, API "plans/import", .op = &op_plan_import, .input = &slug_ref_fields, .takes = "body",
     .raw_body = "body", .result = &plan_fields, .body_bytes_max = ROUTE_IMPORT_BYTES_MAX, .status = 201,
     .summary = "Import a plan, in the form of the seeds"},
    {HTTP_POST, API "plans/{slug}/close", .op = &op_plan_close, .input = &slug_ref_fields, .takes = "",
     .result = &plan_fields, .summary = "Close a plan and keep what it came to"},
    REPORT("plan", REPORT_PLAN, "plan period language"),
    REPORT("department", REPORT_DEPARTMENT, "slug plan period language"),
    REPORT("volunteers", REPORT_VOLUNTEERS, "plan period language"),
    REPORT("events", REPORT_EVENTS, "plan period language"),
    {HTTP_POST, API "tokens", .op = &op_token_add, .input = &token_input_fields, .result = &token_fields, .status = 201,
     .summary = "Make a token; it is shown once"},
    {HTTP_GET, API "tokens", .op = &op_token_list, .result = &token_fields, .list = true, .summary = "List tokens"},
    {HTTP_DELETE, API "tokens/{name}", .op = &op_token_revoke, .input = &token_input_fields, .result = &token_fields,
     .summary = "Revoke a token"},
    {HTTP_GET, API "audit", .op = &op_audit_list, .input = &audit_filter_fields, .result = &audit_fields, .list = true,
     .summary = "List what was done, newest first"},
    {HTTP_GET, API "holidays", .op = &op_holiday_list, .input = &slug_ref_fields, .takes = "year",
     .result = &holiday_fields, .list = true, .summary = "List days off and make-up workdays"},
    {HTTP_POST, API "holidays/import", .op = &op_holiday_import, .input = &slug_ref_fields, .result = &holiday_fields,
     .list = true, .takes = "body local", .raw_body = "body", .summary = "Import a calendar of days off"},
    {HTTP_GET, API "status", .op = &op_status, .result = &status_fields, .summary = "The office's state"},
    {HTTP_POST, API "time/expand", .op = &op_time_expand, .input = &expand_line_fields,
     .raw_answer = "application/json", .summary = "The instances of a rule"},
    {HTTP_POST, API "time/expand-batch", .op = &op_time_expand_batch, .input = &slug_ref_fields, .takes = "body",
     .raw_body = "body", .raw_answer = "application/x-ndjson", .body_bytes_max = ROUTE_IMPORT_BYTES_MAX,
     .summary = "The instances of many rules, a JSON line each"},
    {HTTP_POST, API "time/explain", .op = &op_time_explain, .input = &explain_input_fields, .result = &explained_fields,
     .summary = "What words about time mean"},
};
const struct route_table office_routes = ROUTE_TABLE(rows);
