/* What's on: the front page, the list, an event, one of its occurrences. */
#include "pages.h"

#include "qr.h"
#include "service/feed.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW_TITLE_CHARS 60
#define ROW_PLACE_CHARS 40
#define TITLE_CHARS 200
#define DESCRIPTION_BYTES 8000           /* escaped: a page stays within 40 kB */
#define DESCRIPTION_BYTES_MIN 600       /* however long the roles' names are */
#define ROLE_TIMES 3                     /* a name stands in the table, and twice in the form */
#define NUMBER_CHARS_MAX 4

static const char *word(const struct page *p, enum msg msg)
{
    return catalogue_text(msg, p->lang);
}

/* "/events/slug/2027-05-12", with the time where the day has several. */
static void put_address(json_t *to, const struct page *p, const struct occurrence *o, bool several)
{
    const char *local = o->recurrence_local;
    struct buf b = {0};

    buf_printf(&b, "%s/events/%s/%.10s", p->base, o->event, local);
    if (several && strlen(local) >= 16)
        buf_printf(&b, "T%.2s%.2s", local + 11, local + 14);
    page_put(to, "address", buf_text(&b));
    buf_release(&b);
}

static void put_free(json_t *to, const struct page *p, int64_t places)
{
    char number[PAGE_NUMBER_BYTES];

    if (places == 1)
        page_put(to, "free", word(p, WORD_FREE_ONE));
    else if (places > 1)
        page_put_word(to, "free", p, WORD_FREE, page_number(places, number), NULL);
}

static int64_t places_free(const struct occurrence *o)
{
    const struct role *roles = o->roles.items;
    int64_t places = 0;

    for (size_t i = 0; i < o->roles.count; i++)
        places += roles[i].waitlisted > 0 ? 0 : roles[i].free;
    return places;
}

/* One short word of state: what matters most to somebody who thinks of coming. */
static void put_state(json_t *to, const struct page *p, const struct occurrence *o)
{
    bool past = o->end_ms <= p->call.req.now_ms;

    if (strcmp(o->status_name, "cancelled") == 0) {
        json_object_set_new(to, "off", json_true());
        page_put(to, "tag_off", word(p, WORD_CANCELLED));
        return;
    }
    if (past) {
        page_put(to, "tag_plain", word(p, WORD_PAST));
        return;
    }
    if (strcmp(o->status_name, "moved") == 0)
        page_put(to, "tag_warn", word(p, WORD_MOVED));
    else if (strcmp(o->status_name, "tentative") == 0)
        page_put(to, "tag_warn", word(p, WORD_TENTATIVE));
    if (o->roles.count > 0 && places_free(o) == 0)
        page_put(to, "tag_plain", word(p, WORD_FULL));
    else if (o->roles.count > 0)
        put_free(to, p, places_free(o));
}

static void put_original(json_t *to, const struct page *p, const struct occurrence *o)
{
    char text[PAGE_WHEN_BYTES];

    if (o->start.wall_s == o->recurrence_id.wall_s)
        return;
    page_when(&o->recurrence_id, p->lang, text);
    page_put(to, "original", text);
}

void page_put_row(json_t *to, const struct page *p, const struct page_row *row)
{
    const struct occurrence *o = row->occurrence;

    page_put_cut(to, "row_title", o->title, ROW_TITLE_CHARS);
    page_put_cut(to, "place", row->place.name, ROW_PLACE_CHARS);
    put_address(to, p, o, row->several);
    page_put_time(to, p, &o->start, &o->end, o->tz);
    put_original(to, p, o);
    put_state(to, p, o);
}

void page_put_feed(json_t *to, const struct page *p, const char *path, const char *title)
{
    json_t *feed = json_object();
    struct buf b = {0};

    json_object_set_new(to, "feed", feed);
    buf_printf(&b, "%s%s", p->base, path);
    page_put(feed, "feed_path", buf_text(&b));
    buf_release(&b);
    page_put_cut(feed, "feed_title", title, ROW_TITLE_CHARS);
}

void page_put_subscribe(json_t *to, const struct page *p, const char *path, const char *title)
{
    static const char *const names[] = {
        [FEED_ADDRESS_URL] = "feed_url", [FEED_ADDRESS_WEBCAL] = "feed_webcal", [FEED_ADDRESS_GOOGLE] = "feed_google"};
    const char *public_url = service_settings(p->web->service)->public_url;
    struct buf b = {0};
    json_t *feed;

    page_put_feed(to, p, path, title);
    feed = json_object_get(to, "feed");
    for (enum feed_address form = FEED_ADDRESS_URL; form <= FEED_ADDRESS_GOOGLE; form++) {
        buf_clear(&b);
        feed_put_address(form, public_url, path, &b);
        page_put(feed, names[form], buf_text(&b));
    }
    buf_clear(&b);
    qr_put_image(&b, json_string_value(json_object_get(feed, "feed_webcal")), QR_SCREEN);
    page_put(feed, "feed_qr", buf_text(&b));
    buf_release(&b);
}

