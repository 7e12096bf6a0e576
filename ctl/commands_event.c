#include "commands.h"
#include "table.h"

#define EVENT_FLAGS(need) \
    IN_BODY(FLAG_TEXT, "title", "T", "标题（1–200 字）", "title (1–200 characters)", .traits = need), \
    IN_BODY(FLAG_TEXT, "start", "WHEN", "开始时间，如 2027-05-12 09:00、明天 14:00、下周六下午3点", \
            "start, such as 2027-05-12 09:00, tomorrow 14:00, +2h", .traits = need), \
    IN_BODY(FLAG_TEXT, "end", "WHEN", "结束时间", "end", .group = 'e'), \
    IN_BODY(FLAG_TEXT, "duration", "SPAN", "时长，如 90m、1h30m、2d", "how long: 90m, 1h30m, 2d", .group = 'e'), \
    IN_BODY(FLAG_BOOL, "all-day", NULL, "全天", "all day"), \
    IN_BODY(FLAG_TEXT, "tz", "ZONE", "时区（默认 Asia/Shanghai）", "time zone (default Asia/Shanghai)"), \
    IN_BODY(FLAG_TEXT, "repeat", "RULE", "重复规则：RRULE，或“每年9月第三个周六”这样的话", \
            "how it repeats: an RRULE, or words such as \"every third saturday of september\""), \
    IN_BODY(FLAG_LIST, "rdate", "DATE", "另加的日期（可重复）", "a further date (repeatable)", .field = "rdates"), \
    IN_BODY(FLAG_LIST, "exdate", "DATE", "去掉的日期（可重复）", "a date left out (repeatable)", .field = "exdates"), \
    IN_BODY(FLAG_TEXT, "category", "SLUG", "类别", "category"), \
    IN_BODY(FLAG_TEXT, "lead", "DEPT", "牵头部门", "lead department"), \
    IN_BODY(FLAG_LIST, "partner", "DEPT", "配合部门（可重复）", "partner department (repeatable)", .field = "partners"), \
    IN_BODY(FLAG_LIST, "audience", "SLUG", "面向人群（可重复）", "audience (repeatable)", .field = "audiences"), \
    IN_BODY(FLAG_TEXT, "venue", "SLUG-OR-TEXT", "地点", "venue"), \
    IN_BODY(FLAG_ROLES, "role", "NAME=CAPACITY[/MINIMUM][:participant][:skills=K+K][:waitlist=N]", \
            "岗位和名额，如 讲解员=5/2；听众加 :participant；要求专长加 :skills=讲解+英语；候补上限加 :waitlist=10（可重复）", \
            "role and places, such as guide=5/2; :participant for an audience; :skills=K+K for skills; " \
            ":waitlist=N for how many may be in line (repeatable)", \
            .field = "roles"), \
    IN_BODY(FLAG_TEXT, "signup-opens", "SPAN-OR-WHEN", "何时开放报名：开始前多久，如 30d，或某个时间", \
            "when sign-up opens: so long before the start (30d), or a time"), \
    IN_BODY(FLAG_TEXT, "signup-closes", "SPAN-OR-WHEN", "何时截止报名：开始前多久，如 2h，或某个时间", \
            "when sign-up closes: so long before the start (2h), or a time"), \
    IN_BODY(FLAG_INT, "signup-limit", "N", "一个人在这个活动里最多同时有几个报名；0 不限", \
            "how many sign-ups ahead a person may have for this event; 0: any number"), \
    IN_BODY(FLAG_TEXT, "cancel-until", "SPAN-OR-WHEN", "志愿者自己取消的截止时间：开始前多久，或某个时间", \
            "till when volunteers may cancel by themselves: so long before the start, or a time"), \
    IN_BODY(FLAG_LIST, "indicator", "SLUG", "计入的指标（可重复）", "indicator it counts for (repeatable)", \
            .field = "indicators"), \
    IN_BODY(FLAG_TEXT, "unit", "SLUG", "单位（学校、村）", "unit (school, village)"), \
    IN_BODY(FLAG_TEXT, "holiday-policy", "P", "遇节假日如何处理", "what to do on days off", \
            .choices = "keep|skip|next-workday|prev-workday"), \
    IN_BODY(FLAG_BOOL, "provisional", NULL, "日期待定，之后用 event confirm 确认", \
            "the date is provisional until `event confirm`"), \
    IN_BODY(FLAG_TEXT, "description", "TEXT", "说明", "description")

