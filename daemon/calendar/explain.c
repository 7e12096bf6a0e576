#include "explain.h"

#include "lunar.h"
#include "recur.h"

#include <string.h>

struct explaining {
    const struct words_context *ctx;
    const struct holidays *days;
    struct arena *a;
};

static const char *lunar_text(const struct explaining *x, int64_t day)
{
    struct lunar_date d;
    char text[LUNAR_TEXT_BYTES];

    if (!lunar_from_days(day, &d))
        return "";
    lunar_format(&d, text);
    return arena_strdup(x->a, text);
}

static const char *time_text(const struct explaining *x, int64_t wall_s, bool date)
{
    char text[ZONE_TEXT_BYTES > CIVIL_TEXT_BYTES ? ZONE_TEXT_BYTES : CIVIL_TEXT_BYTES];

    if (date)
        civil_format(wall_s, true, text);
    else
        zone_format(x->ctx->zone, wall_s, text);
    return arena_strdup(x->a, text);
}

static void add_date(const struct explaining *x, int64_t wall_s, bool date, struct explanation *ret)
{
    static const struct holidays none;
    const struct holidays *days = x->days ? x->days : &none;
    int64_t day = (civil_midnight(wall_s)) / CIVIL_DAY_S;
    const struct holiday *holiday = holidays_find(days, day);

    ret->dates[ret->count++] = (struct explain_date){
        .wall_s = wall_s,
        .text = time_text(x, wall_s, date),
        .weekday = civil_weekday(wall_s),
        .lunar = lunar_text(x, day),
        .off = holidays_is_off(days, day),
        .holiday = holiday ? arena_strdup(x->a, holiday->name) : "",
    };
}

static int64_t now_wall(const struct words_context *ctx)
{
    int64_t now_s = ctx->now_ms / 1000 - (ctx->now_ms % 1000 < 0);

    return zone_to_wall(ctx->zone, now_s);
}

/* An event without a time lasts its day, so today's counts whatever the hour. */
static int next_dates(const struct explaining *x, const char *rule, struct explanation *ret, struct err *e)
{
    struct recur_rule *parsed;
    struct recur_set set = {.zone = x->ctx->zone, .rules = &parsed, .rule_count = 1, .date = ret->time_s < 0};
    int64_t now_s = now_wall(x->ctx), wall_s;
    struct recur_iter *it;

    if (recur_parse(rule, x->a, &parsed, e) < 0)
        return -1;
    if (recur_is_subdaily(parsed))
        set.date = false;
    set.start_s = civil_midnight(now_s) + (ret->time_s > 0 ? ret->time_s : 0);
    it = recur_iter_new(&set, set.date ? civil_midnight(now_s) : now_s, e);
    if (!it)
        return -1;
    while (ret->count < EXPLAIN_DATES_MAX && recur_iter_next(it, &wall_s) > 0)
        add_date(x, wall_s, set.date, ret);
    recur_iter_free(it);
    return 0;
}

static int explain_rule(const struct explaining *x, char *rule, int time_s, struct explanation *ret, struct err *e)
{
    struct explanation made = {.kind = EXPLAIN_RULE, .rule = rule, .time_s = time_s};

    made.text[LANG_ZH] = words_describe_in(rule, x->ctx->zone, time_s, LANG_ZH, x->a);
    made.text[LANG_EN] = words_describe_in(rule, x->ctx->zone, time_s, LANG_EN, x->a);
    if (next_dates(x, rule, &made, e) < 0)
        return -1;
    *ret = made;
    return 0;
}

/* "2027-09-18 周六 09:00" */
static const char *when_text(const struct explaining *x, const struct words_when *when, enum lang lang)
{
    const char *weekday = words_weekday((int)civil_weekday(when->wall_s), lang);
    char date[CIVIL_TEXT_BYTES], full[CIVIL_TEXT_BYTES];

    civil_format(when->wall_s, true, date);
    civil_format(when->wall_s, false, full);
    if (when->date)
        return arena_printf(x->a, "%s %s", date, weekday);
    return arena_printf(x->a, "%s %s %.5s", date, weekday, strchr(full, 'T') + 1);
}

static int explain_when(const struct explaining *x, const struct words_when *when, struct explanation *ret)
{
    *ret = (struct explanation){.kind = EXPLAIN_WHEN, .time_s = -1};
    if (!when->date)
        ret->time_s = (int)(when->wall_s - civil_midnight(when->wall_s));
    ret->text[LANG_ZH] = when_text(x, when, LANG_ZH);
    ret->text[LANG_EN] = when_text(x, when, LANG_EN);
    add_date(x, when->wall_s, when->date, ret);
    return 0;
}

/* Refusals that name two readings. */
static bool is_two_ways(enum msg msg)
{
    static const enum msg two_ways[] = {
        MSG_WORDS_TWO_READINGS, MSG_WORDS_GAP, MSG_WORDS_EVERY_NTH, MSG_WORDS_NTH_SEVERAL, MSG_WORDS_WEEK_OF_MONTH,
        MSG_WORDS_LAST_WEEK, MSG_WORDS_LUNAR_OR_NOT, MSG_WORDS_EVERY_NUMBER, MSG_WORDS_BIWEEKLY, MSG_WORDS_BIMONTHLY,
        MSG_WORDS_EVEN_WEEKS, MSG_WORDS_MIDNIGHT, MSG_WORDS_NEW_YEARS_EVE,
    };

    for (size_t i = 0; i < sizeof two_ways / sizeof two_ways[0]; i++)
        if (two_ways[i] == msg)
            return true;
    return false;
}

static const struct err *nearer(const struct err *rule, const struct err *when)
{
    if (is_two_ways(rule->msg))
        return rule;
    return is_two_ways(when->msg) || rule->msg == MSG_WORDS_NOT_RULE || rule->msg == MSG_WORDS_UNKNOWN ? when : rule;
}

int explain_words(const char *text, const struct words_context *ctx, const struct holidays *days, struct arena *a,
                  struct explanation *ret, struct err *e)
{
    struct explaining x = {ctx, days, a};
    struct err rule_error = {0}, when_error = {0};
    struct words_when when;
    char *rule;
    int time_s;

    if (words_rule(text, ctx, a, &rule, &time_s, &rule_error) == 0)
        return explain_rule(&x, rule, time_s, ret, e);
    if (words_when(text, ctx, &when, &when_error) == 0)
        return explain_when(&x, &when, ret);
    if (e)
        *e = *nearer(&rule_error, &when_error);
    return -1;
}
