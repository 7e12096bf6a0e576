#include "service/notice.h"
#include "web_private.h"

#define CHANNELS "/api/v1/channels"
#define CHANNEL CHANNELS "/{name}"
#define REMINDERS "/api/v1/reminders"
#define REMINDER REMINDERS "/{id}"
#define DELIVERIES "/api/v1/deliveries"
#define DELIVERY DELIVERIES "/{id}"
#define ONE_CHANNEL .input = &channel_input_fields, .result = &channel_fields
#define ONE_REMINDER .input = &reminder_input_fields, .result = &reminder_fields
#define ONE_DELIVERY .input = &delivery_filter_fields, .result = &delivery_fields

static const struct route rows[] = {
    {HTTP_POST, CHANNELS, .op = &op_channel_add, ONE_CHANNEL, .status = 201, .location = CHANNEL,
     .summary = "Add a chat robot or webhook"},
    {HTTP_GET, CHANNELS, .op = &op_channel_list, .result = &channel_fields, .list = true, .summary = "List channels"},
    {HTTP_GET, CHANNEL, .op = &op_channel_show, ONE_CHANNEL, .summary = "Show a channel"},
    {HTTP_PATCH, CHANNEL, .op = &op_channel_edit, ONE_CHANNEL, .summary = "Change a channel"},
    {HTTP_DELETE, CHANNEL, .op = &op_channel_remove, ONE_CHANNEL, .summary = "Remove a channel"},
    {HTTP_POST, CHANNEL "/test", .op = &op_channel_test, .input = &channel_input_fields, .result = &delivery_fields,
     .takes = "", .waits = true, .summary = "Send a test message; answers when its outcome is known"},
    {HTTP_POST, CHANNEL "/send", .op = &op_channel_send, .input = &channel_input_fields, .result = &delivery_fields,
     .takes = "text", .waits = true, .summary = "Send a notice now; answers when its outcome is known"},
    {HTTP_POST, CHANNEL "/pause", .op = &op_channel_pause, ONE_CHANNEL, .takes = "",
     .summary = "Send nothing until resumed"},
    {HTTP_POST, CHANNEL "/resume", .op = &op_channel_resume, ONE_CHANNEL, .takes = "", .summary = "Send again"},
    {HTTP_POST, CHANNEL "/rotate-secret", .op = &op_channel_rotate_secret, ONE_CHANNEL,
     .takes = "secret", .summary = "Give a new secret; the old one signs too for a day"},
    {HTTP_POST, REMINDERS, .op = &op_reminder_add, ONE_REMINDER, .status = 201, .location = REMINDER,
     .summary = "Add a reminder rule"},
    {HTTP_GET, REMINDERS, .op = &op_reminder_list, .input = &reminder_input_fields, .result = &reminder_fields,
     .list = true, .takes = "event", .summary = "List reminder rules"},
    {HTTP_GET, REMINDER, .op = &op_reminder_show, ONE_REMINDER, .summary = "Show a reminder rule"},
    {HTTP_PATCH, REMINDER, .op = &op_reminder_edit, ONE_REMINDER, .summary = "Change a reminder rule"},
    {HTTP_DELETE, REMINDER, .op = &op_reminder_remove, ONE_REMINDER, .summary = "Remove a reminder rule"},
    {HTTP_GET, REMINDER "/preview", .op = &op_reminder_preview, .input = &reminder_input_fields,
     .result = &reminder_preview_fields, .list = true, .takes = "count",
     .summary = "What it would send next, to whom and when; nothing is sent. The id may be all"},
    {HTTP_GET, DELIVERIES, .op = &op_delivery_list, .input = &delivery_filter_fields, .result = &delivery_fields,
     .list = true, .summary = "List deliveries, the latest due first"},
    {HTTP_GET, DELIVERY, .op = &op_delivery_show, ONE_DELIVERY, .summary = "Show a delivery with its attempts"},
    {HTTP_POST, DELIVERY "/retry", .op = &op_delivery_retry, ONE_DELIVERY, .takes = "", .summary = "Try again now"},
    {HTTP_POST, DELIVERY "/drop", .op = &op_delivery_drop, ONE_DELIVERY, .takes = "", .summary = "Don't send it"},
};
const struct route_table notice_routes = ROUTE_TABLE(rows);
