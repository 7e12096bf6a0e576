#include "batch.h"
#include "service/backup.h"
#include "service/batch.h"
#include "service/hours.h"
#include "web_private.h"

#define HOURS "/api/v1/hours"

static const struct route rows[] = {
    {HTTP_GET, HOURS, .op = &op_hours_list, .input = &hours_filter_fields, .result = &hours_entry_fields, .list = true,
     .summary = "The ledger of hours"},
    {HTTP_POST, HOURS, .op = &op_hours_add, .input = &hours_input_fields, .result = &hours_entry_fields, .status = 201,
     .summary = "Record hours by hand, or correct an entry; counts once a second person has approved it"},
    {HTTP_POST, HOURS "/{id}/approve", .op = &op_hours_approve, .input = &hours_ref_fields,
     .result = &hours_entry_fields, .summary = "Approve an entry by hand that somebody else has made"},
    {HTTP_POST, "/api/v1/volunteers/{id}/certificate", .op = &op_hours_certificate, .input = &certificate_input_fields,
     .result = &certificate_fields, .status = 201, .summary = "Certify a volunteer's hours, all or of a period"},
    {HTTP_GET, HOURS "/verify/{code}", .op = &op_hours_verify, .input = &certificate_ref_fields,
     .result = &certificate_fields, .summary = "Whether a certificate is true"},
    {HTTP_GET, "/api/v1/check", .op = &op_check, .result = &check_report_fields,
     .summary = "Whether the state is what kepu wrote: ledger, counters, keys, database"},
    {HTTP_POST, "/api/v1/batch", .op = &op_batch, .decode = batch_decode, .raw_answer = "application/json",
     .body_bytes_max = ROUTE_IMPORT_BYTES_MAX, .summary = "Several requests: all of them or none"},
    {HTTP_GET, "/api/v1/backup", .op = &op_backup, .bytes = true, .raw_answer = "application/vnd.sqlite3",
     .summary = "The whole state as one file"},
    {HTTP_POST, "/api/v1/restore", .op = &op_restore, .input = &restore_input_fields, .bytes = true,
     .body_bytes_max = RESTORE_BYTES_MAX, .result = &restore_result_fields,
     .summary = "Serve the state of a backup from now on"},
};
const struct route_table hours_routes = ROUTE_TABLE(rows);
