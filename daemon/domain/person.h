/* What is held on one person, and what became of it when they, or the office, asked to have it erased. */
#ifndef KEPU_DOMAIN_PERSON_H
#define KEPU_DOMAIN_PERSON_H

#include "fields.h"
#include "people.h"

/* Whose agreement, to which text of the notice, and when. */
struct person_consent {
    char *basis;                 /* consent, organisation, guardian */
    char *notice_version;        /* NULL: of no notice */
    int64_t at_ms;
};

struct person_guardian {
    char *name, *phone;
};

/* Addresses that are out; the secrets in them are nowhere, only their hashes. */
struct person_links {
    bool page, calendar;
    int64_t signups;             /* of single sign-ups */
};

/* Everything that is held on somebody, whole numbers and all. */
struct person_file {
    struct volunteer *volunteer;
    struct texts merged;         /* ids of records that were merged into this one */
    struct objects consents;     /* struct person_consent */
    struct person_guardian *guardian;
    struct objects signups;      /* struct signup */
    struct objects hours;        /* struct hours_entry: of the ledger */
    struct texts certificates;   /* their codes */
    struct person_links *links;
    struct objects audit;        /* struct audit_entry: of the person and of their sign-ups */
    int64_t exported_ms;
};

/* What remains of somebody, in numbers. */
struct person_erased {
    char *id;
    char *status;                /* "erased" */
    int64_t cancelled;           /* sign-ups for what is still to come */
    int64_t signups;             /* that remain, without a name */
    int64_t hours_milli;         /* that remain, without a name */
};

/* Of two records of one person, the one that stays and the one that goes. */
struct volunteer_merge {
    char *id, *other;
};

/* What moved from one to the other. */
struct volunteer_merged {
    struct volunteer *volunteer; /* as it is now */
    char *merged;                /* the other's id */
    int64_t signups;             /* that moved */
    int64_t cancelled;           /* of those that both had for the same place: the weaker */
    int64_t hours_milli;         /* that moved */
    struct texts filled;         /* what the one that stays did not say and the other did */
    bool links;                  /* the other's page or calendar opens this one's now */
};

extern const struct fields person_file_fields, person_erased_fields, volunteer_merge_fields, volunteer_merged_fields;

#endif
