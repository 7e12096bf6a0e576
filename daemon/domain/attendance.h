/* Attendance: what may be said of somebody's coming and going, and the codes that hang at the venue. */
#ifndef KEPU_DOMAIN_ATTENDANCE_H
#define KEPU_DOMAIN_ATTENDANCE_H

#include "base/crypto.h"
#include "fields.h"

#include <stdbool.h>
#include <stdint.h>

#define ATTENDANCE_SLACK_MS (3 * 3600000LL)      /* before the start and after the end it is still that day's */
#define ATTENDANCE_AHEAD_MS (5 * 60000LL)        /* clocks differ; later than this is the future */
#define ATTENDANCE_LINES_MAX 5000                /* of a paper list */
#define HEADCOUNT_ASKED 100000                   /* more people than that at one occurrence are asked about */

/* Of check-in, check-out, attend, no-show, excuse. */
struct attendance_input {
    char *id, *reason;
    char *at;                    /* WHEN; NULL: now */
    int64_t minutes;             /* attend: how long; FIELD_INT_ABSENT: by times, or the shift */
};

/* A paper list: CSV with `id`, or `name` and `phone`, or `volunteer`; and any of `role`, `in`, `out`, `minutes`. */
struct attendance_list_input {
    char *event, *on, *list;
};
struct attendance_list_result {
    int64_t attended, unchanged, lines;
};

/* The venue's code. */
struct venue_code_input {
    char *event, *on;
    int8_t fixed;                /* 1: the code that stays the same, for paper */
};
struct venue_code {
    char *event, *title, *code, *url;
    struct moment recurrence_id;
    bool fixed;
    int64_t until_ms;            /* FIELD_INT_ABSENT: as long as the occurrence is on */
};

/* Somebody enters the code: on their own page, or with their phone's number. */
struct arrival_input {
    char *token, *signup;        /* of a page of one's own */
    char *slug, *on, *phone;     /* at the venue */
    char *code, *key;
    int8_t out;                  /* 1: leaving */
    bool fixed;                  /* of the screen: the code that stays */
};
#define ARRIVAL_IN "in"
#define ARRIVAL_OUT "out"
#define ARRIVAL_WRONG "wrong"
#define ARRIVAL_MANY "many"      /* too many wrong ones: later */
struct arrival {
    char *outcome;
};

/* One thing that was written down of a sign-up's attendance. */
struct attendance_step {
    char *kind;                  /* check-in, check-out, close, attended, no_show, excused */
    int64_t time_ms;             /* when it was; FIELD_INT_ABSENT: no time was said */
    char *how;                   /* desk, code, list, auto */
    char *who, *reason;
    int64_t at_ms;               /* when it was written down */
};
extern const struct fields attendance_step_fields;

extern const struct fields attendance_input_fields, attendance_list_input_fields, attendance_list_result_fields,
    venue_code_input_fields, venue_code_fields;

/*
 * Codes of an occurrence: six digits that change every VENUE_SLOT_MS, or six letters that stay. A digits' code is good
 * in its slot and in the next one. Reading forgives blanks and capital letters.
 */
#define VENUE_SLOT_MS 120000
#define VENUE_CODE_CHARS 6
#define VENUE_CODE_BYTES (VENUE_CODE_CHARS + 1)
#define VENUE_KEY_CHARS 26
#define VENUE_TRIES_MAX 10                       /* wrong codes of one sign-up in VENUE_TRIES_MS */
#define VENUE_TRIES_MS 3600000LL

enum venue_code_kind { VENUE_CODE_NONE, VENUE_CODE_SLOT, VENUE_CODE_FIXED };
void venue_code_at(const struct crypto_keys *k, int64_t occurrence_id, int64_t now_ms, char ret[VENUE_CODE_BYTES]);
void venue_code_fixed(const struct crypto_keys *k, int64_t occurrence_id, char ret[VENUE_CODE_BYTES]);
enum venue_code_kind venue_code_read(const struct crypto_keys *k, int64_t occurrence_id, int64_t now_ms,
                                     const char *text);
/* What opens the screen that shows them. */
void venue_key(const struct crypto_keys *k, int64_t occurrence_id, char ret[VENUE_KEY_CHARS + 1]);

#endif
