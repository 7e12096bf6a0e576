/* Rows of mail: the outbox of what is told to single volunteers. Their addresses stay in their own rows. */
#ifndef KEPU_STORE_MAIL_H
#define KEPU_STORE_MAIL_H

#include "db.h"

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

#endif
