/* What weekly messages tell of: the occurrences of a week, or the overdue ones; and which dates are asked for. */
#ifndef KEPU_SERVICE_DIGEST_H
#define KEPU_SERVICE_DIGEST_H

#include "notice.h"

#define DIGEST_OCCURRENCES_MAX 40

/* The week that a digest due at due_ms tells of: the one that comes, or on a Monday the one that has just begun. */
struct digest_week {
    int64_t from_s, to_s;      /* wall times of the office's zone: midnights of Mondays */
    int64_t from_ms, to_ms;
};
bool digest_week(const struct call *c, int64_t due_ms, struct digest_week *ret);

/* Ids of occurrences that a digest tells its channel of, in order of start. */
struct ids digest_occurrences(struct call *c, struct db *db, const struct delivery_row *d,
                              const struct channel_row *ch);
bool digest_is_empty(struct call *c, struct db *db, const struct delivery_row *d, const struct channel_row *ch);

/* The next date of an event that is still provisional; 0: none. */
int64_t digest_provisional(struct call *c, struct db *db, int64_t event_id);
bool digest_is_asked(struct call *c, struct db *db, const struct delivery_row *d, const struct channel_row *ch);

/*
 * struct undated (report.h): the recurring events without any date this year that a rule asks for in a channel. An ask
 * about them is one message, of the ISO week and without an event; none where the rule is an event's.
 */
struct objects ask_undated(struct call *c, struct db *db, const struct reminder *r, const struct channel_row *ch,
                           enum lang lang);

#endif
