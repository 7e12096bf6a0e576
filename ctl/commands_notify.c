#include "commands.h"
#include "table.h"

#define CHANNEL_FLAGS \
    {.name = "secret-file", .kind = FLAG_FILE, .place = PLACE_BODY, .field = "secret", .value = "FILE", \
     .help = {"存有密钥的文件（- 为标准输入）", "file that holds the secret (- is standard input)"}}, \
    IN_BODY(FLAG_TEXT, "keyword", "TEXT", "机器人要求的关键词", "keyword the robot demands"), \
    IN_BODY(FLAG_LIST, "filter", "category=C|lead=D|audience=A", "只发送符合的活动（可重复）", \
            "only events that match (repeatable)", .field = "filters"), \
    IN_BODY(FLAG_TEXT, "quiet", "22:00-07:00", "免打扰时间（留空取消）", "hours when nothing is sent (empty: none)"), \
    IN_BODY(FLAG_BOOL, "alerts", NULL, "其他群出故障时通知这里", "tell it of the troubles of other channels"), \
    IN_BODY(FLAG_BOOL, "allow-private", NULL, "允许内网地址（仅管理员）", "allow private addresses (admins only)"), \
    IN_BODY(FLAG_TEXT, "message-lang", "zh|en", "消息的语言", "language of its messages", .field = "lang", \
            .choices = "zh|en")
#define URL_FLAGS(need) \
    IN_BODY(FLAG_TEXT, "url", "URL", "机器人的地址", "the robot's address", .group = 'u', .traits = need), \
    {.name = "url-file", .kind = FLAG_FILE, .place = PLACE_BODY, .field = "url", .value = "FILE", .group = 'u', \
     .help = {"存有地址的文件（不让地址出现在进程列表里）", "file that holds the address (keeps it out of the process list)"}}
#define REMINDER_FLAGS \
    IN_BODY(FLAG_TEXT, "event", "SLUG", "针对一个活动", "for one event", .group = 's'), \
    IN_BODY(FLAG_TEXT, "category", "SLUG", "针对一个类别", "for a category", .group = 's'), \
    IN_BODY(FLAG_BOOL, "all", NULL, "针对全部活动", "for every event", .group = 's'), \
    IN_BODY(FLAG_TEXT, "before", "SPAN", "提前多久", "how long before", .group = 'w'), \
    IN_BODY(FLAG_TEXT, "after", "SPAN", "之后多久", "how long after", .group = 'w'), \
    IN_BODY(FLAG_TEXT, "kind", "K", "提醒的种类", "kind of reminder", \
            .choices = "upcoming|understaffed|thanks|changed|filled|milestone|digest|ask"), \
    IN_BODY(FLAG_LIST, "channel", "NAME", "发到哪个群（可重复；默认全部）", "to which channel (repeatable; default: all)", \
            .field = "channels"), \
    IN_BODY(FLAG_TEXT, "weekly", "WORDS", "每周什么时候（digest 默认每周日 18:00，ask 默认每周一 9:00）", \
            "when of the week (digest: every sunday 18:00, ask: every monday 9:00)"), \
    IN_BODY(FLAG_TEXT, "target", "SLUG", "milestone：哪个指标（默认全部）", "milestone: of which target (default: all)"), \
    IN_BODY(FLAG_TEXT, "steps", "25,50,75,90,100", "milestone：哪些百分比", "milestone: which percentages"), \
    IN_BODY(FLAG_TEXT, "template", "TEXT", \
            "消息模板（Mustache）：title start venue url roles{name free capacity taken short} people reason …", \
            "the message (Mustache): title start venue url roles{name free capacity taken short} people reason …"), \
    IN_BODY(FLAG_TEXT, "message-lang", "zh|en", "消息的语言", "language of the message", .field = "lang", \
            .choices = "zh|en")

static const struct flag channel_add_flags[] = {
    IN_BODY(FLAG_TEXT, "kind", "KIND", "种类", "kind", .traits = REQUIRED,
            .choices = "wecom|dingtalk|feishu|lark|slack|discord|matrix|ntfy|telegram|webhook"),
    URL_FLAGS(REQUIRED), CHANNEL_FLAGS, END};
static const struct flag channel_edit_flags[] = {URL_FLAGS(0), CHANNEL_FLAGS, IF_VERSION, END};
static const struct flag send_flags[] = {
    IN_BODY(FLAG_TEXT, "text", "T", "通知的内容", "what to tell", .traits = REQUIRED), END};
