/* Coverage: units and what each has, in a grid with the school terms. */
#include "measure_private.h"

#include <stdio.h>
#include <string.h>

#define MILLI 1000

struct column_range {
    int first, count;                /* terms; one column: count 1 */
    bool terms;
};

static struct column_range columns_of(const struct measuring *m, const struct target *t)
{
    struct column_range r = {0, 1, strstr(t->per, "semester") != NULL};
    int64_t last = measure_later(m->last_day, m->end_day);

    if (!r.terms)
        return r;
    r.first = measure_semester(m->start_day);
    if (measure_semester_day(r.first) < m->start_day)
        r.first++;
    r.count = measure_semester(last) - r.first + 1;
    if (r.count < 1)
        r.count = 1;
    return r;
}

static int column_at(const struct column_range *r, int64_t day)
{
    int column = r->terms ? measure_semester(day) - r->first : 0;

    return column < 0 || column >= r->count ? -1 : column;
}

static const char *kind_of(const struct target *t, struct arena *a)
{
    return arena_strndup(a, t->per, strcspn(t->per, " "));
}

/* What a cell is to have. Of a share of units, one each. */
static int64_t cell_target(const struct target *t)
{
    return strcmp(t->unit, "%") == 0 ? MILLI : t->target_milli;
}

static struct grid_row *row_of(struct grid *g, const char *unit)
{
    struct grid_row *rows = g->rows.items;
    size_t low = 0, high = g->rows.count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(rows[middle].unit, unit);
        if (order == 0)
            return &rows[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static void add_to_cell(struct grid *g, const char *unit, int column, int64_t amount_milli, bool set)
{
    struct grid_row *row = column >= 0 ? row_of(g, unit) : NULL;
    struct grid_cell *cells;

    if (!row)
        return;
    cells = row->cells.items;
    cells[column].count_milli = (set ? 0 : cells[column].count_milli) + amount_milli;
}

static void read_units(struct measuring *m, const struct target *t, const struct column_range *range, struct grid *g)
{
    struct arena *a = &m->c->out;
    int64_t room = db_int(m->db, 0, "SELECT COUNT(*) FROM unit WHERE kind = $1", p_text(g->kind));
    struct grid_row *rows = arena_alloc(a, (size_t)(room + 1) * sizeof *rows);
    struct stmt *s = db_query(m->db, "SELECT slug, title FROM unit WHERE kind = $1 ORDER BY slug", p_text(g->kind));

    g->rows = (struct objects){rows, 0, true};
    while ((int64_t)g->rows.count < room && stmt_row(s)) {
        struct grid_row *row = &rows[g->rows.count++];
        struct grid_cell *cells = arena_alloc(a, (size_t)range->count * sizeof *cells);
        row->unit = stmt_text(s, 0, a);
        row->title = stmt_text(s, 1, a);
        row->cells = (struct objects){cells, (size_t)range->count, true};
        for (int i = 0; i < range->count; i++) {
            cells[i].period = g->periods.items[i];
            cells[i].target_milli = cell_target(t);
            cells[i].due = !range->terms || measure_semester_day(range->first + i) <= m->last_day;
        }
    }
    stmt_done(s);
}

static void count_cells(struct measuring *m, const struct target *t, const struct column_range *range, struct grid *g)
{
    struct measure_cell *held;
    const struct target_entry *list;
    size_t count = store_measure_cells(m->db, &m->span, t->slug, &m->c->out, &held);

    for (size_t i = 0; i < count; i++) {
        char first[24];
        snprintf(first, sizeof first, "%.7s-01", held[i].month);
        add_to_cell(g, held[i].unit, column_at(range, measure_day(first)), held[i].sessions * MILLI, false);
    }
    count = measuring_entries(m, t->slug, &list);
    for (size_t i = 0; i < count; i++)
        if (list[i].unit[0] && (m->kept || measure_day(list[i].at) <= measure_later(m->today, m->last_day)))
            add_to_cell(g, list[i].unit, column_at(range, measure_day(list[i].at)), list[i].amount_milli,
                        strcmp(list[i].kind, "set") == 0);
}

static void find_gaps(struct measuring *m, struct grid *g)
{
    struct grid_row *rows = g->rows.items;
    struct list_builder gaps = {0};

    for (size_t i = 0; i < g->rows.count; i++) {
        struct grid_cell *cells = rows[i].cells.items;
        for (size_t k = 0; k < rows[i].cells.count; k++) {
            cells[k].met = cells[k].count_milli >= cells[k].target_milli;
            if (!cells[k].due)
                continue;
            g->cells++;
            g->met += cells[k].met;
            rows[i].met += cells[k].met;
            rows[i].missing += !cells[k].met;
            if (!cells[k].met)
                *(struct grid_gap *)list_add(m->c, &gaps, sizeof(struct grid_gap)) =
                    (struct grid_gap){rows[i].unit, rows[i].title, cells[k].period,
                                      cells[k].target_milli - cells[k].count_milli};
        }
    }
    g->missing = (struct objects){gaps.items, gaps.count, true};
}

int measuring_grid(struct measuring *m, const struct target *t, struct grid *g, struct err *e)
{
    struct column_range range = columns_of(m, t);
    struct arena *a = &m->c->out;
    char name[SEMESTER_TEXT_BYTES] = "";

    *g = (struct grid){.slug = t->slug, .title = t->title, .unit = t->unit, .plan = t->plan,
                       .kind = (char *)(uintptr_t)kind_of(t, a)};
    g->periods = (struct texts){arena_alloc(a, (size_t)range.count * sizeof(char *)), (size_t)range.count, true};
    for (int i = 0; i < range.count; i++) {
        if (range.terms)
            semester_name(range.first + i, name);
        g->periods.items[i] = arena_strdup(a, name);
    }
    read_units(m, t, &range, g);
    count_cells(m, t, &range, g);
    find_gaps(m, g);
    return db_check(m->db, e);
}

/* A share that somebody has told for the whole goes before the cells. */
static bool told(struct measuring *m, struct target *t)
{
    const struct target_entry *list;
    size_t count = measuring_entries(m, t->slug, &list);

    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].kind, "set") == 0 && !list[i].unit[0])
            t->value_milli = list[i].amount_milli;
    return t->value_milli != FIELD_INT_ABSENT;
}

/* Of terms, the present one's column; else the only one. */
int coverage_fill(struct measuring *m, struct target *t, struct err *e)
{
    struct column_range range = columns_of(m, t);
    int column = column_at(&range, measure_later(m->last_day, m->start_day));
    struct grid g;
    struct course course;
    const struct grid_row *rows;

    if (measuring_grid(m, t, &g, e))
        return -1;
    rows = g.rows.items;
    t->cells = (int64_t)g.rows.count;
    t->met = 0;
    for (size_t i = 0; column >= 0 && i < g.rows.count; i++)
        t->met += ((const struct grid_cell *)rows[i].cells.items)[column].met;
    if (told(m, t))
        ;
    else if (t->cells > 0 && strcmp(t->unit, "%") == 0)
        t->value_milli = target_percent_milli(t->met, t->cells);
    else if (t->cells > 0)
        t->value_milli = t->target_milli * t->met / t->cells;
    course = measuring_course(m, t);
    measuring_judge(m, t, &course);
    return 0;
}
