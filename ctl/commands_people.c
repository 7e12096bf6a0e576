#include "commands.h"
#include "table.h"

#define VOLUNTEER_FLAGS(need) \
    IN_BODY(FLAG_TEXT, "name", "N", "姓名", "name", .traits = need), \
    IN_BODY(FLAG_TEXT, "phone", "P", "电话", "phone", .traits = need), \
    IN_BODY(FLAG_TEXT, "email", "E", "邮箱", "e-mail"), \
    IN_BODY(FLAG_TEXT, "org", "O", "所在单位", "organisation"), \
    IN_BODY(FLAG_TEXT, "source", "S", "来源，如 教师、高校学生", "where they come from"), \
    IN_BODY(FLAG_LIST, "skill", "K", "专长（可重复）", "skill (repeatable)", .field = "skills"), \
    IN_BODY(FLAG_TEXT, "town", "TOWN", "镇（街道）", "town")

static const struct flag add_flags[] = {
    VOLUNTEER_FLAGS(REQUIRED),
    IN_BODY(FLAG_BOOL, "consent", NULL, "本人已同意收集信息", "they agreed to their data being kept"), END};
static const struct flag edit_flags[] = {
    VOLUNTEER_FLAGS(0), IN_BODY(FLAG_TEXT, "status", "S", "状态", "status", .choices = "active|resting"),
    IF_VERSION, END};
#define CHOOSING \
    IN_QUERY(FLAG_TEXT, "source", "S", "来源", "where they come from"), \
    IN_QUERY(FLAG_TEXT, "org", "O", "所在单位", "organisation"), \
    IN_QUERY(FLAG_TEXT, "town", "TOWN", "镇（街道）", "town"), \
    IN_QUERY(FLAG_TEXT, "skill", "K", "专长", "skill"), \
    IN_QUERY(FLAG_TEXT, "status", "S", "状态", "status", .choices = "active|resting|erased")

static const struct flag list_flags[] = {
    IN_QUERY(FLAG_TEXT, "search", "TEXT", "按姓名、电话等查找", "find by name, phone …", .field = "q", .letter = 'q'),
    CHOOSING, REVEAL, LIMIT, END};
static const struct flag show_flags[] = {REVEAL, END};
static const struct flag export_flags[] = {CHOOSING, REVEAL, LIMIT, END};

static const struct flag signup_add_flags[] = {
    IN_BODY(FLAG_TEXT, "volunteer", "ID", "志愿者", "the volunteer", .traits = REQUIRED),
    IN_BODY(FLAG_TEXT, "event", "SLUG", "活动", "the event", .traits = REQUIRED),
    IN_BODY(FLAG_TEXT, "on", "DATE", "哪一场：原定日期", "which occurrence: its original date", .traits = REQUIRED),
    IN_BODY(FLAG_TEXT, "role", "R", "岗位；只有一个时可省略", "role; may be left out where there is one"),
    IN_BODY(FLAG_BOOL, "waitlist", NULL, "满员时候补", "join the waiting list if it is full"),
    FORCE("重叠、未开放、已截止、超过限额或缺少专长也报名（记入审计）",
          "even if it overlaps, sign-up is not open, the limit is reached or skills are lacking (audited)"), END};
static const struct flag signup_list_flags[] = {
    IN_QUERY(FLAG_TEXT, "event", "SLUG", "活动", "event"),
    IN_QUERY(FLAG_TEXT, "on", "DATE", "哪一场：原定日期", "which occurrence: its original date", .needs = "event"),
    IN_QUERY(FLAG_TEXT, "volunteer", "ID", "志愿者", "volunteer"),
    IN_QUERY(FLAG_TEXT, "state", "S", "状态", "state",
             .choices = "confirmed|waitlisted|offered|cancelled|attended|no_show|excused"),
    LIMIT, END};
