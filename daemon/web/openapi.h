/* The OpenAPI 3.1 document, made from the route rows and their field tables. */
#ifndef KEPU_WEB_OPENAPI_H
#define KEPU_WEB_OPENAPI_H

#include "router.h"

void openapi_handle(struct web *w, struct exchange *x, const struct route *r, const struct params *p);
void openapi_build(const struct router *router, struct buf *out);

#endif
