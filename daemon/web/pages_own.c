/* The page of a volunteer's own, behind its link: what they signed up for, cancelling, and a calendar of it. */
#include "pages.h"

#include "domain/attendance.h"
#include "service/feed.h"
#include "service/signup.h"

#include <stdio.h>
#include <string.h>

#define OWN_TITLE_CHARS 60

static const enum msg state_words[SIGNUP_STATE_COUNT] = {
    [SIGNUP_CONFIRMED] = WORD_STATE_CONFIRMED, [SIGNUP_WAITLISTED] = WORD_STATE_WAITLISTED,
    [SIGNUP_OFFERED] = WORD_STATE_OFFERED,     [SIGNUP_CANCELLED] = WORD_STATE_CANCELLED,
    [SIGNUP_ATTENDED] = WORD_STATE_ATTENDED,   [SIGNUP_NO_SHOW] = WORD_STATE_NO_SHOW,
    [SIGNUP_EXCUSED] = WORD_STATE_EXCUSED,
};

static bool can_cancel(const struct page *p, const struct signup *s)
{
    bool holds = s->state == SIGNUP_CONFIRMED || s->state == SIGNUP_WAITLISTED || s->state == SIGNUP_OFFERED;

    bool late = s->state == SIGNUP_CONFIRMED && s->cancel_until_ms != FIELD_INT_ABSENT &&
                s->cancel_until_ms <= p->call.req.now_ms;

    return holds && !late && !s->off && s->end_ms > p->call.req.now_ms;
}

/* With the venue's code, around the shift. */
static void put_check(json_t *to, const struct page *p, const struct signup *s)
{
    int64_t now_ms = p->call.req.now_ms;
    bool near = now_ms >= s->start_ms - ATTENDANCE_SLACK_MS && now_ms <= s->end_ms + ATTENDANCE_SLACK_MS && !s->off;
    bool in = s->state == SIGNUP_ATTENDED && s->checked_in_ms != FIELD_INT_ABSENT;
    bool out = in && s->checked_out_ms != FIELD_INT_ABSENT && !s->closed;
    bool can_in = near && !in && (s->state == SIGNUP_CONFIRMED || s->state == SIGNUP_ATTENDED);

    json_object_set_new(to, "can_check", json_boolean(can_in || (near && in && !out)));
    page_put(to, "way", can_in ? "in" : "out");
    page_put(to, "way_word", catalogue_text(can_in ? WORD_ARRIVE_IN : WORD_ARRIVE_OUT, p->lang));
}

static void put_state(json_t *to, const struct page *p, const struct signup *s)
{
    char number[PAGE_NUMBER_BYTES];
    bool line = s->state == SIGNUP_WAITLISTED && s->position != FIELD_INT_ABSENT;

    if (s->off)
        page_put(to, "tag_off", catalogue_text(WORD_CANCELLED_LINE, p->lang));
    else if (line)
        page_put_word(to, "tag_warn", p, WORD_STATE_WAITLISTED_AT, page_number(s->position, number), NULL);
    else if (s->state == SIGNUP_CONFIRMED || s->state == SIGNUP_ATTENDED)
        page_put(to, "tag_good", catalogue_text(state_words[s->state], p->lang));
    else
        page_put(to, "tag_plain", catalogue_text(state_words[s->state], p->lang));
}

static void put_signup(json_t *to, const struct page *p, const struct signup *s)
{
    const char *url = s->url + strlen(service_settings(p->web->service)->public_url);
    struct buf b = {0};

    page_put(to, "id", s->id);
    page_put_cut(to, "row_title", s->title, OWN_TITLE_CHARS);
    page_put_cut(to, "place", s->venue, OWN_TITLE_CHARS);
    page_put(to, "role", s->role);
    page_put_time(to, p, &s->start, &s->end, s->tz);
    buf_printf(&b, "%s%s", p->base, url);
    page_put(to, "address", buf_text(&b));
    buf_release(&b);
    put_state(to, p, s);
    put_check(to, p, s);
    json_object_set_new(to, "cancellable", json_boolean(can_cancel(p, s)));
    json_object_set_new(to, "in_line", json_boolean(s->state == SIGNUP_WAITLISTED));
    json_object_set_new(to, "offered", json_boolean(s->state == SIGNUP_OFFERED && can_cancel(p, s)));
}

static const struct {
    const char *done;
    enum msg line;
} done_lines[] = {
    {"cancel", WORD_OWN_DONE},     {"calendar", WORD_OWN_CALENDAR_ENDED}, {"change", WORD_OWN_CHANGED},
    {"link", WORD_OWN_LINK_RENEWED}, {"take", WORD_OWN_TAKEN},            {"decline", WORD_OWN_DECLINED},
};

