/*
 * Mail and offers in time. As with the dispatcher the database is the schedule and the timer a hint: offers that are
 * over are passed on, one transaction each; then what is due is claimed and sent, one mail after the other.
 */
#ifndef KEPU_NOTIFY_POSTMAN_H
#define KEPU_NOTIFY_POSTMAN_H

#include "mail.h"

#include <uv.h>

#define POSTMAN_SLEEP_MS_MAX 60000    /* looks again at least so often: the clock may be set */
#define POSTMAN_RETRY_MS 2000         /* after the database refused */

struct service;
struct postman;

/* `settings` without a url: offers are passed on all the same, and no mail is sent. */
struct postman *postman_new(uv_loop_t *loop, struct service *service, const struct mail_settings *settings);
/* Something new may be due. */
void postman_wake(struct postman *p);
/* A mail under way is broken off; then `done` on the loop, once. */
void postman_stop(struct postman *p, void (*done)(void *arg), void *arg);

#endif
