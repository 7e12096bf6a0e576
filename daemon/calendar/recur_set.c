/* A whole recurrence set (RFC 5545 3.8.5): rules and dates together, without what is excluded. */
#include "base/mem.h"
#include "recur_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct recur_iter {
    struct recur_stream *rules;
    size_t rule_count;
    struct recur_stream *exrules;
    size_t exrule_count;
    int64_t *dates;                 /* RDATE, and DTSTART where it counts; sorted, like the next two */
    size_t date_count, date_at;
    int64_t *exdates;
    size_t exdate_count, exdate_at;
    int64_t *exdays;                /* midnights of days that are excluded wholly */
    size_t exday_count, exday_at;
    int budget, budget_max;
    bool bound;                     /* the budget ended it, not the rules */
};

static int refuse_many(struct err *e, const char *what, int max)
{
    char text[16];

    snprintf(text, sizeof text, "%d", max);
    return err_set(e, ERR_INVALID, MSG_RULE_TOO_MANY, "repeat", what, text, NULL);
}

static int check_counts(const struct recur_set *set, struct err *e)
{
    if (set->rule_count > RECUR_RULES_MAX)
        return refuse_many(e, "RRULE", RECUR_RULES_MAX);
    if (set->exrule_count > RECUR_RULES_MAX)
        return refuse_many(e, "EXRULE", RECUR_RULES_MAX);
    if (set->rdate_count > RECUR_DATES_MAX)
        return refuse_many(e, "RDATE", RECUR_DATES_MAX);
    return set->exdate_count > RECUR_DATES_MAX ? refuse_many(e, "EXDATE", RECUR_DATES_MAX) : 0;
}

static int compare(const void *a, const void *b)
{
    int64_t x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static void sort(int64_t *times, size_t count)
{
    if (count > 1)
        qsort(times, count, sizeof *times, compare);
}

static void copy_dates(struct recur_iter *it, const struct recur_set *set, int64_t from_s)
{
    it->dates = mem_alloc((set->rdate_count + 1) * sizeof *it->dates);
    for (size_t i = 0; i < set->rdate_count; i++)
        if (set->rdates[i] >= from_s)
            it->dates[it->date_count++] = set->rdates[i];
    if ((set->start_always || set->rule_count == 0) && set->start_s >= from_s)
        it->dates[it->date_count++] = set->start_s;
    sort(it->dates, it->date_count);
}

static void copy_exdates(struct recur_iter *it, const struct recur_set *set)
{
    it->exdates = mem_alloc(set->exdate_count * sizeof *it->exdates);
    it->exdays = mem_alloc(set->exdate_count * sizeof *it->exdays);
    for (size_t i = 0; i < set->exdate_count; i++) {
        if (set->exdate_is_date && set->exdate_is_date[i])
            it->exdays[it->exday_count++] = civil_midnight(set->exdates[i]);
        else
            it->exdates[it->exdate_count++] = set->exdates[i];
    }
    sort(it->exdates, it->exdate_count);
    sort(it->exdays, it->exday_count);
}

static int open_streams(struct recur_iter *it, struct recur_stream **streams, size_t *open, const struct recur_set *set,
                        struct recur_rule *const *rules, size_t count, struct err *e)
{
    *streams = mem_alloc(count * sizeof **streams);
    for (; *open < count; ++*open)
        if (recur_stream_open(&(*streams)[*open], rules[*open], set, &it->budget, e) < 0)
            return -1;
    return 0;
}

static int open_rules(struct recur_iter *it, const struct recur_set *set, struct err *e)
{
    if (open_streams(it, &it->rules, &it->rule_count, set, set->rules, set->rule_count, e) < 0)
        return -1;
    return open_streams(it, &it->exrules, &it->exrule_count, set, set->exrules, set->exrule_count, e);
}

struct recur_iter *recur_iter_new(const struct recur_set *set, int64_t from_s, struct err *e)
{
    struct recur_iter *it;
    int rules;

    if (check_counts(set, e) < 0)
        return NULL;
    it = mem_alloc(sizeof *it);
    rules = (int)(set->rule_count + set->exrule_count);
    it->budget = it->budget_max = RECUR_STEPS_MAX * (rules ? rules : 1);
    if (open_rules(it, set, e) < 0) {
        recur_iter_free(it);
        return NULL;
    }
    for (size_t i = 0; i < it->rule_count; i++)
        recur_stream_seek(&it->rules[i], from_s);
    copy_dates(it, set, from_s);
    copy_exdates(it, set);
    return it;
}

void recur_iter_free(struct recur_iter *it)
{
    if (!it)
        return;
    for (size_t i = 0; i < it->rule_count; i++)
        recur_stream_close(&it->rules[i]);
    for (size_t i = 0; i < it->exrule_count; i++)
        recur_stream_close(&it->exrules[i]);
    free(it->rules);
    free(it->exrules);
    free(it->dates);
    free(it->exdates);
    free(it->exdays);
    free(it);
}

/* The earliest of all that is to come, taken out wherever it stands. */
static bool take_earliest(struct recur_iter *it, int64_t *ret_s)
{
    int64_t earliest = INT64_MAX;

    for (size_t i = 0; i < it->rule_count; i++)
        if (recur_stream_head(&it->rules[i]) && it->rules[i].head_s < earliest)
            earliest = it->rules[i].head_s;
    if (it->date_at < it->date_count && it->dates[it->date_at] < earliest)
        earliest = it->dates[it->date_at];
    if (earliest == INT64_MAX)
        return false;
    for (size_t i = 0; i < it->rule_count; i++)
        if (it->rules[i].has_head && it->rules[i].head_s == earliest)
            recur_stream_pop(&it->rules[i]);
    while (it->date_at < it->date_count && it->dates[it->date_at] == earliest)
        it->date_at++;
    *ret_s = earliest;
    return true;
}

/* Instances come in order, so each list is gone through once. */
static bool is_listed(const int64_t *times, size_t count, size_t *at, int64_t wanted_s)
{
    while (*at < count && times[*at] < wanted_s)
        ++*at;
    return *at < count && times[*at] == wanted_s;
}

static bool is_excluded(struct recur_iter *it, int64_t at_s)
{
    bool excluded = is_listed(it->exdates, it->exdate_count, &it->exdate_at, at_s);

    if (it->exday_count && is_listed(it->exdays, it->exday_count, &it->exday_at, civil_midnight(at_s)))
        excluded = true;
    for (size_t i = 0; i < it->exrule_count; i++) {
        recur_stream_seek(&it->exrules[i], at_s);
        if (recur_stream_head(&it->exrules[i]) && it->exrules[i].head_s == at_s)
            excluded = true;
    }
    return excluded;
}

int recur_iter_next(struct recur_iter *it, int64_t *ret_wall_s)
{
    int64_t at_s;

    if (it->bound)
        return 0;
    it->budget = it->budget_max;
    while (take_earliest(it, &at_s)) {
        if (!is_excluded(it, at_s)) {
            *ret_wall_s = at_s;
            return 1;
        }
        if (--it->budget <= 0) {
            it->bound = true;
            return 0;
        }
    }
    return 0;
}

bool recur_iter_complete(const struct recur_iter *it)
{
    bool complete = !it->bound;

    for (size_t i = 0; i < it->rule_count; i++)
        complete = complete && it->rules[i].end != RECUR_BOUND;
    for (size_t i = 0; i < it->exrule_count; i++)
        complete = complete && it->exrules[i].end != RECUR_BOUND;
    return complete;
}
