/* Volunteers from a CSV file: every line checked, all of them or none (SPEC.md 3). */
#include "volunteer.h"

#include "base/csv.h"
#include "base/names.h"
#include "calendar/civil.h"
#include "calendar/zone.h"
#include "domain/target.h"
#include "planner.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS(X)                                                                                      \
    X(COLUMN_NAME, "name") X(COLUMN_PHONE, "phone") X(COLUMN_EMAIL, "email") X(COLUMN_ORG, "org")       \
    X(COLUMN_SOURCE, "source") X(COLUMN_SKILLS, "skills") X(COLUMN_TOWN, "town") X(COLUMN_CONSENT, "consent_at")   \
    X(COLUMN_STATUS, "status")

enum column {
#define X(column, name) column,
    COLUMNS(X)
#undef X
    COLUMN_COUNT
};
static const char *const column_names[COLUMN_COUNT] = {
#define X(column, name) [column] = name,
    COLUMNS(X)
#undef X
};

/* Columns of `volunteer export` that are kepu's own to fill. */
static const char *const passed_over[] = {"id", "created", "hours"};

/* Other machines' clocks, and days that are over elsewhere only. */
#define CLOCKS_APART_MS 86400000

struct import {
    struct call *c;
    struct db *db;
    struct csv csv;
    size_t cells;                            /* of the header, so of every line */
    int at[COLUMN_COUNT];                    /* where each column stands; -1: it doesn't */
    int id_at;                               /* an export's; -1: this is none */
    const struct zone *zone;
    struct volunteer_import_result result;
};

static int column_find(const char *name)
{
    for (int i = 0; i < COLUMN_COUNT; i++)
        if (strcmp(column_names[i], name) == 0)
            return i;
    return -1;
}

static bool is_passed_over(const char *name)
{
    for (size_t i = 0; i < sizeof passed_over / sizeof passed_over[0]; i++)
        if (strcmp(passed_over[i], name) == 0)
            return true;
    return false;
}

/* One wide cell with other separators in it: saved by a program that separates cells by something else. */
static int check_separators(const struct csv_row *row, struct err *e)
{
    const char *separator = row->count == 1 ? strpbrk(row->cells[0], ";\t|") : NULL;

    if (!separator)
        return 0;
    return err_set(e, ERR_INVALID, MSG_IMPORT_SEPARATOR, "line 1", *separator == '\t' ? "TAB" :
                   *separator == ';' ? ";" : "|", NULL);
}

static int column_unknown(const char *name, struct err *e)
{
    const char *nearest = names_nearest(name, column_names, COLUMN_COUNT);

    return err_set(e, ERR_INVALID, nearest ? MSG_IMPORT_COLUMN_NEAR : MSG_IMPORT_COLUMN, "line 1", name, nearest, NULL);
}

static int read_header(struct import *im, const struct csv_row *row, struct err *e)
{
    memset(im->at, -1, sizeof im->at);
    im->id_at = -1;
    if (check_separators(row, e))
        return -1;
    im->cells = row->count;
    for (size_t i = 0; i < row->count; i++) {
        char *name;
        int column;
        if (person_text_check(row->cells[i], "line 1", CSV_CELL_BYTES_MAX, &im->c->out, &name, e))
            return -1;
        if (strcmp(name, "id") == 0)
            im->id_at = (int)i;
        if (is_passed_over(name))
            continue;
        column = column_find(name);
        if (column < 0)
            return column_unknown(name, e);
        if (im->at[column] >= 0)
            return err_set(e, ERR_INVALID, MSG_IMPORT_COLUMN_TWICE, "line 1", name, NULL);
        im->at[column] = (int)i;
    }
    for (int i = COLUMN_NAME; i <= COLUMN_PHONE; i++)
        if (im->at[i] < 0)
            return err_set(e, ERR_INVALID, MSG_IMPORT_COLUMN_MISSING, column_names[i], column_names[i], NULL);
    return 0;
}

static char *cell(const struct import *im, const struct csv_row *row, enum column column)
{
    char *text = im->at[column] < 0 ? NULL : row->cells[im->at[column]];

    /* What an export guarded against being taken for a formula. */
    return text && text[0] == '\'' && text[1] && strchr("=+-@\t\r", text[1]) ? text + 1 : text;
}

