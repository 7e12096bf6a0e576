/* Reports in words, in the form of official papers: 一、 the whole, 二、 the targets, 三、 departments or events, 四、 gaps. */
#include "report.h"

#include "base/catalogue.h"
#include "domain/measure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MINUTES_PER_HOUR 60
#define FAR_S (3652 * 86400LL)          /* ten years */

struct writing {
    const struct report *r;
    struct document *d;
    enum lang lang;
    struct arena *a;
    int heading;                       /* how many there are */
};

const char *report_text(enum msg msg, enum lang lang, struct arena *a, ...)
{
    const char *args[ERR_ARGS_MAX] = {0};
    struct buf b = {0};
    const char *text;
    va_list list;
    int count = 0;

    va_start(list, a);
    while (count < ERR_ARGS_MAX && (text = va_arg(list, const char *)))
        args[count++] = text;
    va_end(list);
    catalogue_format(&b, catalogue_text(msg, lang), args, count);
    text = arena_strdup(a, buf_text(&b));
    buf_release(&b);
    return text;
}

#define SAY(w, msg, ...) report_text(msg, (w)->lang, (w)->a, __VA_ARGS__ __VA_OPT__(,) NULL)
#define WORD(w, msg) catalogue_text(msg, (w)->lang)

static const char *count_text(const struct writing *w, int64_t n)
{
    return document_number(n * 1000, w->a);
}

static const char *hours_text(const struct writing *w, int64_t minutes)
{
    return document_number(minutes * 1000 / MINUTES_PER_HOUR, w->a);
}

static const char *milli_text(const struct writing *w, int64_t milli)
{
    return milli == FIELD_INT_ABSENT ? "—" : document_number(milli, w->a);
}

static const char *percent_text(const struct writing *w, int64_t milli)
{
    return milli == FIELD_INT_ABSENT ? "—" : arena_printf(w->a, "%s%%", document_number(milli, w->a));
}

/* With its unit, which a number stands close to in Chinese, and a percent sign always. */
static const char *amount_text(const struct writing *w, int64_t milli, const char *unit)
{
    bool close = w->lang == LANG_ZH || strcmp(unit, "%") == 0;

    return arena_printf(w->a, "%s%s%s", milli_text(w, milli), close ? "" : " ", unit);
}

/* What stands in quotation marks has the inner ones itself. */
static const char *quoted(const struct writing *w, const char *title)
{
    char *text = arena_strdup(w->a, title);

    for (char *at = text; (at = strstr(at, "\xe2\x80")) != NULL; at += 2)
        if (at[2] == '\x9c' || at[2] == '\x9d')
            at[2] = (char)(at[2] - 4);
    return text;
}

/* 一、二、三 and 1. 2. 3. */
static void heading(struct writing *w, enum msg msg)
{
    static const char *const numbers[] = {"一", "二", "三", "四", "五", "六", "七", "八", "九"};
    const char *text = WORD(w, msg);

    if (w->lang == LANG_ZH)
        text = arena_printf(w->a, "%s、%s", numbers[w->heading++ % 9], text);
    else
        text = arena_printf(w->a, "%d. %s", ++w->heading, text);
    document_heading(w->d, text);
}

/* "2025年3月1日", "1 March 2025" as 2025-03-01: dates stay as they are in English. */
static const char *date_text(const struct writing *w, const char *date)
{
    int year, month, day;

    if (!date || sscanf(date, "%d-%d-%d", &year, &month, &day) != 3)
        return "—";
    return w->lang == LANG_ZH ? arena_printf(w->a, "%d年%d月%d日", year, month, day) : arena_printf(w->a, "%s", date);
}

static const char *moment_date(const struct writing *w, const struct moment *m)
{
    int64_t days = m->wall_s / 86400, z = days + 719468, era = z / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153, day = doy - (153 * mp + 2) / 5 + 1, month = mp < 10 ? mp + 3 : mp - 9;
    int64_t year = yoe + era * 400 + (month <= 2);

    if (!m->set)
        return "—";
    return date_text(w, arena_printf(w->a, "%04d-%02d-%02d", (int)year, (int)month, (int)day));
}

