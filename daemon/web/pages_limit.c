/* Forms that are sent too often. [limits] says how often is too often. */
#include "domain/phone.h"
#include "limits.h"
#include "pages.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define MINUTE_MS 60000
#define V6_NET_BYTES 8               /* a household has a /64 */

static bool answer_many(const struct page *p, int64_t wait_ms)
{
    char minutes[24], seconds[24];
    struct http_answer_header header = {"Retry-After", seconds};
    struct err e;

    snprintf(minutes, sizeof minutes, "%lld", (long long)((wait_ms + MINUTE_MS - 1) / MINUTE_MS));
    snprintf(seconds, sizeof seconds, "%lld", (long long)((wait_ms + 999) / 1000));
    err_set(&e, ERR_TOO_MANY, MSG_FORM_MANY, NULL, minutes, NULL);
    web_answer_error_with(p->web, p->x, &e, &header);
    return true;
}

static bool take(const struct page *p, enum limit_kind kind, const char *key, const struct conf_rate *rate)
{
    int64_t wait_ms;

    return !limits_take(page_limits(p), kind, key, rate, p->x->now_ms, &wait_ms) && answer_many(p, wait_ms);
}

/*
 * Who comes from this very machine is either its user or a proxy that the configuration doesn't name, behind which
 * everybody is: that is nobody's address.
 */
static bool is_counted(const struct exchange *x)
{
    return x->door == HTTP_DOOR_TCP && !web_is_loopback(x->address);
}

bool page_limit_address(const struct page *p)
{
    char net[2 * V6_NET_BYTES + 1];
    const char *key = p->x->address;
    struct in6_addr v6;

    if (!is_counted(p->x))
        return false;
    if (inet_pton(AF_INET6, key, &v6) == 1) {
        for (size_t i = 0; i < V6_NET_BYTES; i++)
            snprintf(net + 2 * i, 3, "%02x", v6.s6_addr[i]);
        key = net;
    }
    return take(p, LIMIT_ADDRESS, key, &service_settings(p->web->service)->limit_address);
}

bool page_limit_person(const struct page *p, const char *phone, const char *event)
{
    const struct settings *s = service_settings(p->web->service);
    char normal[PHONE_BYTES];

    if (phone_normalise(phone, normal, NULL) == 0 && take(p, LIMIT_PHONE, normal, &s->limit_phone))
        return true;
    return is_counted(p->x) && take(p, LIMIT_EVENT, event, &s->limit_event);
}
