/* The operators are told: of a channel that was paused, of messages that expired, through other channels. */
#ifndef KEPU_SERVICE_ALERT_H
#define KEPU_SERVICE_ALERT_H

#include "notice.h"

#define ALERT_PAUSED "alert.paused"
#define ALERT_EXPIRED "alert.expired"

/* True of a delivery that is an alert itself: none follows from it. */
bool alert_is(const struct delivery_row *d);
/* The channel refused us for good and is paused. */
void alert_paused(struct call *c, struct db *db, int64_t channel_id, const char *name, const char *reason);
/* A delivery expired unsent: said once an hour and channel, with how many there were by then. */
void alert_expired(struct call *c, struct db *db, const struct delivery_row *d);

#define ALERT_WINDOW_MS 3600000LL

#endif
