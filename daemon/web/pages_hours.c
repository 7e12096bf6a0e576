/* Pages of attendance and hours: the venue's screen, checking in there, certificates to print and to verify. */
#include "pages.h"

#include "calendar/zone.h"
#include "qr.h"
#include "service/attendance.h"
#include "service/hours.h"

#include <stdio.h>
#include <string.h>

#define ADDRESS_BYTES 512

static void put_hours(json_t *to, const char *name, int64_t minutes)
{
    char text[48];

    snprintf(text, sizeof text, "%lld.%02lld", (long long)(minutes / 60), (long long)(minutes % 60 * 100 / 60));
    if (strcmp(text + strlen(text) - 3, ".00") == 0)
        text[strlen(text) - 3] = 0;
    else if (text[strlen(text) - 1] == '0')
        text[strlen(text) - 1] = 0;
    page_put(to, name, text);
}

static void put_qr(json_t *to, const char *name, const char *text)
{
    struct buf b = {0};

    qr_put_image(&b, text, QR_PAPER);
    page_put(to, name, buf_text(&b));
    buf_release(&b);
}

/* The names of principals, as people read them. */
static void put_people(json_t *to, const char *name, const struct page *p, const struct texts *who)
{
    struct buf b = {0};

    for (size_t i = 0; i < who->count; i++) {
        const char *one = who->items[i];
        buf_adds(&b, i ? p->lang == LANG_ZH ? "、" : ", " : "");
        if (strcmp(one, "self") == 0)
            buf_adds(&b, catalogue_text(WORD_BY_SELF, p->lang));
        else if (strcmp(one, "kepud") == 0)
            buf_adds(&b, catalogue_text(WORD_BY_CLOCK, p->lang));
        else
            buf_adds(&b, strncmp(one, "token:", 6) == 0 ? one + 6 : one);
    }
    page_put(to, name, buf_text(&b));
    buf_release(&b);
}

/* Certificates */

static void put_issued(json_t *to, const struct page *p, int64_t ms)
{
    struct moment m = {.set = true, .date = true};
    char text[PAGE_WHEN_BYTES];

    m.wall_s = zone_to_wall(p->web->zone, ms / 1000);
    page_when(&m, p->lang, text);
    page_put(to, "issued", text);
}

static void put_certificate(json_t *to, const struct page *p, const struct certificate *c)
{
    const char *office = service_settings(p->web->service)->office;
    char number[PAGE_NUMBER_BYTES];

    page_put(to, "code", c->code);
    page_put(to, "person", c->name);
    page_put(to, "office_name", office[0] ? office : catalogue_text(WORD_SITE, p->lang));
    put_hours(to, "served", c->minutes);
    page_put(to, "from_day", c->from);
    page_put(to, "to_day", c->to);
    json_object_set_new(to, "period", json_boolean(c->from || c->to));
    if (c->stars > 0)
        page_put_word(to, "star_level", p, WORD_STAR_LEVEL, page_number(c->stars, number), NULL);
    put_people(to, "recorded", p, &c->recorded_by);
    put_people(to, "approved", p, &c->approved_by);
    put_issued(to, p, c->issued_ms);
}

static void fill_verify(const struct page *p, const void *result, json_t *to)
{
    const struct certificate *c = result;
    bool valid = strcmp(c->state, "valid") == 0, known = strcmp(c->state, "unknown") != 0;

    page_put(to, "heading", catalogue_text(WORD_VERIFY, p->lang));
    page_put(to, "code", c->code);
    json_object_set_new(to, "valid", json_boolean(valid));
    json_object_set_new(to, "withdrawn", json_boolean(known && !valid));
    json_object_set_new(to, "untrue", json_boolean(!known));
    json_object_set_new(to, "known", json_boolean(known));
    if (known)
        put_certificate(to, p, c);
    if (known && !valid)
        put_hours(to, "served_now", c->minutes_now);
}

static int status_of(const void *result)
{
    const struct certificate *c = result;

    return strcmp(c->state, "unknown") == 0 ? 404 : 200;
}