static void put_rows(json_t *to, const char *name, const struct page *p, const struct page_rows *rows)
{
    json_t *list = page_put_list(to, name);

    for (size_t i = 0; i < rows->count; i++)
        page_put_row(page_add(list), p, &rows->items[i]);
    json_object_set_new(to, "none", json_boolean(rows->count == 0));
}

/* The front page */

void page_put_progress(json_t *to, const struct page *p, const struct people_progress *progress)
{
    char value[PAGE_NUMBER_BYTES], target[PAGE_NUMBER_BYTES], text[PAGE_WHEN_BYTES];
    bool reached = progress->value >= progress->target;

    page_number(progress->value, value);
    page_number(progress->target, target);
    page_put_word(to, "road", p, WORD_ROAD, target, NULL);
    page_put_word(to, "road_so_far", p, WORD_ROAD_SO_FAR, value, target);
    page_put(to, "value", value);
    page_put(to, "target", target);
    snprintf(text, sizeof text, "%lld.%lld%%", (long long)progress->percent_milli / 1000,
             (long long)progress->percent_milli % 1000 / 100);
    page_put(to, "percent", text);
    page_put(to, "pace", page_number(progress->pace, value));
    if (progress->forecast.set)
        page_when(&progress->forecast, p->lang, text);
    else
        snprintf(text, sizeof text, "%s", word(p, reached ? WORD_ROAD_DONE : WORD_ROAD_NEVER));
    page_put(to, "forecast", text);
}

static void fill_home(const struct page *p, const void *result, json_t *to)
{
    const struct home_page *home = result;

    page_put(to, "heading", word(p, WORD_SITE));
    put_rows(to, "rows", p, &home->rows);
    page_put_progress(to, p, &home->progress);
    page_put_picture(to, p, &home->progress);
    page_put_subscribe(to, p, "/feeds/all.ics", word(p, WORD_SITE));
}

void page_home(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_home_page, .template = "home", .fill = fill_home};

    (void)r;
    (void)params;
    page_show(page_new(w, x, &kind, NULL), x->path);
}

/* An event */

static void put_titles(json_t *to, const char *name, const struct page *p, const struct texts *titles)
{
    struct buf b = {0};

    for (size_t i = 0; i < titles->count; i++)
        buf_printf(&b, "%s%s", i == 0 ? "" : p->lang == LANG_ZH ? "、" : ", ", titles->items[i]);
    page_put_cut(to, name, buf_text(&b), TITLE_CHARS);
    buf_release(&b);
}

static size_t description_bytes(const struct occurrence *o)
{
    const struct role *roles = o ? o->roles.items : NULL;
    size_t names = 0;

    for (size_t i = 0; o && i < o->roles.count; i++)
        names += ROLE_TIMES * page_escaped_bytes(roles[i].name);
    return names < DESCRIPTION_BYTES - DESCRIPTION_BYTES_MIN ? DESCRIPTION_BYTES - names : DESCRIPTION_BYTES_MIN;
}

void page_put_event(json_t *to, const struct page *p, const struct event_page *page)
{
    const struct event *ev = page->event;
    const struct occurrence *o = page->occurrence;
    struct buf b = {0};

    page_put(to, "heading", o ? o->title : ev->title);
    page_put_long(to, "description", o ? o->description : ev->description, description_bytes(o));
    page_put(to, "slug", ev->slug);
    page_put(to, "place", page->place.name);
    page_put(to, "place_address", page->place.address);
    page_put(to, "lead", page->lead);
    put_titles(to, "partners", p, &page->partners);
    put_titles(to, "audiences", p, &page->audiences);
    page_put(to, "category", strcmp(ev->category, "other") == 0 ? "" : page->category);
    page_put(to, "rule", ev->rule_text);
    json_object_set_new(to, "event_off", json_boolean(ev->status == EVENT_CANCELLED));
    json_object_set_new(to, "tentative", json_boolean(ev->status == EVENT_TENTATIVE));
    page_put(to, "reason", o ? o->reason : ev->reason);
    buf_printf(&b, "/feeds/event/%s.ics", ev->slug);
    if (o)
        page_put_feed(to, p, buf_text(&b), ev->title);
    else
        page_put_subscribe(to, p, buf_text(&b), ev->title);
    buf_release(&b);
}

