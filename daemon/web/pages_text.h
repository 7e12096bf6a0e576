/*
 * A page's bytes, plain and gzipped, made once and given often. A page with a form has a hole where each reader's own
 * token goes; it stands uncompressed in the gzipped bytes, so that filling it costs no compressing.
 */
#ifndef KEPU_WEB_PAGES_TEXT_H
#define KEPU_WEB_PAGES_TEXT_H

#include "base/buf.h"

#include <stddef.h>

enum page_form { PAGE_PLAIN, PAGE_GZIP, PAGE_FORMS };

struct page_text {
    struct buf forms[PAGE_FORMS];      /* gzipped: empty where it would not be smaller */
    size_t holes[PAGE_FORMS];          /* where it begins; 0: there is none */
    unsigned long crc_before, crc_after; /* of the plain bytes around the hole */
    size_t after_bytes;
};

/* From the plain bytes in `t`, on any thread. `mark` stands where the hole is to be, `hole_bytes` long; NULL: none. */
void page_text_make(struct page_text *t, const char *mark, size_t hole_bytes);
void page_text_release(struct page_text *t);

/* `bytes` are a copy of that form; `filling` goes into its hole. */
void page_text_fill(const struct page_text *t, enum page_form form, const char *filling, size_t hole_bytes,
                    char *bytes, size_t len);

#endif
