/* After a long silence: what is overdue in a channel is told in one message where it is much. */
#ifndef KEPU_SERVICE_OVERDUE_H
#define KEPU_SERVICE_OVERDUE_H

#include "notice.h"

#define OVERDUE_MS 60000          /* later than this is late */
#define OVERDUE_OCCURRENCES 5     /* more than so many in one channel: one digest */
#define OVERDUE_SUBJECT "overdue"

/* Of every channel with more than OVERDUE_OCCURRENCES overdue occurrences: they are superseded by one digest. */
void overdue_gather(struct call *c, struct db *db);
/* The reason that a digest gives to what it supersedes. */
char *overdue_reason(struct call *c, const char *digest_code);

#endif
