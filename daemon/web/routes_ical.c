#include "calendar/ical_read.h"
#include "service/export.h"
#include "service/import.h"
#include "web_private.h"

static const struct route rows[] = {
    {HTTP_POST, "/api/v1/import", .op = &op_import, .input = &import_input_fields, .result = &import_report_fields,
     .raw_body = "body", .body_bytes_max = ICAL_FILE_BYTES_MAX,
     .summary = "Import a calendar file; what of it was not taken is counted as refused"},
    {HTTP_GET, "/api/v1/export", .op = &op_export, .input = &export_input_fields, .takes = "slug",
     .raw_answer = "text/calendar; charset=utf-8",
     .summary = "Events as a calendar file, with all that kepu knows of them"},
};
const struct route_table ical_routes = ROUTE_TABLE(rows);
