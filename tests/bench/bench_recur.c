/* Instances a second, beside libical's in the same run. */
#include "base/clock.h"
#include "base/mem.h"
#include "calendar/civil.h"
#include "calendar/recur.h"

#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUN_MS 300

struct rule {
    const char *what, *start, *rule,
     *from;   /* from NULL: instances one after the other; else the first one from there */
    double goal;
};

static const struct rule rules[] = {
    {"daily", "19900101T090000", "FREQ=DAILY", NULL, 20},
    {"weekly", "19900101T090000", "FREQ=WEEKLY;BYDAY=MO,WE,FR", NULL, 20},
    {"monthly", "19900120T090000", "FREQ=MONTHLY;BYDAY=3SA", NULL, 20},
    {"yearly 9/3SA", "19900915T090000", "FREQ=YEARLY;BYMONTH=9;BYDAY=3SA", NULL, 20},
    {"yearly 5/12", "19900512T090000", "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=12", NULL, 20},
    {"last workday", "19900131T090000", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", NULL, 20},
    {"hourly limits", "19900101T090000", "FREQ=HOURLY;BYHOUR=9,12,15;BYDAY=MO,TU,WE,TH,FR", NULL, 20},
    {"lunar 9/9", "19901026T090000", "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=9", NULL, 300},
    {"daily, far", "19900101T090000", "FREQ=DAILY", "20900601T000000", 20},
    {"weekly, far", "19900101T090000", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "20900601T000000", 20},
    {"yearly, far", "19900915T090000", "FREQ=YEARLY;BYMONTH=9;BYDAY=3SA", "20900601T000000", 20},
    {"counted, far", "19900101T090000", "FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=100000", "20900601T000000", 20},
};

static int64_t wall_of(const char *text)
{
    int64_t wall_s = 0;
    bool date;

    if (!civil_parse(text, &wall_s, &date))
        abort();
    return wall_s;
}

/* Both go over the same span again and again: from the start to 2090, or to the first instance from `from` on. */
static long ours(const struct rule *r, const struct recur_set *set)
{
    int64_t at_s, last_s = wall_of("20900101T000000");
    struct recur_iter *it = recur_iter_new(set, r->from ? wall_of(r->from) : set->start_s, NULL);
    long count = 0;

    while (recur_iter_next(it, &at_s) && at_s < last_s)
        count++;
    recur_iter_free(it);
    return r->from ? 1 : count;
}

static long theirs(const struct rule *r)
{
    struct icalrecurrencetype rule = icalrecurrencetype_from_string(r->rule);
    struct icaltimetype from = icaltime_from_string(r->from ? r->from : "20900101T000000"), at;
    icalrecur_iterator *it = icalrecur_iterator_new(rule, icaltime_from_string(r->start));
    long count = 0;

    while (it && (at = icalrecur_iterator_next(it), !icaltime_is_null_time(at)) && icaltime_compare(at, from) < 0)
        count++;
    icalrecur_iterator_free(it);
    free(rule.rscale);
    return r->from ? 1 : count;
}

/* Instances a second; the first round warms up. */
static double rate(const struct rule *r, const struct recur_set *set)
{
    int64_t begin_ms, now_ms;
    long count = 0;

    if (set)
        ours(r, set);
    else
        theirs(r);
    begin_ms = now_ms = clock_monotonic_ms();
    for (; now_ms < begin_ms + RUN_MS; now_ms = clock_monotonic_ms())
        count += set ? ours(r, set) : theirs(r);
    return (double)count * 1000 / (double)(now_ms - begin_ms);
}

int main(void)
{
    struct arena a = {0};
    int missed = 0;

    printf("%-14s %14s %14s %8s %8s\n", "rule", "kepu /s", "libical /s", "times", "goal");
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct recur_rule *rule;
        struct err e;
        if (recur_parse(rules[i].rule, &a, &rule, &e) < 0)
            return 1;
        struct recur_set set = {.start_s = wall_of(rules[i].start), .rules = &rule, .rule_count = 1};
        double kepu = rate(&rules[i], &set), libical = rate(&rules[i], NULL);
        printf("%-14s %14.0f %14.0f %8.1f %8.0f\n", rules[i].what, kepu, libical, kepu / libical, rules[i].goal);
        missed += kepu / libical < rules[i].goal;
    }
    arena_release(&a);
    printf("%d below their goal\n", missed);
    return 0;
}