static const struct flag secret_flags[] = {
    {.name = "secret-file", .kind = FLAG_FILE, .place = PLACE_BODY, .field = "secret", .value = "FILE",
     .help = {"存有新密钥的文件（默认由 kepud 生成）", "file that holds the new secret (default: kepud makes one)"}},
    END};
static const struct flag reminder_add_flags[] = {REMINDER_FLAGS, END};
static const struct flag reminder_edit_flags[] = {REMINDER_FLAGS, IF_VERSION, END};

#define DELIVERY_FILTERS \
    IN_QUERY(FLAG_TEXT, "channel", "NAME", "群", "channel"), \
    IN_QUERY(FLAG_TEXT, "event", "SLUG", "活动", "event"), \
    IN_QUERY(FLAG_TEXT, "state", "S", "状态", "state", \
             .choices = "scheduled|sending|retrying|ambiguous|delivered|expired|cancelled|superseded|failed")
static const struct flag delivery_list_flags[] = {DELIVERY_FILTERS, LIMIT, END};
static const struct flag delivery_tail_flags[] = {
    DELIVERY_FILTERS,
    HERE(FLAG_INT, "count", "COUNT", "先显示最近几条（默认 10）", "show this many first (default 10)", .letter = 'N'), END};

static const struct flag preview_flags[] = {
    HERE(FLAG_INT, "count", "COUNT", "接下来的几次（默认 5）", "how many of the next ones (default 5)", .letter = 'N'), END};

static const struct flag limit_flags[] = {LIMIT, END};
static const struct flag feed_flags[] = {
    HERE(FLAG_BOOL, "qr", NULL, "输出不是终端时也画二维码", "draw the QR code where output is no terminal, too"), END};

#define NAME PATH_ARG("NAME", "name")
#define ID PATH_ARG("ID", "id")

