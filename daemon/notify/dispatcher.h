/*
 * Sends what is due. The database is the schedule, the timer only a hint: asked what is next, it is armed; when it
 * rings, what is due is claimed (each attempt written down), sent, and its outcome written before it is forgotten.
 */
#ifndef KEPU_NOTIFY_DISPATCHER_H
#define KEPU_NOTIFY_DISPATCHER_H

#include "fetch.h"

#include <stdint.h>
#include <uv.h>

#define DISPATCH_CLAIM_FIRST 16       /* deliveries taken at once: first, then twice as many each time */
#define DISPATCH_CLAIM_MAX 200        /* … up to so many */
#define DISPATCH_ACTIVE_MAX 800       /* attempts under way */
#define DISPATCH_SLEEP_MS_MAX 3600000 /* looks again at least so often */
#define DISPATCH_RETRY_MS 2000        /* after the database refused */

struct service;
struct dispatcher;

struct dispatch_counts {
    uint64_t attempts, delivered, retried, failed, unknown, late;
    int64_t active;
};

/* `network` is copied; what its `impl` points to must outlive the dispatcher. Starts with what the last run left
 * behind. */
struct dispatcher *dispatcher_new(uv_loop_t *loop, struct service *service, const struct network *network);
/* Something new may be due. */
void dispatcher_wake(struct dispatcher *d);
/* Claims nothing more, waits for the outcomes of what is under way to be written; then `done` on the loop, once. */
void dispatcher_stop(struct dispatcher *d, void (*done)(void *arg), void *arg);
void dispatcher_counts(const struct dispatcher *d, struct dispatch_counts *ret);

#endif
