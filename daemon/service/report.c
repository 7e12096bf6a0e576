#include "report.h"

#include "calendar/civil.h"
#include "measure_private.h"
#include "register.h"
#include "series.h"
#include "store/office.h"
#include "store/register.h"
#include "store/report.h"
#include "target.h"
#include "volunteer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MILLI 1000
#define UNCONFIRMED_MAX 100

const char *const report_kind_names[REPORT_COUNT] = {"plan", "department", "volunteers", "events"};

struct gathering {
    struct call *c;
    struct db *db;
    struct report *r;
    enum lang lang;
    struct measuring m;
    struct plan *plan;
    struct measure_span span;             /* of the period, over all events */
    int64_t from_day, to_day;
    bool whole;                           /* the plan's own time */
    struct report_department *departments;
    size_t department_count;
    struct report_event *events;          /* in order of ids */
    int64_t *event_ids;
    size_t event_count;
};

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* "2025", "2025-H1", "2025-Q3", "2025-03"; "plan" is the plan's own time, to today where it goes on. */
static bool read_period(struct gathering *g, const char *text)
{
    int year, first = 1, months = 12, end = 0, n;

    if (strcmp(text, "plan") == 0) {
        g->from_day = g->m.start_day;
        g->to_day = g->m.dates.open && !g->m.dates.succeeded ? measure_later(g->m.end_day, g->m.today) : g->m.end_day;
        return true;
    }
    if (sscanf(text, "%4d%n", &year, &end) != 1 || end != 4 || year < 1900)
        return false;
    text += end;
    if (starts_with(text, "-H") && sscanf(text + 2, "%1d%n", &n, &end) == 1 && n >= 1 && n <= 2 && !text[2 + end]) {
        first = 6 * n - 5;
        months = 6;
    } else if (starts_with(text, "-Q") && sscanf(text + 2, "%1d%n", &n, &end) == 1 && n >= 1 && n <= 4 &&
               !text[2 + end]) {
        first = 3 * n - 2;
        months = 3;
    } else if (text[0] == '-' && strlen(text) == 3 && sscanf(text + 1, "%2d", &n) == 1 && n >= 1 && n <= 12) {
        first = n;
        months = 1;
    } else if (text[0]) {
        return false;
    }
    g->from_day = civil_days(year, first, 1);
    first += months;
    g->to_day = civil_days(first > 12 ? year + 1 : year, first > 12 ? 1 : first, 1) - 1;
    return true;
}

static int open_period(struct gathering *g, const struct report_input *in, struct err *e)
{
    const char *period = in->period && *in->period ? in->period : "plan";
    struct arena *a = &g->c->out;
    int64_t today;
    char *plan;

    if (plan_named(g->c, g->db, in->plan, &plan, e) || measuring_begin(g->c, g->db, plan, 0, 0, &g->m, e))
        return -1;
    if (!read_period(g, period))
        return err_set(e, ERR_INVALID, MSG_REPORT_PERIOD, "period", period, NULL);
    today = measure_today(g->c, g->m.zone);
    if (strcmp(period, "plan") != 0 &&
        measuring_begin(g->c, g->db, plan, g->to_day < today ? g->to_day : today, g->from_day, &g->m, e))
        return -1;
    g->whole = strcmp(period, "plan") == 0;
    g->plan = store_plan_find(g->db, plan, a);
    g->r->plan = plan;
    g->r->plan_title = g->lang == LANG_EN && g->plan->title_en[0] ? g->plan->title_en : g->plan->title;
    g->r->period = (char *)(uintptr_t)period;
    g->r->from = (char *)(uintptr_t)measure_date(g->from_day, a);
    g->r->to = (char *)(uintptr_t)measure_date(g->to_day, a);
    g->span = (struct measure_span){.from = g->r->from, .until = measure_date(g->to_day + 1, a),
                                    .now_ms = g->c->req.now_ms};
    return 0;
}

/* Departments and who answers for what */

static struct report_department *department_of(struct gathering *g, const char *slug)
{
    for (size_t i = 0; i < g->department_count; i++)
        if (strcmp(g->departments[i].slug, slug) == 0)
            return &g->departments[i];
    return NULL;
}

static bool has(const struct texts *list, const char *text, bool all)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0 || (all && strcmp(list->items[i], "*") == 0))
            return true;
    return false;
}