static struct page *certificate_page(struct web *w, struct exchange *x, const struct page_kind *kind, const char *code)
{
    struct certificate_ref *ref = arena_alloc(&x->arena, sizeof *ref);

    ref->code = arena_strdup(&x->arena, code);
    return page_new(w, x, kind, ref);
}

void page_verify(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_certificate_page, .template = "verify", .fill = fill_verify,
                                          .status = status_of, .personal = true};

    (void)r;
    page_show(certificate_page(w, x, &kind, params_find(params, "code")), NULL);
}

static void fill_sheet(const struct page *p, const void *result, json_t *to)
{
    const struct certificate *c = result;
    const struct certificate_line *lines = c->entries.items;
    json_t *list = page_put_list(to, "lines");

    page_put(to, "heading", catalogue_text(WORD_CERTIFICATE, p->lang));
    put_certificate(to, p, c);
    json_object_set_new(to, "withdrawn", json_boolean(strcmp(c->state, "valid") != 0));
    page_put(to, "verify_url", c->url);
    put_qr(to, "verify_qr", c->url);
    for (size_t i = 0; i < c->entries.count && i < CERTIFICATE_LINES_MAX; i++) {
        json_t *one = page_add(list);
        page_put(one, "day", lines[i].day);
        page_put_cut(one, "what", lines[i].title[0] ? lines[i].title : catalogue_text(WORD_SERVICE, p->lang), 40);
        put_hours(one, "line_hours", lines[i].minutes);
    }
    if (c->entries.count > CERTIFICATE_LINES_MAX) {
        char number[PAGE_NUMBER_BYTES];
        page_put_word(to, "more_lines", p, WORD_LINES_MORE,
                      page_number((int64_t)c->entries.count - CERTIFICATE_LINES_MAX, number), NULL);
    }
}

void page_certificate(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_certificate_sheet, .template = "certificate", .fill = fill_sheet,
                                          .personal = true};

    (void)r;
    page_show(certificate_page(w, x, &kind, params_find(params, "token")), NULL);
}

static void on_certified(struct call *c)
{
    struct page *p = c->data;
    const struct certificate *made = c->result;
    struct err e = c->err;
    const char *path = NULL;

    if (c->status == 0)
        path = arena_strdup(&p->x->arena, made->page + strlen(service_settings(p->web->service)->public_url));
    call_release(c);
    if (path)
        page_redirect(p, path, NULL);
    else
        web_answer_error(p->web, p->x, &e);
}

void page_own_certificate(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_certificate_own, .personal = true};
    struct person_ref *ref = arena_alloc(&x->arena, sizeof *ref);
    struct page *p;

    (void)r;
    ref->token = arena_strdup(&x->arena, params_find(params, "token"));
    p = page_new(w, x, &kind, ref);
    p->call.done = on_certified;
    p->call.data = p;
    service_call(w->service, &p->call);
}

/* Checking in by the venue's code */

static void on_arrived(struct call *c)
{
    struct page *p = c->data;
    const struct arrival *a = c->result;
    struct err e = c->err;
    char done[32] = "";

    if (c->status == 0)
        snprintf(done, sizeof done, "done=%s", a->outcome);
    call_release(c);
    if (done[0])
        page_redirect(p, p->here, done);
    else
        web_answer_error(p->web, p->x, &e);
}

static char *form_text(struct exchange *x, const char *name)
{
    const char *text = http_form_find(x, name);

    return text ? arena_strdup(&x->arena, text) : NULL;
}

static void send_arrival(struct page *p, struct arrival_input *in)
{
    const char *way = http_form_find(p->x, "way");

    in->code = form_text(p->x, "code");
    in->out = way && strcmp(way, "out") == 0;
    p->call.done = on_arrived;
    p->call.data = p;
    service_call(p->web->service, &p->call);
}

