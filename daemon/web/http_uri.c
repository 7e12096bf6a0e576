#include "http_private.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* %XX at p, or -1. */
static int escaped_byte(const char *p, const char *end)
{
    int high, low;

    if (end - p < 3 || *p != '%')
        return -1;
    high = hex(p[1]);
    low = hex(p[2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* A segment ".." is refused rather than resolved: nobody who means well sends it. */
static bool climbs(const char *path)
{
    for (const char *p = path; (p = strstr(p, "/..")); p += 3)
        if (p[3] == '/' || p[3] == 0)
            return true;
    return false;
}

/* The absolute form (RFC 9112 3.2.2) names the host a second time; only its path counts. */
static char *skip_authority(char *uri)
{
    char *p;

    if (*uri == '/')
        return uri;
    if (strncmp(uri, "http://", 7) != 0 && strncmp(uri, "https://", 8) != 0)
        return uri;
    p = strchr(strchr(uri, ':') + 3, '/');
    return p ? p : uri;
}

int http_path_decode(char *path)
{
    const char *p = skip_authority(path), *end = p + strlen(p);
    char *out = path;

    if (*p != '/')
        return -1;
    while (p < end) {
        int c = (unsigned char)*p;
        if (c == '%') {
            c = escaped_byte(p, end);
            p += 2;
        }
        if (c < 0x20 || c == 0x7F)
            return -1;
        *out++ = (char)c;
        p++;
    }
    *out = 0;
    return utf8_valid(path, (size_t)(out - path)) && !climbs(path) ? 0 : -1;
}

/* '+' is a space; a '%' that escapes nothing stands for itself, as in browsers. */
static int decode_field(struct arena *a, const char *p, const char *end, const char **ret)
{
    char *text = arena_alloc(a, (size_t)(end - p) + 1), *out = text;

    while (p < end) {
        int c = escaped_byte(p, end);
        if (c >= 0) {
            p += 3;
        } else {
            c = *p == '+' ? ' ' : (unsigned char)*p;
            p++;
        }
        *out++ = (char)c;
    }
    *out = 0;
    if (!utf8_valid(text, (size_t)(out - text)))
        return -1;
    *ret = text;
    return 0;
}

static int decode_pair(struct arena *a, const char *p, const char *end, struct http_field *f)
{
    const char *equals = memchr(p, '=', (size_t)(end - p));

    if (decode_field(a, p, equals ? equals : end, &f->name) < 0)
        return -1;
    return decode_field(a, equals ? equals + 1 : end, end, &f->value);
}

int http_fields_parse(struct arena *a, const char *text, size_t bytes, struct http_field **ret_fields,
                      size_t *ret_count)
{
    struct http_field *fields = arena_alloc(a, HTTP_FIELDS_MAX * sizeof *fields);
    const char *p = text, *end = text + bytes;
    size_t count = 0;

    while (p < end) {
        const char *amp = memchr(p, '&', (size_t)(end - p));
        const char *stop = amp ? amp : end;
        if (stop > p) {
            if (count == HTTP_FIELDS_MAX || decode_pair(a, p, stop, &fields[count]) < 0)
                return -1;
            count++;
        }
        p = stop + 1;
    }
    *ret_fields = fields;
    *ret_count = count;
    return 0;
}
