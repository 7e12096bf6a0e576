/* How a target's value comes about, the stretch of time it is for, and where it is going: pure rules, days as
 * numbers. */
#ifndef KEPU_DOMAIN_MEASURE_H
#define KEPU_DOMAIN_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEASURES(X)                                                                                                 \
    X(MEASURE_PERSONS, "persons") X(MEASURE_ATTENDANCES, "attendances") X(MEASURE_SESSIONS, "sessions")             \
    X(MEASURE_ENTITIES, "entities") X(MEASURE_RATIO, "ratio") X(MEASURE_COVERAGE, "coverage")                       \
    X(MEASURE_MILESTONE, "milestone") X(MEASURE_MANUAL, "manual")
enum measure {
#define X(measure, name) measure,
    MEASURES(X)
#undef X
    MEASURE_COUNT
};

#define PERIODS(X) \
    X(PERIOD_PLAN, "plan") X(PERIOD_YEAR, "year") X(PERIOD_SEMESTER, "semester") X(PERIOD_STANDING, "standing")
enum period {
#define X(period, name) period,
    PERIODS(X)
#undef X
    PERIOD_COUNT
};

/* Where a target stands, trouble first: the order of lists. */
#define STANDINGS(X)                                                                                         \
    X(STANDING_BEHIND, "behind") X(STANDING_UNKNOWN, "unknown") X(STANDING_ON, "on") X(STANDING_AHEAD, "ahead") \
    X(STANDING_REACHED, "reached")
enum standing {
#define X(standing, name) standing,
    STANDINGS(X)
#undef X
    STANDING_COUNT
};

#define SURENESSES(X) X(SURE_LOW, "low") X(SURE_MEDIUM, "medium") X(SURE_HIGH, "high")
enum sureness {
#define X(sure, name) sure,
    SURENESSES(X)
#undef X
    SURENESS_COUNT
};

extern const char *const measure_names[MEASURE_COUNT];
extern const char *const period_names[PERIOD_COUNT];
extern const char *const standing_names[STANDING_COUNT];
extern const char *const sureness_names[SURENESS_COUNT];
bool measure_parse(const char *text, enum measure *ret);
bool period_parse(const char *text, enum period *ret);

/* The program counts it from what was held; what else there is was entered. */
bool measure_is_counted(enum measure m);
/* A state that is told anew, not a sum that grows: a survey's share, a ratio. Unknown until somebody says. */
bool measure_starts_unknown(enum measure m);

/* School terms: spring from February on, autumn from August on. Numbered one after another. */
#define SEMESTER_SPRING_MONTH 2
#define SEMESTER_AUTUMN_MONTH 8
#define SEMESTER_TEXT_BYTES 32
int semester_of(int year, int month);
void semester_name(int semester, char ret[SEMESTER_TEXT_BYTES]);         /* "2025-spring" */
void semester_start(int semester, int *ret_year, int *ret_month);        /* its first day is the 1st */
bool semester_parse(const char *text, int *ret);

/*
 * A target's way so far. Days count from any epoch; `from_day` and `to_day` both belong to the stretch. Amounts are
 * what came in the last `recent_days` and in the last half of those.
 */
struct course {
    int64_t value_milli, target_milli;
    int64_t from_day, to_day, today;
    int64_t recent_milli, recent_half_milli, recent_days;
    int64_t year_milli, year_days;  /* what came in a year, or since the first; 0 days: not known, or no year yet */
    int64_t events;                 /* how many happenings `recent_milli` is the sum of */
    bool grows;                     /* a sum that is expected to come in evenly; else a state */
};

/* The rule: reached; ahead and behind are a tenth or more off the even way from nought to the target. */
#define COURSE_MARGIN_PERCENT 10
enum standing course_standing(const struct course *c);
/* What should be there by today if it came in evenly. */
int64_t course_expected_milli(const struct course *c);

/*
 * When it is reached at the recent pace, in days from today, with the earlier and the later that the pace of the last
 * half and of a year, or of the whole stretch where no year is known, give; how sure follows from how far these lie
 * apart and how much they rest on. False: it is reached, or nothing came in lately, or not in our time.
 */
struct outlook {
    int64_t days, days_least, days_most;
    enum sureness sure;
};
bool course_outlook(const struct course *c, struct outlook *ret);

#endif
