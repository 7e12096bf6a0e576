#include "page.h"

#include "calendar/civil.h"
#include "calendar/zone.h"
#include "event.h"
#include "signup_rules.h"
#include "store/register.h"
#include "target.h"

#include <stdlib.h>
#include <string.h>

static const char *title_in(const struct call *c, const struct entry *x)
{
    return c->req.lang == LANG_EN && x->title_en && x->title_en[0] ? x->title_en : x->title;
}

/* A slug that is no longer in the list is shown as it is. */
static const char *title_of(struct call *c, struct db *db, enum register_kind kind, const char *slug)
{
    const struct entry *x = slug[0] ? store_entry_find(db, kind, slug, &c->out) : NULL;

    return x ? title_in(c, x) : slug;
}

static struct texts titles_of(struct call *c, struct db *db, enum register_kind kind, const struct texts *slugs)
{
    struct texts titles = {arena_alloc(&c->out, (slugs->count + 1) * sizeof(char *)), slugs->count, true};

    for (size_t i = 0; i < slugs->count; i++)
        titles.items[i] = (char *)(uintptr_t)title_of(c, db, kind, slugs->items[i]);
    return titles;
}

static struct page_place place_in(struct call *c, struct db *db, const char *venue, enum lang lang)
{
    const struct entry *x = venue[0] && slug_valid(venue) ? store_entry_find(db, REGISTER_VENUE, venue, &c->out) : NULL;
    bool english = x && lang == LANG_EN && x->title_en && x->title_en[0];

    if (!x)
        return (struct page_place){venue, ""};
    return (struct page_place){english ? x->title_en : x->title, x->address ? x->address : ""};
}

static struct page_place place_of(struct call *c, struct db *db, const char *venue)
{
    return place_in(c, db, venue, c->req.lang);
}

static bool same_day(const struct occurrence *a, const struct occurrence *b)
{
    return strcmp(a->event, b->event) == 0 && strncmp(a->recurrence_local, b->recurrence_local, 10) == 0;
}

/* Rows `from` to `from + most` of a list of occurrences. */
static struct page_rows rows_of(struct call *c, struct db *db, const struct objects *list, size_t from, size_t most)
{
    const struct occurrence *all = list->items;
    struct page_rows rows = {arena_alloc(&c->out, (most + 1) * sizeof(struct page_row)), 0};

    for (size_t i = from; i < list->count && rows.count < most; i++) {
        struct page_row *row = &rows.items[rows.count++];
        row->occurrence = &all[i];
        row->place = place_of(c, db, all[i].venue);
        for (size_t k = 0; k < list->count && !row->several; k++)
            row->several = k != i && same_day(&all[i], &all[k]);
    }
    return rows;
}

static int run_home(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct event_filter filter = {.limit = PAGE_HOME_ROWS};
    struct home_page *page = arena_alloc(&c->out, sizeof *page);
    void *list;

    (void)input;
    if (op_agenda.run(c, db, &filter, &list, e) || progress_read(c, db, &page->progress, e))
        return -1;
    page->rows = rows_of(c, db, &((struct list *)list)->items, 0, PAGE_HOME_ROWS);
    *ret = page;
    return 0;
}

static struct choices choices_of(struct call *c, struct db *db, enum register_kind kind)
{
    struct entry *all;
    size_t count = store_entries(db, kind, &c->out, &all);

    return (struct choices){all, count};
}

static int check_choice(const struct choices *of, enum register_kind kind, const char *given, struct err *e)
{
    if (!given)
        return 0;
    for (size_t i = 0; i < of->count; i++)
        if (strcmp(of->items[i].slug, given) == 0)
            return 0;
    return err_set(e, ERR_NOT_FOUND, MSG_THING_NOT_FOUND, register_name(kind), register_name(kind), given, NULL);
}

/* The towns of all venues, each once, in the order of the venues. */
static struct texts towns_of(struct call *c, struct db *db)
{
    struct entry *venues;
    size_t count = store_entries(db, REGISTER_VENUE, &c->out, &venues);
    struct texts towns = {arena_alloc(&c->out, (PAGE_TOWNS + 1) * sizeof(char *)), 0, true};

