/* The only file that reads a clock. Everything else is given a time, so that tests own it. */
#ifndef KEPU_BASE_CLOCK_H
#define KEPU_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_wall_ms(void);       /* milliseconds UTC since 1970 */
int64_t clock_monotonic_ms(void);  /* stands still in suspend; for durations and timeouts */
int64_t clock_boot_ms(void);       /* since the machine's start, suspend included; no step changes it */
/* Tells this start of the machine from any other; "" where the system doesn't say. Once, before threads start. */
const char *clock_boot_id(void);

#endif
