/* Feeds: what one can be of, and how one is asked for. */
#ifndef KEPU_DOMAIN_FEED_H
#define KEPU_DOMAIN_FEED_H

#include "base/catalogue.h"
#include "base/crypto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The name is the kind's in `feed list` and in its address. */
#define FEED_KINDS(X)                                                                                   \
    X(FEED_ALL, "all") X(FEED_CATEGORY, "category") X(FEED_AUDIENCE, "audience")                        \
    X(FEED_DEPARTMENT, "department") X(FEED_EVENT, "event") X(FEED_VOLUNTEER, "volunteer")              \
    X(FEED_OCCURRENCE, "occurrence")

enum feed_kind {
#define X(kind, name) kind,
    FEED_KINDS(X)
#undef X
    FEED_KIND_COUNT
};
const char *feed_kind_name(enum feed_kind kind);

#define FEED_ALARM_MIN_S 60
#define FEED_ALARM_MAX_S (30 * 86400)

/* One feed in one of its forms. */
struct feed_ref {
    enum feed_kind kind;
    const char *slug;                           /* of the category … event; "" for all and volunteer */
    const char *on;                             /* FEED_OCCURRENCE: which one, as `--on` names it */
    unsigned char token_hash[CRYPTO_HASH_BYTES]; /* FEED_VOLUNTEER */
    int64_t alarm_s;                            /* 0: none */
    enum lang lang;
    /* Events that changed and were not in it: only if one is in it now, it is rendered. NULL: in any case. */
    const int64_t *suspects;
    size_t suspect_count;
};

/* A rendering. Everything in it lies in the call's arena. */
struct feed_text {
    bool unchanged;                             /* of the suspects none is in it; nothing else is set */
    const char *text;
    size_t bytes;
    const int64_t *events;                      /* ids of what it shows, ascending */
    size_t event_count;
    int64_t volunteer;                          /* FEED_VOLUNTEER: whose; else 0 */
    char *state;                                /* the name under which its last change is kept; NULL: it isn't kept */
    unsigned char hash[CRYPTO_HASH_BYTES];      /* of what it shows, alarms aside */
    int64_t modified_s;                         /* when that last changed; FEED_MODIFIED_UNKNOWN: since then */
};
#define FEED_MODIFIED_UNKNOWN (-1)

/* Writes down that a feed's content changed. */
struct feed_stamp {
    const char *state;
    unsigned char hash[CRYPTO_HASH_BYTES];
};
struct feed_stamped {
    int64_t modified_s;
};

#endif