    for (size_t i = 0; i < count && towns.count < PAGE_TOWNS; i++) {
        size_t k = 0;
        while (k < towns.count && strcmp(towns.items[k], venues[i].town) != 0)
            k++;
        if (k == towns.count && venues[i].town[0])
            towns.items[towns.count++] = venues[i].town;
    }
    return towns;
}

static int check_town(const struct texts *towns, const char *given, struct err *e)
{
    for (size_t i = 0; given && i < towns->count; i++)
        if (strcmp(towns->items[i], given) == 0)
            return 0;
    return given ? err_set(e, ERR_NOT_FOUND, MSG_PATH_UNKNOWN, "town", given, NULL) : 0;
}

/* A day of the office's calendar. */
static int read_day(struct call *c, const char *text, struct event_filter *filter, struct err *e)
{
    const struct zone *z = zone_find(service_settings(c->service)->tz, e);
    int64_t wall_s;
    bool date;

    if (!z)
        return -1;
    if (!text)
        return 0;
    if (!civil_parse(text, &wall_s, &date) || !date)
        return err_set(e, ERR_NOT_FOUND, MSG_PATH_UNKNOWN, "date", text, NULL);
    filter->day_start_ms = zone_to_utc(z, wall_s) * 1000;
    filter->day_end_ms = zone_to_utc(z, wall_s + CIVIL_DAY_S) * 1000;
    return 0;
}

static int run_list(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct page_ref *in = input;
    struct event_filter filter = {
        .category = in->category, .audience = in->audience, .lead = in->lead, .town = in->town};
    struct list_page *page = arena_alloc(&c->out, sizeof *page);
    const struct objects *found;
    size_t from;
    void *list;

    page->categories = choices_of(c, db, REGISTER_CATEGORY);
    page->audiences = choices_of(c, db, REGISTER_AUDIENCE);
    page->departments = choices_of(c, db, REGISTER_DEPARTMENT);
    page->towns = towns_of(c, db);
    if (check_choice(&page->categories, REGISTER_CATEGORY, in->category, e) ||
        check_choice(&page->audiences, REGISTER_AUDIENCE, in->audience, e) ||
        check_choice(&page->departments, REGISTER_DEPARTMENT, in->lead, e) ||
        check_town(&page->towns, in->town, e) || read_day(c, in->day, &filter, e))
        return -1;
    page->page = in->page < 1 ? 1 : in->page > PAGE_LIST_PAGES_MAX ? PAGE_LIST_PAGES_MAX : in->page;
    filter.limit = page->page * PAGE_LIST_ROWS + 1;
    if (op_agenda.run(c, db, &filter, &list, e))
        return -1;
    found = &((struct list *)list)->items;
    from = (size_t)(page->page - 1) * PAGE_LIST_ROWS;
    page->rows = rows_of(c, db, found, from, PAGE_LIST_ROWS);
    page->more = found->count > from + PAGE_LIST_ROWS && page->page < PAGE_LIST_PAGES_MAX;
    *ret = page;
    return 0;
}

static struct event_page *begin(struct call *c, struct db *db, const struct event *ev)
{
    struct event_page *page = arena_alloc(&c->out, sizeof *page);

    page->event = ev;
    page->place = place_of(c, db, ev->venue);
    page->category = title_of(c, db, REGISTER_CATEGORY, ev->category);
    page->lead = title_of(c, db, REGISTER_DEPARTMENT, ev->lead);
    page->partners = titles_of(c, db, REGISTER_DEPARTMENT, &ev->partners);
    page->audiences = titles_of(c, db, REGISTER_AUDIENCE, &ev->audiences);
    return page;
}

