/* ISO weeks (8601): Monday to Sunday, of the office's zone. */
#ifndef KEPU_SERVICE_WEEK_H
#define KEPU_SERVICE_WEEK_H

#include <stdint.h>

#define WEEK_S (7LL * 86400)
#define WEEK_TEXT_BYTES 12

int64_t week_monday(int64_t wall_s);                                 /* its Monday's midnight, a wall time */
void week_format(int64_t wall_s, char ret[WEEK_TEXT_BYTES]);         /* "2026-W40" */

#endif
