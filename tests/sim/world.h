/*
 * A simulated office: the daemon's own dispatcher, planner and SQL on a world made from a seed. Time, randomness, the
 * network, the disk and the people are the world's; everything happens on one thread in the order of its time.
 */
#ifndef KEPU_TESTS_SIM_WORLD_H
#define KEPU_TESTS_SIM_WORLD_H

#include "notify/dispatcher.h"
#include "notify/notify.h"
#include "service/notice.h"
#include "store/store_private.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#define SECOND_MS 1000LL
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

#define ROBOTS 4
#define SENDS_KEPT 256           /* of a robot: more than any limit looks back */
#define TRACKS_MAX 4096
#define CLAIMED_MAX DISPATCH_CLAIM_MAX

/* How a robot takes what comes, for a while. `heard`: whether the message is there afterwards. */
#define MOODS(X)                                                             \
    X(MOOD_FINE)                                                             \
    X(MOOD_REFUSES)     /* no connection */                                  \
    X(MOOD_HANGS)       /* no answer; heard or not */                        \
    X(MOOD_RESETS)      /* breaks off; heard or not */                       \
    X(MOOD_HTML)        /* 200 with a page: heard or not */                  \
    X(MOOD_ERRS)        /* 200 with an error inside; not heard */            \
    X(MOOD_BUSY)        /* 429 and the vendors' own words for it */          \
    X(MOOD_FAILS)       /* 503 */                                            \
    X(MOOD_GONE)        /* the address is refused for good */

enum mood {
#define X(mood) mood,
    MOODS(X)
#undef X
    MOOD_COUNT
};

struct robot {
    const char *kind;
    char name[16], url[120];
    enum mood mood;
    int64_t sends_ms[SENDS_KEPT];    /* true time, a ring */
    size_t sends;
};

/* What the world knows of a delivery. */
struct track {
    char code[CRYPTO_ID_BYTES];
    int started, heard;
    bool over;                       /* its end was committed before something that somebody was answered */
    char state[16];                  /* which, then */
    bool hurried;                    /* somebody asked for it before its time */
};

struct world;

struct happening {
    int64_t at_ms;                   /* true time */
    uint64_t order;
    void (*run)(struct world *w, void *arg);
    void *arg;
};

struct network_call {
    struct world *world;
    struct network_call *next;
    struct robot *robot;
    struct track *track;
    fetch_done *done;
    void *arg;
    bool hears, answered;
    struct fetch_result result;
    char *body;
};

/* What the disk does to the next transaction. */
enum fault { FAULT_NONE, FAULT_STATEMENT, FAULT_REFUSED, FAULT_UNKNOWN_KEPT, FAULT_UNKNOWN_LOST, FAULT_COUNT };

struct world {
    struct store store;              /* first: the store's functions are given this */
    uint64_t seed, random;
    bool talks;

    int64_t mono_ms, boot_ms;        /* the machine's clocks; boot_ms is the true time */
    int64_t wall_ahead_ms;           /* wall - boot */
    int64_t step_ms;                 /* true time of the clock's last step or suspension */
    int64_t calm_ms;                 /* true time of the last thing that may rightly delay sending */
    int64_t highest_wall_ms;         /* that the clock ever showed */
    int clock_event;                 /* stands for the timerfd */
    int64_t order_ms;                /* true time of the last order */
    int64_t wrong_by_ms;             /* what will set the clock right; 0: it is */
    int64_t distrust_until_ms;       /* true time until when a clock that jumped ahead is waited with */

    struct happening *heap;
    size_t heap_count, heap_room;
    uint64_t order;

    uv_loop_t loop;
    struct db_driver driver;         /* SQLite's, with faults */
    struct db *db;
    struct job *done_first, **done_end;   /* jobs that ran and have not been told of */
    bool writing, telling;
    enum fault fault;
    int statements_left;
    int64_t disk_full_until_ms;
    bool slow;                       /* the next commit takes long */
    bool wild;                       /* faults and people are about; afterwards all is calm */

    struct crypto_keys keys;
    struct settings settings;
    struct service *service;
    struct dispatcher *dispatcher;
    bool up, stopped;

    struct robot robots[ROBOTS];
    struct network_call *calls;
    char claimed_codes[CLAIMED_MAX][CRYPTO_ID_BYTES];
    int64_t claimed_deadline_ms[CLAIMED_MAX];   /* as they were when it was claimed */
    size_t claimed_count, claimed_at;
    int64_t claimed_wall_ms, claimed_boot_ms;

    struct track tracks[TRACKS_MAX];
    size_t track_count;
    int events_made;
    uint64_t digest;                 /* of all that happened: equal for equal seeds */

    struct { int64_t turns, calls, kills, steps, orders, refused, faults, deliveries; } counts;
};

extern struct world *the_world;      /* whose clock and dice the process uses */

/* Ends the process: a promise was broken. */
void world_wrong(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3), noreturn));
void world_say(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define WRONG_IF(w, condition, ...)                    \
    do {                                               \
        if (condition)                                 \
            world_wrong(w, __VA_ARGS__);               \
    } while (0)

/* time.c: dice, clocks and what happens when */
uint64_t world_random(struct world *w);
int64_t world_below(struct world *w, int64_t bound);
int64_t world_between(struct world *w, int64_t low, int64_t high);
bool world_chance(struct world *w, int per_mille);
int64_t world_wall(const struct world *w);
void world_at(struct world *w, int64_t in_ms, void (*run)(struct world *, void *), void *arg);
void world_run(struct world *w, int64_t ms);
/* Something keeps the daemon from sending for so long, rightly. */
void world_upset(struct world *w, int64_t for_ms);
void world_step_clock(struct world *w, int64_t by_ms);
void world_dice(void);

/* disk.c: the store, on this thread */
void disk_open(struct world *w);           /* once a process */
void disk_clear(struct world *w);          /* as a new database */
void disk_close(struct world *w);
void disk_die(struct world *w);            /* what was under way is lost, told or not */

/* robots.c: the network */
struct network robots_network(struct world *w);
void robots_reset(struct world *w);
void robots_mood(struct world *w);         /* one of them changes it */
void robots_calm(struct world *w);
void robots_die(struct world *w);          /* nobody hears the answers any more */
void robots_claimed(struct world *w, const struct call *c);
struct robot *robots_named(struct world *w, const char *name);

/* people.c: what is asked of the daemon */
void people_order(struct world *w);
void people_daily(struct world *w);
void people_begin(struct world *w);
void people_hurry(struct world *w);         /* some delivery is to be tried at once */
void people_send_many(struct world *w);     /* more than any robot takes at once */

/* daemon.c: lives and deaths */
void daemon_start(struct world *w);
void daemon_kill(struct world *w);

/* promise.c: what must be true */
struct track *promise_track(struct world *w, const char *code);
void promise_started(struct world *w, const struct robot *r, struct track *t);
struct job *promise_finals(struct world *w); /* what is final after a transaction, to be told after its jobs */
void promise_plan(struct world *w);        /* due, deadline, nothing missing */
void promise_nothing_waits(struct world *w);
void promise_end(struct world *w);

#endif
