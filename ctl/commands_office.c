#include "commands.h"
#include "table.h"

#define OWN_SLUG IN_BODY(FLAG_TEXT, "slug", "SLUG", "代号（也可直接写在 add 后面）", "its slug (or write it right after add)")
#define TITLES(need) \
    IN_BODY(FLAG_TEXT, "title", "T", "名称", "name", .traits = need), \
    IN_BODY(FLAG_TEXT, "title-en", "T", "英文名称", "name in English")
#define ALIASES IN_BODY(FLAG_LIST, "alias", "TEXT", "别名（可重复）", "another name (repeatable)", .field = "aliases")
#define COLOR IN_BODY(FLAG_TEXT, "colour", "COLOR", "颜色（CSS 颜色名）", "colour (a CSS name)", .field = "color")
#define PLACE \
    IN_BODY(FLAG_TEXT, "address", "TEXT", "地址", "address"), \
    IN_BODY(FLAG_TEXT, "town", "TEXT", "所在镇（街道）", "the town or street it is in"), \
    IN_BODY(FLAG_NUMBER, "latitude", "N", "纬度", "latitude"), IN_BODY(FLAG_NUMBER, "longitude", "N", "经度", "longitude")

static const struct flag department_add[] = {OWN_SLUG, TITLES(REQUIRED), ALIASES, END};
static const struct flag department_edit[] = {TITLES(0), ALIASES, IF_VERSION, END};
static const struct flag category_add[] = {OWN_SLUG, TITLES(REQUIRED), COLOR, END};
static const struct flag category_edit[] = {TITLES(0), COLOR, IF_VERSION, END};
static const struct flag audience_add[] = {OWN_SLUG, TITLES(REQUIRED), END};
static const struct flag audience_edit[] = {TITLES(0), IF_VERSION, END};
static const struct flag venue_add[] = {OWN_SLUG, TITLES(REQUIRED), PLACE, END};
static const struct flag venue_edit[] = {TITLES(0), PLACE, IF_VERSION, END};

static const struct flag unit_add[] = {
    OWN_SLUG,
    IN_BODY(FLAG_TEXT, "title", "T", "名称", "name", .traits = REQUIRED),
    IN_BODY(FLAG_TEXT, "kind", "K", "种类，如 school、village", "kind, such as school, village"), END};
static const struct flag limit_flags[] = {LIMIT, END};
#define OF_PLAN IN_QUERY(FLAG_TEXT, "plan", "SLUG", "哪个规划（默认最新的）", "which plan (default: the newest)")
static const struct flag target_list_flags[] = {OF_PLAN, LIMIT, END};
static const struct flag target_show_flags[] = {
    OF_PLAN,
    HERE(FLAG_BOOL, "entries", NULL, "列出数值由哪些记录组成，直到每个报名",
         "list what the value is made of, down to the sign-up",
         .group = 'e'),
    HERE(FLAG_BOOL, "grid", NULL, "单位 × 学期的格子，和缺什么（覆盖类指标）",
         "the grid of units and terms, and what is missing (coverage)", .group = 'e'),
    LIMIT, END};
#define FORCE_DATE FORCE("日期可以在规划期间之外", "allow a date outside the plan's time")
#define OF_UNIT IN_BODY(FLAG_TEXT, "unit", "SLUG", "哪个单位（覆盖类指标）", "which unit (of coverage)")
static const struct flag target_import_flags[] = {OF_PLAN, FORCE_DATE, END};
static const struct flag draft_flags[] = {
    IN_QUERY(FLAG_TEXT, "plan", "SLUG", "哪个规划（默认最新的）", "which plan (default: the newest)"),
    IN_QUERY(FLAG_TEXT, "term", "TERM", "哪个学期，如 2026-autumn（默认本学期）", "which term, such as 2026-autumn (default: now)"),
    IN_QUERY(FLAG_TEXT, "preset", "SLUG", "用哪个常设活动（默认第一个带该指标的）",
             "what kind of event (default: the first preset that carries it)"),
    END};
static const struct flag record_flags[] = {
    IN_BODY(FLAG_NUMBER, "amount", "N", "数量", "how much", .traits = REQUIRED),
    IN_BODY(FLAG_NUMBER, "of", "M", "总数（比例类指标）", "out of how many (for a ratio)"),
    IN_BODY(FLAG_TEXT, "at", "DATE", "日期（默认今天）", "date (default: today)"),
    IN_BODY(FLAG_TEXT, "note", "TEXT", "备注、出处", "note, source"),
    IN_BODY(FLAG_TEXT, "name", "T", "名称（基地等实体）", "its name (of a base and the like)"),
    IN_BODY(FLAG_TEXT, "level", "L", "级别", "its level", .needs = "name"), OF_UNIT,
    IN_BODY(FLAG_TEXT, "plan", "SLUG", "哪个规划（默认最新的）", "which plan (default: the newest)"), FORCE_DATE, END};
