/*
 * Pages: an operation's result becomes a context, the context a template's text. Rendered on the store thread, within
 * the job that reads; the bytes of public ones are kept (pages_cache.h).
 */
#ifndef KEPU_WEB_PAGES_H
#define KEPU_WEB_PAGES_H

#include "pages_text.h"
#include "service/page.h"
#include "web_private.h"

#include <jansson.h>

#define PAGE_BYTES_MAX (64 * 1024)
#define PAGE_QUERY_BYTES 48

struct page;

/* What a page is; static. */
struct page_kind {
    const struct operation *op;            /* NULL: needs nothing from the database */
    const char *template;                  /* "home": daemon/web/templates/home.mustache */
    /* On the store thread: adds to the context. */
    void (*fill)(const struct page *p, const void *result, json_t *context);
    int64_t (*event)(const void *result);  /* whose changes make it old; NULL: all events' */
    bool personal;                         /* for one reader: not kept anywhere, no referrer, no robots */
    bool has_form;                         /* the reader's form token goes in when it is answered */
    const char *content_type;              /* NULL: HTML */
    int (*status)(const void *result);     /* NULL: 200 */
    int refresh_s;                         /* a screen that shows it anew; 0: not by itself */
    enum msg nav;                          /* the section it belongs to */
};

/* One page being made for one exchange, in that exchange's arena. */
struct page {
    struct web *web;
    struct exchange *x;
    const struct page_kind *kind;
    struct call call;
    enum lang lang;
    bool lang_said;                        /* in the address */
    bool large;
    bool wechat;                           /* its own browser opens no calendars and saves no files */
    const char *here;                      /* the path that shows this page again */
    const char *base;                      /* what addresses begin with: the path of the public URL, "" */
    char query[PAGE_QUERY_BYTES];          /* "?lang=en&size=large": what links keep; "" */
    const char *filter;                    /* the page's own part of the query: "category=x&page=2"; "" */
    const char *purpose;                   /* of its form's token; NULL: it has none */
    const char *form_token;                /* to be used again; NULL: a new one */
    const void *extra;                     /* the kind's own */
    int status;
    struct page_text text;                 /* of one that is kept, while it is rendered */
    const char *key;                       /* in the cache; NULL: not kept */
    void (*refused)(struct page *p, const struct err *e); /* answers errors; NULL: an error page */
    struct page *next;                     /* in the cache's line */
};

/* A page for this exchange, in its arena, with what the address says about language and size. */
struct page *page_new(struct web *w, struct exchange *x, const struct page_kind *kind, void *input);
/* Makes and answers it: kept bytes where there are some. `path` names it among those; NULL: it is never kept. */
void page_show(struct page *p, const char *path);
#define PAGE_HEADERS_MAX 9
#define PAGE_ERROR_HEADERS_MAX 4
size_t page_headers(const struct page *p, const char *etag, struct http_answer_header headers[PAGE_HEADERS_MAX]);
/* What stands for the form's token in a template's context; put in again for each reader. */
const char *page_form_mark(const struct page *p);
struct limits *page_limits(const struct page *p);
/*
 * Forms that are sent too often (pages_limit.c): true, and answered with 429 and the time to wait. By the address
 * before anything is looked at; by `phone` and `event` when all else is right.
 */
bool page_limit_address(const struct page *p);
bool page_limit_person(const struct page *p, const char *phone, const char *event);
/* 303 to a place of ours, with the query that links keep and `more` ("done=cancel"; NULL: nothing). */
void page_redirect(const struct page *p, const char *path, const char *more);
const char *page_base(const struct web *w);

/* Texts for contexts. NULL is "". */
void page_put(json_t *to, const char *name, const char *text);
void page_put_int(json_t *to, const char *name, int64_t value);
/* A word with {0} and {1} filled in. */
void page_put_word(json_t *to, const char *name, const struct page *p, enum msg word, const char *first,
                   const char *second);
