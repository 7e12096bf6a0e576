#include "feeds.h"

#include "service/feed.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define TAG_HASH_BYTES 16
#define GZIP_WINDOW_BITS (15 + 16)       /* zlib's way of saying: gzip, not zlib */
#define GZIP_LEVEL 6

struct waiting {
    struct exchange *x;
    struct waiting *next;
};

/*
 * One rendering and all who wait for it:
 *
 *   rendering ──→ answered                       (nothing new, or an error)
 *       └──→ stamping ──→ answered               (its content is new: when it changed is written down first)
 *
 * What changes meanwhile makes it stale: those who asked before get it, whoever asks later gets another.
 */
struct rendering {
    struct feeds *feeds;
    char *key, *slug, *on;
    struct feed_ref ref;
    int64_t suspects[FEEDS_SUSPECTS_MAX];
    bool stale;
    struct waiting *waiting;
    struct call render, stamp;
    struct feed_stamp stamp_input;
    struct buf gzip;
    char tags[FEED_FORMS][FEED_TAG_BYTES];
    struct rendering *next;
};

struct feeds {
    struct web *web;
    struct feeds_kept kept;
    struct rendering *renderings;
    uint64_t hits, rendered;
    bool stopping;
};

/* On the store thread */

static void make_tag(const void *data, size_t len, char ret[FEED_TAG_BYTES])
{
    unsigned char hash[TAG_HASH_BYTES];
    char text[TAG_HASH_BYTES * 2 + 1];

    crypto_generichash(hash, sizeof hash, data, len, NULL, 0);
    sodium_bin2hex(text, sizeof text, hash, sizeof hash);
    snprintf(ret, FEED_TAG_BYTES, "\"%s\"", text);
}