static const struct flag set_flags[] = {
    IN_BODY(FLAG_NUMBER, "value", "N", "新的数值", "the new value", .traits = REQUIRED),
    IN_BODY(FLAG_TEXT, "at", "DATE", "日期（默认今天）", "date (default: today)"),
    IN_BODY(FLAG_TEXT, "note", "TEXT", "备注、出处", "note, source"), OF_UNIT,
    IN_BODY(FLAG_TEXT, "plan", "SLUG", "哪个规划（默认最新的）", "which plan (default: the newest)"), FORCE_DATE, END};
static const struct flag holiday_flags[] = {IN_QUERY(FLAG_INT, "year", "YEAR", "年份", "year"), LIMIT, END};
static const struct flag holiday_import_flags[] = {IN_QUERY(FLAG_BOOL, "local", NULL, "本单位自己的安排，优先于公布的",
                                                            "the office's own, which goes before the published one"),
                                                   END};
static const struct flag token_flags[] = {
    IN_BODY(FLAG_TEXT, "role", "R", "权限", "what it may do", .traits = REQUIRED, .choices = "admin|organizer|viewer"),
    IN_BODY(FLAG_TEXT, "department", "SLUG", "只限这个部门", "this department only"),
    IN_BODY(FLAG_TEXT, "expires", "WHEN", "何时失效", "when it expires"), END};

#define AUDIT_FILTERS \
    IN_QUERY(FLAG_TEXT, "object", "ID", "哪个对象", "which object"), IN_QUERY(FLAG_TEXT, "who", "WHO", "谁做的", "by whom")
static const struct flag audit_list_flags[] = {AUDIT_FILTERS, LIMIT, END};
static const struct flag audit_tail_flags[] = {
    AUDIT_FILTERS,
    HERE(FLAG_INT, "count", "COUNT", "先显示最近几条（默认 10）", "show this many first (default 10)", .letter = 'N'), END};

#define SLUG PATH_ARG("SLUG", "slug")
#define NAME PATH_ARG("NAME", "name")

/* list, show and add, which are alike for every kind of thing the office keeps a list of. */
#define REGISTER(noun, plural, zh, en, title) \
    {noun, "list", "GET", "/" plural, {{NULL}}, limit_flags, &shape_##en, ANSWER_LIST, {"列出" zh, "list " plural}, \
     .example = "kepuctl " noun " list"}, \
    {noun, "show", "GET", "/" plural "/{slug}", {SLUG}, NULL, &shape_##en, 0, {"查看" zh, "show one"}, \
     .example = "kepuctl " noun " show " title}, \
    {noun, "add", "POST", "/" plural, {{"SLUG", FLAG_TEXT, PLACE_BODY, "slug", OPTIONAL}}, en##_add, &shape_##en, \
     WRITES, {"添加" zh, "add one"}, \
     .example = "kepuctl " noun " add " title " --title " zh, .check = hook_check_register_add}
#define REGISTER_EDIT(noun, plural, zh, en, words) \
    {noun, "edit", "PATCH", "/" plural "/{slug}", {SLUG}, en##_edit, &shape_##en, WRITES | NEEDS_CHANGE, \
     {"修改" zh, "change one"}, .example = "kepuctl " noun " edit " words}

#define COMMA ,
static const struct flag report_flags[] = {
    IN_QUERY(FLAG_TEXT, "period", "P", "报告期：2025、2025-H1、2025-Q3、2025-03 或 plan（默认，整个规划期）",
             "2025, 2025-H1, 2025-Q3, 2025-03 or plan (the default: its whole time)"),
    OF_PLAN, END};
#define REPORT(verb, arg, zh, en) \
    {"report", verb, "GET", "/reports/" verb, {arg}, report_flags, &shape_any, 0, {zh, en}, \
     .example = "kepuctl report " verb " --period 2025 -o html", .run = hook_run_report}

