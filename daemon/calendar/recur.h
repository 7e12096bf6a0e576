/* Recurrence: RFC 5545 rules, RFC 7529 lunar rules, RDATE and EXDATE, as a bounded iterator over wall times. */
#ifndef KEPU_CALENDAR_RECUR_H
#define KEPU_CALENDAR_RECUR_H

#include "base/err.h"
#include "base/mem.h"
#include "zone.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECUR_RULE_BYTES_MAX 1000
#define RECUR_DATES_MAX 4000 /* RDATEs or EXDATEs of one set */
#define RECUR_RULES_MAX 20   /* RRULEs or EXRULEs of one set */

struct recur_rule;

/*
 * Reads one RRULE value (without "RRULE:"), case-insensitively, into the arena. ERR_INVALID with field "repeat" and a
 * message that names the part for whatever RFC 5545 or 7529 forbids.
 */
int recur_parse(const char *text, struct arena *a, struct recur_rule **ret, struct err *e);
/* The canonical text: upper case, BY parts in the order in which the RFC applies them, sorted lists. In the arena. */
char *recur_format(const struct recur_rule *rule, struct arena *a);
bool recur_is_lunar(const struct recur_rule *rule);          /* RSCALE=CHINESE */
/* FREQ of the rule is SECONDLY, MINUTELY or HOURLY, or BYHOUR … makes it several a day: events refuse that. */
bool recur_is_subdaily(const struct recur_rule *rule);
bool recur_is_endless(const struct recur_rule *rule);        /* neither COUNT nor UNTIL */

/* What recurs. Pointers are borrowed and must outlive the iterator. */
struct recur_set {
    int64_t start_s;                     /* DTSTART, wall time */
    bool date;                           /* VALUE=DATE */
    const struct zone *zone;             /* for UNTIL in UTC and for order across zones; NULL = floating */
    struct recur_rule *const *rules;     size_t rule_count;
    struct recur_rule *const *exrules;   size_t exrule_count;
    const int64_t *rdates;               size_t rdate_count;   /* wall times, any order */
    const int64_t *exdates;              size_t exdate_count;  /* wall times; with exdate_is_date the whole day */
    const bool *exdate_is_date;          /* may be NULL: none is */
    bool start_always;                   /* DTSTART is an instance, matched by a rule or not; without rules it is too */
};

struct recur_iter;

/*
 * An iterator over the instances from from_s on (included), in order, without doubles. Work between two instances is
 * bounded by RECUR_STEPS_MAX for each rule; a rule that yields nothing within it ends. What the RFCs leave open:
 * UNTIL as a date lets that whole day pass; YEARLY with BYWEEKNO and no BYDAY takes DTSTART's weekday; days at a year's
 * end that lie in a week of the next year belong to their calendar year (which matters to INTERVAL and BYSETPOS).
 */
#define RECUR_STEPS_MAX 200000
struct recur_iter *recur_iter_new(const struct recur_set *set, int64_t from_s, struct err *e); /* NULL on error */
void recur_iter_free(struct recur_iter *it);  /* takes NULL */
/* 1 and the instance; 0 at the end. */
int recur_iter_next(struct recur_iter *it, int64_t *ret_wall_s);
/*
 * After recur_iter_next gave 0: false if the end is the bound's, or the lunar table's, and not the rule's own. The year
 * 9999 ends all rules.
 */
bool recur_iter_complete(const struct recur_iter *it);

#endif
