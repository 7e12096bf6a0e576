#include "utf8.h"

#include <string.h>

#define REPLACEMENT 0xFFFDu

static size_t sequence_bytes(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first < 0xE0)
        return 2;
    if (first >= 0xE0 && first < 0xF0)
        return 3;
    return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

static bool code_point_ok(uint32_t c, size_t bytes)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

    return c >= least[bytes] && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
}

uint32_t utf8_next(const char *text, size_t bytes, size_t *ret_bytes)
{
    static const unsigned char mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    size_t n = bytes ? sequence_bytes((unsigned char)text[0]) : 0;
    uint32_t c;

    *ret_bytes = 1;
    if (n == 0 || n > bytes)
        return REPLACEMENT;
    c = (unsigned char)text[0] & mask[n];
    for (size_t i = 1; i < n; i++) {
        if (((unsigned char)text[i] & 0xC0) != 0x80)
            return REPLACEMENT;
        c = (c << 6) | ((unsigned char)text[i] & 0x3Fu);
    }
    if (!code_point_ok(c, n))
        return REPLACEMENT;
    *ret_bytes = n;
    return c;
}

bool utf8_valid(const char *text, size_t bytes)
{
    for (size_t i = 0, n; i < bytes; i += n) {
        uint32_t c = utf8_next(text + i, bytes - i, &n);
        if (c == 0 || (c == REPLACEMENT && n == 1))
            return false;
    }
    return true;
}

size_t utf8_length(const char *text)
{
    size_t bytes = strlen(text), count = 0;

    for (size_t i = 0, n; i < bytes; i += n, count++)
        utf8_next(text + i, bytes - i, &n);
    return count;
}

size_t utf8_cut(const char *text, size_t bytes, size_t max_bytes)
{
    size_t len = bytes < max_bytes ? bytes : max_bytes;

    if (len == bytes)
        return len;
    while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
        len--;
    return len;
}

/* Unicode's East_Asian_Width W and F, in the blocks that names and titles use. */
static bool is_wide(uint32_t c)
{
    return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0x303E) || (c >= 0x3041 && c <= 0xA4CF) ||
           (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) ||
           (c >= 0xFF00 && c <= 0xFF60) || (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) ||
           (c >= 0x20000 && c <= 0x3FFFD);
}

static bool is_zero_width(uint32_t c)
{
    return (c >= 0x300 && c <= 0x36F) || (c >= 0x200B && c <= 0x200F) || (c >= 0xFE00 && c <= 0xFE0F);
}

int utf8_width(const char *text)
{
    size_t bytes = strlen(text);
    int width = 0;

    for (size_t i = 0, n; i < bytes; i += n) {
        uint32_t c = utf8_next(text + i, bytes - i, &n);
        if (!is_zero_width(c))
            width += is_wide(c) ? 2 : 1;
    }
    return width;
}

void utf8_put(uint32_t c, char out[5])
{
    if (c < 0x80) {
        out[0] = (char)c;
        out[1] = 0;
    } else if (c < 0x800) {
        out[0] = (char)(0xC0 | (c >> 6));
        out[1] = (char)(0x80 | (c & 0x3F));
        out[2] = 0;
    } else if (c < 0x10000) {
        out[0] = (char)(0xE0 | (c >> 12));
        out[1] = (char)(0x80 | ((c >> 6) & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        out[3] = 0;
    } else {
        out[0] = (char)(0xF0 | (c >> 18));
        out[1] = (char)(0x80 | ((c >> 12) & 0x3F));
        out[2] = (char)(0x80 | ((c >> 6) & 0x3F));
        out[3] = (char)(0x80 | (c & 0x3F));
        out[4] = 0;
    }
}
