#include "measure.h"

#include "base/catalogue.h"
#include "calendar/civil.h"
#include "measure_private.h"
#include "planner.h"
#include "store/volunteer.h"
#include "volunteer.h"

#include <stdio.h>
#include <string.h>

#define DAY_MS 86400000LL
#define MILLI 1000
#define NO_DAY (-1)
#define PACE_FEW 4                    /* fewer in a month say little */

int64_t measure_day(const char *date)
{
    int64_t wall_s;
    bool is_date;

    return date && civil_parse(date, &wall_s, &is_date) && is_date ? wall_s / CIVIL_DAY_S : NO_DAY;
}

const char *measure_date(int64_t day, struct arena *a)
{
    char text[CIVIL_TEXT_BYTES];

    civil_format(day * CIVIL_DAY_S, true, text);
    return arena_strdup(a, text);
}

int64_t measure_today(const struct call *c, const struct zone *z)
{
    return civil_midnight(zone_to_wall(z, c->req.now_ms / 1000)) / CIVIL_DAY_S;
}

bool target_is_people(const struct target *t)
{
    return strcmp(t->measure, measure_names[MEASURE_PERSONS]) == 0 &&
           (strcmp(t->period, period_names[PERIOD_STANDING]) == 0 || strcmp(t->slug, TARGET_VOLUNTEERS) == 0);
}

enum measure target_measure(const struct target *t)
{
    enum measure m = MEASURE_MANUAL;

    measure_parse(t->measure, &m);
    return m;
}

enum period target_period(const struct target *t)
{
    enum period p = PERIOD_PLAN;

    period_parse(t->period, &p);
    return p;
}

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t measure_later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t year_start(int64_t day)
{
    struct civil when;

    civil_from_wall(day * CIVIL_DAY_S, &when);
    return civil_days(when.year, 1, 1);
}

int measure_semester(int64_t day)
{
    struct civil when;

    civil_from_wall(day * CIVIL_DAY_S, &when);
    return semester_of(when.year, when.month);
}

int64_t measure_semester_day(int semester)
{
    int year, month;

    semester_start(semester, &year, &month);
    return civil_days(year, month, 1);
}

/* After the last date that counts. An open plan without a successor has none. */
static const char *span_end(const struct measuring *m, int64_t on_day)
{
    if (on_day)
        return measure_date(m->last_day + 1, &m->c->out);
    return m->dates.open && !m->dates.succeeded ? "9999-12-31" : measure_date(m->end_day + 1, &m->c->out);
}

int measuring_begin(struct call *c, struct db *db, const char *plan, int64_t on_day, int64_t recent_from_day,
                    struct measuring *m, struct err *e)
{
    *m = (struct measuring){.c = c, .db = db, .plan = plan, .zone = zone_find(service_settings(c->service)->tz, e)};
    if (!m->zone)
        return -1;
    if (!store_plan_dates(db, plan, &c->out, &m->dates))
        return db_check(db, e) ? -1 : err_set(e, ERR_NOT_FOUND, MSG_THING_NOT_FOUND, "plan", "plan", plan, NULL);
    m->start_day = measure_day(m->dates.start);
    m->end_day = measure_day(m->dates.end);
    m->today = on_day ? on_day : measure_today(c, m->zone);
    m->kept = !m->dates.open && !on_day;
    if (m->kept)
        m->today = lesser(m->today, m->end_day);
    m->last_day = m->dates.open && !m->dates.succeeded ? m->today : lesser(m->today, m->end_day);
    m->recent_from_day = recent_from_day ? recent_from_day : m->today - MEASURE_RECENT_DAYS + 1;
    m->recent_from_day = measure_later(m->recent_from_day, lesser(m->start_day, m->today));
    m->recent_days = measure_later(m->today - m->recent_from_day + 1, 1);
    m->span = (struct measure_span){
        .from = m->dates.start, .until = span_end(m, on_day),
        .year_from = measure_date(year_start(m->last_day), &c->out),
        .recent_from = measure_date(m->recent_from_day, &c->out),
        .half_from = measure_date(m->today - (m->recent_days + 1) / 2 + 1, &c->out), .now_ms = c->req.now_ms};
    m->entry_room = m->entry_count = store_target_entries(db, plan, "", &c->out, &m->entries);
    return db_check(db, e);
}

