/* One command on its way: request, answer, output. */
#ifndef KEPU_CTL_SESSION_H
#define KEPU_CTL_SESSION_H

#include "args.h"
#include "client.h"
#include "failure.h"
#include "request.h"
#include "settings.h"

#include <jansson.h>

#define LIST_ITEMS_MAX 5000000u
#define LIST_PAGE_MAX 500

struct session {
    const struct invocation *inv;
    struct settings *settings;
    struct client client;       /* opened by the first request */
    struct failure failure;     /* why a function below returned -1 */
};

/* Runs the command of s->inv, its hook or the usual way. */
int session_run(struct session *s);
/* The usual way of another row, with the same words. */
int session_run_as(struct session *s, const struct command *row);
void session_release(struct session *s);

/* Sends a request and gives the answer; JSON null where there is none. */
int session_send(struct session *s, const struct request *r, json_t **ret);
int session_send_bytes(struct session *s, const struct request *r, struct buf *ret);

/*
 * Follows a list to its end, or to `limit` items (0: none). *ret_items is new; *ret_next is new: what the daemon said
 * after the last page.
 */
int session_collect(struct session *s, struct request *r, long long limit, json_t **ret_items, json_t **ret_next);
/* A list command with what a flag said about its length. */
int session_list(struct session *s, struct request *r, long long limit);
/* --limit or --count, at least 1; `otherwise` where it was not given. */
int session_number(struct session *s, const char *flag, long long otherwise, long long *ret);
/* Prints one object, and says so where it was a dry run. */
int session_print(struct session *s, json_t *answer);

#endif
