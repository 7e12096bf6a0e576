/* A growing byte string with a named limit. */
#ifndef KEPU_BASE_BUF_H
#define KEPU_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Zero-initialised is an empty buffer without a limit. `data` is always followed by a zero byte once anything was
 * added. Past `max_bytes` (0 = none) nothing more is added and `overflow` stays true: check it once, at the end.
 */
struct buf {
    char *data;
    size_t len;
    size_t size;
    size_t max_bytes;
    bool overflow;
};

void buf_init(struct buf *b, size_t max_bytes);
void buf_release(struct buf *b);               /* empty again, keeps max_bytes */
void buf_clear(struct buf *b);                 /* keeps the memory */
void buf_add(struct buf *b, const void *data, size_t bytes);
void buf_adds(struct buf *b, const char *text);
void buf_addc(struct buf *b, char c);
void buf_addi(struct buf *b, int64_t number);  /* in decimal */
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *buf_text(const struct buf *b);     /* never NULL */
char *buf_take(struct buf *b, size_t *ret_len); /* the memory is the caller's (free()); b is empty */

#endif
