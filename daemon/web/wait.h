/* Answers that wait for the outcome of a delivery: `channel test` and `channel send`. On the loop. */
#ifndef KEPU_WEB_WAIT_H
#define KEPU_WEB_WAIT_H

#include "web_private.h"

#define WAIT_OUTCOME_MS 25000      /* longer than an attempt takes; then the delivery is shown as it is */

/* Listens to the service; after web_start. */
void wait_start(struct web *w);
void wait_stop(struct web *w);     /* answers those who wait, closes the timer */

/* Answers x with the delivery `code` once it has been tried, or is final, or after WAIT_OUTCOME_MS. */
void wait_for_delivery(struct web *w, struct exchange *x, int64_t id, const char *code, enum lang lang);

#endif
