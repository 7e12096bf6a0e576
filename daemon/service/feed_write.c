#include "feed_write.h"

#include "calendar/civil.h"

#include <string.h>


const struct entry *feed_find(const struct feed_register *r, const char *slug)
{
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->items[i].slug, slug) == 0)
            return &r->items[i];
    return NULL;
}

const char *feed_title(const struct feed_writer *w, const struct entry *x)
{
    return w->ref->lang == LANG_EN && x->title_en[0] ? x->title_en : x->title;
}

char *feed_words(struct feed_writer *w, enum msg msg, const char *arg0, const char *arg1)
{
    const char *args[] = {arg0, arg1};
    struct buf text = {0};
    char *kept;

    catalogue_format(&text, catalogue_text(msg, w->ref->lang), args, arg1 ? 2 : 1);
    kept = arena_strdup(&w->c->out, buf_text(&text));
    buf_release(&text);
    return kept;
}

/* By days: what time alone changes, changes when the day is written down. */
bool feed_shows_cancelled(const struct feed_writer *w, int64_t cancelled_ms)
{
    int64_t day_s = civil_midnight(zone_to_wall(w->zone, cancelled_ms / 1000));

    return w->day_s < day_s + FEED_CANCELLED_MS / 1000;
}

/* Zones are written before the events, when all of them are known. */
static void note_zone(struct feed_writer *w, const struct feed_vevent *v, int64_t wall_s)
{
    int64_t utc_s = zone_to_utc(v->zone, wall_s);

    if (v->date)
        return;
    for (size_t i = 0; i < w->zone_count; i++) {
        if (w->zones[i].zone != v->zone)
            continue;
        if (utc_s < w->zones[i].from_utc_s)
            w->zones[i].from_utc_s = utc_s;
        return;
    }
    if (w->zone_count == w->zone_room) {
        struct feed_zone *zones = arena_alloc(&w->c->out, (w->zone_room = w->zone_room * 2 + 4) * sizeof *zones);
        if (w->zone_count)
            memcpy(zones, w->zones, w->zone_count * sizeof *zones);
        w->zones = zones;
    }
    w->zones[w->zone_count++] = (struct feed_zone){v->zone, utc_s};
}

static void put_times(struct feed_writer *w, const struct feed_vevent *v)
{
    const struct feed_series *s = v->series;

    ical_local(&w->ical, "DTSTART", v->zone, v->date, v->start_s);
    ical_local(&w->ical, "DTEND", v->zone, v->date, v->end_s);
    note_zone(w, v, v->start_s);
    if (v->is_override) {
        ical_local(&w->ical, "RECURRENCE-ID", v->zone, v->date, v->recurrence_s);
        note_zone(w, v, v->recurrence_s);
    }
    if (!s)
        return;
    if (s->rule)
        ical_rule(&w->ical, s->rule, v->zone, v->date);
    ical_locals(&w->ical, "RDATE", v->zone, v->date, s->rdates, s->rdate_count);
    ical_locals(&w->ical, "EXDATE", v->zone, v->date, s->exdates, s->exdate_count);
    for (size_t i = 0; i < s->exdate_count; i++)
        note_zone(w, v, s->exdates[i]);
}

static void add_line(struct buf *out, const char *text)
{
    if (out->len)
        buf_adds(out, "\n");
    buf_adds(out, text);
}

/* Many programs hide URL, so the address stands in the text too. */
static void put_description(struct feed_writer *w, const struct feed_vevent *v)
{
    const struct entry *lead = feed_find(&w->departments, v->lead);
    struct buf text = {0};

    buf_adds(&text, v->description);
    if (v->description[0])
        buf_adds(&text, "\n");
    if (v->status == EVENT_CANCELLED && v->reason[0])
        add_line(&text, feed_words(w, WORD_FEED_REASON, v->reason, NULL));
    if (v->role)
        add_line(&text, feed_words(w, WORD_FEED_ROLE, v->role, NULL));
    if (lead)
        add_line(&text, feed_words(w, WORD_FEED_LEAD, feed_title(w, lead), NULL));
    add_line(&text, feed_words(w, WORD_FEED_DETAILS, v->url, NULL));
    ical_text(&w->ical, "DESCRIPTION", buf_text(&text));
    buf_release(&text);
}

