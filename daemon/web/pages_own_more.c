/* More of a page of one's own: changing a sign-up, other links, what is held on somebody, and its end. */
#include "codec.h"
#include "domain/person.h"
#include "pages.h"
#include "service/signup.h"
#include "service/volunteer.h"

#include <stdio.h>
#include <string.h>

/* Changing */

static void put_choice(json_t *groups, const struct page *p, const struct person_choice *choice)
{
    char number[PAGE_NUMBER_BYTES];
    json_t *last = json_array_get(groups, json_array_size(groups) - 1), *one;
    const char *shown = json_string_value(json_object_get(last, "on"));
    struct buf b = {0};

    if (!shown || strcmp(shown, choice->on) != 0) {
        last = page_add(groups);
        page_put(last, "on", choice->on);
        page_put_time(last, p, &choice->start, &choice->end, choice->tz);
        page_put_list(last, "choices");
    }
    one = page_add(json_object_get(last, "choices"));
    buf_printf(&b, "%s %s", choice->on, choice->role);
    page_put(one, "to", buf_text(&b));
    buf_release(&b);
    page_put(one, "role", choice->role);
    json_object_set_new(one, "now", json_boolean(choice->now));
    if (choice->now)
        page_put(one, "left", catalogue_text(WORD_OWN_CHANGE_NOW, p->lang));
    else if (choice->free == 0)
        page_put_word(one, "left", p, WORD_OWN_CHANGE_LINE, page_number(choice->waiting, number), NULL);
    else
        page_put_word(one, "left", p, choice->free == 1 ? WORD_FREE_ONE : WORD_FREE,
                      page_number(choice->free, number), NULL);
}

static void fill_change(const struct page *p, const void *result, json_t *to)
{
    const struct person_choices *all = result;
    const struct person_choice *choices = all->choices.items;
    json_t *groups = page_put_list(to, "dates");

    page_put(to, "heading", catalogue_text(WORD_OWN_CHANGE, p->lang));
    page_put(to, "own_path", p->here);
    page_put(to, "id", all->signup->id);
    page_put(to, "event_title", all->signup->title);
    page_put_time(to, p, &all->signup->start, &all->signup->end, all->signup->tz);
    page_put(to, "role", all->signup->role);
    page_put(to, "wrong", p->extra);
    for (size_t i = 0; i < all->choices.count; i++)
        put_choice(groups, p, &choices[i]);
}

static const struct page_kind change_kind = {
    .op = &op_person_choices, .template = "change", .fill = fill_change, .personal = true};

void page_own_change(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    struct page *p = page_own_new(w, x, params, &change_kind);
    const char *signup = http_query_find(x, "signup");

    (void)r;
    ((struct person_ref *)p->call.input)->signup = signup && *signup ? arena_strdup(&x->arena, signup) : NULL;
    page_show(p, NULL);
}

/* The choices again, with what stood in the way. */
static void show_again(struct page *p, const struct err *e)
{
    const struct person_ref *ref = p->call.input;
    struct page *again = page_new(p->web, p->x, &change_kind, NULL);
    struct person_ref *same = arena_alloc(&p->x->arena, sizeof *same);
    struct buf b = {0};

    *same = (struct person_ref){.token = ref->token, .signup = ref->signup};
    err_message(e, p->lang, &b);
    again->extra = e->code == ERR_FULL ? catalogue_text(WORD_OWN_CHANGE_FULL, p->lang)
                                       : arena_strdup(&p->x->arena, buf_text(&b));
    buf_release(&b);
    again->call.input = same;
    again->here = p->here;
    again->status = 409;
    page_show(again, NULL);
}

static void on_changed(struct call *c)
{
    struct page *p = c->data;
    struct err e = c->err;

    if (c->status == 0 || (e.code != ERR_FULL && e.code != ERR_OVERLAP && e.code != ERR_CONFLICT &&
                           e.code != ERR_EXISTS && e.code != ERR_INVALID)) {
        page_own_back(c, "done=change");
        return;
    }
    call_release(c);
    show_again(p, &e);
}

/* "2027-05-12T0900 讲解员" */
static void take_choice(struct exchange *x, struct person_ref *ref)
{
    const char *to = http_form_find(x, "to"), *blank = to ? strchr(to, ' ') : NULL;
    const char *waitlist = http_form_find(x, "waitlist");

    ref->on = blank ? arena_strndup(&x->arena, to, (size_t)(blank - to)) : arena_strdup(&x->arena, "");
    ref->role = arena_strdup(&x->arena, blank ? blank + 1 : "");
    ref->waitlist = waitlist && strcmp(waitlist, "1") == 0;
}

