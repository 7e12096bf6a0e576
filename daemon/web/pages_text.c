#include "pages_text.h"

#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define LEVEL 7
#define RAW_WINDOW_BITS (-15)
#define HEAD_BYTES 10            /* RFC 1952 2.3 */
#define TAIL_BYTES 8             /* CRC-32 and length */
#define STORED_HEAD_BYTES 5      /* RFC 1951 3.2.4, on a byte's boundary */
#define FLUSH_BYTES 16           /* more than a flush ever adds */

static void put_little(char *to, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        to[i] = (char)(unsigned char)(value >> 8 * i);
}

/* Appends `len` bytes of text, deflated, up to a byte's boundary, or to the end of the stream. */
static void add_deflated(z_stream *z, struct buf *out, const char *text, size_t len, int flush)
{
    size_t room = deflateBound(z, (uLong)len) + FLUSH_BYTES;
    char *bytes = mem_alloc(room);

    z->next_in = (z_const Bytef *)(uintptr_t)text;
    z->avail_in = (uInt)len;
    z->next_out = (Bytef *)bytes;
    z->avail_out = (uInt)room;
    deflate(z, flush);
    buf_add(out, bytes, room - z->avail_out);
    free(bytes);
}

/* A stored block that isn't the last; what follows begins with an empty window (Z_FULL_FLUSH before it). */
static void add_hole(struct buf *out, const char *text, size_t len)
{
    char head[STORED_HEAD_BYTES] = {0};

    put_little(head + 1, (uint32_t)len, 2);
    put_little(head + 3, (uint32_t)~len, 2);
    buf_add(out, head, sizeof head);
    buf_add(out, text, len);
}

static void add_tail(struct buf *out, unsigned long crc, size_t len)
{
    char tail[TAIL_BYTES];

    put_little(tail, (uint32_t)crc, 4);
    put_little(tail + 4, (uint32_t)len, 4);
    buf_add(out, tail, sizeof tail);
}

static unsigned long crc_of(const char *text, size_t len)
{
    return crc32(crc32(0, NULL, 0), (const Bytef *)text, (uInt)len);
}

static void make_gzip(struct page_text *t, size_t hole_bytes)
{
    static const char head[HEAD_BYTES] = {0x1f, (char)0x8b, Z_DEFLATED, 0, 0, 0, 0, 0, 0, (char)255};
    const struct buf *plain = &t->forms[PAGE_PLAIN];
    struct buf *out = &t->forms[PAGE_GZIP];
    size_t hole = t->holes[PAGE_PLAIN], after = hole ? hole + hole_bytes : 0;
    z_stream z = {0};

    if (deflateInit2(&z, LEVEL, Z_DEFLATED, RAW_WINDOW_BITS, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        return;
    buf_add(out, head, sizeof head);
    if (hole) {
        add_deflated(&z, out, plain->data, hole, Z_FULL_FLUSH);
        t->holes[PAGE_GZIP] = out->len + STORED_HEAD_BYTES;
        add_hole(out, plain->data + hole, hole_bytes);
    }
    add_deflated(&z, out, plain->data + after, plain->len - after, Z_FINISH);
    deflateEnd(&z);
    add_tail(out, crc_of(plain->data, plain->len), plain->len);
    t->crc_before = crc_of(plain->data, hole);
    t->crc_after = crc_of(plain->data + after, plain->len - after);
    t->after_bytes = plain->len - after;
    if (out->len >= plain->len)
        buf_release(out);
}

void page_text_make(struct page_text *t, const char *mark, size_t hole_bytes)
{
    const struct buf *plain = &t->forms[PAGE_PLAIN];
    const char *at = mark ? strstr(buf_text(plain), mark) : NULL;

    buf_clear(&t->forms[PAGE_GZIP]);
    t->holes[PAGE_PLAIN] = at ? (size_t)(at - plain->data) : 0;
    t->holes[PAGE_GZIP] = 0;
    if (plain->len > 0)
        make_gzip(t, hole_bytes);
}

void page_text_release(struct page_text *t)
{
    for (int i = 0; i < PAGE_FORMS; i++)
        buf_release(&t->forms[i]);
}

void page_text_fill(const struct page_text *t, enum page_form form, const char *filling, size_t hole_bytes,
                    char *bytes, size_t len)
{
    unsigned long crc;

    if (!t->holes[form])
        return;
    memcpy(bytes + t->holes[form], filling, hole_bytes);
    if (form == PAGE_PLAIN)
        return;
    crc = crc32_combine(t->crc_before, crc_of(filling, hole_bytes), (z_off_t)hole_bytes);
    crc = crc32_combine(crc, t->crc_after, (z_off_t)t->after_bytes);
    put_little(bytes + len - TAIL_BYTES, (uint32_t)crc, 4);
}