static void put_done(json_t *to, const struct page *p)
{
    const char *done = http_query_find(p->x, "done");

    for (size_t i = 0; done && i < sizeof done_lines / sizeof done_lines[0]; i++)
        if (strcmp(done_lines[i].done, done) == 0)
            page_put(to, "done_line", catalogue_text(done_lines[i].line, p->lang));
}

static void put_person(json_t *to, const struct page *p, const struct person_page *page)
{
    char hours[PAGE_NUMBER_BYTES];

    json_object_set_new(to, "whole", json_true());
    json_object_set_new(to, "has_calendar", json_boolean(page->calendar));
    page_put_word(to, "hello", p, WORD_OWN_HELLO, page->person->name, NULL);
    page_put(to, "own_phone", page->person->phone);
    snprintf(hours, sizeof hours, "%lld.%lld", (long long)page->person->hours_milli / 1000,
             (long long)page->person->hours_milli % 1000 / 100);
    if (page->person->hours_milli > 0)
        page_put_word(to, "hours", p, WORD_OWN_HOURS, hours, NULL);
    json_object_set_new(to, "has_hours", json_boolean(page->person->hours_milli > 0));
}

/* What is ahead, the next first; then what is over, the last first, as it comes. */
static void put_signups(json_t *to, const struct page *p, const struct person_page *page)
{
    const struct signup *all = page->signups.items;
    json_t *ahead = page_put_list(to, "signups"), *past = page_put_list(to, "past");

    for (size_t i = 0; i < page->signups.count; i++) {
        bool over = all[i].end_ms <= p->call.req.now_ms;
        json_t *one = json_object();
        if (over)
            json_array_append_new(past, one);
        else
            json_array_insert_new(ahead, 0, one);
        put_signup(one, p, &all[i]);
    }
    json_object_set_new(to, "none", json_boolean(page->signups.count == 0));
    json_object_set_new(to, "has_past", json_boolean(json_array_size(past) > 0));
}

static void fill(const struct page *p, const void *result, json_t *to)
{
    const struct person_page *page = result;

    page_put(to, "heading", catalogue_text(WORD_OWN, p->lang));
    put_done(to, p);
    page_put_notice(to, p);
    page_put(to, "own_path", p->here);
    page_put_arrival(to, p);
    put_signups(to, p, page);
    if (page->person)
        put_person(to, p, page);
}

static const struct page_kind own_kind = {.op = &op_own_page, .template = "own", .fill = fill, .personal = true};

struct page *page_own_new(struct web *w, struct exchange *x, const struct params *params, const struct page_kind *kind)
{
    struct person_ref *ref = arena_alloc(&x->arena, sizeof *ref);
    struct page *p;

    ref->token = arena_strdup(&x->arena, params_find(params, "token"));
    p = page_new(w, x, kind, ref);
    p->here = arena_printf(&x->arena, "/v/%s", ref->token);
    return p;
}

void page_own(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    (void)r;
    page_show(page_own_new(w, x, params, &own_kind), NULL);
}

void page_own_do(struct page *p, void (*done)(struct call *c))
{
    struct person_ref *ref = p->call.input;
    const char *signup = http_form_find(p->x, "signup");

    ref->signup = signup && *signup ? arena_strdup(&p->x->arena, signup) : NULL;
    p->call.done = done;
    p->call.data = p;
    service_call(p->web->service, &p->call);
}

void page_own_back(struct call *c, const char *done)
{
    struct page *p = c->data;
    struct err e = c->err;
    bool failed = c->status != 0;

    call_release(c);
    if (failed)
        web_answer_error(p->web, p->x, &e);
    else
        page_redirect(p, p->here, done);
}

static void on_cancelled(struct call *c)
{
    page_own_back(c, "done=cancel");
}

void page_own_cancel(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_signup_cancel_web, .personal = true};

    (void)r;
    page_own_do(page_own_new(w, x, params, &kind), on_cancelled);
}

/* The calendar's address is shown once, in the answer to the form: what is kept of it is a hash. */
static void fill_calendar(const struct page *p, const void *result, json_t *to)
{
    const struct feed_entry *entry = result;
    const char *path = entry->url + strlen(service_settings(p->web->service)->public_url);

    page_put(to, "heading", catalogue_text(WORD_FEED_VOLUNTEER, p->lang));
    page_put(to, "own_path", p->here);
    page_put_subscribe(to, p, path, entry->title);
}

void page_own_calendar(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {
        .op = &op_feed_rotate_web, .template = "calendar", .fill = fill_calendar, .personal = true};

    (void)r;
    page_show(page_own_new(w, x, params, &kind), NULL);
}

static void on_ended(struct call *c)
{
    page_own_back(c, "done=calendar");
}

void page_own_calendar_end(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_feed_revoke_web, .personal = true};

    (void)r;
    page_own_do(page_own_new(w, x, params, &kind), on_ended);
}
