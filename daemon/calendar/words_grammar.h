/* The inside of words.h: text → tokens → reduced tokens → parts, which are then read as a time or as a rule. */
#ifndef KEPU_CALENDAR_WORDS_GRAMMAR_H
#define KEPU_CALENDAR_WORDS_GRAMMAR_H

#include "words.h"

#include <stddef.h>
#include <stdint.h>

#define WORDS_TEXT_BYTES_MAX 300   /* a phrase, not an essay */
#define WORDS_TOKENS_MAX 64
#define WORDS_INTERVAL_MAX 1000    /* "every 1000 weeks" */
#define WORDS_COUNT_MAX 10000      /* "10000 times" */

/* What a token can be. Those from TOKEN_ORD on may also come from reductions. */
enum word_kind {
    TOKEN_END,
    TOKEN_FILL,       /* says nothing: of, the, 的 */
    TOKEN_COMMA,      /* joins a list or says nothing */
    TOKEN_AND,        /* joins a list */
    TOKEN_TO,         /* from … to …, or until */
    TOKEN_UNTIL,
    TOKEN_CLOSE,      /* 止, after an until */
    TOKEN_EVERY,
    TOKEN_GAP,        /* 每隔 */
    TOKEN_OTHER,      /* every other */
    TOKEN_IN,         /* "in 2 hours", "in september" */
    TOKEN_SIGN,       /* value +1, -1 */
    TOKEN_AFTER,
    TOKEN_BEFORE,
    TOKEN_NUMBER,     /* value */
    TOKEN_NTH,        /* 第 */
    TOKEN_BACK,       /* 倒数 */
    TOKEN_PIECE,      /* 个 */
    TOKEN_LUNAR,
    TOKEN_LEAP,
    TOKEN_CHU,        /* 初 */
    TOKEN_OCLOCK,     /* value: 1 = names hours of the 24-hour clock (时) */
    TOKEN_MINUTE,     /* 分 */
    TOKEN_QUARTER,    /* 刻 */
    TOKEN_HALF,
    TOKEN_PERIOD,     /* value: enum words_period */
    TOKEN_DAY,        /* 日, 号: a day of the month */
    TOKEN_UNIT,       /* value: enum words_unit */
    TOKEN_FREQ,       /* value: enum words_unit, times two if > 100 ("fortnightly") */
    TOKEN_ONCE,
    TOKEN_TOTAL,      /* 共 */
    TOKEN_TIMES,      /* 次 */
    TOKEN_RELATIVE,   /* value: -1 last, 0 this, 1 next …; `loose` where it has two senses */
    TOKEN_TODAY,      /* value: days from today */
    TOKEN_YEARS,      /* value: years from this one (明年) */
    TOKEN_NOW,
    TOKEN_FESTIVAL,   /* value: index of words_festivals */
    TOKEN_TWO_WAYS,   /* value: message that names both readings */
    TOKEN_ORD,        /* set of ordinals */
    TOKEN_WEEKDAY,    /* set of 1 << enum weekday */
    TOKEN_WORKDAY,
    TOKEN_MONTH,      /* set of months; value 1 = says that it is lunar (正月) */
    TOKEN_LEAP_MONTH, /* set of one month */
    TOKEN_MONTHDAY,   /* set of days of the month */
    TOKEN_LUNAR_DAY,  /* set of days */
    TOKEN_YEAR,       /* value */
    TOKEN_DATE,       /* year, month, day */
    TOKEN_CLOCK,      /* value: seconds of the day */
    TOKEN_TIME,       /* value: seconds of the day, its period applied */
    TOKEN_SPAN,       /* exact_s, days, months */
};

enum words_period {
    PERIOD_SMALL_HOURS, PERIOD_MORNING, PERIOD_FORENOON, PERIOD_NOON, PERIOD_AFTERNOON, PERIOD_DUSK, PERIOD_EVENING,
    PERIOD_AM, PERIOD_PM,
};

enum words_unit {
    UNIT_NONE, UNIT_SECOND, UNIT_MINUTE, UNIT_HOUR, UNIT_DAY, UNIT_WEEK, UNIT_MONTH, UNIT_QUARTER, UNIT_YEAR,
};

/* A set of small numbers 1–31 (bit n) and -1 to -31, counted from the end (bit 32 + n). */
#define WORDS_BIT(n) ((n) > 0 ? 1ULL << (n) : 1ULL << (32 - (n)))
#define WORDS_SET_POSITIVE 0xFFFFFFFFULL
int words_set_first(uint64_t set);               /* the smallest positive, else the one nearest the end; 0 = empty */
bool words_set_single(uint64_t set);

struct word {
    enum word_kind kind;
    int value;
    int digits;              /* of a number in digits */
    bool cjk;                /* said in Chinese */
    bool plural;
    bool loose;              /* of a relative: has two senses */
    bool open;               /* of a span: more may follow (+1h30m) */
    uint64_t set;
    int64_t exact_s, days, months;   /* a span: its parts are added in different ways */
    int year, month, day;
    size_t at, bytes;        /* where in words_text.text */
};