/* A list under `name`, to be filled; and an object at its end. */
json_t *page_put_list(json_t *to, const char *name);
json_t *page_add(json_t *list);
/* At most `chars` characters, with … where more was cut. */
void page_put_cut(json_t *to, const char *name, const char *text, size_t chars);
/* At most `bytes` once escaped for HTML. */
void page_put_long(json_t *to, const char *name, const char *text, size_t bytes);
/* What a text takes once escaped for HTML. */
size_t page_escaped_bytes(const char *text);
/* "4,000" */
#define PAGE_NUMBER_BYTES 32
const char *page_number(int64_t n, char ret[PAGE_NUMBER_BYTES]);

/* Moments (pages_when.c). */
#define PAGE_WHEN_BYTES 128
void page_when(const struct moment *m, enum lang lang, char ret[PAGE_WHEN_BYTES]);
void page_month(const struct moment *m, enum lang lang, char ret[PAGE_WHEN_BYTES]);
/* when, leaf_month, leaf_day, leaf_weekday, datetime; `tz` is named where it isn't the office's. */
void page_put_time(json_t *to, const struct page *p, const struct moment *start, const struct moment *end,
                   const char *tz);

/* Events (pages_event.c). */
void page_put_row(json_t *to, const struct page *p, const struct page_row *row);
void page_put_progress(json_t *to, const struct page *p, const struct people_progress *progress);
void page_put_picture(json_t *to, const struct page *p, const struct people_progress *progress);
void page_put_event(json_t *to, const struct page *p, const struct event_page *page);
void page_put_occurrence(json_t *to, const struct page *p, const struct event_page *page);
/* The privacy notice: notice_who, _why, _what, _long, _rights, _version; contact. From the configuration. */
void page_put_notice(json_t *to, const struct page *p);
/* A page's calendar, for programs; and what the panel to subscribe to it shows, an image too. */
void page_put_feed(json_t *to, const struct page *p, const char *path, const char *title);
void page_put_subscribe(json_t *to, const struct page *p, const char *path, const char *title);

/* The style and the icon as data: addresses (pages_style.c): they come with the page, so that a phone asks once. */
void page_style_start(void);
const char *page_style_address(void);
const char *page_icon_address(void);

/* Handlers of the other files, for the table in pages.c. */
void page_home(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_list(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_event(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_occurrence(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_poster(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_sign_up(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_own(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_own_cancel(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_own_calendar(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_own_calendar_end(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_offer(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_offer_answer(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_own_change(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_own_change_to(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_own_take(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_own_decline(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_own_link(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_own_link_end(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_own_export(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_own_erase(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_done(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_privacy(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_plan(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_plan_department(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_progress_svg(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_progress_json(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_robots(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_metrics(struct web *w, struct exchange *x, const struct route *r, const struct params *params);

void page_verify(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_certificate(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_own_certificate(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_own_check_in(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_venue(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_venue_print(struct web *w, struct exchange *x, const struct route *r, const struct params *params);
void page_venue_check_in(struct web *w, struct exchange *x, const struct route *r, const struct params *params);

/* What came of a code that was entered: came_in, went_out, wrong_code, many_codes. */
void page_put_arrival(json_t *to, const struct page *p);

/* Of a page of one's own: its link in the address, its input a struct person_ref. */
struct page *page_own_new(struct web *w, struct exchange *x, const struct params *params, const struct page_kind *kind);
/* Asks for the page's operation, and goes back to the page of one's own with `done` in its query. */
void page_own_do(struct page *p, void (*done)(struct call *c));
void page_own_back(struct call *c, const char *done);

void page_error(struct web *w, struct exchange *x, const struct err *e, const struct http_answer_header *headers,
                size_t count);

/* On the store thread or, for errors, on the loop: the whole text of a page. */
int page_render(const struct page *p, const void *result, struct buf *out, struct err *e);

/*
 * The page of one occurrence, from /events/{slug}/{date}. NULL: answered already, the date being none
 * ("2027-05-12", "2027-05-12T0900").
 */
struct page *page_of_occurrence(struct web *w, struct exchange *x, const struct params *params,
                                const struct page_kind *kind);

#endif
