/* Requests to the daemon, over its Unix socket or to a server; libcurl, one at a time. */
#ifndef KEPU_CTL_CLIENT_H
#define KEPU_CTL_CLIENT_H

#include "failure.h"
#include "request.h"
#include "settings.h"

#include <curl/curl.h>
#include <jansson.h>

#define CLIENT_ANSWER_BYTES_MAX (256u * 1024 * 1024)

struct client {
    const struct settings *settings;   /* borrowed */
    CURL *curl;
    char *base;                        /* "http://localhost/api/v1" */
    struct buf bearer;                 /* the Authorization header, or empty */
    char curl_error[CURL_ERROR_SIZE];
};

int client_open(struct client *c, const struct settings *settings, struct err *e);
void client_close(struct client *c);

/*
 * Sends, waits, and gives the answer's bytes for a 2xx. Otherwise -1 and *f: the daemon's own problem where the answer
 * holds one. A connection that breaks is tried once more; the Idempotency-Key makes that safe for what writes.
 */
int client_send(struct client *c, const struct request *r, struct buf *ret_body, struct failure *f);
/* The same for answers in JSON. *ret is new; JSON null for an empty answer. */
int client_send_json(struct client *c, const struct request *r, json_t **ret, struct failure *f);
/* JSON from an answer's bytes; MSG_CTL_ANSWER_STRANGE where it isn't. */
int client_read_json(struct client *c, const struct buf *body, long status, json_t **ret, struct failure *f);

/* Where requests go, for people: the socket's path or the server's URL. */
const char *client_where(const struct client *c);

#endif