static void add_text(struct texts *list, char *text)
{
    list->items[list->count++] = text;
}

static void read_departments(struct gathering *g)
{
    const struct plan_section *sections = g->plan->sections.items;
    size_t room = g->plan->sections.count + 1;
    struct arena *a = &g->c->out;
    struct entry *all;
    bool english = g->lang == LANG_EN;

    g->department_count = store_entries(g->db, REGISTER_DEPARTMENT, a, &all);
    g->departments = arena_alloc(a, (g->department_count + 1) * sizeof *g->departments);
    for (size_t i = 0; i < g->department_count; i++) {
        struct report_department *d = &g->departments[i];
        d->slug = all[i].slug;
        d->title = english && all[i].title_en[0] ? all[i].title_en : all[i].title;
        d->leads = (struct texts){arena_alloc(a, room * sizeof(char *)), 0, true};
        d->partners = (struct texts){arena_alloc(a, room * sizeof(char *)), 0, true};
        for (size_t k = 0; k < g->plan->sections.count; k++) {
            if (has(&sections[k].lead, d->slug, false))
                add_text(&d->leads, sections[k].id);
            else if (has(&sections[k].partners, d->slug, true))
                add_text(&d->partners, sections[k].id);
        }
    }
}

static void read_sections(struct gathering *g)
{
    const struct plan_section *sections = g->plan->sections.items;
    struct list_builder list = {0};

    for (size_t i = 0; i < g->plan->sections.count; i++) {
        bool english = g->lang == LANG_EN && sections[i].title_en[0];
        *(struct report_section *)list_add(g->c, &list, sizeof(struct report_section)) = (struct report_section){
            sections[i].id, english ? sections[i].title_en : sections[i].title, sections[i].lead, sections[i].partners};
    }
    g->r->sections = (struct objects){list.items, list.count, true};
}

/* Events, months and minutes */

static int by_label(const void *left, const void *right)
{
    const struct report_bar *a = left, *b = right;

    return strcmp(a->label, b->label);
}

static void add_bar(struct gathering *g, struct list_builder *bars, const struct report_month *m, size_t label_bytes)
{
    struct report_bar *list = (void *)bars->items, *bar = NULL;

    for (size_t i = bars->count; i > 0 && !bar; i--)
        if (strncmp(list[i - 1].label, m->month, label_bytes) == 0)
            bar = &list[i - 1];
    if (!bar) {
        bar = list_add(g->c, bars, sizeof *bar);
        bar->label = arena_strndup(&g->c->out, m->month, label_bytes);
    }
    bar->sessions += m->sessions;
    bar->people += m->attended + m->headcount;
}

static void read_event_rows(struct gathering *g)
{
    int64_t room = db_int(g->db, 0, "SELECT COUNT(*) FROM event");
    struct arena *a = &g->c->out;
    struct stmt *s = db_query(g->db, "SELECT id, slug, title, lead, category FROM event WHERE status <> 'cancelled'"
                                     " ORDER BY id");

    g->events = arena_alloc(a, (size_t)(room + 1) * sizeof *g->events);
    g->event_ids = arena_alloc(a, (size_t)(room + 1) * sizeof *g->event_ids);
    while ((int64_t)g->event_count < room && stmt_row(s)) {
        g->event_ids[g->event_count] = stmt_int(s, 0);
        g->events[g->event_count++] = (struct report_event){.slug = stmt_text(s, 1, a), .title = stmt_text(s, 2, a),
                                                            .lead = stmt_text(s, 3, a),
                                                            .category = stmt_text(s, 4, a)};
    }
    stmt_done(s);
}

static void take_month(struct report_event *ev, const struct report_month *m)
{
    ev->sessions += m->sessions;
    ev->attended += m->attended;
    ev->headcount += m->headcount;
    ev->people = ev->attended + ev->headcount;
    if (!ev->first || strcmp(m->first, ev->first) < 0)
        ev->first = m->first;
    if (!ev->last || strcmp(m->last, ev->last) > 0)
        ev->last = m->last;
}