void targets_of_event_changed(struct call *c, struct db *db, int64_t event_id)
{
    struct texts slugs = store_event_indicators(db, event_id, &c->out);

    for (size_t i = 0; i < slugs.count; i++)
        planner_target_changed(c, db, NULL, slugs.items[i]);
}

/* Entries */

size_t measuring_entries(const struct measuring *m, const char *slug, const struct target_entry **ret)
{
    size_t from = 0, to;

    while (from < m->entry_count && strcmp(m->entries[from].slug, slug) != 0)
        from++;
    for (to = from; to < m->entry_count && strcmp(m->entries[to].slug, slug) == 0;)
        to++;
    *ret = m->entries + from;
    return to - from;
}

/* Behind those of its indicator and day: ids only grow. */
void measuring_add_entry(struct measuring *m, const struct target_entry *entry)
{
    size_t at = 0;

    if (m->entry_count >= m->entry_room) {
        struct target_entry *grown;
        m->entry_room = 2 * m->entry_count + 64;
        grown = arena_alloc(&m->c->out, m->entry_room * sizeof *grown);
        if (m->entry_count)
            memcpy(grown, m->entries, m->entry_count * sizeof *grown);
        m->entries = grown;
    }
    for (at = m->entry_count; at > 0; at--) {
        int order = strcmp(m->entries[at - 1].slug, entry->slug);
        if (order < 0 || (order == 0 && strcmp(m->entries[at - 1].at, entry->at) <= 0))
            break;
    }
    memmove(m->entries + at + 1, m->entries + at, (m->entry_count - at) * sizeof *m->entries);
    m->entries[at] = *entry;
    m->entries[at].id = INT64_MAX;
    m->entry_count++;
}

void measuring_stretch(const struct measuring *m, const struct target *t, int64_t *ret_from_day, int64_t *ret_to_day)
{
    int64_t due = measure_day(t->due), day = measure_later(m->last_day, m->start_day);

    *ret_from_day = m->start_day;
    *ret_to_day = due >= 0 ? due : m->end_day;
    switch (target_period(t)) {
    case PERIOD_YEAR:
        *ret_from_day = measure_later(m->start_day, year_start(day));
        *ret_to_day = year_start(year_start(day) + 366) - 1;
        break;
    case PERIOD_SEMESTER:
        *ret_from_day = measure_semester_day(measure_semester(day));
        *ret_to_day = measure_semester_day(measure_semester(day) + 1) - 1;
        break;
    case PERIOD_PLAN:
    case PERIOD_STANDING:
    case PERIOD_COUNT:
        break;
    }
}

/* An entry of the target's year or semester; of the plan's all, whatever their date. Nothing dated after the day. */
static bool of_stretch(const struct measuring *m, const struct target *t, const struct target_entry *x)
{
    enum period p = target_period(t);
    int64_t from, to, day = measure_day(x->at);

    measuring_stretch(m, t, &from, &to);
    if (p == PERIOD_YEAR || p == PERIOD_SEMESTER)
        return day >= from && day <= to;
    return m->kept || day <= m->today || m->today == measure_today(m->c, m->zone);
}

const struct target_entry *measuring_last_set(const struct measuring *m, const struct target *t)
{
    const struct target_entry *list, *set = NULL;
    size_t count = measuring_entries(m, t->slug, &list);

    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].kind, "set") == 0 && of_stretch(m, t, &list[i]))
            set = &list[i];
    return set;
}

bool measuring_takes(const struct measuring *m, const struct target *t, const struct target_entry *set,
                     const struct target_entry *x)
{
    if (!of_stretch(m, t, x))
        return false;
    if (strcmp(x->kind, "set") == 0)
        return x == set;
    return !set || x->id > set->id || strcmp(x->at, set->at) > 0;
}

struct entered {
    int64_t count, amount_milli, of_milli, counted_milli, recent_milli, half_milli, recent_count;
};

static struct entered sum_entries(const struct measuring *m, const struct target *t)
{
    const struct target_entry *list, *set = measuring_last_set(m, t);
    size_t count = measuring_entries(m, t->slug, &list);
    int64_t half_day = measure_day(m->span.half_from);
    struct entered sums = {0};