static const struct flag reason_flags[] = {REASON, END};
static const struct flag take_flags[] = {REASON, FORCE("保留时间已过也接受", "even after its time"), END};
#define ANYWAY FORCE("时间在别的日子也登记", "even if the time is another day's")
static const struct flag check_flags[] = {
    IN_BODY(FLAG_TEXT, "at", "WHEN", "何时（默认现在）；再写一次即为更正", "when it was (default: now); said again, it corrects"),
    REASON, ANYWAY, END};
static const struct flag attend_flags[] = {
    IN_BODY(FLAG_INT, "minutes", "N", "服务多少分钟（默认按签到签退，或按本场时长）",
            "minutes of service (default: by check-in and check-out, or the shift's length)"),
    IN_QUERY(FLAG_TEXT, "event", "SLUG", "名单所属的活动", "the event that a list is of"),
    IN_QUERY(FLAG_TEXT, "on", "DATE", "哪一场：原定日期", "which occurrence: its original date", .needs = "event"),
    HERE(FLAG_TEXT, "file", "LIST.csv", "纸质名单：表头 id、volunteer 或 name,phone，可加 role,in,out,minutes,note",
            "a paper list: header id, volunteer or name,phone, and any of role,in,out,minutes,note"),
    REASON, ANYWAY, END};
static const struct flag came_flags[] = {REASON, ANYWAY, END};
static const struct flag code_flags[] = {
    IN_BODY(FLAG_TEXT, "event", "SLUG", "活动", "the event", .traits = REQUIRED),
    IN_BODY(FLAG_TEXT, "on", "DATE", "哪一场：原定日期", "which occurrence: its original date"),
    IN_BODY(FLAG_BOOL, "fixed", NULL, "不变的验证码，用于打印", "the code that stays the same, for paper"), END};

#define ID PATH_ARG("ID", "id")
#define SIGNUP_MOVE(verb, flags_, zh, en) \
    {"signup", verb, "POST", "/signups/{id}/" verb, {ID}, flags_, &shape_signup, WRITES, {zh, en}, \
     .example = "kepuctl signup " verb " s-4k7m2q"}

