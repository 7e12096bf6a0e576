/* Rows of the command table, written short. Only for the files that hold a part of it. */
#ifndef KEPU_CTL_TABLE_H
#define KEPU_CTL_TABLE_H

#include "command.h"
#include "hooks.h"
#include "shapes.h"

#define IN_BODY(kind_, name_, value_, zh, en, ...) \
    {.name = name_, .kind = kind_, .place = PLACE_BODY, .value = value_, .help = {zh, en}, __VA_ARGS__}
#define IN_QUERY(kind_, name_, value_, zh, en, ...) \
    {.name = name_, .kind = kind_, .place = PLACE_QUERY, .value = value_, .help = {zh, en}, __VA_ARGS__}
#define HERE(kind_, name_, value_, zh, en, ...) \
    {.name = name_, .kind = kind_, .place = PLACE_HERE, .value = value_, .help = {zh, en}, __VA_ARGS__}
#define END {.name = NULL}

#define IF_VERSION \
    {.name = "if-version", .kind = FLAG_INT, .place = PLACE_IF_MATCH, .value = "N", \
     .help = {"只在当前版本为 N 时修改", "change it only if its version is still N"}}
#define FORCE(zh, en) IN_QUERY(FLAG_BOOL, "force", NULL, zh, en)
#define LIMIT HERE(FLAG_INT, "limit", "N", "最多列出 N 条（默认全部）", "list at most N (default: all)")
#define REVEAL IN_QUERY(FLAG_BOOL, "reveal", NULL, "显示完整的电话和邮箱（仅管理员，会记入审计）", \
                        "show phone and e-mail in full (admins only; audited)")
#define REASON IN_BODY(FLAG_TEXT, "reason", "TEXT", "原因", "why")

#define PATH_ARG(name_, field_) {name_, FLAG_TEXT, PLACE_PATH, field_, 0}
#define BODY_ARG(name_, field_) {name_, FLAG_TEXT, PLACE_BODY, field_, 0}

#endif
