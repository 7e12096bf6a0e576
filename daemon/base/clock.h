/* The only file that reads a clock. Everything else is given a time, so that tests own it. */
#ifndef KEPU_BASE_CLOCK_H
#define KEPU_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_wall_ms(void);       /* milliseconds UTC since 1970 */
int64_t clock_monotonic_ms(void);  /* stands still in suspend; for durations and timeouts */

#endif