static bool is_degrees(const char *text)
{
    return text[0] && strspn(text, "+-.0123456789") == strlen(text);
}

static void put_venue(struct feed_writer *w, const struct feed_vevent *v)
{
    const struct entry *venue = feed_find(&w->venues, v->venue);
    const char *title = venue ? feed_title(w, venue) : v->venue;

    if (!title[0])
        return;
    if (venue && venue->address[0])
        title = arena_printf(&w->c->out, "%s, %s", title, venue->address);
    ical_text(&w->ical, "LOCATION", title);
    if (venue && is_degrees(venue->latitude) && is_degrees(venue->longitude))
        ical_raw(&w->ical, "GEO", arena_printf(&w->c->out, "%s;%s", venue->latitude, venue->longitude));
}

/* A name of CSS3 (RFC 7986 5.9). */
static bool is_color(const char *text)
{
    return text[0] && strspn(text, "abcdefghijklmnopqrstuvwxyz") == strlen(text);
}

static void put_category(struct feed_writer *w, const struct feed_vevent *v)
{
    const struct entry *category = feed_find(&w->categories, v->category);

    ical_text(&w->ical, "CATEGORIES", category ? feed_title(w, category) : v->category);
    if (category && is_color(category->color))
        ical_raw(&w->ical, "COLOR", category->color);
}

static void put_organizer(struct feed_writer *w)
{
    const struct settings *settings = service_settings(w->c->service);

    if (settings->office_email[0])
        ical_named(&w->ical, "ORGANIZER", settings->office[0] ? settings->office : settings->office_email,
                   arena_printf(&w->c->out, "mailto:%s", settings->office_email));
}

static void put_alarm(struct feed_writer *w, const struct feed_vevent *v)
{
    if (w->ref->alarm_s == 0 || v->status == EVENT_CANCELLED)
        return;
    ical_begin(&w->ical, "VALARM");
    ical_raw(&w->ical, "ACTION", "DISPLAY");
    ical_text(&w->ical, "DESCRIPTION", v->title);
    ical_duration(&w->ical, "TRIGGER", -w->ref->alarm_s);
    ical_end(&w->ical, "VALARM");
}

/* With what it shows of the office's lists: a venue's new address is a change of what happens there. */
static int64_t modified_ms(const struct feed_writer *w, const struct feed_vevent *v)
{
    const struct entry *shown[] = {feed_find(&w->departments, v->lead), feed_find(&w->venues, v->venue),
                                   feed_find(&w->categories, v->category)};
    int64_t latest = v->modified_ms;

    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        if (shown[i] && shown[i]->changed_ms > latest)
            latest = shown[i]->changed_ms;
    return latest;
}

void feed_put(struct feed_writer *w, const struct feed_vevent *v)
{
    static const char *const statuses[] = {
        [EVENT_CONFIRMED] = "CONFIRMED", [EVENT_TENTATIVE] = "TENTATIVE", [EVENT_CANCELLED] = "CANCELLED",
    };
    int64_t changed_ms = modified_ms(w, v);
    struct ical *ical = &w->ical;

    ical_begin(ical, "VEVENT");
    ical_text(ical, "UID", v->uid);
    ical_instant(ical, "DTSTAMP", changed_ms);
    put_times(w, v);
    ical_text(ical, "SUMMARY", v->title);
    put_description(w, v);
    put_venue(w, v);
    put_category(w, v);
    ical_raw(ical, "URL", v->url);
    ical_raw(ical, "STATUS", statuses[v->status]);
    ical_raw(ical, "TRANSP", v->busy && v->status != EVENT_CANCELLED ? "OPAQUE" : "TRANSPARENT");
    put_organizer(w);
    ical_int(ical, "SEQUENCE", v->sequence);
    ical_instant(ical, "CREATED", v->created_ms);
    ical_instant(ical, "LAST-MODIFIED", changed_ms);
    put_alarm(w, v);
    ical_end(ical, "VEVENT");
}
