/* How fast a robot may be talked to: kept ahead of time, from the times of what was sent (WIRE.md 1). */
#ifndef KEPU_NOTIFY_PACE_H
#define KEPU_NOTIFY_PACE_H

#include "channel.h"

#include <stddef.h>
#include <stdint.h>

#define PACE_WINDOW_MS 60000   /* sends older than this never matter */
#define PACE_MEMORY_MAX 90     /* nor do more than this many, the latest ones */

/*
 * The earliest time, not before now_ms, at which the next message may go to the robot. `sent_ms` are the wall times of
 * what went there (attempts, whatever came of them), oldest first. Those more than a window ahead of now_ms were
 * written before the clock was set back, and don't count.
 */
int64_t pace_next_ms(enum channel_kind kind, const int64_t *sent_ms, size_t count, int64_t now_ms);

/* False: send as you like, no times need be kept. */
bool pace_needed(enum channel_kind kind);

#endif
