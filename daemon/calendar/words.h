/* Times and rules as people say them, in Chinese and English: "下周六下午3点", "every third saturday of september". */
#ifndef KEPU_CALENDAR_WORDS_H
#define KEPU_CALENDAR_WORDS_H

#include "base/err.h"
#include "base/mem.h"
#include "zone.h"

#include <stdbool.h>
#include <stdint.h>

/* "周一" … "周日", "Monday" … "Sunday", by enum weekday. */
const char *words_weekday(int weekday, enum lang lang);

/* What is "now" and where, for "tomorrow" and "+2h". */
struct words_context {
    int64_t now_ms;
    const struct zone *zone;
};

/* WHEN of SPEC.md 3. A time with an offset is given in the context's zone. */
struct words_when {
    int64_t wall_s;
    bool date;          /* no time of day was said */
};
int words_when(const char *text, const struct words_context *ctx, struct words_when *ret, struct err *e);
/* The same where a day is spoken of already: a time of day alone is on that day (of any wall time day_s), not today. */
int words_when_on(const char *text, const struct words_context *ctx, int64_t day_s, struct words_when *ret,
                  struct err *e);

/* SPAN of SPEC.md 3: "60s", "90m", "1h30m", "7d", "2w"; also "2小时", "90分钟", "7天", "2周". Positive; at most 10 years. */
int words_span(const char *text, int64_t *ret_ms, struct err *e);
/* The shortest SPAN that says it: 5400000 → "1h30m". In the arena. */
char *words_span_format(int64_t ms, struct arena *a);

/*
 * A rule in words, or an RRULE as it is. *ret_rule is its canonical text (in the arena); *ret_time_s the time of day it
 * named in seconds, or -1. What has two readings is refused with ERR_INVALID and both readings named.
 */
int words_rule(const char *text, const struct words_context *ctx, struct arena *a, char **ret_rule, int *ret_time_s,
               struct err *e);

/* The rule said back, in a language: "每年9月第三个周六", "every year on the third Saturday of September". In the arena. */
char *words_describe(const char *rule, enum lang lang, struct arena *a);
/*
 * The same with the time of day (-1 = none), and an UNTIL in UTC as the zone's time; a day's last second is that day.
 */
char *words_describe_in(const char *rule, const struct zone *zone, int time_s, enum lang lang, struct arena *a);

#endif
