/* Small changes to a channel's URL; everything else of it stays as it was given. Only for channel*.c. */
#ifndef KEPU_NOTIFY_CHANNEL_URL_H
#define KEPU_NOTIFY_CHANNEL_URL_H

struct arena;

/* Each gives a new URL in the arena. */
const char *url_add_query(const char *url, const char *pair, struct arena *a);       /* "wait=true" */
const char *url_with_path(const char *url, const char *path, struct arena *a);       /* the fragment goes */

const char *url_path(const char *url, struct arena *a);                              /* "/" at least */
const char *url_fragment(const char *url, struct arena *a);                          /* decoded; "" if there is none */
/* A parameter's value, decoded; NULL if it isn't there. */
const char *url_parameter(const char *url, const char *name, struct arena *a);
const char *url_escape(const char *text, struct arena *a);                           /* all but RFC 3986's unreserved */

#endif
