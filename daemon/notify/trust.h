/*
 * A wall clock that is not believed at once: one that jumps far ahead may be set right a moment later, and what was
 * sent or given up in between cannot be taken back. A machine that slept has not jumped: the boot clock slept with it.
 */
#ifndef KEPU_NOTIFY_TRUST_H
#define KEPU_NOTIFY_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#define TRUST_JUMP_MS (15 * 60000)    /* further ahead than this … */
#define TRUST_WAIT_MS 60000           /* … is believed after it has stayed there so long */

struct trust {
    int64_t ahead_ms;                 /* believed: wall - boot clock */
    int64_t doubted_until_ms;         /* boot clock; 0: what the wall clock says is believed */
};

void trust_init(struct trust *t, int64_t wall_ms, int64_t boot_ms);
/* The time to go by. To be asked whenever a time is needed: it notices jumps by itself. */
int64_t trust_now_ms(struct trust *t, int64_t wall_ms, int64_t boot_ms);
bool trust_doubts(const struct trust *t);

#endif
