#include "commands.h"
#include "table.h"

static const struct flag expand_flags[] = {
    IN_BODY(FLAG_TEXT, "start", "WHEN", "开始，如 20260919T090000；全天写 20260919",
            "start, such as 20260919T090000; 20260919 for all day", .field = "dtstart"),
    IN_BODY(FLAG_TEXT, "tz", "ZONE", "时区；不写则不带时区", "time zone; floating without one", .field = "tzid"),
    IN_BODY(FLAG_LIST, "rrule", "RULE", "RRULE", "RRULE"),
    IN_BODY(FLAG_LIST, "exrule", "RULE", "EXRULE", "EXRULE"),
    IN_BODY(FLAG_LIST, "rdate", "D", "另加的时间（可重复）", "a further instance (repeatable)"),
    IN_BODY(FLAG_LIST, "exdate", "D", "去掉的时间（可重复）", "an instance left out (repeatable)"),
    IN_BODY(FLAG_TEXT, "from", "D", "从何时起列出", "list from here on", .field = "start_at"),
    IN_BODY(FLAG_INT, "count", "COUNT", "最多几个（默认 10）", "at most this many (default 10)",
            .field = "limit", .letter = 'N'),
    HERE(FLAG_TEXT, "batch", "FILE", "逐行读入 JSON 并逐行回答（- 为标准输入）", "read JSON lines, answer each (- is standard input)"),
    END};
static const struct flag explain_flags[] = {
    IN_BODY(FLAG_TEXT, "tz", "ZONE", "时区（默认 Asia/Shanghai）", "time zone (default Asia/Shanghai)"), END};

const struct command top_commands[] = {
    {"time", "explain", "POST", "/time/explain", {{"WORDS", FLAG_TEXT, PLACE_BODY, "words", MANY}},
     explain_flags, &shape_any, 0,
     {"说明一句话被读成什么时间或规则", "say what words about time are read as"}, .example = "kepuctl time explain 每年9月第三个周六"},
    {"time", "expand", "POST", "/time/expand", {{NULL}}, expand_flags, &shape_instance, 0,
     {"列出任何规则的各次时间", "list the instances of any rule"},
     .example = "kepuctl time expand --start 20260919T090000 --tz Asia/Shanghai "
                "--rrule 'FREQ=YEARLY;BYMONTH=9;BYDAY=3SA' -N 5",
     .content_type = "application/x-ndjson", .check = hook_check_time_expand, .complete = hook_complete_time_expand,
     .run = hook_run_time_expand},
    {"status", NULL, "GET", "/status", {{NULL}}, NULL, &shape_any, 0,
     {"一屏看清运行情况", "how things stand, on one screen"}, .example = "kepuctl status"},
    {"version", NULL, "GET", "/version", {{NULL}}, NULL, &shape_any, 0,
     {"kepuctl 与 kepud 的版本", "versions of kepuctl and kepud"}, .example = "kepuctl version", .run = hook_run_version},
    {"completion", NULL, NULL, NULL, {{"bash|zsh|fish", FLAG_TEXT, PLACE_HERE, "shell", 0}}, NULL, &shape_any, 0,
     {"输出命令行补全脚本", "print a completion script"},
     .example = "kepuctl completion bash > ~/.local/share/bash-completion/completions/kepuctl",
     .run = hook_run_completion},
    {"help", NULL, NULL, NULL,
     {{"NOUN", FLAG_TEXT, PLACE_HERE, "noun", OPTIONAL},
      {"VERB", FLAG_TEXT, PLACE_HERE, "verb", OPTIONAL}}, NULL, &shape_any, 0,
     {"帮助", "help"}, .example = "kepuctl help event add", .run = hook_run_help},
    END_OF_COMMANDS};

const struct flag global_flags[] = {
    HERE(FLAG_TEXT, "socket", "PATH", "kepud 的套接字（$KEPU_SOCKET、./run/kepud.sock、/run/kepu/kepud.sock）",
         "kepud's socket ($KEPU_SOCKET, ./run/kepud.sock, /run/kepu/kepud.sock)", .letter = 's', .group = 'c'),
    HERE(FLAG_TEXT, "server", "URL", "远程 kepud 的网址（$KEPU_SERVER）", "URL of a remote kepud ($KEPU_SERVER)",
         .group = 'c'),
    HERE(FLAG_TEXT, "token-file", "FILE", "存有令牌的文件（$KEPU_TOKEN_FILE）", "file that holds the token ($KEPU_TOKEN_FILE)"),
    HERE(FLAG_TEXT, "output", "FORMAT", "输出格式", "output format", .letter = 'o', .group = 'o',
         .choices = "table|json|jsonl|csv|name"),
    HERE(FLAG_BOOL, "json", NULL, "同 -o json", "same as -o json", .group = 'o'),
    HERE(FLAG_TEXT, "fields", "a,b", "只要这些字段", "only these fields"),
    HERE(FLAG_BOOL, "no-headers", NULL, "不要表头", "no header line"),
    HERE(FLAG_BOOL, "dry-run", NULL, "只演示，不保存", "show what would change, keep nothing", .letter = 'n'),
    HERE(FLAG_BOOL, "yes", NULL, "已知后果，照做", "go ahead, I know what it does", .letter = 'y'),
    HERE(FLAG_TEXT, "lang", "zh|en", "语言", "language", .choices = "zh|en"),
    HERE(FLAG_TEXT, "color", "WHEN", "颜色（另见 $NO_COLOR）", "colour (see also $NO_COLOR)", .choices = "auto|always|never"),
    HERE(FLAG_BOOL, "verbose", NULL, "在标准错误上说明每个请求", "tell each request on standard error", .letter = 'v'),
    HERE(FLAG_BOOL, "help", NULL, "帮助", "help", .letter = 'h'),
    HERE(FLAG_BOOL, "version", NULL, "版本", "version"),
    END};

const struct noun nouns[] = {
    {"event", {"活动", "events"}},
    {"preset", {"预设活动", "recurring events to start from"}},
    {"volunteer", {"志愿者", "volunteers"}},
    {"signup", {"报名", "sign-ups"}},
    {"target", {"指标", "the plan's targets"}},
    {"channel", {"群（消息发往何处）", "where messages go"}},
    {"reminder", {"提醒规则", "what is told, and when"}},
    {"delivery", {"投递", "messages and their history"}},
    {"feed", {"日历订阅", "calendar feeds"}},
    {"department", {"部门", "departments"}},
    {"category", {"类别", "categories"}},
    {"audience", {"人群", "audiences"}},
    {"venue", {"地点", "venues"}},
    {"unit", {"单位", "schools, villages, organisations"}},
    {"holiday", {"放假和调休", "days off and make-up workdays"}},
    {"plan", {"规划", "plans"}},
    {"token", {"令牌", "tokens for remote access"}},
    {"audit", {"操作记录", "who did what"}},
    {"time", {"时间和规则", "times and rules"}},
    {"status", {"一屏看清运行情况", "how things stand"}},
    {"version", {"版本", "versions"}},
    {"completion", {"命令行补全", "shell completion"}},
    {"help", {"帮助", "help"}},
    {NULL, {NULL, NULL}}};
