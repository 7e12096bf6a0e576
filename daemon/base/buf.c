#include "buf.h"

#include "mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES 256

void buf_init(struct buf *b, size_t max_bytes)
{
    *b = (struct buf){.max_bytes = max_bytes};
}

void buf_release(struct buf *b)
{
    free(b->data);
    buf_init(b, b->max_bytes);
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->overflow = false;
    if (b->data)
        b->data[0] = 0;
}

static bool reserve(struct buf *b, size_t bytes)
{
    size_t size = b->size ? b->size : FIRST_BYTES;

    if (b->overflow || (b->max_bytes && bytes > b->max_bytes - b->len)) {
        b->overflow = true;
        return false;
    }
    while (size < b->len + bytes + 1)
        size *= 2;
    if (size != b->size) {
        b->data = mem_realloc(b->data, size);
        b->size = size;
    }
    return true;
}

void buf_add(struct buf *b, const void *data, size_t bytes)
{
    if (!reserve(b, bytes))
        return;
    if (bytes)
        memcpy(b->data + b->len, data, bytes);
    b->len += bytes;
    b->data[b->len] = 0;
}

void buf_adds(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text));
}

/* JSON is put together by these: they skip what only the first and the last byte need. */
void buf_addc(struct buf *b, char c)
{
    if (b->len + 1 >= b->size || b->max_bytes || b->overflow) {
        buf_add(b, &c, 1);
        return;
    }
    b->data[b->len++] = c;
    b->data[b->len] = 0;
}

void buf_addi(struct buf *b, int64_t number)
{
    char digits[24], *at = digits + sizeof digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0)
        *--at = '-';
    buf_add(b, at, (size_t)(digits + sizeof digits - at));
}

/* Most of what is printed fits into what is there: the first try is then the last. */
void buf_printf(struct buf *b, const char *format, ...)
{
    size_t room = b->size - b->len;
    va_list ap, again;
    int len;

    va_start(ap, format);
    va_copy(again, ap);
    len = vsnprintf(b->data ? b->data + b->len : NULL, room, format, ap);
    va_end(ap);
    if (len >= 0 && reserve(b, (size_t)len)) {
        if ((size_t)len >= room)
            vsnprintf(b->data + b->len, (size_t)len + 1, format, again);
        b->len += (size_t)len;
    } else if (room > 0) {
        b->data[b->len] = 0;
    }
    va_end(again);
}

const char *buf_text(const struct buf *b)
{
    return b->data ? b->data : "";
}

char *buf_take(struct buf *b, size_t *ret_len)
{
    char *data = b->data ? b->data : mem_strdup("");

    if (ret_len)
        *ret_len = b->len;
    buf_init(b, b->max_bytes);
    return data;
}