static void fill_event(const struct page *p, const void *result, json_t *to)
{
    const struct event_page *page = result;

    page_put_event(to, p, page);
    put_rows(to, "rows", p, &page->dates);
}

static int64_t event_of(const void *result)
{
    return ((const struct event_page *)result)->event->id;
}

void page_event(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_event_page, .template = "event", .fill = fill_event,
                                          .event = event_of, .nav = WORD_EVENTS};
    struct page_ref *ref = arena_alloc(&x->arena, sizeof *ref);

    (void)r;
    ref->slug = arena_strdup(&x->arena, params_find(params, "slug"));
    page_show(page_new(w, x, &kind, ref), x->path);
}

/* An occurrence, without its form */

static bool is_date(const char *text)
{
    static const char shape[] = "0000-00-00T0000";
    size_t i = 0;

    for (; text[i] && shape[i]; i++)
        if (shape[i] == '0' ? !isdigit((unsigned char)text[i]) : text[i] != shape[i])
            return false;
    return !text[i] && (i == 10 || i == sizeof shape - 1);
}

/* "2027-02-30" looks like a date. A day that has several occurrences has none of this name: the event shows them. */
static void refused(struct page *p, const struct err *e)
{
    const struct page_ref *ref = p->call.input;
    struct err none = *e;

    if (e->code == ERR_CONFLICT && p->x->method == HTTP_GET) {
        page_redirect(p, arena_printf(&p->x->arena, "/events/%s", ref->slug), NULL);
        return;
    }
    if (e->code == ERR_INVALID || e->code == ERR_CONFLICT)
        err_set(&none, ERR_NOT_FOUND, MSG_PATH_UNKNOWN, NULL, p->x->path, NULL);
    web_answer_error(p->web, p->x, &none);
}

struct page *page_of_occurrence(struct web *w, struct exchange *x, const struct params *params,
                                const struct page_kind *kind)
{
    struct page_ref *ref = arena_alloc(&x->arena, sizeof *ref);
    struct page *p;
    struct err e;

    ref->slug = arena_strdup(&x->arena, params_find(params, "slug"));
    ref->on = arena_strdup(&x->arena, params_find(params, "date"));
    if (!is_date(ref->on)) {
        err_set(&e, ERR_NOT_FOUND, MSG_PATH_UNKNOWN, NULL, x->path, NULL);
        web_answer_error(w, x, &e);
        return NULL;
    }
    p = page_new(w, x, kind, ref);
    p->here = arena_printf(&x->arena, "/events/%s/%s", ref->slug, ref->on);
    p->refused = refused;
    return p;
}

static void put_role(json_t *to, const struct page *p, const struct role *role)
{
    page_put(to, "role", role->name);
    page_put(to, "role_kind", word(p, role->participant ? WORD_ROLE_PARTICIPANT : WORD_ROLE_HELPER));
    page_put_int(to, "capacity", role->capacity);
    page_put_int(to, "free", role->waitlisted > 0 ? 0 : role->free);
    page_put_int(to, "waiting", role->waitlisted);
}

void page_put_occurrence(json_t *to, const struct page *p, const struct event_page *page)
{
    const struct occurrence *o = page->occurrence;
    const struct role *roles = o->roles.items;
    json_t *list = page_put_list(to, "roles");
    char text[PAGE_NUMBER_BYTES];
    bool off = strcmp(o->status_name, "cancelled") == 0;
    struct buf b = {0};

    page_put_event(to, p, page);
    page_put_time(to, p, &o->start, &o->end, o->tz);
    put_original(to, p, o);
    for (size_t i = 0; i < o->roles.count; i++)
        put_role(page_add(list), p, &roles[i]);
    json_object_set_new(to, "has_roles", json_boolean(o->roles.count > 0));
    json_object_set_new(to, "off", json_boolean(off));
    json_object_set_new(to, "past", json_boolean(page->past && !off));
    json_object_set_new(to, "tentative", json_boolean(strcmp(o->status_name, "tentative") == 0));
    page_put(to, "headcount", o->headcount == FIELD_INT_ABSENT ? "" : page_number(o->headcount, text));
    buf_printf(&b, "%s.ics", p->here);
    page_put(to, "ics", buf_text(&b));
    buf_clear(&b);
    buf_printf(&b, "%s%s", service_settings(p->web->service)->public_url, p->here);
    page_put(to, "page_url", buf_text(&b));
    buf_release(&b);
}
