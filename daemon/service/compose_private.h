/* What the files that word messages share. Only for compose*.c. */
#ifndef KEPU_SERVICE_COMPOSE_PRIVATE_H
#define KEPU_SERVICE_COMPOSE_PRIVATE_H

#include "notice.h"

#include <jansson.h>

/* One message on its way to its words. */
struct wording {
    struct call *c;
    struct db *db;
    const struct delivery_row *d;
    const struct channel_row *channel;
    const struct reminder *rule;      /* NULL: none */
    enum lang lang;
};

/* "2027-05-12 周三 09:00" */
char *compose_when(const struct wording *w, struct moment m);
/* The rule's template, or the default one, with a context (consumed; NULL is an error). */
int compose_render(const struct wording *w, enum msg otherwise, json_t *context, char **ret, struct err *e);
/* "12.5" */
char *compose_milli(const struct wording *w, int64_t milli);

/* compose_office.c: messages that are about no single occurrence. */
int compose_digest(const struct wording *w, struct composed *ret, struct err *e);
int compose_ask(const struct wording *w, struct composed *ret, struct err *e);
int compose_milestone(const struct wording *w, struct composed *ret, struct err *e);
int compose_alert(const struct wording *w, struct composed *ret, struct err *e);

#endif