/* A pace that takes so long says only that it won't do. */
static bool is_far(const struct writing *w, const struct moment *forecast)
{
    return forecast->set && forecast->wall_s - w->r->made.wall_s > FAR_S;
}

static const char *forecast_text(const struct writing *w, const struct moment *forecast)
{
    return is_far(w, forecast) ? WORD(w, WORD_REPORT_FAR) : moment_date(w, forecast);
}

static const char *state_text(const struct writing *w, const char *state)
{
    static const enum msg words[STANDING_COUNT] = {WORD_STATE_BEHIND, WORD_STATE_UNKNOWN, WORD_STATE_ON,
                                                   WORD_STATE_AHEAD, WORD_STATE_REACHED};

    for (int i = 0; i < STANDING_COUNT; i++)
        if (state && strcmp(standing_names[i], state) == 0)
            return WORD(w, words[i]);
    return "";
}

static const char *department_title(const struct writing *w, const char *slug)
{
    const struct report_department *d = w->r->departments.items;

    if (strcmp(slug, "*") == 0)
        return WORD(w, WORD_REPORT_ALL_MEMBERS);
    for (size_t i = 0; i < w->r->departments.count; i++)
        if (strcmp(d[i].slug, slug) == 0)
            return d[i].title;
    return slug;
}

static const char *names_text(const struct writing *w, const struct texts *slugs)
{
    const char *text = "";

    for (size_t i = 0; i < slugs->count; i++)
        text = arena_printf(w->a, "%s%s%s", text, i ? WORD(w, WORD_REPORT_COMMA) : "",
                            department_title(w, slugs->items[i]));
    return slugs->count ? text : WORD(w, WORD_REPORT_OFFICE);
}

/* Parts */

static void write_summary(struct writing *w)
{
    const struct report_totals *t = &w->r->sums;

    heading(w, WORD_REPORT_SUMMARY);
    document_text(w->d, SAY(w, WORD_REPORT_TARGETS_SO_FAR, count_text(w, t->targets), count_text(w, t->reached),
                            count_text(w, t->ahead + t->on), count_text(w, t->behind)));
    if (t->unknown)
        document_text(w->d, SAY(w, WORD_REPORT_UNKNOWN, count_text(w, t->unknown)));
    document_text(w->d, SAY(w, WORD_REPORT_EVENTS_SO_FAR, count_text(w, t->events), count_text(w, t->sessions),
                            count_text(w, t->people), hours_text(w, t->minutes)));
    if (!w->r->department)
        document_text(w->d, SAY(w, WORD_REPORT_VOLUNTEERS_SO_FAR, count_text(w, t->volunteers),
                                count_text(w, t->volunteers_new)));
}

static void write_trend(struct writing *w)
{
    const struct report_bar *bars = w->r->trend.items;
    const char *const columns[] = {WORD(w, WORD_REPORT_PERIOD),
                                   arena_printf(w->a, ">%s", WORD(w, WORD_REPORT_SESSIONS)),
                                   arena_printf(w->a, ">%s", WORD(w, WORD_REPORT_PEOPLE)), NULL};
    struct block *chart, *table;

    if (w->r->trend.count == 0)
        return;
    chart = document_chart(w->d, WORD(w, WORD_REPORT_TREND), w->r->trend.count);
    table = document_table(w->d, "", columns);
    for (size_t i = 0; i < w->r->trend.count; i++) {
        const char *cells[] = {bars[i].label, count_text(w, bars[i].sessions), count_text(w, bars[i].people)};
        document_bar(chart, bars[i].label, bars[i].people);
        document_row(w->d, table, cells);
    }
}

