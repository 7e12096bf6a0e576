/* Rows of sign-ups, and the places that they take. The order of locks is: volunteer, role, sign-up. */
#ifndef KEPU_STORE_SIGNUP_H
#define KEPU_STORE_SIGNUP_H

#include "db.h"
#include "domain/signup.h"

/* The occurrence that somebody signs up for, as far as that needs it. */
struct occasion {
    int64_t occurrence_id, event_id, start_ms, end_ms;
    char *recurrence_local, *start_local, *end_local, *tz;
    char *event, *title, *venue, *lead;
    bool occurrence_off, event_off;      /* cancelled */
    char *signup_opens, *signup_closes;  /* the event's; "": the office's */
    int64_t signup_limit;
};

/*
 * The stored occurrence on a day ("2027-05-12"), by one query, where all of that day's are stored and there is just
 * one. False says nothing: ask the event itself.
 */
bool store_occasion_find(struct db *db, const char *event, const char *day, struct arena *a, struct occasion *ret);

/* One place more, if there is a free one and nobody in line for it. */
bool store_place_take(struct db *db, int64_t occurrence_id, const char *role);
/* The first in line gets a free place: the counters' part. False if there is neither. */
bool store_place_promote(struct db *db, int64_t occurrence_id, const char *role);
/* Adds to a role's counters. */
void store_place_count(struct db *db, int64_t occurrence_id, const char *role, int taken, int offered, int waitlisted);
/* How many are in line, and (DB_NULL_INT: the role doesn't say) how many may be. */
int64_t store_place_waitlisted(struct db *db, int64_t occurrence_id, const char *role, int64_t *ret_most);
/* How many are in line now that this one is. */
int64_t store_place_queue(struct db *db, int64_t occurrence_id, const char *role);

/* Its place in the line's order; 0: it is not in line. */
int64_t store_signup_next_place(struct db *db, const struct signup *s);
/* At the end of the line if it is waitlisted. `link_hash` may be NULL. */
void store_signup_insert(struct db *db, const struct signup *s, const unsigned char *link_hash);
/* state, times and minutes; the version grows. False if the state is no longer `from`. */
bool store_signup_update(struct db *db, struct signup *s, enum signup_state from, int64_t now_ms);
struct first_in_line {
    int64_t row, volunteer_row, end_ms;
    char *code;
    bool email;                          /* they can be asked in time */
};
bool store_signup_first(struct db *db, int64_t occurrence_id, const char *role, struct arena *a,
                        struct first_in_line *ret);
/* From the line to `state`; of an offer its end and its token's hash, else DB_NULL_INT and NULL. */
void store_signup_give(struct db *db, int64_t row, enum signup_state state, int64_t until_ms,
                       const unsigned char *offer_hash, int64_t now_ms);
bool store_signup_has_email(struct db *db, int64_t row);
struct signup *store_signup_by_offer(struct db *db, const unsigned char *offer_hash, struct arena *a);
/* The first offer that was over by now; NULL: none. */
struct signup *store_signup_offer_over(struct db *db, int64_t now_ms, struct arena *a);
int64_t store_offer_next_ms(struct db *db);          /* INT64_MAX: none */
/* What the end of an offer goes by. */
bool store_occurrence_closing(struct db *db, int64_t occurrence_id, struct arena *a, int64_t *ret_start_ms,
                              char **ret_closes, char **ret_tz);

/* What stands in the way of signing somebody up: the same role already, or another shift at the time. */
struct clash {
    bool same;
    char *id, *title, *day, *role;
};
/* The first such, the same role before all else; false if there is none. */
bool store_signup_clash(struct db *db, int64_t volunteer_id, const struct occasion *o, const char *role,
                        struct arena *a, struct clash *ret);

/* With what their volunteer, occurrence and event say; moments, names of states and urls are the service's to fill. */
struct signup *store_signup_by_code(struct db *db, const char *code, struct arena *a);
struct signup *store_signup_by_link(struct db *db, const unsigned char *link_hash, struct arena *a);

/* 0 and NULL mean any. By id, or of one volunteer the latest shift first. */
struct signup_query {
    int64_t event_id, occurrence_id, volunteer_id;
    const char *state;
    int64_t after_id, limit;
};
struct stmt *store_signup_list(struct db *db, const struct signup_query *q);
struct stmt *store_signup_of_person(struct db *db, int64_t volunteer_id, int64_t limit);
bool store_signup_next(struct stmt *s, struct arena *a, struct signup *ret);

/* Sign-ups of two volunteers for one role of one occurrence, none cancelled: ids, the first's and the other's. */
struct texts store_signup_twins(struct db *db, int64_t first_id, int64_t second_id, struct arena *a);
/* All of one volunteer's become another's: how many. */
int64_t store_signup_reassign(struct db *db, int64_t from_id, int64_t to_id);
/* A sign-up's own page becomes another one's; NULL: it has none from now on. */
void store_signup_set_link(struct db *db, const char *code, const unsigned char *link_hash);
void store_signup_set_age(struct db *db, const char *code, const char *age_group);
char *store_signup_age(struct db *db, const char *code, struct arena *a);

/* The codes of an occurrence's sign-ups that are confirmed, in line or offered. */
struct texts store_signups_open(struct db *db, int64_t occurrence_id, struct arena *a);
/* Cancelled with its occurrence: it stays in its person's calendar, as cancelled. */
void store_signup_went_off(struct db *db, int64_t row);

/* An open sign-up of an occurrence, and another of the same person at the time from start_ms to end_ms. */
struct overlap {
    char *id, *other, *title, *day;
};
struct stmt *store_signup_overlaps(struct db *db, int64_t occurrence_id, int64_t start_ms, int64_t end_ms,
                                   int64_t limit);
bool store_overlap_next(struct stmt *s, struct arena *a, struct overlap *ret);

int64_t store_occurrence_event(struct db *db, int64_t occurrence_id);
/* The skills that a role asks for, as its row keeps them; NULL: no such role. */
char *store_role_skills(struct db *db, int64_t occurrence_id, const char *role, struct arena *a);
/* The only role of an occurrence and the skills that it asks for; false where there is none, or several. */
bool store_role_only(struct db *db, int64_t occurrence_id, struct arena *a, char **ret_role, char **ret_skills);
/* How many sign-ups ahead somebody has for an event. */
int64_t store_signups_ahead(struct db *db, int64_t volunteer_id, int64_t event_id, int64_t now_ms);
bool store_role_is_participant(struct db *db, int64_t occurrence_id, const char *role);

#endif
