/* What a client takes and has, and where it is: Accept-Encoding, If-None-Match, its address. */
#include "web_private.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The weight of a coding: -1 if it isn't named, 0 if it is not wanted (RFC 9110 12.5.3). */
static double weight_of(const char *accepted, const char *coding)
{
    size_t len = strlen(coding);

    while (*accepted) {
        const char *q;
        size_t item;
        accepted += strspn(accepted, ", \t");
        item = strcspn(accepted, ",");
        if (strncasecmp(accepted, coding, len) == 0 && strchr(",; \t", accepted[len])) {
            q = memchr(accepted, '=', item);
            return q ? strtod(q + 1, NULL) : 1;
        }
        accepted += item;
    }
    return -1;
}

/* Under either name (RFC 9110 8.4.1.3), and not liked less than none at all. */
bool web_takes_gzip(const struct exchange *x)
{
    const char *accepted = http_header_list(x, "Accept-Encoding");
    double weight;

    if (!accepted)
        return false;
    weight = weight_of(accepted, "gzip");
    if (weight < 0)
        weight = weight_of(accepted, "x-gzip");
    if (weight < 0)
        weight = weight_of(accepted, "*");
    return weight > 0 && weight >= weight_of(accepted, "identity");
}

bool web_names_tag(const char *list, const char *tag)
{
    size_t len = strlen(tag);

    while (*list) {
        const char *end;
        list += strspn(list, ", \t");
        if (*list == '*')
            return true;
        if (strncmp(list, "W/", 2) == 0)
            list += 2;
        end = *list == '"' ? strchr(list + 1, '"') : NULL;
        if (!end)
            return false;
        if ((size_t)(end + 1 - list) == len && memcmp(list, tag, len) == 0)
            return true;
        list = end + 1;
    }
    return false;
}

bool web_is_loopback(const char *address)
{
    struct in_addr v4;
    struct in6_addr v6;

    if (inet_pton(AF_INET, address, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    if (inet_pton(AF_INET6, address, &v6) != 1)
        return false;
    return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}
