/* The notify room's door: the network, the dispatcher, and what is known of each kind of robot. */
#ifndef KEPU_NOTIFY_NOTIFY_H
#define KEPU_NOTIFY_NOTIFY_H

#include "base/err.h"
#include "dispatcher.h"
#include "postman.h"

#include <uv.h>

struct service;
struct notify;

extern const struct robots notify_robots;         /* for service_set_robots, before the first call */

/* Starts sending; listens to `service` for what newly is due. */
int notify_start(uv_loop_t *loop, struct service *service, const struct mail_settings *mail, struct notify **ret,
                 struct err *e);
/* What is under way is waited for; then `done` on the loop, once, with *n gone. */
void notify_stop(struct notify *n, void (*done)(void *arg), void *arg);

#endif