#define NEW_SLUG IN_BODY(FLAG_TEXT, "slug", "SLUG", "代号（小写字母、数字、连字符）", "slug (lower-case letters, digits, hyphens)")
#define ON_BODY(need) \
    IN_BODY(FLAG_TEXT, "on", "DATE", "哪一场：原定日期", "which occurrence: its original date", .traits = need)

static const struct flag add_flags[] = {EVENT_FLAGS(REQUIRED), NEW_SLUG, END};

static const struct flag edit_flags[] = {
    EVENT_FLAGS(0),
    IN_QUERY(FLAG_TEXT, "on", "DATE", "哪一场：原定日期", "which occurrence: its original date"),
    IN_QUERY(FLAG_BOOL, "this", NULL, "只改这一场", "this occurrence only",
             .field = "scope", .constant = "this", .group = 's', .needs = "on"),
    IN_QUERY(FLAG_BOOL, "this-and-future", NULL, "改这一场及以后", "this one and all later ones",
             .field = "scope", .constant = "future", .group = 's', .needs = "on"),
    IN_QUERY(FLAG_BOOL, "all", NULL, "改全部场次", "all occurrences", .field = "scope", .constant = "all", .group = 's'),
    IF_VERSION,
    FORCE("名额改到少于已报名人数也照改", "even below the places already taken"),
    END};

static const struct flag list_flags[] = {
    IN_QUERY(FLAG_TEXT, "category", "SLUG", "类别", "category"),
    IN_QUERY(FLAG_TEXT, "lead", "DEPT", "牵头部门", "lead department"),
    IN_QUERY(FLAG_TEXT, "audience", "SLUG", "面向人群", "audience"),
    IN_QUERY(FLAG_TEXT, "status", "S", "状态", "status", .choices = "confirmed|tentative|cancelled"),
    IN_QUERY(FLAG_TEXT, "search", "TEXT", "按文字查找", "find by text", .field = "q", .letter = 'q'),
    IN_QUERY(FLAG_TEXT, "from", "WHEN", "从何时起（含）", "from (included)"),
    IN_QUERY(FLAG_TEXT, "to", "WHEN", "到何时止（不含）", "to (not included)"),
    LIMIT,
    END};

static const struct flag occurrences_flags[] = {
    IN_QUERY(FLAG_TEXT, "from", "WHEN", "从何时起（含）", "from (included)"),
    IN_QUERY(FLAG_TEXT, "to", "WHEN", "到何时止（不含）；给出时列出全部", "to (not included); with it, all of them"),
    HERE(FLAG_INT, "count", "COUNT", "最多几场", "at most this many", .letter = 'N'),
    LIMIT,
    END};

static const struct flag cancel_flags[] = {ON_BODY(0), REASON, END};
static const struct flag move_flags[] = {
    ON_BODY(REQUIRED), IN_BODY(FLAG_TEXT, "to", "WHEN", "改到何时", "to when", .traits = REQUIRED), END};
static const struct flag confirm_flags[] = {
    ON_BODY(0), IN_BODY(FLAG_TEXT, "start", "WHEN", "确定的开始时间", "the start that was announced"), END};
static const struct flag headcount_flags[] = {
    ON_BODY(REQUIRED), IN_BODY(FLAG_TEXT, "note", "TEXT", "备注", "note"),
    FORCE("数目大得少见也登记", "even if it is unusually many"), END};
static const struct flag clone_flags[] = {
    NEW_SLUG,
    IN_BODY(FLAG_TEXT, "start", "WHEN", "新的开始时间", "its start"),
    IN_BODY(FLAG_TEXT, "title", "T", "新的标题", "its title"),
    END};
static const struct flag limit_flags[] = {LIMIT, END};
static const struct flag remove_flags[] = {FORCE("有报名也删除", "even with sign-ups"), END};