/* Says of an error where in the file it is: it becomes part of a sentence about the line. */
static int at_line(const struct import *im, size_t line, struct err *e)
{
    struct err inner = *e;
    struct buf sentence = {0};
    char number[24];

    if (inner.code != ERR_INVALID)
        return -1;
    snprintf(number, sizeof number, "%zu", line);
    err_message(&inner, im->c->req.lang, &sentence);
    err_set(e, ERR_INVALID, MSG_IMPORT_LINE, NULL, number, inner.field, buf_text(&sentence), NULL);
    buf_release(&sentence);
    err_field(e, "line %zu, %s", line, inner.field);
    return -1;
}

static struct texts split_skills(char *cell_text, struct arena *a)
{
    struct texts skills = {arena_alloc(a, (PERSON_SKILLS_MAX + 1) * sizeof(char *)), 0, true};
    char *rest = cell_text, *one;

    while (rest && skills.count <= PERSON_SKILLS_MAX && (one = strsep(&rest, ";")))
        skills.items[skills.count++] = one;
    return skills;
}

/* "Z", "+08:00" or nothing: what to take off a wall time, in seconds. */
static bool read_offset(const char *text, const struct zone *z, int64_t wall_s, int *ret)
{
    int hours, minutes, end = 0;

    if (!*text) {
        *ret = zone_offset_s(z, wall_s);
        return true;
    }
    *ret = 0;
    if (strcmp(text, "Z") == 0)
        return true;
    if ((text[0] != '+' && text[0] != '-') || strspn(text + 1, "0123456789:") != strlen(text + 1) ||
        sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &end) != 2 || end != 5 || text[6] || hours > 23 || minutes > 59)
        return false;
    *ret = (hours * 3600 + minutes * 60) * (text[0] == '-' ? -1 : 1);
    return true;
}

/* RFC 3339, or without an offset: the office's wall clock. Seconds, and the time, may be left out. */
static int read_instant(const struct import *im, const char *text, int64_t *ret_ms, struct err *e)
{
    static const char midnight[] = "0000-00-00T00:00:00";
    char full[sizeof midnight];
    size_t given = strspn(text, "0123456789-T: ");
    int64_t wall_s;
    int offset_s;
    bool date;

    if (given > 10 && given > strcspn(text + 10, "+-") + 10)
        given = strcspn(text + 10, "+-") + 10;
    memcpy(full, midnight, sizeof full);
    if (given == 10 || given == 16 || given == 19)
        memcpy(full, text, given);
    if (full[10] == ' ')
        full[10] = 'T';
    if (text[given] == '.' && given == 19)
        given += 1 + strspn(text + given + 1, "0123456789");
    if (!civil_parse(full, &wall_s, &date) || !read_offset(text + given, im->zone, wall_s, &offset_s))
        return err_set(e, ERR_INVALID, MSG_INSTANT_BAD, "consent_at", text, NULL);
    *ret_ms = (wall_s - offset_s) * 1000;
    return 0;
}

static int set_consent(const struct import *im, const char *text, struct volunteer_row *v, struct err *e)
{
    volunteer_consent(im->c, text && *text, v);
    if (!text || !*text)
        return 0;
    if (read_instant(im, text, &v->consent_ms, e))
        return -1;
    return v->consent_ms > im->c->req.now_ms + CLOCKS_APART_MS
               ? err_set(e, ERR_INVALID, MSG_CONSENT_AHEAD, "consent_at", text, NULL) : 0;
}

static int set_status(const char *text, struct volunteer_row *v, struct err *e)
{
    enum person_status status;

    if (!text || !*text)
        return 0;
    if (!person_status_parse(text, &status) || status == PERSON_ERASED)
        return err_set(e, ERR_INVALID, MSG_STATUS_BAD, "status", text, NULL);
    v->status = (char *)(uintptr_t)text;
    return 0;
}

static void keep(struct import *im, const struct volunteer_row *v, const struct texts *skills)
{
    int64_t id = store_volunteer_insert(im->db, v, NULL);

    im->result.imported += id != 0;
    im->result.existing += id == 0;
    if (id && skills->count)
        store_volunteer_put_skills(im->db, id, skills);
}

/* A line break typed into a cell, as spreadsheets let people do, is a space. */
static char *one_line(char *text)
{
    char *to = text;

    for (const char *p = text; p && *p; p++) {
        bool gap = strchr("\r\n\t", *p) != NULL;
        if (!gap || to == text || to[-1] != ' ')
            *to++ = gap ? ' ' : *p;
    }
    if (to)
        *to = 0;
    return text;
}

