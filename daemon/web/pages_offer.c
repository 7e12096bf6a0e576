/* The page of an offer, behind the link of its mail: a place is kept; take it or decline it. GET changes nothing. */
#include "pages.h"

#include "calendar/zone.h"
#include "service/signup_offer.h"

#include <string.h>

static bool is_open(const struct page *p, const struct signup *s)
{
    return s->state == SIGNUP_OFFERED && !s->off && s->offer_until_ms > p->call.req.now_ms;
}

/* How it stands, in one sentence. */
static void put_standing(json_t *to, const struct page *p, const struct signup *s)
{
    const char *name = "tag_good";
    enum msg word = WORD_OFFER_TAKEN;

    if (s->off || s->state == SIGNUP_CANCELLED || s->state == SIGNUP_OFFERED)
        name = "tag_plain";
    if (s->off)
        word = WORD_OFFER_OFF;
    else if (s->state == SIGNUP_CANCELLED)
        word = s->offer_until_ms == FIELD_INT_ABSENT && !s->reason[0] ? WORD_OFFER_DECLINED : WORD_OFFER_OVER;
    else if (s->state == SIGNUP_OFFERED)
        word = WORD_OFFER_OVER;
    page_put(to, name, catalogue_text(word, p->lang));
}

static void put_until(json_t *to, const struct page *p, const struct signup *s)
{
    const struct zone *z = zone_find(s->tz, NULL);
    struct moment until = {.wall_s = zone_to_wall(z, s->offer_until_ms / 1000), .set = true};
    char text[PAGE_WHEN_BYTES];

    page_when(&until, p->lang, text);
    page_put_word(to, "until", p, WORD_OFFER_UNTIL, text, NULL);
}

static void fill(const struct page *p, const void *result, json_t *to)
{
    const struct signup *s = result;
    const char *url = s->url + strlen(service_settings(p->web->service)->public_url);
    struct buf b = {0};

    page_put(to, "heading", catalogue_text(WORD_OFFER, p->lang));
    page_put(to, "row_title", s->title);
    page_put(to, "place", s->venue);
    page_put(to, "role", s->role);
    page_put_time(to, p, &s->start, &s->end, s->tz);
    buf_printf(&b, "%s%s", p->base, url);
    page_put(to, "address", buf_text(&b));
    buf_release(&b);
    page_put(to, "own_path", p->here);
    json_object_set_new(to, "open", json_boolean(is_open(p, s)));
    if (is_open(p, s))
        put_until(to, p, s);
    else
        put_standing(to, p, s);
}

static const struct page_kind offer_kind = {.op = &op_offer_page, .template = "offer", .fill = fill, .personal = true};

static struct page *begin(struct web *w, struct exchange *x, const struct params *params, const struct page_kind *kind,
                          void *input, char **token)
{
    struct page *p;

    *token = arena_strdup(&x->arena, params_find(params, "token"));
    p = page_new(w, x, kind, input);
    p->here = arena_printf(&x->arena, "/offers/%s", *token);
    return p;
}

void page_offer(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    struct person_ref *ref = arena_alloc(&x->arena, sizeof *ref);

    (void)r;
    page_show(begin(w, x, params, &offer_kind, ref, &ref->token), NULL);
}

static void on_answered(struct call *c)
{
    struct page *p = c->data;
    struct err e = c->err;
    bool failed = c->status != 0;

    call_release(c);
    if (failed)
        web_answer_error(p->web, p->x, &e);
    else
        page_redirect(p, p->here, NULL);
}

void page_offer_answer(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_offer_answer, .personal = true};
    struct offer_answer *in = arena_alloc(&x->arena, sizeof *in);
    struct page *p = begin(w, x, params, &kind, in, &in->token);
    const char *answer = http_form_find(x, "answer");

    (void)r;
    in->answer = arena_strdup(&x->arena, answer ? answer : "");
    p->call.done = on_answered;
    p->call.data = p;
    service_call(w->service, &p->call);
}
