/* target show, with the entries or the grid that its value is made of; reports, in words or numbers. */
#include "hooks.h"
#include "print.h"
#include "session.h"
#include "shapes.h"

#include <stdio.h>
#include <string.h>

/* Runs another row's request with the same words. */
static int run_as(struct session *s, const struct command *row, int (*run)(struct session *s))
{
    struct invocation inv = *s->inv;
    const struct invocation *usual = s->inv;
    int rc;

    inv.command = row;
    s->inv = &inv;
    rc = run(s);
    s->inv = usual;
    return rc;
}

static int list_entries(struct session *s)
{
    struct request r;
    long long limit;
    int rc;

    if (session_number(s, "limit", 0, &limit) != 0 ||
        request_build(s->inv, s->settings, &r, &s->failure.err) != 0)
        return -1;
    rc = session_list(s, &r, limit);
    request_release(&r);
    return rc;
}

/* "3/4": what there is of what there should be; "-" where its time has yet to come. */
static json_t *cell_of(const json_t *cell)
{
    double count = json_number_value(json_object_get(cell, "count"));
    double target = json_number_value(json_object_get(cell, "target"));
    char text[64];

    snprintf(text, sizeof text, "%.10g/%.10g%s", count, target, json_is_true(json_object_get(cell, "met")) ? " ✓" : "");
    if (count == 0 && !json_is_true(json_object_get(cell, "due")))
        snprintf(text, sizeof text, "-");
    return json_string(text);
}

static json_t *rows_of(json_t *grid)
{
    json_t *items = json_array(), *row, *cell;
    size_t i, k;

    json_array_foreach (json_object_get(grid, "rows"), i, row) {
        json_t *item = json_object();
        json_object_set(item, "unit", json_object_get(row, "unit"));
        json_object_set(item, "title", json_object_get(row, "title"));
        json_object_set(item, "missing", json_object_get(row, "missing"));
        json_array_foreach (json_object_get(row, "cells"), k, cell) {
            const char *period = json_string_value(json_object_get(cell, "period"));
            json_object_set_new(item, period && *period ? period : "count", cell_of(cell));
        }
        json_array_append_new(items, item);
    }
    return items;
}

static int show_grid(struct session *s)
{
    struct request r;
    json_t *grid, *rows;
    int rc;

    if (request_build(s->inv, s->settings, &r, &s->failure.err) != 0)
        return -1;
    rc = session_send(s, &r, &grid);
    request_release(&r);
    if (rc != 0)
        return -1;
    if (s->settings->format == FORMAT_JSON || s->settings->format == FORMAT_JSONL) {
        rc = session_print(s, grid);
    } else {
        rows = rows_of(grid);
        rc = print_list(s->settings, &shape_any, rows, NULL, &s->failure.err);
        json_decref(rows);
    }
    json_decref(grid);
    return rc;
}

static int show_target(struct session *s)
{
    struct request r;
    json_t *target;
    int rc;

    if (request_build(s->inv, s->settings, &r, &s->failure.err) != 0)
        return -1;
    rc = session_send(s, &r, &target);
    request_release(&r);
    if (rc != 0)
        return -1;
    rc = session_print(s, target);
    json_decref(target);
    return rc;
}

int hook_run_target(struct session *s)
{
    struct command row = *s->inv->command;

    if (given_true(s->inv, "entries")) {
        row.path = "/targets/{slug}/entries";
        row.shape = &shape_target_entry;
        row.traits = ANSWER_LIST | PAGED;
        return run_as(s, &row, list_entries);
    }
    if (given_true(s->inv, "grid")) {
        row.path = "/targets/{slug}/grid";
        row.shape = &shape_any;
        return run_as(s, &row, show_grid);
    }
    return show_target(s);
}

/* Reports */

/* Reports are Chinese unless --lang says otherwise, whatever the environment's language. */
static void add_query(struct session *s, struct request *r)
{
    const char *given = given_text(s->inv, "lang");
    enum lang lang;

    if (args_positional(s->inv, 0))
        request_add_query(r, "slug", args_positional(s->inv, 0));
    request_add_query(r, "language", given && lang_parse(given, &lang) ? lang_name(lang) : lang_name(LANG_ZH));
}

static int print_words(struct session *s)
{
    struct request r;
    struct buf text = {.data = NULL};
    int rc;

    if (request_build(s->inv, s->settings, &r, &s->failure.err) != 0)
        return -1;
    add_query(s, &r);
    rc = session_send_bytes(s, &r, &text);
    request_release(&r);
    if (rc == 0)
        rc = print_bytes(&text, &s->failure.err);
    buf_release(&text);
    return rc;
}

static int print_numbers(struct session *s)
{
    static const char *const lists[] = {"plan", "targets", "department", "departments", "volunteers", "sources",
                                        "events", "events"};
    struct request r;
    json_t *report, *items = NULL;
    int rc;

    if (request_build(s->inv, s->settings, &r, &s->failure.err) != 0)
        return -1;
    add_query(s, &r);
    rc = session_send(s, &r, &report);
    request_release(&r);
    if (rc != 0)
        return -1;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i += 2)
        if (strcmp(lists[i], s->inv->command->verb) == 0)
            items = json_object_get(report, lists[i + 1]);
    if (s->settings->format == FORMAT_JSON)
        rc = print_one(s->settings, &shape_any, report, true, &s->failure.err);
    else
        rc = print_list(s->settings, &shape_any, items, NULL, &s->failure.err);
    json_decref(report);
    return rc;
}

/* Markdown reads well on a terminal, so it is what a report is unless something else is asked for. */
int hook_run_report(struct session *s)
{
    struct command row = *s->inv->command;
    char path[64];

    if (s->settings->format != FORMAT_TABLE)
        return print_numbers(s);
    snprintf(path, sizeof path, "%s.%s", row.path, s->settings->document ? s->settings->document : "md");
    row.path = path;
    return run_as(s, &row, print_words);
}
