/* Whatever else the database says of somebody: the audit, messages, kept answers. */
#ifndef KEPU_STORE_PERSON_H
#define KEPU_STORE_PERSON_H

#include "db.h"
#include "domain/office.h"

/* A text somewhere that may tell of a person. */
struct said {
    int64_t id;
    char *text;
};

/* Audit entries of a volunteer, of those merged into them and of their sign-ups, oldest first: struct audit_entry. */
struct objects store_person_audit(struct db *db, int64_t volunteer_id, struct arena *a);
/* Of those the entries of sign-ups that may hold somebody's own words: struct said. */
struct objects store_person_reasons(struct db *db, int64_t volunteer_id, struct arena *a);

/* Entries of the audit, and messages that went out or never will, that hold a text: struct said. */
struct objects store_audit_saying(struct db *db, const char *pattern, struct arena *a);
struct objects store_messages_saying(struct db *db, const char *pattern, struct arena *a);
void store_audit_reword(struct db *db, int64_t id, const char *detail);
void store_message_reword(struct db *db, int64_t id, const char *text);

/* Answers that are kept for requests that come again, all of them; by id. */
struct stmt *store_answers(struct db *db);
bool store_answer_next(struct stmt *s, struct arena *a, char **ret_id, struct bytes *ret_sealed);
void store_answer_replace(struct db *db, const char *id, struct bytes sealed);

#endif
