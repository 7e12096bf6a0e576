/*
 * A bar on standard error for an upload that takes over a second, and then for kepud's work on it; nothing where that
 * is no terminal.
 */
#ifndef KEPU_CTL_PROGRESS_H
#define KEPU_CTL_PROGRESS_H

#include "base/catalogue.h"

#include <stdbool.h>
#include <stdint.h>

struct progress {
    enum lang lang;
    int64_t started_ms;   /* clock_monotonic_ms */
    int64_t sent_ms;      /* when all of it was sent; 0: not yet */
    bool shown;
};

void progress_start(struct progress *p, enum lang lang);
void progress_show(struct progress *p, int64_t done_bytes, int64_t total_bytes);
void progress_stop(struct progress *p);   /* takes the bar away */

#endif