const struct command notify_commands[] = {
    {"channel", "add", "POST", "/channels", {BODY_ARG("NAME", "name")}, channel_add_flags, &shape_channel, WRITES,
     {"添加群", "add a channel"},
     .example = "kepuctl channel add duty --kind wecom --url 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…'"},
    {"channel", "list", "GET", "/channels", {{NULL}}, limit_flags, &shape_channel, ANSWER_LIST,
     {"列出群", "list channels"}, .example = "kepuctl channel list"},
    {"channel", "show", "GET", "/channels/{name}", {NAME}, NULL, &shape_channel, 0,
     {"查看群", "show a channel"}, .example = "kepuctl channel show duty"},
    {"channel", "edit", "PATCH", "/channels/{name}", {NAME}, channel_edit_flags, &shape_channel, WRITES | NEEDS_CHANGE,
     {"修改群", "change a channel"}, .example = "kepuctl channel edit duty --keyword 科普"},
    {"channel", "test", "POST", "/channels/{name}/test", {NAME}, NULL, &shape_delivery, WRITES | WAITS_LONG,
     {"发一条测试消息并等待结果", "send a test message and wait for its outcome"}, .example = "kepuctl channel test duty",
     .wanted_state = "delivered"},
    {"channel", "send", "POST", "/channels/{name}/send", {NAME}, send_flags, &shape_delivery, WRITES | WAITS_LONG,
     {"立即发一条通知并等待结果", "send a notice now and wait for its outcome"},
     .example = "kepuctl channel send duty --text 因雨改到室内", .wanted_state = "delivered"},
    {"channel", "pause", "POST", "/channels/{name}/pause", {NAME}, NULL, &shape_channel, WRITES,
     {"暂停群", "pause a channel"}, .example = "kepuctl channel pause duty"},
    {"channel", "resume", "POST", "/channels/{name}/resume", {NAME}, NULL, &shape_channel, WRITES,
     {"恢复群", "resume a channel"}, .example = "kepuctl channel resume duty"},
    {"channel", "rotate-secret", "POST", "/channels/{name}/rotate-secret", {NAME}, secret_flags, &shape_channel, WRITES,
     {"更换密钥", "change its secret"}, .example = "kepuctl channel rotate-secret duty --secret-file new-secret"},
    {"channel", "remove", "DELETE", "/channels/{name}", {NAME}, NULL, &shape_channel, WRITES,
     {"删除群", "remove a channel"}, .example = "kepuctl channel remove duty"},

    {"reminder", "add", "POST", "/reminders", {{NULL}}, reminder_add_flags, &shape_reminder, WRITES,
     {"添加提醒规则", "add a reminder rule"},
     .example = "kepuctl reminder add --event science-day --before 1d --channel duty",
     .check = hook_check_reminder_add},
    {"reminder", "list", "GET", "/reminders", {{NULL}}, limit_flags, &shape_reminder, ANSWER_LIST,
     {"列出提醒规则", "list reminder rules"}, .example = "kepuctl reminder list"},
    {"reminder", "show", "GET", "/reminders/{id}", {ID}, NULL, &shape_reminder, 0,
     {"查看提醒规则", "show a reminder rule"}, .example = "kepuctl reminder show r-4k7m2q"},
    {"reminder", "edit", "PATCH", "/reminders/{id}", {ID}, reminder_edit_flags, &shape_reminder, WRITES | NEEDS_CHANGE,
     {"修改提醒规则", "change a reminder rule"}, .example = "kepuctl reminder edit r-4k7m2q --before 2h"},
    {"reminder", "preview", "GET", "/reminders", {{"ID", FLAG_TEXT, PLACE_HERE, NULL, OPTIONAL}},
     preview_flags, &shape_preview, ANSWER_LIST,
     {"看看接下来会发出什么（默认全部规则）", "see what would be sent next (default: by all rules)"},
     .example = "kepuctl reminder preview r-4k7m2q -N 3", .run = hook_run_preview},
    {"reminder", "remove", "DELETE", "/reminders/{id}", {ID}, NULL, &shape_reminder, WRITES,
     {"删除提醒规则", "remove a reminder rule"}, .example = "kepuctl reminder remove r-4k7m2q"},

    {"delivery", "list", "GET", "/deliveries", {{NULL}}, delivery_list_flags, &shape_delivery, ANSWER_LIST | PAGED,
     {"列出投递", "list deliveries"}, .example = "kepuctl delivery list --channel duty --state failed"},
    {"delivery", "show", "GET", "/deliveries/{id}", {ID}, NULL, &shape_delivery, 0,
     {"查看投递及每次尝试", "show a delivery with every attempt"}, .example = "kepuctl delivery show d-4k7m2q"},
    {"delivery", "retry", "POST", "/deliveries/{id}/retry", {ID}, NULL, &shape_delivery, WRITES,
     {"马上再试", "try it again now"}, .example = "kepuctl delivery retry d-4k7m2q"},
    {"delivery", "drop", "POST", "/deliveries/{id}/drop", {ID}, NULL, &shape_delivery, WRITES,
     {"不再投递", "give it up"}, .example = "kepuctl delivery drop d-4k7m2q"},
    {"delivery", "tail", "GET", "/deliveries", {{NULL}}, delivery_tail_flags, &shape_delivery, ANSWER_LIST | PAGED,
     {"随时显示新的投递（Ctrl-C 结束）", "show deliveries as they happen (Ctrl-C ends it)"},
     .example = "kepuctl delivery tail --channel duty", .run = hook_run_tail},

    {"feed", "list", "GET", "/feeds", {{NULL}}, limit_flags, &shape_feed, ANSWER_LIST,
     {"列出日历订阅地址", "list calendar feeds"}, .example = "kepuctl feed list"},
    {"feed", "show", "GET", "/feeds", {{"all|KIND/SLUG", FLAG_TEXT, PLACE_HERE, NULL, OPTIONAL}}, feed_flags,
     &shape_feed, 0,
     {"查看一个日历的订阅地址和二维码（默认全部活动；KIND 为 category、audience、department 或 event）",
      "show a calendar's addresses and QR code (default: all; KIND is category, audience, department or event)"},
     .example = "kepuctl feed show category/science-day", .run = hook_run_feed},
    {"feed", "rotate", "POST", "/volunteers/{id}/feed", {PATH_ARG("VOLUNTEER", "id")}, feed_flags, &shape_feed, WRITES,
     {"为志愿者的日历换一个新地址（旧地址作废，新地址只显示一次）",
      "give a volunteer's own calendar a new address (the old one ends; shown once)"},
     .example = "kepuctl feed rotate v-4k7m2q", .run = hook_run_feed},
    END_OF_COMMANDS};
