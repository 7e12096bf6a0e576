/* Rows of mail: the outbox of what is told to single volunteers. Their addresses stay in their own rows. */
#ifndef KEPU_STORE_MAIL_H
#define KEPU_STORE_MAIL_H

#include "db.h"
#include "domain/signup.h"

struct mail_row {
    int64_t id;
    char *code;                      /* "m-…" */
    char *identity, *kind, *state, *reason;
    int64_t signup_row;
    char *signup;                    /* its id; when read */
    struct bytes email_sealed;       /* the volunteer's, when read; .data NULL: none */
    int64_t due_ms, deadline_ms, next_ms, attempts, created_ms;
};

/* False if this identity is there already. */
bool store_mail_insert(struct db *db, const struct mail_row *m);
/* The first that wants attention by now, for this transaction; NULL: none. */
struct mail_row *store_mail_due(struct db *db, int64_t now_ms, struct arena *a);
struct mail_row *store_mail_by_id(struct db *db, int64_t id, struct arena *a);
/* state, next_ms, attempts, reason; `final_ms` DB_NULL_INT while it goes on. */
void store_mail_update(struct db *db, const struct mail_row *m, int64_t final_ms);
int64_t store_mail_next_ms(struct db *db);                       /* INT64_MAX: none */
/* What was being sent when its daemon ended wants attention now. */
void store_mail_recover(struct db *db, int64_t now_ms);
/* What is open of a sign-up ends as cancelled. */
void store_mail_cancel(struct db *db, int64_t signup_row, int64_t now_ms);

/* What became of a sign-up's, in order. */
struct stmt *store_mail_of_signup(struct db *db, int64_t signup_row);
bool store_mail_next(struct stmt *s, struct arena *a, struct signup_mail *ret);

/* How many are in a state that goes on; and how many ended in one since then. */
int64_t store_mail_waiting(struct db *db, const char *state);
int64_t store_mail_ended(struct db *db, const char *state, int64_t since_ms);

/* One that is tried again, or was given up since then: those under way first, then the latest. */
struct mail_trouble {
    char *signup, *kind, *state, *reason;
    int64_t attempts, next_ms, final_ms;
};
struct stmt *store_mail_troubles(struct db *db, int64_t since_ms, int64_t limit);
bool store_mail_trouble_next(struct stmt *s, struct arena *a, struct mail_trouble *ret);

#endif