    for (size_t i = 0; i < count; i++) {
        const struct target_entry *x = &list[i];
        int64_t day = measure_day(x->at);
        if (!measuring_takes(m, t, set, x))
            continue;
        sums.count++;
        sums.amount_milli += x->amount_milli;
        sums.of_milli += x->of_milli == DB_NULL_INT ? 0 : x->of_milli;
        sums.counted_milli += x->counted_milli;
        if (day < m->recent_from_day || x == set)
            continue;
        sums.recent_milli += x->amount_milli;
        sums.recent_count++;
        sums.half_milli += day >= half_day ? x->amount_milli : 0;
    }
    return sums;
}

/* What is counted */

/* All at once where all are asked for; else only the one. */
static void read_tallies(struct measuring *m, const char *slug)
{
    if (m->tallied && (m->all || (m->tally_count > 0 && strcmp(m->tallies[0].slug, slug) == 0)))
        return;
    m->tally_count = store_measure_tallies(m->db, &m->span, m->all ? "" : slug, &m->c->out, &m->tallies);
    m->tallied = true;
}

const struct measure_tally *measuring_tally(struct measuring *m, const char *slug)
{
    size_t low = 0, high;

    read_tallies(m, slug);
    high = m->tally_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(m->tallies[middle].slug, slug);
        if (order == 0)
            return &m->tallies[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static struct measure_sums counted(struct measuring *m, const struct target *t)
{
    const struct measure_tally *tally = measuring_tally(m, t->slug);
    enum measure measure = target_measure(t);
    struct measure_sums sums = {0};

    if (tally && measure == MEASURE_PERSONS)
        sums = store_measure_persons(m->db, &m->span, t->slug);
    else if (tally && measure_is_counted(measure))
        sums = measure == MEASURE_SESSIONS ? tally->sessions : tally->people;
    if (target_period(t) == PERIOD_YEAR)
        sums.all = sums.year;
    return sums;
}

int64_t measuring_counted(struct measuring *m, const struct target *t)
{
    return counted(m, t).all * MILLI;
}

/* From values to what they mean */

static struct moment day_moment(int64_t day)
{
    return (struct moment){.wall_s = day * CIVIL_DAY_S, .date = true, .set = true};
}

void measuring_judge(const struct measuring *m, struct target *t, const struct course *course)
{
    struct outlook look;

    t->standing = t->value_milli == FIELD_INT_ABSENT ? STANDING_UNKNOWN : course_standing(course);
    t->state = (char *)(uintptr_t)standing_names[t->standing];
    if (t->value_milli == FIELD_INT_ABSENT)
        return;
    if (course->grows)
        t->expected_milli = course_expected_milli(course);
    if (!course->grows || m->kept || !course_outlook(course, &look))
        return;
    t->forecast = day_moment(m->today + look.days);
    t->forecast_from = day_moment(m->today + look.days_least);
    if (look.days_most >= 0)
        t->forecast_to = day_moment(m->today + look.days_most);
    t->sure = (char *)(uintptr_t)sureness_names[look.sure];
}

struct course measuring_course(const struct measuring *m, const struct target *t)
{
    struct course course = {.value_milli = t->value_milli, .target_milli = t->target_milli, .today = m->today,
                            .recent_days = m->recent_days};
    enum measure measure = target_measure(t);

    measuring_stretch(m, t, &course.from_day, &course.to_day);
    course.grows = !measure_starts_unknown(measure) && measure != MEASURE_MILESTONE &&
                   (measure != MEASURE_COVERAGE || target_period(t) == PERIOD_SEMESTER);
    return course;
}

static void set_pace(struct target *t, const struct course *course)
{
    t->recent_milli = course->recent_milli;
    t->recent_days = course->recent_days;
    t->pace = (course->recent_milli * TARGET_PACE_DAYS / course->recent_days + MILLI / 2) / MILLI;
}

/* How long there have been people to count: a year, or since the first of them. A month at least. */
static int64_t year_days(struct measuring *m, int64_t now_ms)
{
    int64_t days = (now_ms - store_people_first_ms(m->db, now_ms)) / DAY_MS + 1;

    return days > TARGET_YEAR_DAYS ? TARGET_YEAR_DAYS : days < TARGET_PACE_DAYS ? TARGET_PACE_DAYS : days;
}

/* Why so sure, or why there is no day to name. */
static char *people_reason(struct measuring *m, const struct target *t, const struct course *course)
{
    enum msg said = WORD_PACE_STEADY;
    struct buf text = {0};
    char month[24], year[24], days[24];
    const char *const args[] = {month, year, days};
    char *result;

    if (t->value_milli >= t->target_milli)
        said = WORD_PACE_REACHED;
    else if (course->events == 0)
        said = WORD_PACE_NONE;
    else if (!t->forecast.set)
        said = WORD_PACE_FAR;
    else if (t->sure == sureness_names[SURE_LOW])
        said = course->events < PACE_FEW ? WORD_PACE_FEW : WORD_PACE_UNEVEN;
    snprintf(month, sizeof month, "%lld", (long long)course->events);
    snprintf(year, sizeof year, "%lld", (long long)t->pace_year);
    snprintf(days, sizeof days, "%lld", (long long)course->year_days);
    catalogue_format(&text, catalogue_text(said, m->c->req.lang), args, 3);
    result = arena_strdup(&m->c->out, buf_text(&text));
    buf_release(&text);
    return result;
}

/* People are counted as they are today; when they came is known of each. */
static void fill_people(struct measuring *m, struct target *t)
{
    struct course course;
    int64_t now_ms = m->c->req.now_ms;

    t->value_milli = (int64_t)people_count(m->db) * MILLI;
    course = measuring_course(m, t);
    course.recent_days = TARGET_PACE_DAYS;
    course.events = store_people_count(m->db, now_ms - TARGET_PACE_DAYS * DAY_MS);
    course.recent_milli = course.events * MILLI;
    course.recent_half_milli = store_people_count(m->db, now_ms - TARGET_PACE_DAYS / 2 * DAY_MS) * MILLI;
    t->pace_year = store_people_count(m->db, now_ms - TARGET_YEAR_DAYS * DAY_MS);
    course.year_milli = t->pace_year * MILLI;
    course.year_days = year_days(m, now_ms);
    set_pace(t, &course);
    measuring_judge(m, t, &course);
    t->reason = people_reason(m, t, &course);
}

static void fill_sum(struct measuring *m, struct target *t)
{
    const struct measure_tally *tally = measuring_tally(m, t->slug);
    struct measure_sums sums = counted(m, t);
    struct entered entered = sum_entries(m, t);
    struct course course;

    if (entered.of_milli > 0)
        t->value_milli = target_percent_milli(entered.amount_milli, entered.of_milli);
    else if (entered.count > 0 || !measure_starts_unknown(target_measure(t)))
        t->value_milli = sums.all * MILLI + entered.amount_milli - entered.counted_milli;
    if (t->value_milli != FIELD_INT_ABSENT && t->value_milli < 0)
        t->value_milli = 0;
    course = measuring_course(m, t);
    course.recent_milli = sums.recent * MILLI + entered.recent_milli;
    course.recent_half_milli = sums.half * MILLI + entered.half_milli;
    course.events = entered.recent_count + (tally ? tally->held_lately : 0);
    if (course.grows)
        set_pace(t, &course);
    measuring_judge(m, t, &course);
}

int measuring_fill(struct measuring *m, struct target *t, struct err *e)
{
    int64_t kept_milli = m->kept ? store_plan_result(m->db, m->plan, t->slug) : DB_NULL_INT;
    int failed = 0;

    if (m->dates.before[0])
        t->baseline_milli = store_plan_result(m->db, m->dates.before, t->slug);
    if (target_is_people(t))
        fill_people(m, t);
    else if (target_measure(t) == MEASURE_COVERAGE)
        failed = coverage_fill(m, t, e);
    else
        fill_sum(m, t);
    if (failed)
        return -1;
    if (kept_milli != DB_NULL_INT) {
        struct course course;
        t->value_milli = kept_milli;
        course = measuring_course(m, t);
        measuring_judge(m, t, &course);
    }
    if (t->value_milli != FIELD_INT_ABSENT && t->target_milli > 0)
        t->percent_milli = target_percent_milli(t->value_milli, t->target_milli);
    t->lead = store_target_lead(m->db, t->plan, t->section, &m->c->out);
    return db_check(m->db, e);
}