const struct command people_commands[] = {
    {"volunteer", "add", "POST", "/volunteers", {{NULL}}, add_flags, &shape_volunteer, WRITES,
     {"登记志愿者", "add a volunteer"},
     .example = "kepuctl volunteer add --name 王芳 --phone 13800001234 --skill 讲解 --consent"},
    {"volunteer", "list", "GET", "/volunteers", {{NULL}}, list_flags, &shape_volunteer, ANSWER_LIST | PAGED,
     {"列出志愿者", "list volunteers"}, .example = "kepuctl volunteer list --skill 讲解"},
    {"volunteer", "show", "GET", "/volunteers/{id}", {ID}, show_flags, &shape_volunteer, 0,
     {"查看志愿者", "show a volunteer"}, .example = "kepuctl volunteer show v-4k7m2q"},
    {"volunteer", "edit", "PATCH", "/volunteers/{id}", {ID}, edit_flags, &shape_volunteer, WRITES | NEEDS_CHANGE,
     {"修改志愿者", "change a volunteer"}, .example = "kepuctl volunteer edit v-4k7m2q --town 贺兰山西路街道"},
    {"volunteer", "import", "POST", "/volunteers/import",
     {{"FILE.csv", FLAG_TEXT, PLACE_FILE, NULL, 0}}, NULL, &shape_any, WRITES,
     {"从 CSV 导入（表头 name,phone，可加 email,org,source,skills,town,consent_at）",
      "import a CSV (header name,phone and any of email,org,source,skills,town,consent_at)"},
     .example = "kepuctl volunteer import volunteers.csv --dry-run", .content_type = "text/csv",
     .run = hook_run_import},
    {"volunteer", "export", "GET", "/volunteers/export", {{"ID", FLAG_TEXT, PLACE_PATH, "id", OPTIONAL}}, export_flags,
     &shape_volunteer, ANSWER_LIST | PAGED | AS_CSV,
     {"导出全部志愿者（默认 CSV）；给出编号则导出此人的全部信息（JSON，记入审计）",
      "export all volunteers (CSV unless a format is named); with an ID everything held on that one (JSON; audited)"},
     .example = "kepuctl volunteer export v-4k7m2q > 4k7m2q.json", .check = hook_check_volunteer_export,
     .run = hook_run_volunteer_export},
    {"volunteer", "merge", "POST", "/volunteers/{id}/merge", {PATH_ARG("KEEP", "id"), BODY_ARG("OTHER", "other")}, NULL,
     &shape_any, WRITES,
     {"把同一个人的另一条记录 OTHER 并入 KEEP：报名、时长、链接都归 KEEP（需 --yes）",
      "merge OTHER, another record of the same person, into KEEP: sign-ups, hours and links go to KEEP (wants --yes)"},
     .example = "kepuctl volunteer merge v-4k7m2q v-9x3c5d --dry-run"},
    {"volunteer", "erase", "POST", "/volunteers/{id}/erase", {ID}, NULL, &shape_any, WRITES,
     {"删除志愿者的个人信息：取消未来的报名，保留不具名的统计（需 --yes）",
      "erase what is held on a volunteer: sign-ups ahead are cancelled, anonymous counts remain (wants --yes)"},
     .example = "kepuctl volunteer erase v-4k7m2q --yes"},
    {"volunteer", "link", "POST", "/volunteers/{id}/link", {ID}, NULL, &shape_any, WRITES,
     {"换新并显示志愿者个人页面的链接（旧链接作废）", "renew and show the link of a volunteer's own page"},
     .example = "kepuctl volunteer link v-4k7m2q"},

    {"signup", "add", "POST", "/signups", {{NULL}}, signup_add_flags, &shape_signup, WRITES,
     {"报名", "sign a volunteer up"},
     .example = "kepuctl signup add --volunteer v-4k7m2q --event science-day --on 2027-09-18 --role 讲解员"},
    {"signup", "list", "GET", "/signups", {{NULL}}, signup_list_flags, &shape_signup, ANSWER_LIST | PAGED,
     {"列出报名", "list sign-ups"}, .example = "kepuctl signup list --event science-day --on 2027-09-18"},
    {"signup", "show", "GET", "/signups/{id}", {ID}, NULL, &shape_signup, 0,
     {"查看报名", "show a sign-up"}, .example = "kepuctl signup show s-4k7m2q"},
    SIGNUP_MOVE("cancel", reason_flags, "取消报名", "cancel a sign-up"),
    SIGNUP_MOVE("take", take_flags, "接受为其保留的名额（电话答复时）", "take the place that is kept for them, as they said by phone"),
    SIGNUP_MOVE("decline", reason_flags, "谢绝为其保留的名额，让给下一位", "decline it; it goes to the next in line"),
    SIGNUP_MOVE("check-in", check_flags, "签到", "check in"),
    SIGNUP_MOVE("check-out", check_flags, "签退", "check out"),
    {"signup", "attend", "POST", "/signups/{id}/attend", {{"ID...", FLAG_TEXT, PLACE_PATH, "id", OPTIONAL | MANY}},
     attend_flags, &shape_signup, WRITES,
     {"记为到场：一个或几个报名，或一份名单", "mark as attended: sign-ups, or a whole list"},
     .example = "kepuctl signup attend --event science-day --on 2027-09-18 --file list.csv", .run = hook_run_attend},
    SIGNUP_MOVE("no-show", came_flags, "记为未到", "mark as not having come"),
    SIGNUP_MOVE("excuse", reason_flags, "记为请假", "mark as excused"),
    {"signup", "code", "POST", "/signups/code", {{NULL}}, code_flags, &shape_any, WRITES,
     {"现场签到码与展示页", "the code to check in with at the venue, and the page that shows it"},
     .example = "kepuctl signup code --event science-day --on 2027-09-18"},
    END_OF_COMMANDS};