void page_own_check_in(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_arrive_own, .personal = true};
    struct arrival_input *in = arena_alloc(&x->arena, sizeof *in);
    struct page *p = page_new(w, x, &kind, in);

    (void)r;
    in->token = arena_strdup(&x->arena, params_find(params, "token"));
    in->signup = form_text(x, "signup");
    p->here = arena_printf(&x->arena, "/v/%s", in->token);
    send_arrival(p, in);
}

void page_put_arrival(json_t *to, const struct page *p)
{
    const char *done = http_query_find(p->x, "done");

    json_object_set_new(to, "came_in", json_boolean(done && strcmp(done, ARRIVAL_IN) == 0));
    json_object_set_new(to, "went_out", json_boolean(done && strcmp(done, ARRIVAL_OUT) == 0));
    json_object_set_new(to, "wrong_code", json_boolean(done && strcmp(done, ARRIVAL_WRONG) == 0));
    json_object_set_new(to, "many_codes", json_boolean(done && strcmp(done, ARRIVAL_MANY) == 0));
}

static const char *public_address(const struct page *p, const struct occurrence *o, const char *code, char *ret)
{
    snprintf(ret, ADDRESS_BYTES, "%s/checkin?code=%s", o->url, code);
    (void)p;
    return ret;
}

static void fill_screen(const struct page *p, const void *result, json_t *to)
{
    const struct venue_screen *v = result;
    const struct occurrence *o = v->occurrence;
    const char *given = http_query_find(p->x, "code");
    char address[ADDRESS_BYTES];

    page_put_cut(to, "heading", o->title, 60);
    page_put_time(to, p, &o->start, &o->end, o->tz);
    page_put(to, "check_path", p->here);
    json_object_set_new(to, "screen", json_boolean(v->code != NULL));
    json_object_set_new(to, "changes", json_boolean(!v->fixed));
    page_put_arrival(to, p);
    if (given && strlen(given) <= 12)
        page_put(to, "given", given);
    if (!v->code)
        return;
    page_put(to, "code", v->code);
    put_qr(to, "check_qr", public_address(p, o, v->code, address));
}

static struct page *screen_page(struct web *w, struct exchange *x, const struct page_kind *kind,
                                const struct params *params)
{
    struct arrival_input *in = arena_alloc(&x->arena, sizeof *in);
    const char *key = http_query_find(x, "key");

    in->slug = arena_strdup(&x->arena, params_find(params, "slug"));
    in->on = arena_strdup(&x->arena, params_find(params, "date"));
    in->key = key ? arena_strdup(&x->arena, key) : NULL;
    return page_new(w, x, kind, in);
}

/* "2027-02-30" looks like a date: there is no such page. */
static void refuse_screen(struct page *p, const struct err *e)
{
    struct err none = *e;

    if (e->code == ERR_INVALID)
        err_set(&none, ERR_NOT_FOUND, MSG_PATH_UNKNOWN, NULL, p->x->path, NULL);
    web_answer_error(p->web, p->x, &none);
}

static void show_screen(struct web *w, struct exchange *x, const struct params *params, bool fixed)
{
    static const struct page_kind open = {.op = &op_venue_screen, .template = "venue", .fill = fill_screen,
                                          .personal = true};
    static const struct page_kind changing = {.op = &op_venue_screen, .template = "venue", .fill = fill_screen,
                                              .personal = true, .refresh_s = 15};
    bool screen = http_query_find(x, "key") && !fixed;
    struct page *p = screen_page(w, x, screen ? &changing : &open, params);
    struct arrival_input *in = p->call.input;

    in->fixed = fixed;
    p->refused = refuse_screen;
    page_show(p, NULL);
}

void page_venue(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    (void)r;
    show_screen(w, x, params, false);
}

void page_venue_print(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    (void)r;
    show_screen(w, x, params, true);
}

void page_venue_check_in(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_arrive_phone, .personal = true};
    struct page *p = screen_page(w, x, &kind, params);
    struct arrival_input *in = p->call.input;

    (void)r;
    in->phone = form_text(x, "phone");
    send_arrival(p, in);
}
