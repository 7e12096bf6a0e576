/*
 * What an event and the office ask of those who sign up: a window, a limit, skills; and till when they may cancel.
 * A rule of time is kept as a SPAN before the occurrence's start, or as a local time or date in the event's zone; "" is
 * the office's own rule (settings). A date to open on begins with its day, one to close on ends with it.
 */
#ifndef KEPU_SERVICE_SIGNUP_RULES_H
#define KEPU_SERVICE_SIGNUP_RULES_H

#include "call.h"
#include "calendar/zone.h"
#include "domain/event.h"
#include "signup.h"

/* The event's own rules as they were said, into *ev. */
int signup_rules_take(struct call *c, const struct event_input *in, const struct zone *z, struct event *ev,
                      struct err *e);

/* When a rule falls for an occurrence; FIELD_INT_ABSENT where there is none. */
enum signup_rule { SIGNUP_OPENS, SIGNUP_CLOSES, CANCEL_UNTIL };
int64_t signup_rule_ms(const struct call *c, enum signup_rule rule, const char *kept, const char *tz,
                       int64_t start_ms);

/*
 * Everything but the capacity: the window, a clash, the limit, the skills. With force they are passed, and *ret_passed
 * names them for the audit; "" where none was in the way.
 */
int signup_rules_check(struct call *c, struct db *db, const struct enrolment *in, char **ret_passed, struct err *e);
/* What holds for everybody, whatever else they do: the window, the skills. */
int signup_rules_check_all(struct call *c, struct db *db, const struct enrolment *in, struct err *e);

#endif