/* Nothing, where it would not be smaller. */
static void make_gzip(const struct feed_text *text, struct buf *out)
{
    z_stream z = {0};
    size_t room;

    buf_clear(out);
    if (deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW_BITS, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        return;
    room = deflateBound(&z, (uLong)text->bytes);
    buf_release(out);
    out->data = mem_alloc(room + 1);
    out->size = room + 1;
    z.next_in = (z_const Bytef *)(uintptr_t)text->text;
    z.avail_in = (uInt)text->bytes;
    z.next_out = (Bytef *)out->data;
    z.avail_out = (uInt)room;
    if (deflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out < text->bytes)
        out->len = z.total_out;
    deflateEnd(&z);
}

static int encode(struct call *c, const void *result, struct buf *body, struct err *e)
{
    struct rendering *r = c->data;
    const struct feed_text *text = result;

    (void)e;
    if (text->unchanged)
        return 0;
    buf_add(body, text->text, text->bytes);
    make_gzip(text, &r->gzip);
    make_tag(text->text, text->bytes, r->tags[FEED_PLAIN]);
    make_tag(buf_text(&r->gzip), r->gzip.len, r->tags[FEED_GZIP]);
    return 0;
}

/* On the loop */

static void rendering_free(struct rendering *r)
{
    call_release(&r->render);
    call_release(&r->stamp);
    buf_release(&r->gzip);
    free(r->key);
    free(r->slug);
    free(r->on);
    free(r);
}

static void unlink_rendering(struct rendering *r)
{
    struct rendering **place = &r->feeds->renderings;

    while (*place != r)
        place = &(*place)->next;
    *place = r->next;
}

static void take_form(struct feed_kept *k, int form, struct buf *bytes, const char *tag)
{
    size_t len;
    char *data = buf_take(bytes, &len);

    k->forms[form] = (struct feed_form){.bytes = http_bytes_new(data, len), .len = len};
    memcpy(k->forms[form].tag, tag, FEED_TAG_BYTES);
}

static struct feed_kept *take_kept(struct rendering *r, int64_t modified_s)
{
    const struct feed_text *text = r->render.result;
    struct feed_kept *k = mem_alloc(sizeof *k);

    k->key = mem_strdup(r->key);
    k->kind = r->ref.kind;
    k->volunteer = text->volunteer;
    k->events = mem_alloc((text->event_count + 1) * sizeof k->events[0]);
    memcpy(k->events, text->events, text->event_count * sizeof k->events[0]);
    k->event_count = text->event_count;
    take_form(k, FEED_PLAIN, &r->render.body, r->tags[FEED_PLAIN]);
    if (r->gzip.len)
        take_form(k, FEED_GZIP, &r->gzip, r->tags[FEED_GZIP]);
    k->modified_s = modified_s;
    if (modified_s != FEED_MODIFIED_UNKNOWN)
        feed_format_date(modified_s, k->modified);
    if (r->ref.kind == FEED_OCCURRENCE) {
        struct buf name = {0};
        buf_printf(&name, "attachment; filename=\"%s-%s.ics\"", r->slug, r->on);
        k->disposition = buf_take(&name, &(size_t){0});
    }
    return k;
}

static void answer_all(struct rendering *r, const struct feed_kept *k, const struct err *e)
{
    for (struct waiting *v = r->waiting, *next; v; v = next) {
        next = v->next;        /* it lies in the exchange, which is gone when answered */
        if (k)
            feed_answer(v->x, k);
        else
            web_answer_error(r->feeds->web, v->x, e);
    }
}

static void finish(struct rendering *r, int64_t modified_s, bool keep)
{
    struct feed_kept *k = take_kept(r, modified_s);

    unlink_rendering(r);
    answer_all(r, k, NULL);
    if (keep && !r->stale && !r->feeds->stopping)
        feeds_kept_add(&r->feeds->kept, k);
    else
        feed_kept_free(k);
    rendering_free(r);
}

static void on_stamped(struct call *c)
{
    struct rendering *r = c->data;
    const struct feed_stamped *stamped = c->result;

    /* Where it could not be written (a full disk), feeds go on without saying when they changed. */
    if (c->status)
        finish(r, FEED_MODIFIED_UNKNOWN, false);
    else
        finish(r, stamped->modified_s, true);
}

static void write_stamp(struct rendering *r, const struct feed_text *text)
{
    r->stamp_input.state = text->state;
    memcpy(r->stamp_input.hash, text->hash, sizeof text->hash);
    r->stamp = (struct call){.op = &op_feed_stamp, .input = &r->stamp_input, .done = on_stamped, .data = r,
                             .req = r->render.req};
    service_call(r->feeds->web->service, &r->stamp);
}

static void start(struct rendering *r);

/* None of the events that changed has come into it. */
static void confirm(struct rendering *r)
{
    struct feed_kept *k = r->stale ? NULL : feeds_kept_find(&r->feeds->kept, r->key);

    if (!k) {
        r->ref.suspects = NULL;
        r->ref.suspect_count = 0;
        r->stale = false;
        start(r);
        return;
    }
    k->suspect_count = 0;
    unlink_rendering(r);
    answer_all(r, k, NULL);
    rendering_free(r);
}

/* An address that names no date is an address that isn't there. */
static void fail(struct rendering *r)
{
    struct err e = r->render.err;

    if (r->ref.kind == FEED_OCCURRENCE && e.code == ERR_INVALID)
        err_set(&e, ERR_NOT_FOUND, MSG_OCCURRENCE_NOT_FOUND, "on", r->slug, r->on, NULL);
    unlink_rendering(r);
    answer_all(r, NULL, &e);
    rendering_free(r);
}

static void on_rendered(struct call *c)
{
    struct rendering *r = c->data;
    const struct feed_text *text = c->result;

    if (c->status)
        fail(r);
    else if (text->unchanged)
        confirm(r);
    else if (text->modified_s == FEED_MODIFIED_UNKNOWN && text->state && !r->stale && !r->feeds->stopping)
        write_stamp(r, text);
    else
        finish(r, text->modified_s, true);
}

static void start(struct rendering *r)
{
    struct request req = r->render.req;

    call_release(&r->render);
    r->feeds->rendered++;
    r->render = (struct call){.op = &op_feed_render, .input = &r->ref, .encode = encode, .done = on_rendered, .data = r,
                              .req = req};
    service_call(r->feeds->web->service, &r->render);
}

static struct rendering *find_rendering(struct feeds *f, const char *key)
{
    for (struct rendering *r = f->renderings; r; r = r->next)
        if (!r->stale && strcmp(r->key, key) == 0)
            return r;
    return NULL;
}

static struct rendering *begin(struct feeds *f, const char *key, const struct feed_ref *ref, const struct feed_kept *k,
                               int64_t now_ms)
{
    struct rendering *r = mem_alloc(sizeof *r);

    r->feeds = f;
    r->key = mem_strdup(key);
    r->ref = *ref;
    r->ref.slug = r->slug = mem_strdup(ref->slug);
    r->ref.on = r->on = mem_strdup(ref->on);
    if (k) {
        memcpy(r->suspects, k->suspects, sizeof r->suspects);
        r->ref.suspects = r->suspects;
        r->ref.suspect_count = k->suspect_count;
    }
    r->render.req = (struct request){.lang = ref->lang, .now_ms = now_ms, .if_version = FIELD_INT_ABSENT};
    r->next = f->renderings;
    f->renderings = r;
    start(r);
    return r;
}

void feeds_serve(struct feeds *f, struct exchange *x, const char *key, const struct feed_ref *ref)
{
    struct feed_kept *k = feeds_kept_find(&f->kept, key);
    struct rendering *r;
    struct waiting *v;

    if (k && k->suspect_count == 0) {
        f->hits++;
        feed_answer(x, k);
        return;
    }
    r = find_rendering(f, key);
    if (!r)
        r = begin(f, key, ref, k, x->now_ms);
    v = arena_alloc(&x->arena, sizeof *v);
    *v = (struct waiting){x, r->waiting};
    r->waiting = v;
}

/* The feeds' life */

static bool concerns_feeds(const struct change *change)
{
    return change->kind == CHANGE_EVENT || change->kind == CHANGE_PERSON || change->kind == CHANGE_OFFICE ||
           change->kind == CHANGE_EVERYTHING;
}

static void on_change(void *arg, const struct change *changes, int count)
{
    struct feeds *f = arg;

    for (int i = 0; i < count; i++) {
        if (!concerns_feeds(&changes[i]))
            continue;
        feeds_kept_hear(&f->kept, &changes[i]);
        for (struct rendering *r = f->renderings; r; r = r->next)
            r->stale = r->stale || changes[i].kind != CHANGE_PERSON || r->ref.kind == FEED_VOLUNTEER;
    }
}

struct feeds *feeds_start(struct web *w)
{
    struct feeds *f = mem_alloc(sizeof *f);

    f->web = w;
    service_listen(w->service, on_change, f);
    return f;
}

void feeds_stop(struct feeds *f)
{
    if (f)
        f->stopping = true;
}

void feeds_free(struct feeds *f)
{
    if (!f)
        return;
    feeds_kept_clear(&f->kept);
    free(f);
}

void feeds_counts_get(const struct feeds *f, struct feeds_counts *ret)
{
    *ret = (struct feeds_counts){f->hits, f->rendered, f->kept.count, f->kept.bytes};
}
