/* Rows of attendance and of the ledger of hours. Ledger rows are only ever added; a note alone may be forgotten. */
#ifndef KEPU_STORE_HOURS_H
#define KEPU_STORE_HOURS_H

#include "db.h"
#include "domain/attendance.h"
#include "domain/hours.h"

/* What happened at the door. `time_ms` DB_NULL_INT where there is none. */
void store_attendance_add(struct db *db, int64_t signup_row, const char *kind, int64_t time_ms, const char *how,
                          const char *reason, const char *who, int64_t now_ms);
/* All of a sign-up, the oldest first. */
struct stmt *store_attendance_steps(struct db *db, int64_t signup_row);
bool store_attendance_step_next(struct stmt *s, struct arena *a, struct attendance_step *ret);
/* Sign-ups' codes whose shift has ended with nobody checked out, the oldest first. */
struct texts store_attendance_open(struct db *db, int64_t now_ms, int64_t limit, struct arena *a);
bool store_attendance_any_open(struct db *db);   /* somebody is in and not out, whether the shift is over or not */
/* Sign-ups' codes of a volunteer (by their id) at an occurrence that were not cancelled; `role` "" means any. */
struct texts store_attendance_of(struct db *db, int64_t occurrence_id, const char *volunteer, const char *role,
                                 struct arena *a);
/* By the name as it is compared, and the phone's index unless that is empty. */
struct texts store_attendance_of_name(struct db *db, int64_t occurrence_id, const char *name_key,
                                      struct bytes phone_index, const char *role, struct arena *a);
struct texts store_attendance_of_phone(struct db *db, int64_t occurrence_id, struct bytes phone_index, struct arena *a);
/* Wrong codes of a sign-up since an instant; and one more. */
int64_t store_code_tries(struct db *db, int64_t signup_row, int64_t since_ms);
void store_code_tried(struct db *db, int64_t signup_row, int64_t since_ms, int64_t now_ms);

void store_headcount_add(struct db *db, int64_t occurrence_id, int64_t people, const char *note, const char *who,
                         int64_t now_ms);

struct hours_head {
    int64_t number;
    struct bytes hash, seal;
};
/* The end of the chain. For a change it is taken, so that others wait until this transaction has ended. */
struct hours_head store_hours_head(struct db *db, bool take, struct arena *a);
void store_hours_head_put(struct db *db, const struct hours_head *head);

/* Also adds what it counts to the volunteer's sum. */
void store_hours_insert(struct db *db, const struct hours_entry *h);
/* NULL: there is none. */
struct hours_entry *store_hours_by_code(struct db *db, const char *code, struct arena *a);
struct hours_entry *store_hours_by_number(struct db *db, int64_t number, struct arena *a);
/* Whether an entry was approved. */
bool store_hours_is_approved(struct db *db, int64_t number);

/* What a matter comes to by now: of a sign-up (by its id), or of a root. Zeroed where there is none. */
struct hours_sum {
    int64_t counted, root, last;
};
struct hours_sum store_hours_of_signup(struct db *db, const char *signup);
struct hours_sum store_hours_of_root(struct db *db, int64_t root);

/* What a volunteer has, approved or not, for one occurrence. */
int64_t store_hours_at(struct db *db, const char *volunteer, const char *event, const char *occurrence);
/* Whether something was counted for a matter after an entry was made. */
bool store_hours_outdated(struct db *db, int64_t root, int64_t number);
void store_signup_minutes(struct db *db, const char *signup, int64_t minutes);

/* NULL means any; `pending` -1 means either. By number. */
struct hours_query {
    const char *volunteer, *event;
    int pending;
    int64_t after, limit;
};
struct stmt *store_hours_list(struct db *db, const struct hours_query *q);
struct stmt *store_hours_all(struct db *db);
bool store_hours_next(struct stmt *s, struct arena *a, struct hours_entry *ret);

/* Matters of a volunteer between two days, both included, up to an entry of the chain: what each came to by then. */
struct hours_matter {
    int64_t root, counted, now;          /* by then, and today */
    char *day, *event, *title;
};
struct stmt *store_hours_matters(struct db *db, const char *volunteer, const char *from, const char *to, int64_t head);
bool store_hours_matter_next(struct stmt *s, struct arena *a, struct hours_matter *ret);
/* All of a volunteer's minutes up to an entry. */
int64_t store_hours_total(struct db *db, const char *volunteer, int64_t head);
/* Who recorded, or approved, those entries; each once. */
struct texts store_hours_people(struct db *db, const char *volunteer, const char *from, const char *to, int64_t head,
                                bool approved, struct arena *a);

/* Certificates. `head` and `seal` with what the wire shows. */
struct certificate_row {
    char *code, *volunteer, *from, *to, *who;
    int64_t minutes, head, issued_ms;
    struct bytes seal;
};
void store_certificate_add(struct db *db, const struct certificate_row *row, const unsigned char *page_hash);
bool store_certificate_find(struct db *db, const char *code, struct arena *a, struct certificate_row *ret);
bool store_certificate_of_page(struct db *db, const unsigned char *page_hash, struct arena *a,
                               struct certificate_row *ret);
/* All of them, in order of their codes. */
struct stmt *store_certificates_all(struct db *db);
bool store_certificate_next(struct stmt *s, struct arena *a, struct certificate_row *ret);
int64_t store_certificate_count(struct db *db);
/* Codes of those made for somebody, also under an id that was merged. */
#define PERSON_CERTIFICATES_MAX 1000
struct texts store_certificates_of(struct db *db, int64_t volunteer_id, struct arena *a);

/* What was said in words of somebody's hours and attendance goes; the ledger's hashes hold without it. */
void store_hours_forget(struct db *db, int64_t volunteer_id);

#endif