static void read_months(struct gathering *g)
{
    struct report_month *months;
    struct list_builder bars = {0};
    size_t count = store_report_months(g->db, &g->span, &g->c->out, &months), at = 0;
    size_t label_bytes = g->to_day - g->from_day > 366 ? 4 : 7;      /* years, or months */

    for (size_t i = 0; i < count; i++) {
        while (at < g->event_count && g->event_ids[at] < months[i].event)
            at++;
        if (at == g->event_count)
            break;
        if (g->event_ids[at] != months[i].event)     /* a cancelled one's */
            continue;
        if (g->r->department && strcmp(g->events[at].lead, g->r->department) != 0)
            continue;
        take_month(&g->events[at], &months[i]);
        add_bar(g, &bars, &months[i], label_bytes);
    }
    if (bars.count)
        qsort(bars.items, bars.count, sizeof(struct report_bar), by_label);
    g->r->trend = (struct objects){bars.items, bars.count, true};
}

static struct report_event *event_named(struct gathering *g, const char *slug, const size_t *order)
{
    size_t low = 0, high = g->event_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int found = strcmp(g->events[order[middle]].slug, slug);
        if (found == 0)
            return &g->events[order[middle]];
        if (found < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static int by_slug(const void *left, const void *right, void *arg)
{
    const struct report_event *events = arg;

    return strcmp(events[*(const size_t *)left].slug, events[*(const size_t *)right].slug);
}

static void read_minutes(struct gathering *g)
{
    size_t *order = arena_alloc(&g->c->out, (g->event_count + 1) * sizeof *order), count;
    struct report_minutes *list;

    for (size_t i = 0; i < g->event_count; i++)
        order[i] = i;
    qsort_r(order, g->event_count, sizeof *order, by_slug, g->events);
    count = store_report_minutes(g->db, g->span.from, g->span.until, &g->c->out, &list);
    for (size_t i = 0; i < count; i++) {
        struct report_event *ev = event_named(g, list[i].event, order);
        if (ev)
            ev->minutes += list[i].minutes;
        if (!g->r->department || (ev && strcmp(ev->lead, g->r->department) == 0))
            g->r->sums.minutes += list[i].minutes;
    }
}

static void sum_events(struct gathering *g)
{
    struct list_builder list = {0};

    for (size_t i = 0; i < g->event_count; i++) {
        struct report_event *ev = &g->events[i];
        struct report_department *d = department_of(g, ev->lead);
        if (!ev->first || (g->r->department && strcmp(ev->lead, g->r->department) != 0))
            continue;
        g->r->sums.events++;
        g->r->sums.sessions += ev->sessions;
        g->r->sums.people += ev->people;
        g->r->sums.headcounts += ev->headcount;
        *(struct report_event *)list_add(g->c, &list, sizeof *ev) = *ev;
        if (!d)
            continue;
        d->events++;
        d->sessions += ev->sessions;
        d->people += ev->people;
        d->minutes += ev->minutes;
    }
    g->r->events = (struct objects){list.items, list.count, true};
}

/* Targets */

static void set_evidence(struct gathering *g, const struct target *t, struct report_target *x)
{
    const struct measure_tally *tally = measuring_tally(&g->m, t->slug);
    const struct target_entry *list;
    size_t count = measuring_entries(&g->m, t->slug, &list);

    if (tally) {
        x->sessions = g->whole ? tally->sessions.all : tally->sessions.recent;
        x->people = g->whole ? tally->people.all : tally->people.recent;
    }
    x->entries = (int64_t)count;
    if (count) {
        x->last_entry = (char *)(uintptr_t)list[count - 1].at;
        x->source = (char *)(uintptr_t)list[count - 1].note;
    }
}

/* A yearly target begins anew each year: over the plan's whole time, what each of its years came to. */
static int read_years(struct gathering *g, const char *slug, struct objects *ret, struct err *e)
{
    int64_t last_day = measure_later(g->m.last_day, g->m.start_day), day = g->m.start_day;
    struct list_builder list = {0};

    while (day <= last_day) {
        struct report_year *year = list_add(g->c, &list, sizeof *year);
        int number = atoi(measure_date(day, &g->c->out));
        int64_t next_day = civil_days(number + 1, 1, 1);
        struct measuring m;
        struct target t;
        if (measuring_begin(g->c, g->db, g->m.plan, next_day - 1 < last_day ? next_day - 1 : last_day, day, &m, e) ||
            target_named(g->c, g->db, g->m.plan, slug, &t, e))
            return -1;
        m.span.from = measure_date(day, &g->c->out);     /* no more than the year's is read */
        if (measuring_fill(&m, &t, e))
            return -1;
        *year = (struct report_year){arena_printf(&g->c->out, "%d", number), t.value_milli};
        day = next_day;
    }
    *ret = (struct objects){list.items, list.count, true};
    return 0;
}

static struct report_target target_row(struct gathering *g, const struct target *t)
{
    struct report_target x = {.slug = t->slug, .title = t->title, .title_en = t->title_en, .unit = t->unit,
                              .measure = t->measure, .period = t->period, .section = t->section, .state = t->state,
                              .sure = t->sure, .target_milli = t->target_milli, .value_milli = t->value_milli,
                              .percent_milli = t->percent_milli, .missing_milli = FIELD_INT_ABSENT,
                              .recent_milli = t->recent_milli, .baseline_milli = t->baseline_milli,
                              .forecast = t->forecast, .lead = t->lead, .met = t->met, .cells = t->cells,
                              .years = {.given = true}};

    if (g->lang == LANG_EN && t->title_en[0])
        x.title = t->title_en;
    if (g->whole && x.recent_milli != FIELD_INT_ABSENT)      /* lists look at the last year, for the forecast */
        x.recent_milli = x.value_milli;
    if (t->value_milli != FIELD_INT_ABSENT)
        x.missing_milli = t->value_milli < t->target_milli ? t->target_milli - t->value_milli : 0;
    set_evidence(g, t, &x);
    return x;
}

static void count_standing(struct gathering *g, const struct target *t)
{
    int64_t *const counts[STANDING_COUNT] = {&g->r->sums.behind, &g->r->sums.unknown, &g->r->sums.on,
                                             &g->r->sums.ahead, &g->r->sums.reached};

    g->r->sums.targets++;
    ++*counts[t->standing];
}

static void count_for_departments(struct gathering *g, const struct target *t)
{
    for (size_t i = 0; i < t->lead.count; i++) {
        struct report_department *d = department_of(g, t->lead.items[i]);
        if (!d)
            continue;
        d->targets++;
        d->reached += t->standing == STANDING_REACHED;
        d->behind += t->standing == STANDING_BEHIND;
        d->unknown += t->standing == STANDING_UNKNOWN;
    }
}

static int read_targets(struct gathering *g, struct err *e)
{
    struct list_builder list = {0}, all = {0};
    const struct target *targets;
    struct objects found;

    if (targets_read(&g->m, &found, e))
        return -1;
    targets = found.items;
    for (size_t i = 0; i < found.count; i++) {
        bool ours = !g->r->department || has(&targets[i].lead, g->r->department, false);
        struct report_target x = target_row(g, &targets[i]);
        if (g->whole && target_period(&targets[i]) == PERIOD_YEAR && read_years(g, x.slug, &x.years, e))
            return -1;
        *(struct report_target *)list_add(g->c, &all, sizeof x) = x;
        count_for_departments(g, &targets[i]);
        if (!ours)
            continue;
        count_standing(g, &targets[i]);
        *(struct report_target *)list_add(g->c, &list, sizeof x) = x;
    }
    g->r->all_targets = (struct objects){all.items, all.count, true};
    g->r->targets = (struct objects){list.items, list.count, true};
    return 0;
}

/* What is left to do */

static bool ours(const struct gathering *g, const char *lead)
{
    return !g->r->department || strcmp(lead, g->r->department) == 0;
}

static void add_gap(struct gathering *g, struct list_builder *list, struct report_gap gap)
{
    *(struct report_gap *)list_add(g->c, list, sizeof gap) = gap;
}

static void read_gaps(struct gathering *g)
{
    const struct report_target *t = g->r->targets.items;
    struct list_builder list = {0};
    struct objects presets = presets_undated(g->c, g->db, g->lang);
    const struct undated *undated = presets.items;
    struct stmt *s;

    for (size_t i = 0; i < g->r->targets.count; i++)
        if (strcmp(t[i].state, standing_names[STANDING_BEHIND]) == 0)
            add_gap(g, &list, (struct report_gap){(char *)(uintptr_t)"target", t[i].slug, t[i].title, NULL, t[i].unit,
                                                  t[i].missing_milli, t[i].forecast});
        else if (strcmp(t[i].state, standing_names[STANDING_UNKNOWN]) == 0)
            add_gap(g, &list, (struct report_gap){(char *)(uintptr_t)"unfilled", t[i].slug, t[i].title, NULL,
                                                  t[i].unit, FIELD_INT_ABSENT, {0}});
    for (size_t i = 0; i < presets.count; i++)
        if (ours(g, undated[i].lead))
            add_gap(g, &list, (struct report_gap){(char *)(uintptr_t)"undated", undated[i].slug, undated[i].title,
                                                  undated[i].lead, NULL, FIELD_INT_ABSENT, {0}});
    s = db_query(g->db,
                 "SELECT slug, title, lead FROM event e WHERE e.status = 'tentative' AND EXISTS (SELECT 1 FROM"
                 " occurrence o WHERE o.event_id = e.id AND o.status = 'tentative' AND o.end_ms > $1)"
                 " ORDER BY id LIMIT 100",
                 p_int(g->c->req.now_ms));
    while (stmt_row(s)) {
        struct report_gap gap = {(char *)(uintptr_t)"unconfirmed", stmt_text(s, 0, &g->c->out),
                                 stmt_text(s, 1, &g->c->out), stmt_text(s, 2, &g->c->out), NULL, FIELD_INT_ABSENT, {0}};
        if (ours(g, gap.lead))
            add_gap(g, &list, gap);
    }
    g->r->gaps = (struct objects){list.items, list.count, true};
}

/* Volunteers */

static struct objects read_shares(struct gathering *g, struct stmt *s)
{
    struct list_builder list = {0};

    while (stmt_row(s)) {
        struct report_share share = {stmt_text(s, 0, &g->c->out), stmt_int(s, 1), stmt_int(s, 2)};
        *(struct report_share *)list_add(g->c, &list, sizeof share) = share;
    }
    return (struct objects){list.items, list.count, true};
}

static int64_t day_ms(const struct gathering *g, int64_t day)
{
    return zone_to_utc(g->m.zone, day * CIVIL_DAY_S) * 1000;
}

static void read_monthly(struct gathering *g)
{
    struct stmt *s = db_query(g->db,
                              "SELECT created_ms FROM volunteer WHERE status = 'active' AND created_ms >= $1 AND"
                              " created_ms < $2 ORDER BY created_ms, id",
                              p_int(day_ms(g, g->from_day)), p_int(day_ms(g, g->to_day + 1)));
    struct list_builder list = {0};
    struct report_share *last = NULL;

    while (stmt_row(s)) {
        const char *date = measure_date(zone_to_wall(g->m.zone, stmt_int(s, 0) / 1000) / CIVIL_DAY_S, &g->c->out);
        if (!last || strncmp(last->label, date, 7) != 0) {
            last = list_add(g->c, &list, sizeof *last);
            last->label = arena_strndup(&g->c->out, date, 7);
        }
        last->count++;
    }
    g->r->monthly = (struct objects){list.items, list.count, true};
}

static void read_volunteers(struct gathering *g)
{
    g->r->statuses = read_shares(g, db_query(g->db, "SELECT status, COUNT(*), CAST(SUM(minutes) AS bigint) FROM"
                                                    " volunteer GROUP BY status ORDER BY status"));
    g->r->sources = read_shares(
        g, db_query(g->db, "SELECT source, COUNT(*) AS people, CAST(SUM(minutes) AS bigint) FROM volunteer"
                           " WHERE status = 'active' GROUP BY source ORDER BY people DESC, source"));
    g->r->sums.served = store_report_served(g->db, g->span.from, g->span.until);
    read_monthly(g);
}

static void count_volunteers(struct gathering *g)
{
    g->r->sums.volunteers = people_count(g->db);
    g->r->sums.volunteers_new =
        db_int(g->db, 0, "SELECT COUNT(*) FROM volunteer WHERE status = 'active' AND created_ms >= $1"
               " AND created_ms < $2",
               p_int(day_ms(g, g->from_day)), p_int(day_ms(g, g->to_day + 1)));
}

/* The whole */

static void finish_departments(struct gathering *g)
{
    struct list_builder list = {0};

    for (size_t i = 0; i < g->department_count; i++)
        if (!g->r->department || strcmp(g->departments[i].slug, g->r->department) == 0)
            *(struct report_department *)list_add(g->c, &list, sizeof *g->departments) = g->departments[i];
    g->r->departments = (struct objects){list.items, list.count, true};
}

static int check_department(struct gathering *g, const struct report_input *in, struct err *e)
{
    struct entry *found;

    if (!in->slug || !*in->slug)
        return 0;
    g->r->department = in->slug;
    return register_find(g->c, g->db, REGISTER_DEPARTMENT, in->slug, &found, e);
}

int report_read(struct call *c, struct db *db, enum report_kind kind, const struct report_input *in,
                struct report **ret, struct err *e)
{
    struct gathering g = {.c = c, .db = db, .r = arena_alloc(&c->out, sizeof *g.r)};

    fields_clear(&report_fields, g.r);
    g.lang = LANG_ZH;
    if (in->language && !lang_parse(in->language, &g.lang))
        return err_set(e, ERR_INVALID, MSG_LANG_BAD, "language", in->language, NULL);
    if (open_period(&g, in, e) || (kind == REPORT_DEPARTMENT && check_department(&g, in, e)))
        return -1;
    g.r->kind = (char *)(uintptr_t)report_kind_names[kind];
    g.r->office = (char *)(uintptr_t)service_settings(c->service)->office;
    g.r->made = moment_of(g.m.zone, zone_to_wall(g.m.zone, c->req.now_ms / 1000), false);
    read_departments(&g);
    read_sections(&g);
    read_event_rows(&g);
    read_months(&g);
    read_minutes(&g);
    sum_events(&g);
    if (read_targets(&g, e))
        return -1;
    read_gaps(&g);
    count_volunteers(&g);
    if (kind == REPORT_VOLUNTEERS)
        read_volunteers(&g);
    finish_departments(&g);
    g.r->totals = &g.r->sums;
    *ret = g.r;
    return db_check(db, e);
}

/* Forms */

static int run_data(struct call *c, struct db *db, enum report_kind kind, const void *input, void **ret,
                    struct err *e)
{
    const struct report_input *in = input;
    struct document d = {.arena = &c->out};
    struct report *r;

    if (report_read(c, db, kind, in, &r, e))
        return -1;
    lang_parse(in->language ? in->language : "zh", &d.lang);
    report_write(r, kind, d.lang, &d);
    r->title = (char *)(uintptr_t)d.title;
    *ret = r;
    return 0;
}

static int run_words(struct call *c, struct db *db, enum report_kind kind, const void *input, void **ret,
                     void (*write)(const struct document *d, struct buf *out), struct err *e)
{
    const struct report_input *in = input;
    struct document d = {.arena = &c->out};
    struct buf text;
    struct report *r;

    if (report_read(c, db, kind, in, &r, e))
        return -1;
    lang_parse(in->language ? in->language : "zh", &d.lang);
    report_write(r, kind, d.lang, &d);
    buf_init(&text, DOCUMENT_BYTES_MAX);
    write(&d, &text);
    *ret = arena_strdup(&c->out, buf_text(&text));
    buf_release(&text);
    return 0;
}

#define RUNS(name, kind)                                                                                        \
    static int name##_data(struct call *c, struct db *db, const void *in, void **ret, struct err *e)            \
    {                                                                                                           \
        return run_data(c, db, kind, in, ret, e);                                                               \
    }                                                                                                           \
    static int name##_html(struct call *c, struct db *db, const void *in, void **ret, struct err *e)            \
    {                                                                                                           \
        return run_words(c, db, kind, in, ret, document_html, e);                                               \
    }                                                                                                           \
    static int name##_markdown(struct call *c, struct db *db, const void *in, void **ret, struct err *e)        \
    {                                                                                                           \
        return run_words(c, db, kind, in, ret, document_markdown, e);                                           \
    }
RUNS(plan, REPORT_PLAN)
RUNS(department, REPORT_DEPARTMENT)
RUNS(volunteers, REPORT_VOLUNTEERS)
RUNS(events, REPORT_EVENTS)

#define OPERATIONS(name)                                                   \
    {{"report " #name, ROLE_VIEWER, OPERATION_READS, name##_data},         \
     {"report " #name, ROLE_VIEWER, OPERATION_READS, name##_html},         \
     {"report " #name, ROLE_VIEWER, OPERATION_READS, name##_markdown}}
const struct report_operations report_operations[REPORT_COUNT] = {
    [REPORT_PLAN] = OPERATIONS(plan),
    [REPORT_DEPARTMENT] = OPERATIONS(department),
    [REPORT_VOLUNTEERS] = OPERATIONS(volunteers),
    [REPORT_EVENTS] = OPERATIONS(events),
};
