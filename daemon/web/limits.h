/*
 * How often a form may be sent by one address, for one phone number, for one event. Counted here, on the loop, for this
 * daemon alone, and forgotten at its end: they hold up floods, the rules of sign-ups are elsewhere.
 */
#ifndef KEPU_WEB_LIMITS_H
#define KEPU_WEB_LIMITS_H

#include "base/conf.h"

#include <stdbool.h>
#include <stdint.h>

#define LIMITS_ENTRIES 65536             /* 1 MB; when all are in use, the one in the way is forgotten */

enum limit_kind { LIMIT_ADDRESS, LIMIT_PHONE, LIMIT_EVENT };

struct limits;

struct limits *limits_new(void);
void limits_free(struct limits *l);      /* takes NULL */

/*
 * One more of `key`. False if that is too many: *ret_wait_ms says until when. What is left over comes back evenly:
 * 600 an hour is 600 at once, then one every six seconds.
 */
bool limits_take(struct limits *l, enum limit_kind kind, const char *key, const struct conf_rate *rate, int64_t now_ms,
                 int64_t *ret_wait_ms);

#endif
