#include "http_private.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define ADDRESS_TEXT_MAX 64

static const unsigned char v4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

static void from_v4(const struct in_addr *in, unsigned char ret[16])
{
    memcpy(ret, v4_prefix, 12);
    memcpy(ret + 12, in, 4);
}

/* An address alone; *ret_bits is how many it has in its own family. */
static int parse_address(const char *text, unsigned char ret[16], unsigned *ret_bits)
{
    struct in_addr in;

    *ret_bits = 32;
    if (inet_pton(AF_INET, text, &in) == 1) {
        from_v4(&in, ret);
        return 0;
    }
    *ret_bits = 128;
    return inet_pton(AF_INET6, text, ret) == 1 ? 0 : -1;
}

static int parse_bits(const char *text, unsigned max, unsigned *ret)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);

    if (*text < '0' || *text > '9' || *end || n > max)
        return -1;
    *ret = (unsigned)n;
    return 0;
}

int http_net_parse(const char *text, struct http_net *ret)
{
    char copy[ADDRESS_TEXT_MAX];
    const char *slash = strchr(text, '/');
    size_t len = slash ? (size_t)(slash - text) : strlen(text);
    unsigned max, bits;
    struct http_net net;

    if (len >= sizeof copy)
        return -1;
    memcpy(copy, text, len);
    copy[len] = 0;
    if (parse_address(copy, net.address, &max) < 0)
        return -1;
    bits = max;
    if (slash && parse_bits(slash + 1, max, &bits) < 0)
        return -1;
    net.bits = bits + (128 - max);
    *ret = net;
    return 0;
}

int http_proxy_check(const char *text, struct err *e)
{
    struct http_net net;

    if (http_net_parse(text, &net) < 0)
        return err_set(e, ERR_INVALID, MSG_PROXY_BAD, "trusted_proxies", text, NULL);
    return 0;
}

int http_address_of(const struct sockaddr *sa, unsigned char ret[16])
{
    if (sa->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, sa, sizeof in);
        from_v4(&in.sin_addr, ret);
        return 0;
    }
    if (sa->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, sa, sizeof in6);
        memcpy(ret, &in6.sin6_addr, 16);
        return 0;
    }
    return -1;
}

void http_address_print(const unsigned char address[16], char *out, size_t size)
{
    bool is_v4 = memcmp(address, v4_prefix, 12) == 0;

    if (!inet_ntop(is_v4 ? AF_INET : AF_INET6, address + (is_v4 ? 12 : 0), out, (socklen_t)size))
        out[0] = 0;
}

static bool net_has(const struct http_net *net, const unsigned char address[16])
{
    unsigned bytes = net->bits / 8, rest = net->bits % 8;

    if (memcmp(net->address, address, bytes) != 0)
        return false;
    return rest == 0 || (net->address[bytes] ^ address[bytes]) >> (8 - rest) == 0;
}

bool http_nets_have(const struct http_net *nets, size_t count, const unsigned char address[16])
{
    for (size_t i = 0; i < count; i++)
        if (net_has(&nets[i], address))
            return true;
    return false;
}

/* "1.2.3.4", "1.2.3.4:5", "::1", "[::1]", "[::1]:5": some proxies add the port. */
static int parse_hop(const char *from, const char *end, unsigned char ret[16])
{
    char copy[ADDRESS_TEXT_MAX];
    unsigned bits;
    char *stop;

    while (from < end && (*from == ' ' || *from == '\t'))
        from++;
    while (end > from && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    if (from == end || (size_t)(end - from) >= sizeof copy)
        return -1;
    if (*from == '[')
        from++;
    memcpy(copy, from, (size_t)(end - from));
    copy[end - from] = 0;
    stop = strchr(copy, ']');
    if (!stop && strchr(copy, '.'))
        stop = strchr(copy, ':');
    if (stop && copy[0] != ':')
        *stop = 0;
    return parse_address(copy, ret, &bits);
}

void http_proxy_client(const struct http_net *nets, size_t count, const char *forwarded, unsigned char address[16])
{
    const char *end = forwarded + strlen(forwarded);

    while (http_nets_have(nets, count, address)) {
        const char *from = end;
        unsigned char hop[16];
        while (from > forwarded && from[-1] != ',')
            from--;
        if (parse_hop(from, end, hop) < 0)
            return;
        memcpy(address, hop, 16);
        if (from == forwarded)
            return;
        end = from - 1;
    }
}
