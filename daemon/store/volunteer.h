/* Rows of volunteers, their skills and guardians. */
#ifndef KEPU_STORE_VOLUNTEER_H
#define KEPU_STORE_VOLUNTEER_H

#include "db.h"
#include "domain/people.h"

struct volunteer_row {
    int64_t id;
    char *code;                      /* "v-…" */
    char *name, *name_key;
    struct bytes phone_sealed, phone_index;
    struct bytes email_sealed;       /* .data NULL: none */
    char *org, *source, *town, *status;
    int64_t consent_ms;              /* DB_NULL_INT: none */
    char *consent_version, *consent_basis;
    int64_t minutes, created_ms, version;
    char *merged_into;               /* "v-…": the record of the same person that stayed; NULL: this one did */
};

/* The new row's id; 0 if this person (phone and name) is there already, or was merged. `link_hash` may be NULL. */
int64_t store_volunteer_insert(struct db *db, const struct volunteer_row *v, const unsigned char *link_hash);
/* By v->id: everything but code, consent, links, minutes and created. */
void store_volunteer_update(struct db *db, const struct volunteer_row *v);
void store_volunteer_set_link(struct db *db, int64_t id, const unsigned char *link_hash);

/* NULL if there is none. */
/* The same, and the links of records that were merged into this one open nothing any more. NULL: no link at all. */
void store_volunteer_renew_link(struct db *db, int64_t id, const unsigned char *link_hash);
struct volunteer_row *store_volunteer_by_code(struct db *db, const char *code, struct arena *a);
struct volunteer_row *store_volunteer_by_link(struct db *db, const unsigned char *link_hash, struct arena *a);

/* Somebody who isn't erased. */
struct volunteer_id {
    int64_t id;
    char *code, *name;
};
bool store_volunteer_find(struct db *db, const unsigned char *phone_index, const char *name_key, struct arena *a,
                          struct volunteer_id *ret);

/*
 * Finds somebody who isn't erased and keeps their row until the transaction ends: two sign-ups of one person at once
 * must see each other. An UPDATE that changes nothing does so on both databases.
 */
bool store_volunteer_lock(struct db *db, const char *code, struct arena *a, struct volunteer_id *ret);

/* NULL means any; `status` NULL: all but the erased. By id. */
struct volunteer_query {
    const char *name_part, *org_part;    /* patterns for LIKE … ESCAPE '\', of the name as it is compared */
    const unsigned char *phone_index;
    const char *code, *source, *org, *town, *status, *skill;
    int64_t after_id, limit;
};
struct stmt *store_volunteer_list(struct db *db, const struct volunteer_query *q);
bool store_volunteer_next(struct stmt *s, struct arena *a, struct volunteer_row *ret);

struct texts store_volunteer_skills(struct db *db, int64_t id, struct arena *a);
void store_volunteer_put_skills(struct db *db, int64_t id, const struct texts *skills);

void store_guardian_put(struct db *db, int64_t volunteer_id, struct bytes name_sealed, struct bytes phone_sealed,
                        int64_t consent_ms, const char *consent_version);

/* Takes all that tells who it was, from it and from those merged into it; what remains counts. */
void store_volunteer_blank(struct db *db, int64_t id, int64_t now_ms);

struct guardian_row {
    struct bytes name_sealed, phone_sealed;
    int64_t consent_ms;
    char *consent_version;
};
bool store_guardian_find(struct db *db, int64_t volunteer_id, struct arena *a, struct guardian_row *ret);

/* False if the second has one of their own already; the first's is gone either way. */
bool store_guardian_move(struct db *db, int64_t from_id, int64_t to_id);

/*
 * Merging. The alias keeps what finds the person: phone and name as they are compared, hashes of its links; so do those
 * that were merged into it before. The one that stays takes over what v says, its consent and creation too.
 */
void store_volunteer_become_alias(struct db *db, int64_t id, int64_t keep_id);
void store_volunteer_absorb(struct db *db, const struct volunteer_row *v);

/* The ids of the records that were merged into this one, by row. */
struct texts store_volunteer_aliases(struct db *db, int64_t id, struct arena *a);
/* Which addresses are out for somebody: their page, their calendar, how many of single sign-ups. */
struct volunteer_links {
    bool page, calendar;
    int64_t signups;
};
void store_volunteer_links(struct db *db, int64_t id, struct volunteer_links *ret);

/* Neither resting nor erased, and registered after a time. */
int64_t store_people_count(struct db *db, int64_t after_ms);
/* When the first of them registered; `none` without any. */
int64_t store_people_first_ms(struct db *db, int64_t none);

#endif
