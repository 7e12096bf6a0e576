/*
 * The API: one generic handler for every row that names an operation. Bytes become the operation's input by its table,
 * the call goes to service, and on the store thread its result becomes bytes by another table.
 */
#ifndef KEPU_WEB_API_H
#define KEPU_WEB_API_H

#include "router.h"
#include "web_private.h"

#define API_PREFIX "/api/"
#define API_TOKEN_BYTES_MAX 128
#define API_RETRY_AFTER_S "5"

/*
 * Authority: the Unix socket is admin; the other door wants "Authorization: Bearer". Query: dry_run, yes, force, lang
 * are taken here, everything else belongs to the input. Headers: Idempotency-Key, If-Match. Answers carry the result's
 * "version" as their ETag and, for a 201, Location.
 */
void api_handle(struct web *w, struct exchange *x, const struct route *r, const struct params *p);

/* RFC 9457, with kepu's code, message, hint and field. */
void api_problem(const struct err *e, enum lang lang, struct buf *out);

#endif