static const struct flag apply_flags[] = {
    EVENT_FLAGS(0), NEW_SLUG, IN_BODY(FLAG_INT, "year", "YEAR", "哪一年", "for which year"), END};

#define SLUG PATH_ARG("SLUG", "slug")

const struct command event_commands[] = {
    {"event", "add", "POST", "/events", {{NULL}}, add_flags, &shape_event, WRITES,
     {"新建活动", "schedule an event"},
     .example = "kepuctl event add --title 科普讲座 --start '2027-05-12 09:00' --duration 2h --role 讲解员=5/2"},
    {"event", "list", "GET", "/events", {{NULL}}, list_flags, &shape_event, ANSWER_LIST | PAGED,
     {"列出活动", "list events"}, .example = "kepuctl event list --category science-day --from 2027-01-01"},
    {"event", "show", "GET", "/events/{slug}", {SLUG}, NULL, &shape_event, 0,
     {"查看活动", "show an event"}, .example = "kepuctl event show science-day"},
    {"event", "edit", "PATCH", "/events/{slug}", {SLUG}, edit_flags, &shape_event, WRITES | NEEDS_CHANGE,
     {"修改活动；系列须说明 --this、--this-and-future 或 --all",
      "change an event; a series wants --this, --this-and-future or --all"},
     .example = "kepuctl event edit science-bus --on 2027-05-12 --this --venue 实验小学", .check = hook_check_event_edit},
    {"event", "cancel", "POST", "/events/{slug}/cancel", {SLUG}, cancel_flags, &shape_event, WRITES,
     {"取消活动或其中一场", "cancel an event, or one occurrence"},
     .example = "kepuctl event cancel science-bus --on 2027-05-12 --reason 下雨"},
    {"event", "move", "POST", "/events/{slug}/move", {SLUG}, move_flags, &shape_occurrence, WRITES,
     {"把一场改到别的时间", "move one occurrence"},
     .example = "kepuctl event move science-bus --on 2027-05-12 --to '2027-05-13 14:00'"},
    {"event", "confirm", "POST", "/events/{slug}/confirm", {SLUG}, confirm_flags, &shape_event, WRITES,
     {"确认待定的日期", "confirm a provisional date"}, .example = "kepuctl event confirm science-day --start 2027-09-11"},
    {"event", "occurrences", "GET", "/events/{slug}/occurrences", {SLUG}, occurrences_flags, &shape_occurrence,
     ANSWER_LIST | PAGED, {"列出场次", "list occurrences"},
     .example = "kepuctl event occurrences science-bus --from 2027-01-01 -N 10", .run = hook_run_occurrences},
    {"event", "headcount", "POST", "/events/{slug}/headcount",
     {SLUG, {"N", FLAG_INT, PLACE_BODY, "count", 0}}, headcount_flags, &shape_occurrence, WRITES,
     {"登记到场人数", "record how many people came"}, .example = "kepuctl event headcount science-day --on 2027-09-18 350"},
    {"event", "clone", "POST", "/events/{slug}/clone", {SLUG}, clone_flags, &shape_event, WRITES,
     {"照样新建一个活动", "make a new event like this one"},
     .example = "kepuctl event clone science-day --slug science-day-west --start 2027-09-19"},
    {"event", "remove", "DELETE", "/events/{slug}", {SLUG}, remove_flags, &shape_event, WRITES,
     {"删除活动", "remove an event"}, .example = "kepuctl event remove e-a1b2c3"},

    {"preset", "list", "GET", "/presets", {{NULL}}, limit_flags, &shape_preset, ANSWER_LIST,
     {"列出预设活动", "list presets"}, .example = "kepuctl preset list"},
    {"preset", "show", "GET", "/presets/{slug}", {SLUG}, NULL, &shape_preset, 0,
     {"查看预设活动", "show a preset"}, .example = "kepuctl preset show double-ninth"},
    {"preset", "apply", "POST", "/presets/{slug}/apply", {SLUG}, apply_flags, &shape_event, WRITES,
     {"按预设新建活动", "make an event from a preset"},
     .example = "kepuctl preset apply science-day --year 2027 --lead kexie"},
    END_OF_COMMANDS};
