/* The web room's door: two listening sockets, the routes behind them, and one service that all of them ask. */
#ifndef KEPU_WEB_WEB_H
#define KEPU_WEB_WEB_H

#include "base/err.h"
#include "http.h"

#include <stddef.h>
#include <sys/types.h>
#include <uv.h>

struct service;
struct web;

enum web_metrics { WEB_METRICS_SOCKET, WEB_METRICS_LOOPBACK, WEB_METRICS_PUBLIC };

struct web_settings {
    const char *listen;             /* "127.0.0.1:8280" */
    const char *socket;             /* a path */
    mode_t socket_mode;
    gid_t socket_gid;               /* (gid_t)-1: the process's own */
    const char *const *trusted_proxies;
    size_t trusted_proxy_count;
    enum web_metrics metrics;
};

/* Opens the sockets, or takes those that systemd hands over; who connects waits until web_start. */
int web_open(uv_loop_t *loop, const struct web_settings *settings, struct web **ret, struct err *e);
const char *web_address(const struct web *w);      /* "127.0.0.1:43211": with the port that was taken */
int web_start(struct web *w, struct service *service, struct err *e);
/* Answers what is open, closes the sockets; then `done` on the loop, once. */
void web_stop(struct web *w, void (*done)(void *arg), void *arg);
void web_free(struct web *w);                      /* after `done`, or if never started; takes NULL */

#endif