void page_own_change_to(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_signup_change_web, .personal = true};
    struct page *p = page_own_new(w, x, params, &kind);

    (void)r;
    take_choice(x, p->call.input);
    page_own_do(p, on_changed);
}

/* Offers */

static void on_taken(struct call *c)
{
    page_own_back(c, "done=take");
}

void page_own_take(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_signup_take_web, .personal = true};

    (void)r;
    page_own_do(page_own_new(w, x, params, &kind), on_taken);
}

static void on_declined(struct call *c)
{
    page_own_back(c, "done=decline");
}

void page_own_decline(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_signup_decline_web, .personal = true};

    (void)r;
    page_own_do(page_own_new(w, x, params, &kind), on_declined);
}

/* Links */

static int encode_token(struct call *c, const void *result, struct buf *body, struct err *e)
{
    const struct signup_form_result *made = result;

    (void)c;
    (void)e;
    buf_adds(body, made->token);
    return 0;
}

static void on_renewed(struct call *c)
{
    struct page *p = c->data;

    if (c->status == 0)
        p->here = arena_printf(&p->x->arena, "/v/%s", buf_text(&c->body));
    page_own_back(c, "done=link");
}

void page_own_link(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_link_rotate_web, .personal = true};
    struct page *p = page_own_new(w, x, params, &kind);

    (void)r;
    p->call.encode = encode_token;
    page_own_do(p, on_renewed);
}

static void on_link_ended(struct call *c)
{
    struct page *p = c->data;

    p->here = "/done/link";
    page_own_back(c, NULL);
}

void page_own_link_end(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_link_end_web, .personal = true};

    (void)r;
    page_own_do(page_own_new(w, x, params, &kind), on_link_ended);
}

/* What is held, and its end */

static int encode_file(struct call *c, const void *result, struct buf *body, struct err *e)
{
    const struct page *p = c->data;

    (void)e;
    codec_encode(&person_file_fields, result, p->web->zone, body);
    return 0;
}

static void on_exported(struct call *c)
{
    static const struct http_answer_header headers[] = {
        {"Content-Type", "application/json"},   {"Content-Disposition", "attachment; filename=\"kepu.json\""},
        {"Cache-Control", "no-store"},          {"Referrer-Policy", "no-referrer"},
        {"X-Robots-Tag", "noindex"},            {"Content-Security-Policy", "default-src 'none'"},
    };
    struct page *p = c->data;
    struct buf body = c->body;

    if (c->status) {
        page_own_back(c, NULL);
        return;
    }
    c->body = (struct buf){0};
    call_release(c);
    http_answer(p->x, 200, headers, sizeof headers / sizeof headers[0], &body);
}

void page_own_export(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_person_export, .personal = true};
    struct page *p = page_own_new(w, x, params, &kind);

    (void)r;
    p->call.encode = encode_file;
    page_own_do(p, on_exported);
}

static void on_erased(struct call *c)
{
    struct page *p = c->data;

    p->here = "/done/erased";
    page_own_back(c, NULL);
}

/* Only with the box ticked; without it the page is shown as it was. */
void page_own_erase(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_person_erase, .personal = true};
    struct page *p = page_own_new(w, x, params, &kind);
    const char *sure = http_form_find(x, "sure");

    (void)r;
    if (!sure || strcmp(sure, "1") != 0) {
        page_redirect(p, p->here, NULL);
        return;
    }
    p->call.req.yes = true;
    page_own_do(p, on_erased);
}

/* Where a link led that opens nothing any more. */
static void fill_done(const struct page *p, const void *result, json_t *to)
{
    bool erased = strcmp(p->here, "/done/erased") == 0;

    (void)result;
    page_put(to, "heading", catalogue_text(erased ? WORD_DONE_ERASED : WORD_DONE_LINK, p->lang));
    page_put(to, "line", catalogue_text(erased ? WORD_DONE_ERASED_LINE : WORD_DONE_LINK_LINE, p->lang));
    page_put_notice(to, p);
}

void page_done(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {
        .op = &op_nothing_page, .template = "done", .fill = fill_done, .personal = true};
    const char *what = params_find(params, "what");
    struct err e;

    (void)r;
    if (strcmp(what, "erased") == 0 || strcmp(what, "link") == 0) {
        page_show(page_new(w, x, &kind, NULL), NULL);
        return;
    }
    err_set(&e, ERR_NOT_FOUND, MSG_PATH_UNKNOWN, NULL, x->path, NULL);
    web_answer_error(w, x, &e);
}
