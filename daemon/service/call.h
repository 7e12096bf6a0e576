/*
 * How anything is asked of kepu: a call of an operation, by a principal. Pages, API, dispatcher and seeds all come
 * through here. An operation is a table row; its `run` checks the rules and works in one job on a store thread.
 */
#ifndef KEPU_SERVICE_CALL_H
#define KEPU_SERVICE_CALL_H

#include "base/buf.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/mem.h"
#include "calendar/holidays.h"
#include "domain/fields.h"
#include "domain/principal.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

#define REQUEST_ID_BYTES 65
#define CHANGES_MAX 16               /* more are told as one CHANGE_EVERYTHING */
#define LIST_LIMIT_DEFAULT 100
#define LIST_LIMIT_MAX 500

/* Who asks, in which language, when, and how. */
struct request {
    struct principal principal;
    unsigned char bearer_hash[CRYPTO_HASH_BYTES]; /* of a token; looked up in the job, which sets the principal */
    bool has_bearer;
    enum lang lang;
    int64_t now_ms;
    char id[REQUEST_ID_BYTES];       /* idempotency key; "" = none */
    bool dry_run, yes, force;
    int64_t if_version;              /* FIELD_INT_ABSENT: none */
};

/* What a committed job changed; told on the loop in the order of commits. */
/* kind, its name among daemons. */
#define CHANGE_KINDS(X)                                                                                               \
    X(CHANGE_NONE, "none")                                                                                            \
    X(CHANGE_EVERYTHING, "everything")                                                                                \
    X(CHANGE_EVENT, "event")           /* id: the event's: what feeds and pages show of it */                         \
    X(CHANGE_PLACES, "places")         /* id: the event's: places taken or freed, how many came; no feed shows it */  \
    X(CHANGE_PEOPLE, "people")         /* volunteers: the counter */                                                  \
    X(CHANGE_PERSON, "person")         /* id: the volunteer's: own page and feed */                                   \
    X(CHANGE_OFFICE, "office")         /* departments, categories, venues; the office's day */                        \
    X(CHANGE_TARGETS, "targets")       /* what was entered for them */                                                \
    X(CHANGE_DELIVERIES, "deliveries") /* something new may be due; id: the delivery's, 0: several */                 \
    X(CHANGE_MAIL, "mail")             /* a mail or an offer may be due earlier than was known */                     \
    X(CHANGE_CHANNELS, "channels")

enum change_kind {
#define X(kind, name) kind,
    CHANGE_KINDS(X)
#undef X
};
struct change {
    enum change_kind kind;
    int64_t id;
};

struct service;
struct call;

/*
 * Writes run as if they were alone, and run again where they were not (DB_WRITE). Those of rows are for what many do at
 * once: they take a volunteer's row first, then a role's, change rows only where what they go by still holds, and add
 * others; so they wait for each other instead.
 */
/* ALONE: outside any transaction, between two others (a restore). */
enum operation_access { OPERATION_READS, OPERATION_WRITES, OPERATION_WRITES_ROWS, OPERATION_ALONE };

/* One thing that can be asked. All static tables. */
struct operation {
    const char *name;                     /* "event add": for audit, metrics, documents */
    enum principal_role least;            /* the least rank that may */
    enum operation_access write;
    /*
     * On a store thread. `input` is the operation's own struct; *ret is its result, in c->out (NULL: nothing).
     * May run again: writes nothing but db, *ret and c's audit and changes.
     */
    int (*run)(struct call *c, struct db *db, const void *input, void **ret, struct err *e);
};

/* Zeroed, then filled by the caller; lives until `done` has run. */
struct call {
    struct request req;
    const struct operation *op;
    void *input;
    /* On the store thread, after a successful run: turns the result into the answer's bytes. May be NULL. */
    int (*encode)(struct call *c, const void *result, struct buf *body, struct err *e);
    const void *encode_arg;
    void (*done)(struct call *c);         /* on the loop, once */
    void *data;                           /* the caller's */

