#include "holidays.h"

#include "civil.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAYS_MAX 1000          /* of one file; a year has some forty */
#define NAME_BYTES_MAX 100
#define POLICY_DAYS_MAX 30     /* how far a policy moves an instance */

static const char *const policy_names[] = {
    [HOLIDAY_KEEP] = "keep",
    [HOLIDAY_SKIP] = "skip",
    [HOLIDAY_NEXT_WORKDAY] = "next-workday",
    [HOLIDAY_PREV_WORKDAY] = "prev-workday",
};

bool holiday_policy_parse(const char *text, enum holiday_policy *ret)
{
    for (int i = HOLIDAY_KEEP; i <= HOLIDAY_PREV_WORKDAY; i++) {
        if (strcmp(text, policy_names[i]) == 0) {
            *ret = (enum holiday_policy)i;
            return true;
        }
    }
    return false;
}

const char *holiday_policy_name(enum holiday_policy policy)
{
    return policy_names[policy];
}

/* The published file */

/* Where a message can point to; jansson keeps no positions of values. */
struct reading {
    const char *json;
    size_t bytes;
    struct arena *a;
};

/*
 * The line of the nth object (from 0) of the top-level array "days". The text is known to be JSON, so strings, braces
 * and brackets are all that has to be followed; 0 if there is no such object.
 */
