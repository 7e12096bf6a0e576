#include "service/event.h"
#include "web_private.h"

static const struct route_variant one_cancelled = {"on", NULL, &op_occurrence_cancel, &occurrence_fields};
static const struct route_variant one_confirmed = {"on", NULL, &op_occurrence_confirm, &occurrence_fields};
static const struct route_variant one_edited = {"scope", "this", &op_event_edit_one, &occurrence_fields};

#define EVENTS "/api/v1/events"
#define EVENT "/api/v1/events/{slug}"

static const struct route rows[] = {
    {HTTP_POST, EVENTS, .op = &op_event_add, .input = &event_input_fields, .result = &event_fields, .status = 201,
     .location = EVENT, .summary = "Schedule an event"},
    {HTTP_GET, EVENTS, .op = &op_event_list, .input = &event_filter_fields, .result = &event_fields, .list = true,
     .summary = "List events"},
    {HTTP_GET, EVENT, .op = &op_event_show, .input = &event_ref_fields, .result = &event_fields,
     .summary = "Show an event"},
    {HTTP_PATCH, EVENT, .op = &op_event_edit, .input = &event_input_fields, .result = &event_fields,
     .variant = &one_edited,
     .summary = "Change an event: all of it, one occurrence (scope=this), or one and what follows (scope=future)"},
    {HTTP_DELETE, EVENT, .op = &op_event_remove, .input = &event_ref_fields, .result = &event_fields,
     .summary = "Remove an event; one with sign-ups wants force"},
    {HTTP_POST, EVENT "/cancel", .op = &op_event_cancel, .input = &event_ref_fields, .result = &event_fields,
     .takes = "on reason", .variant = &one_cancelled, .summary = "Cancel an event, or one occurrence (on)"},
    {HTTP_POST, EVENT "/move", .op = &op_occurrence_move, .input = &event_ref_fields, .result = &occurrence_fields,
     .takes = "on to", .summary = "Move one occurrence"},
    {HTTP_POST, EVENT "/confirm", .op = &op_event_confirm, .input = &event_ref_fields, .result = &event_fields,
     .takes = "on start", .variant = &one_confirmed, .summary = "Confirm a provisional date"},
    {HTTP_POST, EVENT "/headcount", .op = &op_occurrence_headcount, .input = &event_ref_fields,
     .takes = "on count note", .result = &occurrence_fields, .summary = "Record how many people came"},
    {HTTP_POST, EVENTS "/{from}/clone", .op = &op_event_clone, .input = &clone_input_fields, .result = &event_fields,
     .status = 201, .location = EVENT, .summary = "Make a new event like this one"},
    {HTTP_GET, EVENT "/occurrences", .op = &op_occurrence_list, .input = &occurrence_filter_fields,
     .result = &occurrence_fields, .list = true, .summary = "List an event's occurrences"},
};
const struct route_table event_routes = ROUTE_TABLE(rows);