/* What began earlier and isn't over belongs to what is ahead. */
static int read_dates(struct call *c, struct db *db, const struct event *ev, struct page_rows *ret, struct err *e)
{
    const struct zone *z = zone_find(ev->tz, e);
    struct occurrence_filter filter = {.slug = ev->slug, .count = PAGE_EVENT_DATES + 1, .limit = FIELD_INT_ABSENT};
    const struct objects *found;
    struct objects ahead;
    char from[CIVIL_TEXT_BYTES];
    size_t past = 0;
    void *list;

    if (!z)
        return -1;
    civil_format(zone_to_wall(z, c->req.now_ms / 1000) - (ev->end.wall_s - ev->start.wall_s), false, from);
    filter.from = from;
    if (op_occurrence_list.run(c, db, &filter, &list, e))
        return -1;
    found = &((struct list *)list)->items;
    while (past < found->count && ((const struct occurrence *)found->items)[past].end_ms <= c->req.now_ms)
        past++;
    ahead = (struct objects){(struct occurrence *)found->items + past, found->count - past, true};
    *ret = rows_of(c, db, &ahead, 0, PAGE_EVENT_DATES);
    return 0;
}

static int run_event(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct page_ref *in = input;
    struct event_ref ref = {.slug = in->slug};
    struct event_page *page;
    void *ev;

    if (op_event_show.run(c, db, &ref, &ev, e))
        return -1;
    page = begin(c, db, ev);
    *ret = page;
    return read_dates(c, db, ev, &page->dates, e);
}

static void put_moment(int64_t ms, const char *tz, struct moment *ret)
{
    const struct zone *z = zone_find(tz, NULL);

    if (ms == FIELD_INT_ABSENT || !z)
        return;
    *ret = (struct moment){.wall_s = zone_to_wall(z, ms / 1000), .set = true};
    ret->offset_s = zone_offset_s(z, ret->wall_s);
}

/* When sign-ups are taken. */
static void put_window(const struct call *c, const struct event *ev, struct event_page *page)
{
    int64_t start_ms = page->occurrence->start_ms;
    int64_t opens_ms = signup_rule_ms(c, SIGNUP_OPENS, ev->signup_opens, ev->tz, start_ms);
    int64_t closes_ms = signup_rule_ms(c, SIGNUP_CLOSES, ev->signup_closes, ev->tz, start_ms);

    put_moment(opens_ms, ev->tz, &page->opens);
    put_moment(closes_ms, ev->tz, &page->closes);
    page->early = page->opens.set && c->req.now_ms < opens_ms;
    page->late = page->closes.set && c->req.now_ms >= closes_ms;
}

static int run_occurrence(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct page_ref *in = input;
    struct event_ref ref = {.slug = in->slug, .on = in->on};
    struct event_page *page;
    struct occurrence *o;
    void *ev, *found;

    if (op_event_show.run(c, db, &ref, &ev, e) || op_occurrence_show.run(c, db, &ref, &found, e))
        return -1;
    o = found;
    page = begin(c, db, ev);
    page->occurrence = o;
    page->place = place_of(c, db, o->venue);
    page->past = o->end_ms <= c->req.now_ms;
    put_window(c, ev, page);
    *ret = page;
    return 0;
}

static int run_poster(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct event_page *page;

    if (run_occurrence(c, db, input, ret, e))
        return -1;
    page = *ret;
    page->place = place_in(c, db, page->occurrence->venue, LANG_ZH);
    page->place_en = place_in(c, db, page->occurrence->venue, LANG_EN);
    return 0;
}

static int run_own(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct person_page *page;
    struct signup *all;

    if (op_person_page.run(c, db, input, ret, e))
        return -1;
    page = *ret;
    all = page->signups.items;
    for (size_t i = 0; i < page->signups.count; i++)
        all[i].venue = (char *)(uintptr_t)place_of(c, db, all[i].venue).name;
    return 0;
}

static int run_nothing(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    (void)c;
    (void)db;
    (void)input;
    (void)ret;
    (void)e;
    return 0;
}

const struct operation op_home_page = {"home page", ROLE_PUBLIC, false, run_home};
const struct operation op_list_page = {"list page", ROLE_PUBLIC, false, run_list};
const struct operation op_event_page = {"event page", ROLE_PUBLIC, false, run_event};
const struct operation op_occurrence_page = {"occurrence page", ROLE_PUBLIC, false, run_occurrence};
const struct operation op_poster_page = {"poster", ROLE_PUBLIC, false, run_poster};
const struct operation op_own_page = {"own page", ROLE_PUBLIC, false, run_own};
const struct operation op_nothing_page = {"page of words", ROLE_PUBLIC, false, run_nothing};
