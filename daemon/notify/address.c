#include "address.h"

#include "base/err.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct range {
    unsigned char prefix[16];
    int bits;
    const char *what;
};

static const struct range ranges4[] = {
    {{0}, 8, "this network"},                    /* RFC 1122 3.2.1.3; 0.0.0.0 is unspecified and reaches loopback */
    {{10}, 8, "private"},                        /* RFC 1918 */
    {{100, 64}, 10, "carrier NAT"},              /* RFC 6598 */
    {{127}, 8, "loopback"},                      /* RFC 1122 */
    {{169, 254}, 16, "link-local"},              /* RFC 3927; clouds keep their metadata there */
    {{172, 16}, 12, "private"},                  /* RFC 1918 */
    {{192, 0, 0}, 24, "protocol assignments"},   /* RFC 6890 */
    {{192, 0, 2}, 24, "documentation"},          /* RFC 5737 */
    {{192, 31, 196}, 24, "AS112"},               /* RFC 7535 */
    {{192, 52, 193}, 24, "AMT"},                 /* RFC 7450 */
    {{192, 88, 99}, 24, "6to4 relay"},           /* RFC 7526 */
    {{192, 168}, 16, "private"},                 /* RFC 1918 */
    {{192, 175, 48}, 24, "AS112"},               /* RFC 7534 */
    {{198, 18}, 15, "benchmark"},                /* RFC 2544 */
    {{198, 51, 100}, 24, "documentation"},       /* RFC 5737 */
    {{203, 0, 113}, 24, "documentation"},        /* RFC 5737 */
    {{224}, 4, "multicast"},                     /* RFC 5771 */
    {{255, 255, 255, 255}, 32, "broadcast"},     /* RFC 919 */
    {{240}, 4, "reserved"},                      /* RFC 1112 4 */
};

static const struct range ranges6[] = {
    {{0}, 128, "unspecified"},                                          /* RFC 4291 2.5.2 */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, "loopback"},  /* RFC 4291 2.5.3 */
    {{0}, 96, "v4-compatible"},                                         /* RFC 4291 2.5.5.1 */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 96, "v4-translated"},        /* RFC 2765 2.1 */
    {{0, 0x64, 0xFF, 0x9B}, 96, "NAT64"},                               /* RFC 6052 */
    {{0, 0x64, 0xFF, 0x9B, 0, 1}, 48, "NAT64"},                         /* RFC 8215 */
    {{1}, 64, "discard"},                                               /* RFC 6666 */
    {{0x20, 0x01}, 32, "Teredo"},                                       /* RFC 4380 */
    {{0x20, 0x01, 0, 2}, 48, "benchmark"},                              /* RFC 5180 */
    {{0x20, 0x01}, 23, "protocol assignments"},                         /* RFC 2928; ORCHID among them */
    {{0x20, 0x01, 0x0D, 0xB8}, 32, "documentation"},                    /* RFC 3849 */
    {{0x20, 0x02}, 16, "6to4"},                                         /* RFC 3056 */
    {{0x26, 0x20, 0, 0x4F, 0x80}, 48, "AS112"},                         /* RFC 7534 */
    {{0x3F, 0xFF}, 20, "documentation"},                                /* RFC 9637 */
    {{0x5F}, 16, "segment routing"},                                    /* RFC 9602 */
    {{0xFC}, 7, "unique local"},                                        /* RFC 4193 */
    {{0xFE, 0x80}, 10, "link-local"},                                   /* RFC 4291 2.5.6 */
    {{0xFE, 0xC0}, 10, "site-local"},                                   /* RFC 3879 */
    {{0xFF}, 8, "multicast"},                                           /* RFC 4291 2.7 */
};

/* RFC 4291 2.5.5.2 and 2.4 */
static const struct range mapped = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 96, "v4-mapped"};
static const struct range global = {{0x20}, 3, "global unicast"};

static bool in_range(const unsigned char *address, const struct range *r)
{
    int whole = r->bits / 8, rest = r->bits % 8;

    if (memcmp(address, r->prefix, (size_t)whole) != 0)
        return false;
    return rest == 0 || ((address[whole] ^ r->prefix[whole]) >> (8 - rest)) == 0;
}

static const char *find(const unsigned char *address, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (in_range(address, &ranges[i]))
            return ranges[i].what;
    return NULL;
}

static const char *special4(const unsigned char *address)
{
    return find(address, ranges4, sizeof ranges4 / sizeof ranges4[0]);
}

static const char *special6(const unsigned char *address)
{
    const char *what;

    if (in_range(address, &mapped))
        return special4(address + 12);
    what = find(address, ranges6, sizeof ranges6 / sizeof ranges6[0]);
    if (what)
        return what;
    return in_range(address, &global) ? NULL : "unassigned";
}

const char *address_special(const struct sockaddr *address)
{
    /* Copied: a sockaddr handed around by a library need not be aligned for its family. */
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;

    if (address->sa_family == AF_INET) {
        memcpy(&in4, address, sizeof in4);
        return special4((const unsigned char *)&in4.sin_addr);
    }
    if (address->sa_family == AF_INET6) {
        memcpy(&in6, address, sizeof in6);
        return special6((const unsigned char *)&in6.sin6_addr);
    }
    return "unknown family";
}

#define HOST_BYTES 256

/* Without brackets, zone and closing dot; false if it is too long to be a host. */
static bool bare_host(const char *host, char ret[HOST_BYTES])
{
    size_t len = strlen(host);

    if (len > 1 && host[0] == '[' && host[len - 1] == ']') {
        host++;
        len -= 2;
    }
    if (len >= HOST_BYTES)
        return false;
    memcpy(ret, host, len);
    ret[len] = 0;
    if (strchr(ret, ':'))
        ret[strcspn(ret, "%")] = 0;
    else if (len > 1 && ret[len - 1] == '.')
        ret[len - 1] = 0;
    return true;
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), n = strlen(end);

    return len >= n && strcasecmp(text + len - n, end) == 0;
}

const char *address_special_host(const char *host)
{
    char bare[HOST_BYTES];
    struct in6_addr in6;
    struct in_addr in4;

    if (!bare_host(host, bare))
        return NULL;
    if (inet_pton(AF_INET6, bare, &in6) == 1)
        return special6((const unsigned char *)&in6);
    if (inet_aton(bare, &in4))
        return special4((const unsigned char *)&in4);
    if (strcasecmp(bare, "localhost") == 0 || ends_with(bare, ".localhost"))
        return "loopback";
    return NULL;
}

int address_check_url(const char *url, struct err *e)
{
    CURLU *parts = curl_url();
    char *host = NULL;
    const char *what = NULL;
    int status = 0;

    if (parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK)
        what = address_special_host(host);
    if (what)
        status = err_set(e, ERR_INVALID, MSG_CHANNEL_ADDRESS_SPECIAL, "url", host, NULL);
    curl_free(host);
    curl_url_cleanup(parts);
    return status;
}
