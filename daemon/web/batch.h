/* Several requests of the API in one body: {"requests":[{"line","method","path","body"}]}. */
#ifndef KEPU_WEB_BATCH_H
#define KEPU_WEB_BATCH_H

#include "web_private.h"

/* A route's decode (router.h). */
int batch_decode(struct web *w, struct exchange *x, void **ret, struct err *e);

#endif
