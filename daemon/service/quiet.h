/* When a message may be sent: its due time, but for the channel's quiet hours and the office's spread. */
#ifndef KEPU_SERVICE_QUIET_H
#define KEPU_SERVICE_QUIET_H

#include "call.h"
#include "domain/notice.h"

/*
 * When what is due at due_ms goes to a channel with these quiet hours (""; "22:00-07:00" in the office's zone): at
 * their end if that comes before last_ms, else a minute before they begin if that is still to come, else when it is
 * due: never silently lost.
 */
int64_t quiet_place_ms(const struct call *c, const char *quiet, int64_t due_ms, int64_t last_ms);

/* At the latest moment that is worth waiting for: before the deadline, and before the occurrence begins. */
int64_t quiet_last_ms(int64_t due_ms, int64_t deadline_ms, int64_t start_ms);

#endif