/* "2021年12、2022年15", of a target that begins anew each year. */
static const char *years_text(const struct writing *w, const struct report_target *t)
{
    const struct report_year *years = t->years.items;
    const char *text = "";

    for (size_t i = 0; i < t->years.count; i++)
        text = arena_printf(w->a, "%s%s%s", text, i ? WORD(w, WORD_REPORT_COMMA) : "",
                            SAY(w, WORD_REPORT_YEAR, years[i].year, milli_text(w, years[i].value_milli)));
    return text;
}

/* Where a value comes from: what was held, what was entered and when, and its source. */
static const char *evidence(const struct writing *w, const struct report_target *t)
{
    const char *text = "";

    if (t->sessions || t->people)
        text = SAY(w, WORD_REPORT_HELD, count_text(w, t->sessions), count_text(w, t->people));
    if (t->entries)
        text = arena_printf(w->a, "%s%s%s", text, *text ? WORD(w, WORD_REPORT_SEMICOLON) : "",
                            SAY(w, t->source && *t->source ? WORD_REPORT_ENTERED_FROM : WORD_REPORT_ENTERED,
                                count_text(w, t->entries), t->last_entry, t->source ? t->source : ""));
    if (t->cells != FIELD_INT_ABSENT)
        text = arena_printf(w->a, "%s%s%s", text, *text ? WORD(w, WORD_REPORT_SEMICOLON) : "",
                            SAY(w, WORD_REPORT_CELLS, count_text(w, t->met), count_text(w, t->cells)));
    if (t->years.count)
        text = arena_printf(w->a, "%s%s%s", text, *text ? WORD(w, WORD_REPORT_SEMICOLON) : "", years_text(w, t));
    return *text ? text : "—";
}

static struct block *target_table(struct writing *w)
{
    const char *const columns[] = {WORD(w, WORD_REPORT_TARGET_NAME),
                                   arena_printf(w->a, ">%s", WORD(w, WORD_REPORT_TARGET)),
                                   arena_printf(w->a, ">%s", WORD(w, WORD_REPORT_VALUE)),
                                   arena_printf(w->a, ">%s", WORD(w, WORD_REPORT_PERCENT)),
                                   arena_printf(w->a, ">%s", WORD(w, WORD_REPORT_RECENT)),
                                   WORD(w, WORD_REPORT_STATE),
                                   WORD(w, WORD_REPORT_FORECAST),
                                   WORD(w, WORD_REPORT_EVIDENCE),
                                   NULL};

    return document_table(w->d, "", columns);
}

static void write_target(struct writing *w, struct block *table, const struct report_target *t)
{
    const char *cells[] = {t->title,
                           amount_text(w, t->target_milli, t->unit),
                           milli_text(w, t->value_milli),
                           percent_text(w, t->percent_milli),
                           milli_text(w, t->recent_milli),
                           state_text(w, t->state),
                           forecast_text(w, &t->forecast),
                           evidence(w, t)};

    document_row(w->d, table, cells);
}

static bool write_section(struct writing *w, const char *id, const char *title, const struct report_section *s,
                          const char *department)
{
    const struct report_target *t = w->r->all_targets.items;
    struct block *table = NULL;

    for (size_t i = 0; i < w->r->all_targets.count; i++) {
        bool known = false;
        for (size_t k = 0; k < w->r->sections.count; k++)
            known |= strcmp(((const struct report_section *)w->r->sections.items)[k].id, t[i].section) == 0;
        if (s ? strcmp(t[i].section, id) != 0 : known)
            continue;
        if (!table) {
            document_subheading(w->d, s ? arena_printf(w->a, "%s %s", id, title) : title);
            if (s && !department)
                document_text(w->d, SAY(w, WORD_REPORT_WHO, names_text(w, &s->lead), names_text(w, &s->partners)));
            table = target_table(w);
        }
        write_target(w, table, &t[i]);
    }
    return table != NULL;
}

static bool leads(const struct report_section *s, const char *department)
{
    for (size_t i = 0; department && i < s->lead.count; i++)
        if (strcmp(s->lead.items[i], department) == 0)
            return true;
    return !department;
}

