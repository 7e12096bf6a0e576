#include "commands.h"
#include "table.h"

static const struct flag list_flags[] = {
    IN_QUERY(FLAG_TEXT, "volunteer", "ID", "志愿者", "volunteer"),
    IN_QUERY(FLAG_TEXT, "event", "SLUG", "活动", "event"),
    IN_QUERY(FLAG_TEXT, "state", "S", "状态", "state", .choices = "pending|counted"), LIMIT, END};
static const struct flag add_flags[] = {
    IN_BODY(FLAG_TEXT, "volunteer", "ID", "志愿者", "the volunteer"),
    IN_BODY(FLAG_INT, "minutes", "N", "分钟数", "minutes of service", .group = 'm'),
    IN_BODY(FLAG_NUMBER, "hours", "H", "小时数，如 1.5", "hours of service, such as 1.5", .group = 'm'),
    IN_BODY(FLAG_TEXT, "event", "SLUG", "活动", "the event"),
    IN_BODY(FLAG_TEXT, "on", "DATE", "活动的原定日期；没有活动时是服务日期",
            "the occurrence's original date; without an event, the day of service"),
    IN_BODY(FLAG_TEXT, "note", "TEXT", "做了什么", "what was done"),
    IN_BODY(FLAG_TEXT, "corrects", "ID", "更正哪一条记录：以新的时长代替", "the entry whose amount this replaces"),
    FORCE("数目或重复已核对", "even if it is unusually much, or on top of what is there"), END};
static const struct flag approve_flags[] = {IN_BODY(FLAG_TEXT, "note", "TEXT", "备注", "note"), END};
static const struct flag certificate_flags[] = {
    IN_BODY(FLAG_TEXT, "period", "PERIOD", "时间段，如 2027、2027-H1", "a period, such as 2027 or 2027-H1"),
    IN_BODY(FLAG_TEXT, "from", "DATE", "自哪一天", "the first day"),
    IN_BODY(FLAG_TEXT, "to", "DATE", "至哪一天", "the last day"), END};

static const struct flag restore_flags[] = {
    IN_QUERY(FLAG_BOOL, "replace", NULL, "取代现有的全部内容", "take the place of everything that is there"), END};

const struct command hours_commands[] = {
    {"hours", "list", "GET", "/hours", {{NULL}}, list_flags, &shape_hours, ANSWER_LIST | PAGED,
     {"列出服务时长账本", "list the ledger of hours"}, .example = "kepuctl hours list --state pending"},
    {"hours", "add", "POST", "/hours", {{NULL}}, add_flags, &shape_hours, WRITES,
     {"手工记录或更正时长（须由第二人审批）", "record or correct hours by hand (a second person approves)"},
     .example = "kepuctl hours add --volunteer v-4k7m2q --hours 1.5 --note 布置展板"},
    {"hours", "approve", "POST", "/hours/{id}/approve", {PATH_ARG("ID", "id")}, approve_flags, &shape_hours, WRITES,
     {"审批别人手工记录的时长", "approve an entry that somebody else made by hand"},
     .example = "kepuctl hours approve h-4k7m2q"},
    {"hours", "certificate", "POST", "/volunteers/{id}/certificate", {PATH_ARG("ID", "id")}, certificate_flags,
     &shape_certificate, WRITES,
     {"开具服务时长证明，给出验证码和打印页", "certify hours: a code to verify, and a sheet to print"},
     .example = "kepuctl hours certificate v-4k7m2q --period 2027"},
    {"hours", "verify", "GET", "/hours/verify/{code}", {PATH_ARG("CODE", "code")}, NULL, &shape_certificate, 0,
     {"验证一份时长证明是否属实", "whether a certificate is true"}, .example = "kepuctl hours verify 7k2m-9q4x-wd3f-8h5n",
     .wanted_state = "valid"},
    {"check", NULL, "GET", "/check", {{NULL}}, NULL, &shape_any, 0,
     {"核对账本、计数与数据库，有改动即指出", "verify ledger, counters and database; names what was changed"},
     .example = "kepuctl check", .wanted_state = "sound"},
    {"batch", NULL, "POST", "/batch", {{"FILE", FLAG_TEXT, PLACE_FILE, NULL, 0}}, NULL, &shape_any, WRITES,
     {"执行一个文件里的命令，每行一条，全部成功或全部不做", "run a file of commands, a line each: all of them or none"},
     .example = "kepuctl batch commands.txt --dry-run", .run = hook_run_batch},
    {"backup", NULL, "GET", "/backup", {{"FILE", FLAG_TEXT, PLACE_HERE, "file", 0}}, NULL, &shape_any, 0,
     {"把全部状态备份成一个文件（密钥另存）", "write the whole state to one file (keep the key beside it)"},
     .example = "kepuctl backup kepu-2027-05-12.db", .run = hook_run_backup},
    {"restore", NULL, "POST", "/restore", {{"FILE", FLAG_TEXT, PLACE_FILE, NULL, 0}}, restore_flags, &shape_any, WRITES,
     {"恢复到一份备份，命令返回时即已生效", "go back to a backup; it is served when the command returns"},
     .example = "kepuctl restore kepu-2027-05-12.db --replace", .content_type = "application/vnd.sqlite3",
     .run = hook_run_restore},
    END_OF_COMMANDS};