/* An export that does not reveal numbers: whom its id names is there, and a masked number says nothing new. */
static bool is_known(const struct import *im, const struct csv_row *row)
{
    const char *phone = cell(im, row, COLUMN_PHONE);

    return im->id_at >= 0 && strchr(phone, '*') &&
           store_volunteer_by_code(im->db, row->cells[im->id_at], &im->c->out) != NULL;
}

static int read_line(struct import *im, const struct csv_row *row, struct err *e)
{
    struct volunteer_input in = {.name = cell(im, row, COLUMN_NAME),
                                 .phone = cell(im, row, COLUMN_PHONE),
                                 .email = cell(im, row, COLUMN_EMAIL),
                                 .org = one_line(cell(im, row, COLUMN_ORG)),
                                 .source = one_line(cell(im, row, COLUMN_SOURCE)),
                                 .town = one_line(cell(im, row, COLUMN_TOWN))};
    struct volunteer_row v;
    struct texts skills;

    if (is_known(im, row)) {
        im->result.existing++;
        return 0;
    }
    in.skills = split_skills(cell(im, row, COLUMN_SKILLS), &im->c->out);
    if (volunteer_prepare(im->c, &in, &v, e) || person_skills_check(&in.skills, &im->c->out, &skills, e) ||
        set_consent(im, cell(im, row, COLUMN_CONSENT), &v, e) || set_status(cell(im, row, COLUMN_STATUS), &v, e))
        return at_line(im, row->line, e);
    keep(im, &v, &skills);
    return 0;
}

static int wrong_count(const struct import *im, const struct csv_row *row, struct err *e)
{
    char line[24], have[24], want[24];

    snprintf(line, sizeof line, "%zu", row->line);
    snprintf(have, sizeof have, "%zu", row->count);
    snprintf(want, sizeof want, "%zu", im->cells);
    err_set(e, ERR_INVALID, MSG_IMPORT_CELLS, NULL, line, have, want, NULL);
    err_field(e, "line %s", line);
    return -1;
}

static int too_large(struct err *e)
{
    char lines[24], mib[24];

    snprintf(lines, sizeof lines, "%d", VOLUNTEER_IMPORT_LINES_MAX);
    snprintf(mib, sizeof mib, "%u", CSV_BYTES_MAX >> 20);
    return err_set(e, ERR_TOO_LARGE, MSG_IMPORT_TOO_LARGE, NULL, lines, mib, NULL);
}

/* Each line's memory is given back before the next: c->out is empty here, as a run begins. */
static int read_lines(struct import *im, struct err *e)
{
    struct csv_row row;
    int more;

    while ((more = csv_read(&im->csv, &im->c->out, &row, e)) > 0) {
        if (im->result.lines++ == VOLUNTEER_IMPORT_LINES_MAX)
            return too_large(e);
        if (row.count != im->cells)
            return wrong_count(im, &row, e);
        if (read_line(im, &row, e) || db_check(im->db, e))
            return -1;
        arena_release(&im->c->out);
    }
    return more;
}

static int import_text(struct import *im, const char *text, size_t len, struct err *e)
{
    struct csv_row header;
    int found;

    csv_init(&im->csv, text, len);
    found = csv_read(&im->csv, &im->c->out, &header, e);
    if (found < 0)
        return -1;
    if (found == 0)
        return err_set(e, ERR_INVALID, MSG_IMPORT_EMPTY, "line 1", NULL);
    return read_header(im, &header, e) || read_lines(im, e) ? -1 : 0;
}

static int run_import(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct volunteer_import *in = input;
    struct import im = {.c = c, .db = db, .zone = zone_find(service_settings(c->service)->tz, e)};
    const char *text;
    size_t len = strlen(in->body ? in->body : "");
    int failed;

    if (!im.zone)
        return -1;
    if (len > CSV_BYTES_MAX)
        return too_large(e);
    failed = csv_decode(in->body, len, db_scratch(db), &text, &len, e) || import_text(&im, text, len, e);
    if (failed)
        return -1;
    call_audit(c, "volunteers", "imported %lld of %lld lines", (long long)im.result.imported,
               (long long)im.result.lines);
    call_changed(c, CHANGE_PEOPLE, 0);
    planner_target_changed(c, db, NULL, TARGET_VOLUNTEERS);
    *ret = arena_alloc(&c->out, sizeof im.result);
    memcpy(*ret, &im.result, sizeof im.result);
    return 0;
}

const struct operation op_volunteer_import = {"volunteer import", ROLE_ORGANIZER, true, run_import};