/* Of a department those it leads; what nobody leads is the whole's. */
static void write_targets(struct writing *w, const char *department)
{
    const struct report_section *s = w->r->sections.items;
    bool any = false;

    heading(w, WORD_REPORT_TARGETS);
    if (!department)
        any |= write_section(w, "", WORD(w, WORD_REPORT_GOAL), NULL, NULL);
    for (size_t i = 0; i < w->r->sections.count; i++)
        if (leads(&s[i], department))
            any |= write_section(w, s[i].id, s[i].title, &s[i], department);
    if (!any)
        document_text(w->d, WORD(w, WORD_REPORT_NO_TARGETS));
}

static void write_departments(struct writing *w)
{
    const char *const columns[] = {WORD(w, WORD_REPORT_DEPARTMENT),
                                   arena_printf(w->a, ">%s", WORD(w, WORD_REPORT_LED)),
                                   arena_printf(w->a, ">%s", WORD(w, WORD_STATE_REACHED)),
                                   arena_printf(w->a, ">%s", WORD(w, WORD_STATE_BEHIND)),
                                   arena_printf(w->a, ">%s", WORD(w, WORD_REPORT_SESSIONS)),
                                   arena_printf(w->a, ">%s", WORD(w, WORD_REPORT_PEOPLE)),
                                   arena_printf(w->a, ">%s", WORD(w, WORD_REPORT_HOURS)),
                                   NULL};
    const struct report_department *d = w->r->departments.items;
    struct block *table;

    heading(w, WORD_REPORT_DEPARTMENTS);
    table = document_table(w->d, "", columns);
    for (size_t i = 0; i < w->r->departments.count; i++) {
        const char *cells[] = {d[i].title, count_text(w, d[i].targets), count_text(w, d[i].reached),
                               count_text(w, d[i].behind), count_text(w, d[i].sessions), count_text(w, d[i].people),
                               hours_text(w, d[i].minutes)};
        document_row(w->d, table, cells);
    }
}

static void write_events(struct writing *w, const char *department)
{
    const char *const columns[] = {WORD(w, WORD_REPORT_EVENT),
                                   WORD(w, WORD_REPORT_LEAD),
                                   WORD(w, WORD_REPORT_DATES),
                                   arena_printf(w->a, ">%s", WORD(w, WORD_REPORT_SESSIONS)),
                                   arena_printf(w->a, ">%s", WORD(w, WORD_REPORT_PEOPLE)),
                                   arena_printf(w->a, ">%s", WORD(w, WORD_REPORT_OF_HEADCOUNTS)),
                                   arena_printf(w->a, ">%s", WORD(w, WORD_REPORT_HOURS)),
                                   NULL};
    const struct report_event *ev = w->r->events.items;
    struct block *table = NULL;

    heading(w, WORD_REPORT_EVENTS);
    for (size_t i = 0; i < w->r->events.count; i++) {
        bool once = strcmp(ev[i].first, ev[i].last) == 0;
        const char *cells[] = {ev[i].title, department_title(w, ev[i].lead),
                               once ? ev[i].first : arena_printf(w->a, "%s – %s", ev[i].first, ev[i].last),
                               count_text(w, ev[i].sessions), count_text(w, ev[i].people),
                               count_text(w, ev[i].headcount), hours_text(w, ev[i].minutes)};
        if (department && strcmp(ev[i].lead, department) != 0)
            continue;
        if (!table)
            table = document_table(w->d, "", columns);
        document_row(w->d, table, cells);
    }
    if (!table)
        document_text(w->d, WORD(w, WORD_REPORT_NO_EVENTS));
}

static const struct report_target *target_of(const struct writing *w, const char *slug)
{
    const struct report_target *t = w->r->all_targets.items;

    for (size_t i = 0; i < w->r->all_targets.count; i++)
        if (strcmp(t[i].slug, slug) == 0)
            return &t[i];
    return NULL;
}