static int line_of_day(const struct reading *r, size_t n)
{
    bool in_string = false, in_days = false;
    int depth = 0, line = 1;
    size_t string_at = 0;

    for (size_t i = 0; i < r->bytes; i++) {
        char c = r->json[i];
        line += c == '\n';
        if (in_string) {
            i += c == '\\';
            in_string = c != '"';
            if (c == '"' && depth == 1)
                in_days = i - string_at == 4 && memcmp(r->json + string_at, "days", 4) == 0;
        } else if (c == '"') {
            in_string = true;
            string_at = i + 1;
        } else if (c == '{' || c == '[') {
            depth++;
            if (c == '{' && depth == 3 && in_days && n-- == 0)
                return line;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return 0;
}

static int bad_day(const struct reading *r, size_t n, const char *field, const char *value, struct err *e)
{
    char line[24], where[ERR_FIELD_BYTES];

    snprintf(line, sizeof line, "%d", line_of_day(r, n));
    snprintf(where, sizeof where, "line %s, %s", line, field);
    return err_set(e, ERR_INVALID, MSG_HOLIDAYS_BAD, where, line, field, value, NULL);
}

/* What the value is, as far as a message shows it. */
static const char *shown(const json_t *value)
{
    static const char *const kinds[] = {
        [JSON_OBJECT] = "{…}", [JSON_ARRAY] = "[…]", [JSON_STRING] = "\"\"", [JSON_INTEGER] = "0", [JSON_REAL] = "0.0",
        [JSON_TRUE] = "true", [JSON_FALSE] = "false", [JSON_NULL] = "null",
    };

    if (!value)
        return "—";
    return json_is_string(value) ? json_string_value(value) : kinds[json_typeof(value)];
}

static int read_day(const struct reading *r, size_t n, const json_t *day, struct holiday *ret, struct err *e)
{
    const json_t *name = json_object_get(day, "name"), *date = json_object_get(day, "date");
    const json_t *off = json_object_get(day, "isOffDay");
    int64_t wall_s;
    bool is_date = false;

    if (!json_is_string(name) || json_string_length(name) == 0 || json_string_length(name) > NAME_BYTES_MAX)
        return bad_day(r, n, "name", shown(name), e);
    if (!json_is_string(date) || !civil_parse(json_string_value(date), &wall_s, &is_date) || !is_date)
        return bad_day(r, n, "date", shown(date), e);
    if (!json_is_boolean(off))
        return bad_day(r, n, "isOffDay", shown(off), e);
    *ret = (struct holiday){
        .days = wall_s / CIVIL_DAY_S - (wall_s % CIVIL_DAY_S < 0),
        .off = json_is_true(off),
        .name = arena_strdup(r->a, json_string_value(name)),
    };
    return 0;
}

/* Keeps the list sorted. A day said twice is fine as long as both say the same. */
static int insert(const struct reading *r, size_t n, struct holiday day, struct holiday *list, size_t *count,
                  struct err *e)
{
    size_t at = *count;

    while (at > 0 && list[at - 1].days > day.days)
        at--;
    if (at > 0 && list[at - 1].days == day.days)
        return list[at - 1].off == day.off ? 0 : bad_day(r, n, "isOffDay", day.off ? "true" : "false", e);
    memmove(&list[at + 1], &list[at], (*count - at) * sizeof list[0]);
    list[at] = day;
    (*count)++;
    return 0;
}

static int read_days(const struct reading *r, const json_t *days, struct holidays *ret, struct err *e)
{
    size_t size = json_array_size(days), count = 0;
    struct holiday *list, day = {0};
    char limit[16];

    snprintf(limit, sizeof limit, "%d", DAYS_MAX);
    if (size > DAYS_MAX)
        return err_set(e, ERR_TOO_LARGE, MSG_HOLIDAYS_TOO_MANY, "days", limit, NULL);
    list = arena_alloc(r->a, (size + 1) * sizeof *list);
    for (size_t i = 0; i < size; i++) {
        if (!json_is_object(json_array_get(days, i)))
            return err_set(e, ERR_INVALID, MSG_HOLIDAYS_BAD, "days", "1", "days", shown(json_array_get(days, i)), NULL);
        if (read_day(r, i, json_array_get(days, i), &day, e) < 0 || insert(r, i, day, list, &count, e) < 0)
            return -1;
    }
    *ret = (struct holidays){list, count};
    return 0;
}

int holidays_parse(const char *json, size_t bytes, struct arena *a, struct holidays *ret, struct err *e)
{
    struct reading r = {json, bytes, a};
    json_error_t error;
    json_t *root = json_loadb(json, bytes, JSON_REJECT_DUPLICATES, &error);
    const json_t *days = json_object_get(root, "days");
    char line[16], column[16];
    int result;

    if (!root) {
        snprintf(line, sizeof line, "%d", error.line);
        snprintf(column, sizeof column, "%d", error.column);
        return err_set(e, ERR_INVALID, MSG_JSON_BAD, NULL, line, column, error.text, NULL);
    }
    if (json_is_array(days))
        result = read_days(&r, days, ret, e);
    else
        result = err_set(e, ERR_INVALID, MSG_HOLIDAYS_BAD, "days", "1", "days", shown(days), NULL);
    json_decref(root);
    return result;
}

/* Both are sorted, so this is the merge step of a merge sort. */
void holidays_merge(const struct holidays *base, const struct holidays *over, struct arena *a, struct holidays *ret)
{
    struct holiday *list = arena_alloc(a, (base->count + over->count + 1) * sizeof *list);
    size_t count = 0, i = 0, j = 0;

    while (i < base->count || j < over->count) {
        bool take_base = j == over->count || (i < base->count && base->days[i].days < over->days[j].days);
        if (!take_base && i < base->count && base->days[i].days == over->days[j].days)
            i++;
        list[count++] = take_base ? base->days[i++] : over->days[j++];
    }
    *ret = (struct holidays){list, count};
}

/* What day it is */

const struct holiday *holidays_find(const struct holidays *h, int64_t days)
{
    size_t from = 0, to = h->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (h->days[middle].days < days)
            from = middle + 1;
        else
            to = middle;
    }
    return from < h->count && h->days[from].days == days ? &h->days[from] : NULL;
}

bool holidays_is_off(const struct holidays *h, int64_t days)
{
    const struct holiday *day = holidays_find(h, days);

    return day ? day->off : civil_weekday(days * CIVIL_DAY_S) >= WEEKDAY_SA;
}

bool holidays_apply(const struct holidays *h, enum holiday_policy policy, int64_t wall_s, int64_t *ret_wall_s)
{
    int64_t midnight_s = civil_midnight(wall_s), day = midnight_s / CIVIL_DAY_S;
    int step = policy == HOLIDAY_PREV_WORKDAY ? -1 : 1;
    const struct holiday *published = holidays_find(h, day);
    int moved = 0;

    /* Only what was published is skipped: an ordinary weekend is when weekend events are held. */
    if (policy == HOLIDAY_SKIP && published && published->off)
        return false;
    if (policy == HOLIDAY_NEXT_WORKDAY || policy == HOLIDAY_PREV_WORKDAY)
        while (holidays_is_off(h, day + moved) && abs(moved) < POLICY_DAYS_MAX)
            moved += step;
    if (abs(moved) == POLICY_DAYS_MAX && holidays_is_off(h, day + moved))
        return false;
    *ret_wall_s = wall_s + (int64_t)moved * CIVIL_DAY_S;
    return *ret_wall_s >= CIVIL_WALL_MIN && *ret_wall_s <= CIVIL_WALL_MAX;
}