const struct command office_commands[] = {
    {"target", "list", "GET", "/targets", {{NULL}}, target_list_flags, &shape_target, ANSWER_LIST,
     {"列出指标和进度", "list targets and where they stand"}, .example = "kepuctl target list"},
    {"target", "show", "GET", "/targets/{slug}", {SLUG}, target_show_flags, &shape_target, 0,
     {"查看指标", "show a target"}, .example = "kepuctl target show farmers --entries", .run = hook_run_target},
    {"target", "import", "POST", "/targets/import", {{"FILE.csv", FLAG_TEXT, PLACE_FILE, NULL, 0}}, target_import_flags,
     &shape_any, WRITES,
     {"从 CSV 导入往年数据（表头 target,at，加 amount 或 value，可加 of,name,level,unit,note）",
      "import past figures (CSV: target,at, then amount or value, and any of of,name,level,unit,note)"},
     .example = "kepuctl target import figures.csv --dry-run", .content_type = "text/csv", .run = hook_run_import},
    {"target", "draft", "POST", "/targets/{slug}/draft", {SLUG}, draft_flags, &shape_event, ANSWER_LIST | WRITES,
     {"为还缺的格子排暂定活动", "schedule provisional events for what a grid is missing"},
     .example = "kepuctl target draft school-lectures --dry-run"},
    {"target", "set", "POST", "/targets/{slug}/set", {SLUG}, set_flags, &shape_target, WRITES,
     {"改写数值", "replace its value"}, .example = "kepuctl target set literacy --value 12.4 --note 2024年调查"},
    {"target", "record", "POST", "/targets/{slug}/record", {SLUG}, record_flags, &shape_target, WRITES,
     {"追加一条记录", "add an entry"}, .example = "kepuctl target record farmers --amount 120 --at 2027-03-05"},

    REGISTER("department", "departments", "部门", department, "kexie"),
    REGISTER_EDIT("department", "departments", "部门", department, "gonghui --alias 工会"),
    REGISTER("category", "categories", "类别", category, "science-bus"),
    REGISTER_EDIT("category", "categories", "类别", category, "science-bus --colour teal"),
    REGISTER("audience", "audiences", "人群", audience, "teachers"),
    REGISTER_EDIT("audience", "audiences", "人群", audience, "teachers --title 科技教师"),
    REGISTER("venue", "venues", "地点", venue, "museum"),
    REGISTER_EDIT("venue", "venues", "地点", venue, "museum --address 怀远西路"),
    REGISTER("unit", "units", "单位", unit, "school-3"),
    {"unit", "import", "POST", "/units/import", {{"FILE.csv", FLAG_TEXT, PLACE_FILE, NULL, 0}}, NULL, &shape_any,
     WRITES,
     {"从 CSV 导入单位（表头 slug,title,kind）", "import units from a CSV (header slug,title,kind)"},
     .example = "kepuctl unit import schools.csv --dry-run", .content_type = "text/csv", .run = hook_run_import},

    {"holiday", "list", "GET", "/holidays", {{NULL}}, holiday_flags, &shape_holiday, ANSWER_LIST,
     {"列出放假和调休", "list days off and make-up workdays"}, .example = "kepuctl holiday list --year 2027"},
    {"holiday", "import", "POST", "/holidays/import", {{"FILE", FLAG_TEXT, PLACE_FILE, NULL, 0}}, holiday_import_flags,
     &shape_any, WRITES,
     {"导入放假安排（JSON）", "import a year's days off (JSON)"}, .example = "kepuctl holiday import 2027.json",
     .content_type = "application/json", .run = hook_run_import},
    {"plan", "list", "GET", "/plans", {{NULL}}, limit_flags, &shape_plan, ANSWER_LIST,
     {"列出规划", "list plans"}, .example = "kepuctl plan list"},
    {"plan", "show", "GET", "/plans/{slug}", {SLUG}, NULL, &shape_plan, 0,
     {"查看规划", "show a plan"}, .example = "kepuctl plan show 2021-2025"},
    {"plan", "import", "POST", "/plans/import", {{"FILE", FLAG_TEXT, PLACE_FILE, NULL, 0}}, NULL, &shape_plan, WRITES,
     {"导入规划（JSON，格式同 seeds/）", "import a plan (JSON, in the form of seeds/)"},
     .example = "kepuctl plan import plan-2026-2030.json", .content_type = "application/json", .run = hook_run_import},
    {"plan", "close", "POST", "/plans/{slug}/close", {SLUG}, NULL, &shape_plan, WRITES,
     {"结束规划，保留结果", "close a plan and keep what it came to"}, .example = "kepuctl plan close 2021-2025"},
    REPORT("plan", {NULL}, "总结评估：规划的全部指标和各部门", "the whole plan: every target and department"),
    REPORT("department", {"SLUG" COMMA FLAG_TEXT COMMA PLACE_HERE COMMA "slug" COMMA OPTIONAL},
           "自查：一个部门（或各部门）的任务、指标和活动", "a department's duties, targets and events (or all departments')"),
    REPORT("volunteers", {NULL}, "志愿者和服务时长", "volunteers and their hours"),
    REPORT("events", {NULL}, "开展的活动", "the events that were held"),
    {"token", "add", "POST", "/tokens", {BODY_ARG("NAME", "name")}, token_flags, &shape_token, WRITES,
     {"发放令牌（只显示一次）", "issue a token (shown once)"},
     .example = "kepuctl token add kexie-desk --role organizer --department kexie"},
    {"token", "list", "GET", "/tokens", {{NULL}}, limit_flags, &shape_token, ANSWER_LIST,
     {"列出令牌", "list tokens"}, .example = "kepuctl token list"},
    {"token", "revoke", "DELETE", "/tokens/{name}", {NAME}, NULL, &shape_token, WRITES,
     {"收回令牌", "revoke a token"}, .example = "kepuctl token revoke kexie-desk"},
    {"audit", "list", "GET", "/audit", {{NULL}}, audit_list_flags, &shape_audit, ANSWER_LIST | PAGED,
     {"列出操作记录", "list what was done, newest first"}, .example = "kepuctl audit list --object science-day"},
    {"audit", "tail", "GET", "/audit", {{NULL}}, audit_tail_flags, &shape_audit, ANSWER_LIST | PAGED,
     {"随时显示新的操作（Ctrl-C 结束）", "show what is done as it happens (Ctrl-C ends it)"}, .example = "kepuctl audit tail",
     .run = hook_run_tail},
    END_OF_COMMANDS};
