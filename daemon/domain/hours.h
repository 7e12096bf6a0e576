/* Hours of service: the entries of the ledger, their chain, rounding, stars, certificates. */
#ifndef KEPU_DOMAIN_HOURS_H
#define KEPU_DOMAIN_HOURS_H

#include "base/crypto.h"
#include "fields.h"

#include <stdbool.h>
#include <stdint.h>

#define HOURS_NOTE_CHARS_MAX 500
#define HOURS_MINUTES_MAX 60000            /* of one entry: a thousand hours */
#define HOURS_MINUTES_ASKED 1440           /* more than a day at once is asked about */
#define HOURS_STARS_MAX 10
#define HOURS_SALT_BYTES 16
#define CERTIFICATE_LINES_MAX 60           /* on the sheet; the sum is of all */
#define CERTIFICATE_CODE_CHARS 16          /* 80 bits */
#define CERTIFICATE_SHOWN_BYTES 20         /* "abcd-efgh-jkmn-pqrs" */

#define HOURS_ROUNDINGS(X) X(HOURS_NEAREST, "nearest") X(HOURS_DOWN, "down") X(HOURS_UP, "up")
enum hours_rounding {
#define X(mode, name) mode,
    HOURS_ROUNDINGS(X)
#undef X
};
/* To whole steps; `step` ≥ 1. Half a step goes up. */
int64_t hours_round(int64_t minutes, int64_t step, enum hours_rounding mode);
/* How many of the levels (hours, rising) are reached. */
int hours_stars(int64_t minutes, const int64_t *levels, int count);

/*
 *   service ──→ correction ──→ correction …      from attendance; each adds the difference
 *   manual ──→ approval                          by hand; counts once a second person has approved
 *   manual (corrects) ──→ approval               by hand too; replaces what its matter came to
 *   transfer                                     from one volunteer to another who is the same person
 */
#define HOURS_KINDS(X)                                                                              \
    X(HOURS_SERVICE, "service") X(HOURS_CORRECTION, "correction") X(HOURS_MANUAL, "manual")         \
    X(HOURS_APPROVAL, "approval") X(HOURS_TRANSFER, "transfer")

/* A row of the ledger, and what the wire shows of it. Texts are never NULL unless it is said. */
struct hours_entry {
    int64_t number;              /* in the chain, from 1 */
    char *id;                    /* "h-…" */
    const char *kind;
    int64_t root, refers;        /* numbers; `refers` 0: none */
    char *volunteer, *signup, *event, *occurrence, *day;
    int64_t minutes, counted;
    const char *how;             /* times, shift, said, hand */
    char *who;
    int64_t at_ms;
    char *note;                  /* NULL: none, or forgotten */
    struct bytes note_salt, note_hash, hash;
    /* Shown only: */
    char *name;                  /* the volunteer's */
    char *state;                 /* pending, counted */
    char *approved_by, *refers_id, *hash_text;
};

struct hours_input {
    char *volunteer, *event, *on, *note, *corrects;
    int64_t minutes, hours_milli;
};
struct hours_filter {
    char *volunteer, *event, *state, *cursor;
    int64_t limit;
};
struct hours_ref {
    char *id, *note;
};

struct certificate_input {
    char *id;                    /* the volunteer's */
    char *from, *to;             /* days, both included; NULL: open */
    char *period;                /* "2027", "2027-H1"; instead of from and to */
};
/* What a certificate says, and whether it is so. */
struct certificate {
    char *code;                  /* as it is printed */
    char *state;                 /* valid, withdrawn; unknown on pages */
    char *volunteer;             /* NULL where it is not for everybody */
    char *name;                  /* in full for who made it; masked for who verifies */
    char *from, *to;             /* NULL: open */
    int64_t minutes, hours_milli, stars;
    int64_t minutes_now;         /* what the same service comes to today */
    struct texts recorded_by, approved_by;
    struct objects entries;      /* struct certificate_line; on the sheet */
    char *who;                   /* who issued it */
    int64_t issued_ms;
    char *url;                   /* where it is verified */
    char *page;                  /* the sheet to print, shown once; NULL */
};
struct certificate_line {
    char *day, *event, *title;
    int64_t minutes;
};
struct certificate_ref {
    char *code;
};

/* What `kepuctl check` found. */
struct check_report {
    char *state;                 /* sound, faulty */
    struct texts problems;
    int64_t entries;             /* of the ledger */
    char *head;                  /* the chain's last hash */
};

extern const struct fields hours_entry_fields, hours_input_fields, hours_filter_fields, hours_ref_fields,
    certificate_input_fields, certificate_fields, certificate_ref_fields, check_report_fields;

/* The hash of an entry, over the one before (len 0 before the first) and everything in it that isn't for show. */
void hours_entry_hash(struct bytes previous, const struct hours_entry *h, unsigned char ret[CRYPTO_HASH_BYTES]);
/* What the chain keeps of a note. */
void hours_note_hash(const char *note, struct bytes salt, unsigned char ret[CRYPTO_HASH_BYTES]);
/* What shows that a chain of `number` entries ends in `hash`. */
void hours_head_seal(const struct crypto_keys *k, int64_t number, struct bytes hash,
                     unsigned char ret[CRYPTO_HASH_BYTES]);
void hours_hex(struct bytes hash, char ret[2 * CRYPTO_HASH_BYTES + 1]);

/* "王芳" → "王*", "Anna Smith" → "A***": the family name, or a first letter. In the arena. */
char *person_name_mask(const char *name, struct arena *a);

/* A code as somebody typed it: blanks, hyphens, capitals and look-alikes are forgiven. False if it can't be one. */
bool certificate_code_read(const char *text, char ret[CERTIFICATE_CODE_CHARS + 1]);
void certificate_code_show(const char *code, char ret[CERTIFICATE_SHOWN_BYTES]);

#endif
