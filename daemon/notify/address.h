/* Where nothing may be sent without --allow-private: addresses that are private, local or otherwise special. */
#ifndef KEPU_NOTIFY_ADDRESS_H
#define KEPU_NOTIFY_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

struct err;

/*
 * What makes the address special ("loopback", "private", "carrier NAT" …), or NULL if it is an ordinary public one.
 * A v4-mapped address is judged by the address inside; a family that is neither IPv4 nor IPv6 is special.
 */
const char *address_special(const struct sockaddr *address);
static inline bool address_is_special(const struct sockaddr *address)
{
    return address_special(address) != NULL;
}

/*
 * The same for a URL's host as it stands there: an address in any of the forms that resolvers take (127.0.0.1, 0x7f.1,
 * 2130706433, 0, [::1]), or a name that means this machine (RFC 6761). NULL for any other name: what it resolves to
 * shows at connection. Brackets, a zone (%eth0) and a closing dot may be there.
 */
const char *address_special_host(const char *host);

/* Refuses such a host (ERR_INVALID, field "url"); `url` is one that libcurl can parse. */
int address_check_url(const char *url, struct err *e);

#endif