/* Of a grid the cells that aren't met; of a percentage points of it. */
static const char *behind_text(const struct writing *w, const struct report_gap *g)
{
    const struct report_target *t = target_of(w, g->slug);
    const char *title = quoted(w, g->title);
    const char *missing = strcmp(g->unit, "%") == 0 ? SAY(w, WORD_GAP_POINTS, milli_text(w, g->missing_milli))
                                                    : amount_text(w, g->missing_milli, g->unit);

    if (t && t->cells != FIELD_INT_ABSENT && t->cells > 0)
        return SAY(w, WORD_GAP_CELLS, title, count_text(w, t->cells), count_text(w, t->cells - t->met));
    if (is_far(w, &g->forecast))
        return SAY(w, WORD_GAP_TARGET_FAR, title, missing);
    return g->forecast.set ? SAY(w, WORD_GAP_TARGET_WHEN, title, missing, moment_date(w, &g->forecast))
                           : SAY(w, WORD_GAP_TARGET, title, missing);
}

static const char *gap_text(const struct writing *w, const struct report_gap *g)
{
    if (strcmp(g->kind, "unfilled") == 0)
        return SAY(w, WORD_GAP_UNFILLED, quoted(w, g->title));
    if (strcmp(g->kind, "undated") == 0)
        return SAY(w, WORD_GAP_UNDATED, quoted(w, g->title));
    if (strcmp(g->kind, "unconfirmed") == 0)
        return SAY(w, WORD_GAP_UNCONFIRMED, quoted(w, g->title));
    return behind_text(w, g);
}

static bool gap_of(const struct writing *w, const struct report_gap *g, const char *department)
{
    const struct report_target *t;

    if (!department)
        return true;
    if (g->lead)
        return strcmp(g->lead, department) == 0;
    t = target_of(w, g->slug);
    for (size_t i = 0; t && i < t->lead.count; i++)
        if (strcmp(t->lead.items[i], department) == 0)
            return true;
    return false;
}

static void write_gaps(struct writing *w, const char *department)
{
    const struct report_gap *g = w->r->gaps.items;
    bool any = false;

    heading(w, WORD_REPORT_GAPS);
    for (size_t i = 0; i < w->r->gaps.count; i++) {
        if (!gap_of(w, &g[i], department))
            continue;
        document_item(w->d, gap_text(w, &g[i]));
        any = true;
    }
    if (!any)
        document_text(w->d, WORD(w, WORD_REPORT_NO_GAPS));
}

static void write_duties(struct writing *w, const struct report_department *d)
{
    const struct report_section *s = w->r->sections.items;

    heading(w, WORD_REPORT_DUTIES);
    for (size_t i = 0; i < w->r->sections.count; i++) {
        bool lead = leads(&s[i], d->slug), partner = false;
        for (size_t k = 0; k < d->partners.count; k++)
            partner |= strcmp(d->partners.items[k], s[i].id) == 0;
        if (lead || partner)
            document_item(w->d, SAY(w, lead ? WORD_DUTY_LEAD : WORD_DUTY_PARTNER, s[i].title));
    }
    if (d->leads.count + d->partners.count == 0)
        document_text(w->d, WORD(w, WORD_REPORT_NO_DUTIES));
    document_text(w->d, SAY(w, WORD_REPORT_EVENTS_SO_FAR, count_text(w, d->events), count_text(w, d->sessions),
                            count_text(w, d->people), hours_text(w, d->minutes)));
}

static void write_department(struct writing *w, const struct report_department *d)
{
    w->heading = 0;
    write_duties(w, d);
    if (w->r->department)
        write_trend(w);
    write_targets(w, d->slug);
    write_events(w, d->slug);
    write_gaps(w, d->slug);
}

static void write_all_departments(struct writing *w)
{
    const struct report_department *d = w->r->departments.items;

    for (size_t i = 0; i < w->r->departments.count; i++) {
        if (w->r->departments.count > 1) {
            if (i > 0)
                document_break(w->d);
            document_heading(w->d, d[i].title);
        }
        write_department(w, &d[i]);
    }
}