    /* For `run`. */
    struct service *service;
    struct arena out;                     /* results; emptied before each run, released by call_release */
    struct {
        char object[128];
        char detail[400];
    } audit; /* object "" = no audit row; never names or numbers of people */
    struct change changes[CHANGES_MAX];
    int change_count;

    /* For `done`. */
    int status;                           /* 0 or -1 */
    struct err err;
    struct buf body;
    void *result;
    bool token_used;                      /* its token's last use is to be written down */
    bool replayed;                        /* answered from a stored request id */
    int64_t data_version;
    struct job job;
};

/* What the office says of its privacy notice; NULL: kepu's own words. By language where there are two. */
struct privacy_settings {
    const char *handler[2], *purpose[2], *items[2], *rights[2];
    const char *contact, *version;
    int64_t retention_ms;                 /* 0: nobody is erased by itself */
};

/* Who may see the plan's pages; in the order of the configuration's words. */
enum plan_shown { PLAN_PUBLIC, PLAN_SUMMARY, PLAN_HIDDEN };

/* What operations may know besides the database; read-only while threads run. */
struct settings {
    char public_url[256];                 /* without a trailing slash */
    char tz[64];                          /* the office's zone */
    char office[256];                     /* the handler's name on pages; "" */
    char office_email[256];               /* ORGANIZER; "" */
    enum plan_shown plan_shown;           /* [pages] plan */
    int waitlist_offer;                   /* [signup] waitlist = offer */
    int64_t waitlist_max, signup_limit;   /* 0: none */
    int64_t signup_opens_ms, signup_closes_ms, cancel_until_ms; /* before the start; 0: no rule */
    int64_t offer_ms;                     /* how long an offer stands; 0: a day */
    bool mail;                            /* [mail] url: people are reached by it */
    char mail_from[256];
    int spread_ms;                        /* [notify] spread */
    bool hold_unknown;                    /* [notify] on-unknown = hold */
    struct privacy_settings privacy;
    struct conf_rate limit_address, limit_phone, limit_event;
    int64_t hours_step_min;               /* [hours] round */
    int hours_rounding;                   /* enum hours_rounding */
    int64_t star_hours[10];               /* [hours] stars */
    int star_count;
    char daemon[32];                      /* this daemon's own name among those of a shared database; kept */
};

struct service *service_new(struct store *store, const struct crypto_keys *keys, const struct settings *settings);
void service_free(struct service *s);  /* takes NULL */
const struct crypto_keys *service_keys(const struct service *s);
const struct settings *service_settings(const struct service *s);
struct store *service_store(const struct service *s);
const char *service_notice_version(const struct service *s);

/* Listeners hear every committed change, on the loop, before the call's own `done`. */
#define SERVICE_LISTENERS_MAX 8
void service_listen(struct service *s, void (*on_change)(void *arg, const struct change *changes, int count),
                    void *arg);
void service_unlisten(struct service *s, const void *arg);   /* who goes while jobs are still under way */

/* Starts a call; `done` follows later, never from within. */
void service_call(struct service *s, struct call *c);
/* For the start, before the loop runs: waits. The call's `done` may be NULL. */
int service_call_now(struct service *s, struct call *c);
void call_release(struct call *c);      /* arenas and bytes of a finished call */

/* For `run`. */
void call_changed(struct call *c, enum change_kind kind, int64_t id);
void call_audit(struct call *c, const char *object, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* if_version against what is there: ERR_CHANGED. */
int call_check_version(const struct call *c, const char *what, int64_t version, struct err *e);
/* limit 1–LIST_LIMIT_MAX, default LIST_LIMIT_DEFAULT. */
int call_limit(int64_t given, int64_t *ret, struct err *e);

/* The result of every list. `next` is NULL at the end. */
struct list {
    struct objects items;
    char *next;
};
/* Grows a list in c->out: a pointer to a new zeroed item. */
struct list_builder {
    char *items;
    size_t count, room, bytes;
};
void *list_add(struct call *c, struct list_builder *b, size_t item_bytes);
void *list_end(struct call *c, struct list_builder *b, char *next); /* a struct list */

#endif