struct words_text {
    char text[WORDS_TEXT_BYTES_MAX + 1];   /* lower case, half width, simplified, single spaces */
    const char *whole;                     /* as it was given, for messages; borrowed */
    struct word items[WORDS_TOKENS_MAX];
    size_t count;
};

struct words_vocabulary {
    const char *text;
    enum word_kind kind;
    int value;
    enum word_kind then_kind;    /* a second token that the word stands for (今晚), or TOKEN_END */
    int then_value;
};
extern const struct words_vocabulary words_vocabulary[];
extern const size_t words_vocabulary_count;

struct words_festival {
    bool lunar;
    int month, day;              /* day -1: the month's last */
};
extern const struct words_festival words_festivals[];

/* Normalises and splits. Fails on a word nobody knows, and on words with two meanings. */
int words_scan(const char *text, struct words_text *ret, struct err *e);
/* Joins tokens into bigger ones: 第 三 个 → an ordinal, 下午 3 点 半 → a time, 周一 、 三 → a set of weekdays. */
int words_reduce(struct words_text *t, struct err *e);

/* The pattern matcher: kinds in order, each possibly optional; ends with TOKEN_END. */
#define WORDS_PATTERN_MAX 6
#define OPT 0x80
#define WORDS_KIND(k) ((enum word_kind)((k) & ~OPT))
/* Tokens consumed from w on, 0 = no match; slot[i] is the token of element i, NULL where an optional one is absent. */
size_t words_match(const unsigned char *pattern, const struct word *w, size_t count,
                   const struct word *slot[WORDS_PATTERN_MAX]);

enum words_step { STEP_NO, STEP_YES, STEP_BAD };   /* pattern doesn't apply; applied; error set */

/* What a phrase says, in no order. */
#define SLOT_EVERY 0x1u
#define SLOT_UNIT 0x2u
#define SLOT_YEAR 0x4u
#define SLOT_YEAR_OFFSET 0x8u
#define SLOT_MONTH_OFFSET 0x10u
#define SLOT_WEEK_OFFSET 0x20u
#define SLOT_MONTHS 0x40u
#define SLOT_LUNAR 0x80u
#define SLOT_MONTHDAYS 0x100u
#define SLOT_WEEKDAYS 0x200u
#define SLOT_NTH 0x400u            /* third saturday */
#define SLOT_WORKDAYS 0x800u
#define SLOT_WORKDAY_ORD 0x1000u
#define SLOT_DAY_ORD 0x2000u
#define SLOT_WEEK_ORD 0x4000u
#define SLOT_MONTH_ORD 0x8000u
#define SLOT_FESTIVAL 0x10000u
#define SLOT_DAY_OFFSET 0x20000u
#define SLOT_NOW 0x40000u
#define SLOT_RELATIVE 0x80000u     /* next saturday */
#define SLOT_SPAN 0x100000u
#define SLOT_TIME 0x200000u
#define SLOT_COUNT 0x400000u
#define SLOT_UNTIL 0x800000u

#define WORDS_NTHS_MAX 8
struct words_nth {
    uint64_t ords;
    unsigned weekdays;
};

struct words_parts {
    const char *text;                /* the phrase as it was given, for messages; borrowed */
    unsigned has;                    /* SLOT_… */
    enum words_unit unit;
    int interval;
    int year, year_offset, month_offset, week_offset, day_offset, relative;
    bool relative_loose;
    bool plural;                     /* "mondays": every one */
    bool leap;
    bool maybe_lunar;                /* 八月十五: said the lunar way, without 农历 */
    bool nth_english;                /* its "last friday" may be the previous one */
    enum msg refusal;                /* why no time or rule can be made of it, MSG_NONE if it can */
    bool span_signed;                /* +3d keeps the time of day, 3天后 names a day */
    int gap;                         /* 每隔两周: the 两, where it is not 1 */
    uint64_t months, monthdays;
    unsigned weekdays;
    struct words_nth nths[WORDS_NTHS_MAX];
    size_t nth_count;
    uint64_t workday_ords, day_ords, week_ords, month_ords;
    int64_t span_exact_s, span_days, span_months;
    int time_s;
    int count;
    struct words_when until;
};

/* The whole way from text to parts; an until is resolved with the context. */
int words_parse(const char *text, const struct words_context *ctx, struct words_parts *ret, struct err *e);
/* Reads tokens as phrases into *p. */
int words_phrases(const struct words_text *t, size_t from, size_t count, struct words_parts *p, struct err *e);

/* Parts as one point in time, words_when.c. */
int words_resolve_when(const struct words_parts *p, const struct words_context *ctx, struct words_when *ret,
                       struct err *e);

/* RFC 3339, RFC 5545 basic form and the like: 1 = read, 0 = not of that form, -1 = of that form but wrong. */
int words_stamp(const char *text, const struct words_context *ctx, struct words_when *ret, struct err *e);

/* How far a part of the day goes: 20 is in the evening. -1 if it can't be of that part; 8 in the evening is 20. */
int words_hour_in_period(int hour, int period);

#endif