static void write_shares(struct writing *w, const struct objects *list, enum msg name, bool hours)
{
    const char *const columns[] = {WORD(w, name), arena_printf(w->a, ">%s", WORD(w, WORD_REPORT_VOLUNTEERS)),
                                   hours ? arena_printf(w->a, ">%s", WORD(w, WORD_REPORT_HOURS)) : NULL, NULL};
    const struct report_share *s = list->items;
    struct block *table = list->count ? document_table(w->d, "", columns) : NULL;

    for (size_t i = 0; i < list->count; i++) {
        const char *cells[] = {s[i].label && *s[i].label ? s[i].label : "—", count_text(w, s[i].count),
                               hours_text(w, s[i].minutes)};
        document_row(w->d, table, cells);
    }
}

static void write_volunteers(struct writing *w)
{
    const struct report_share *months = w->r->monthly.items;
    const struct report_totals *t = &w->r->sums;
    struct block *chart;

    heading(w, WORD_REPORT_SUMMARY);
    document_text(w->d, SAY(w, WORD_REPORT_VOLUNTEERS_SO_FAR, count_text(w, t->volunteers),
                            count_text(w, t->volunteers_new)));
    document_text(w->d, SAY(w, WORD_REPORT_SERVED, count_text(w, t->served), hours_text(w, t->minutes)));
    if (w->r->monthly.count) {
        chart = document_chart(w->d, WORD(w, WORD_REPORT_NEW), w->r->monthly.count);
        for (size_t i = 0; i < w->r->monthly.count; i++)
            document_bar(chart, months[i].label, months[i].count);
        write_shares(w, &w->r->monthly, WORD_REPORT_MONTH, false);
    }
    heading(w, WORD_REPORT_BY_SOURCE);
    write_shares(w, &w->r->sources, WORD_REPORT_SOURCE, true);
}

/* The whole */

static const char *period_text(const struct writing *w)
{
    return SAY(w, WORD_REPORT_SPAN, date_text(w, w->r->from), date_text(w, w->r->to));
}

static const char *title_of(const struct writing *w, enum report_kind kind)
{
    const struct report_department *d = w->r->departments.items;

    switch (kind) {
    case REPORT_PLAN: return SAY(w, WORD_REPORT_TITLE_PLAN, w->r->plan_title);
    case REPORT_VOLUNTEERS: return WORD(w, WORD_REPORT_TITLE_VOLUNTEERS);
    case REPORT_EVENTS: return WORD(w, WORD_REPORT_TITLE_EVENTS);
    case REPORT_DEPARTMENT:
    case REPORT_COUNT: break;
    }
    return w->r->department && w->r->departments.count ? SAY(w, WORD_REPORT_TITLE_DEPARTMENT, d[0].title)
                                                       : WORD(w, WORD_REPORT_TITLE_DEPARTMENTS);
}

void report_write(const struct report *r, enum report_kind kind, enum lang lang, struct document *d)
{
    struct writing w = {.r = r, .d = d, .lang = lang, .a = d->arena};

    d->lang = lang;
    d->title = title_of(&w, kind);
    d->subtitle = period_text(&w);
    d->office = r->office;
    d->date = moment_date(&w, &r->made);
    switch (kind) {
    case REPORT_PLAN:
        write_summary(&w);
        write_trend(&w);
        write_targets(&w, NULL);
        write_departments(&w);
        write_gaps(&w, NULL);
        break;
    case REPORT_DEPARTMENT:
        write_all_departments(&w);
        break;
    case REPORT_VOLUNTEERS:
        write_volunteers(&w);
        break;
    case REPORT_EVENTS:
        heading(&w, WORD_REPORT_SUMMARY);
        document_text(d, SAY(&w, WORD_REPORT_EVENTS_SO_FAR, count_text(&w, r->sums.events),
                             count_text(&w, r->sums.sessions), count_text(&w, r->sums.people),
                             hours_text(&w, r->sums.minutes)));
        write_trend(&w);
        write_events(&w, NULL);
        break;
    case REPORT_COUNT:
        break;
    }
}
