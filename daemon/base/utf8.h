/* UTF-8: checking, counting, cutting and its width on a terminal. */
#ifndef KEPU_BASE_UTF8_H
#define KEPU_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads one character of well-formed UTF-8 (RFC 3629); *ret_bytes is its length. U+FFFD and 1 where it is malformed. */
uint32_t utf8_next(const char *text, size_t bytes, size_t *ret_bytes);
bool utf8_valid(const char *text, size_t bytes);     /* false for a NUL too */
size_t utf8_length(const char *text);                /* characters */
size_t utf8_cut(const char *text, size_t bytes,
                size_t max_bytes);                   /* the longest prefix ≤ max_bytes that ends between characters */
int utf8_width(const char *text);                    /* columns of a terminal; East Asian wide characters take two */
void utf8_put(uint32_t c, char out[5]);              /* encodes one character, zero-terminated */

#endif
