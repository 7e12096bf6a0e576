/* Rows of the office: meta values, departments and their like, plans, tokens, audit, request ids. */
#ifndef KEPU_STORE_OFFICE_H
#define KEPU_STORE_OFFICE_H

#include "db.h"
#include "domain/office.h"
#include "domain/principal.h"

#include <stdbool.h>
#include <stdint.h>

char *store_meta_get(struct db *db, const char *name, struct arena *a);  /* NULL if there is none */
void store_meta_set(struct db *db, const char *name, const char *value);

/* -1 if no valid token has this hash. */
int store_token_principal(struct db *db, const unsigned char *hash, int64_t now_ms, struct principal *ret,
                          int64_t *ret_last_used_ms);

void store_audit_add(struct db *db, int64_t at_ms, const char *who, const char *operation, const char *object,
                     const char *detail, const char *request_id);

bool store_token_insert(struct db *db, const struct token *t, const unsigned char *hash); /* false: name taken */
void store_token_delete(struct db *db, const char *name);
struct objects store_tokens(struct db *db, struct arena *a);                              /* struct token, by name */
void store_token_used(struct db *db, const unsigned char *hash, int64_t at_ms);

/* Newest first, those with an id below `before`; "" means any. */
struct objects store_audit_list(struct db *db, const char *object, const char *who, int64_t before, int64_t most,
                                struct arena *a, int64_t *ret_last_id);

/* What a request id was answered with; false if it is new. */
bool store_request_find(struct db *db, const char *id, struct arena *a, char **ret_operation, struct bytes *ret_answer);
/* False if it is there already; waits for another transaction that is just making it. */
bool store_request_reserve(struct db *db, const char *id, int64_t at_ms, const char *operation);
/* Adds it, or gives a reserved one its answer. */
void store_request_add(struct db *db, const char *id, int64_t at_ms, const char *operation, struct bytes answer);
int64_t store_request_sweep(struct db *db, int64_t before_ms); /* how many were removed */

#endif
