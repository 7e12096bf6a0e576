/* A paper list of who came, as CSV: every line checked, all of them or none (SPEC.md 3). */
#include "attendance.h"

#include "base/csv.h"
#include "base/names.h"
#include "domain/event.h"
#include "event.h"
#include "occurrence.h"
#include "signup.h"
#include "store/hours.h"
#include "volunteer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS(X)                                                                                              \
    X(COLUMN_ID, "id") X(COLUMN_VOLUNTEER, "volunteer") X(COLUMN_NAME, "name") X(COLUMN_PHONE, "phone")         \
    X(COLUMN_ROLE, "role") X(COLUMN_IN, "in") X(COLUMN_OUT, "out") X(COLUMN_MINUTES, "minutes") X(COLUMN_NOTE, "note")

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

struct seen {
    int64_t signup_row;
    size_t line;
};

struct sheet {
    struct call *c;
    struct db *db;
    int64_t occurrence_row, event_row;       /* 0: the list has ids and says which by itself */
    int at[COLUMN_COUNT];                    /* where each column stands; -1: it doesn't */
    size_t cells;
    struct seen *seen;
    size_t seen_count;
    struct attendance_list_result result;
};

static int unknown_column(const char *name, struct err *e)
{
    const char *nearest = names_nearest(name, column_names, COLUMN_COUNT);

    return err_set(e, ERR_INVALID, nearest ? MSG_ATTENDANCE_COLUMN_NEAR : MSG_ATTENDANCE_COLUMN, "line 1", name,
                   nearest, NULL);
}

static int read_header(struct sheet *sh, const struct csv_row *row, struct err *e)
{
    memset(sh->at, -1, sizeof sh->at);
    sh->cells = row->count;
    for (size_t i = 0; i < row->count; i++) {
        char *name;
        int column = COLUMN_COUNT;
        if (person_text_check(row->cells[i], "line 1", CSV_CELL_BYTES_MAX, &sh->c->out, &name, e))
            return -1;
        while (--column >= 0 && strcmp(column_names[column], name) != 0)
            ;
        if (column < 0)
            return unknown_column(name, e);
        if (sh->at[column] >= 0)
            return err_set(e, ERR_INVALID, MSG_IMPORT_COLUMN_TWICE, "line 1", name, NULL);
        sh->at[column] = (int)i;
    }
    if (sh->at[COLUMN_ID] >= 0 || (sh->occurrence_row && (sh->at[COLUMN_VOLUNTEER] >= 0 || sh->at[COLUMN_NAME] >= 0)))
        return 0;
    return err_set(e, ERR_INVALID, MSG_ATTENDANCE_HEADER, "line 1", NULL);
}

/* Trimmed; "" where there is none. */
static const char *cell(const struct sheet *sh, const struct csv_row *row, enum column column)
{
    const char *text = sh->at[column] < 0 ? "" : row->cells[sh->at[column]];
    size_t end;

    text += strspn(text, " \t");
    end = strlen(text);
    while (end > 0 && (text[end - 1] == ' ' || text[end - 1] == '\t'))
        end--;
    return arena_strndup(&sh->c->out, text, end);
}

static int find_by_name(const struct sheet *sh, const struct csv_row *row, struct texts *ret, struct err *e)
{
    const char *name = cell(sh, row, COLUMN_NAME), *phone = cell(sh, row, COLUMN_PHONE);
    struct volunteer_input in = {.name = (char *)(uintptr_t)name,
                                 .phone = (char *)(uintptr_t)(*phone ? phone : "13800000000")};
    struct volunteer_row v;

    if (volunteer_prepare(sh->c, &in, &v, e))
        return -1;
    *ret = store_attendance_of_name(sh->db, sh->occurrence_row, v.name_key,
                                    *phone ? v.phone_index : (struct bytes){NULL, 0}, cell(sh, row, COLUMN_ROLE),
                                    &sh->c->out);
    return 0;
}

static char *join(struct call *c, const struct texts *ids)
{
    char *all = arena_strdup(&c->out, "");

    for (size_t i = 0; i < ids->count; i++)
        all = arena_printf(&c->out, "%s%s%s", all, i ? ", " : "", ids->items[i]);
    return all;
}

static int which(const struct sheet *sh, const struct csv_row *row, const char **ret, struct err *e)
{
    const char *who = cell(sh, row, COLUMN_VOLUNTEER);
    const char *column = *who ? "volunteer" : "name";
    struct texts ids;

    *ret = cell(sh, row, COLUMN_ID);
    if (**ret)
        return 0;
    if (*who)
        ids = store_attendance_of(sh->db, sh->occurrence_row, who, cell(sh, row, COLUMN_ROLE), &sh->c->out);
    else if (find_by_name(sh, row, &ids, e))
        return -1;
    if (ids.count == 0)
        return err_set(e, ERR_NOT_FOUND, MSG_ATTENDANCE_NOBODY, column, *who ? who : cell(sh, row, COLUMN_NAME), NULL);
    if (ids.count > 1)
        return err_set(e, ERR_INVALID, MSG_ATTENDANCE_WHICH, column, *who ? who : cell(sh, row, COLUMN_NAME),
                       join(sh->c, &ids), NULL);
    *ret = ids.items[0];
    return 0;
}

static int check_once(struct sheet *sh, const struct signup *s, size_t line, struct err *e)
{
    char first[24], second[24];

    for (size_t i = 0; i < sh->seen_count; i++) {
        if (sh->seen[i].signup_row != s->row)
            continue;
        snprintf(first, sizeof first, "%zu", sh->seen[i].line);
        snprintf(second, sizeof second, "%zu", line);
        return err_set(e, ERR_INVALID, MSG_ATTENDANCE_LINE_TWICE, "id", second, first, s->id, NULL);
    }
    sh->seen[sh->seen_count++] = (struct seen){s->row, line};
    return 0;
}

static int read_minutes(const char *text, int64_t *ret, struct err *e)
{
    *ret = FIELD_INT_ABSENT;
    if (!*text)
        return 0;
    if (strlen(text) > 9 || strspn(text, "0123456789") != strlen(text))
        return err_set(e, ERR_INVALID, MSG_NUMBER_BAD, "minutes", text, NULL);
    *ret = atol(text);
    return 0;
}

static int enter_time(struct sheet *sh, struct signup *s, struct attendance_said *said, const char *text, bool out,
                      bool *changed, struct err *e)
{
    int64_t there = out ? s->checked_out_ms : s->checked_in_ms;
    int failed;

    if (!*text)
        return 0;
    failed = attendance_time(sh->c, s, text, &said->at_ms, e);
    if (!failed && s->state == SIGNUP_ATTENDED && there == said->at_ms)
        return 0;
    *changed = true;
    if (!failed)
        failed = out ? attendance_out(sh->c, sh->db, s, said, e) : attendance_in(sh->c, sh->db, s, said, e);
    if (failed)
        snprintf(e->field, sizeof e->field, "%s", out ? "out" : "in");
    return failed;
}

static int enter(struct sheet *sh, const struct csv_row *row, struct signup *s, struct err *e)
{
    const char *in = cell(sh, row, COLUMN_IN), *out = cell(sh, row, COLUMN_OUT);
    struct attendance_said said = {.how = "list", .reason = cell(sh, row, COLUMN_NOTE), .corrects = true};
    int64_t minutes;
    bool changed = false;

    if (read_minutes(cell(sh, row, COLUMN_MINUTES), &minutes, e))
        return -1;
    said.minutes = FIELD_INT_ABSENT;
    if (enter_time(sh, s, &said, in, false, &changed, e) || enter_time(sh, s, &said, out, true, &changed, e))
        return -1;
    said.minutes = minutes;
    if ((s->state != SIGNUP_ATTENDED || (minutes != FIELD_INT_ABSENT && minutes != s->minutes))) {
        changed = true;
        if (attendance_set(sh->c, sh->db, s, SIGNUP_ATTENDED, &said, e))
            return -1;
    }
    sh->result.attended += changed;
    sh->result.unchanged += !changed;
    return 0;
}

static int read_line(struct sheet *sh, const struct csv_row *row, struct err *e)
{
    const char *id;
    struct signup *s;

    if (which(sh, row, &id, e) || attendance_find(sh->c, sh->db, id, &s, e) ||
        signup_may_change(sh->c, sh->db, s->event_row, e))
        return -1;
    if (sh->occurrence_row && s->occurrence_row != sh->occurrence_row)
        return err_set(e, ERR_INVALID, MSG_ATTENDANCE_ELSEWHERE, "id", id, NULL);
    return check_once(sh, s, row->line, e) || enter(sh, row, s, e) ? -1 : 0;
}

/* Says of an error where in the list it is; what to do about it goes along. */
static int at_line(const struct sheet *sh, size_t line, struct err *e)
{
    struct err inner = *e;
    struct buf sentence = {0};
    char number[24];

    if (inner.code == ERR_FAILED || inner.code == ERR_NOT_ALLOWED || inner.msg == MSG_ATTENDANCE_LINE_TWICE)
        return -1;
    snprintf(number, sizeof number, "%zu", line);
    err_message(&inner, sh->c->req.lang, &sentence);
    if (*catalogue_hint(inner.msg, sh->c->req.lang)) {
        buf_adds(&sentence, " (");
        err_hint(&inner, sh->c->req.lang, &sentence);
        buf_adds(&sentence, ")");
    }
    err_set(e, ERR_INVALID, MSG_ATTENDANCE_LINE, NULL, number, inner.field, buf_text(&sentence), NULL);
    buf_release(&sentence);
    err_field(e, "line %zu, %s", line, inner.field);
    return -1;
}

static int wrong_count(const struct sheet *sh, const struct csv_row *row, struct err *e)
{
    char line[24], have[24], want[24];

    snprintf(line, sizeof line, "%zu", row->line);
    snprintf(have, sizeof have, "%zu", row->count);
    snprintf(want, sizeof want, "%zu", sh->cells);
    err_set(e, ERR_INVALID, MSG_IMPORT_CELLS, NULL, line, have, want, NULL);
    err_field(e, "line %s", line);
    return -1;
}

static int read_lines(struct sheet *sh, struct csv *csv, struct err *e)
{
    struct csv_row row;
    char most[24];
    int more;

    snprintf(most, sizeof most, "%d", ATTENDANCE_LINES_MAX);
    while ((more = csv_read(csv, &sh->c->out, &row, e)) > 0) {
        if (sh->result.lines++ == ATTENDANCE_LINES_MAX)
            return err_set(e, ERR_TOO_LARGE, MSG_ATTENDANCE_LIST_LONG, "list", most, NULL);
        if (row.count != sh->cells)
            return wrong_count(sh, &row, e);
        if (read_line(sh, &row, e))
            return at_line(sh, row.line, e);
    }
    return more;
}

static int find_occurrence(struct sheet *sh, const struct attendance_list_input *in, struct err *e)
{
    struct event *ev;
    struct occurrence *o;

    if (!in->event || !*in->event)
        return 0;
    if (event_find(sh->c, sh->db, in->event, &ev, e))
        return -1;
    if (!in->on && (ev->rrule[0] || ev->rdates.count > 0))
        return err_set(e, ERR_USAGE, MSG_ON_NEEDED, "on", NULL);
    if (event_occurrence(sh->c, sh->db, ev, in->on ? in->on : ev->start_local, true, &o, e))
        return -1;
    sh->occurrence_row = o->id;
    sh->event_row = ev->id;
    return signup_may_change(sh->c, sh->db, ev->id, e);
}

static int run_list(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct attendance_list_input *in = input;
    struct sheet sh = {.c = c, .db = db};
    struct csv csv;
    struct csv_row header;
    const char *text;
    size_t len = in->list ? strlen(in->list) : 0;
    int found;

    sh.seen = arena_alloc(&c->out, ATTENDANCE_LINES_MAX * sizeof *sh.seen);
    if (find_occurrence(&sh, in, e) || csv_decode(in->list ? in->list : "", len, &c->out, &text, &len, e))
        return -1;
    csv_init(&csv, text, len);
    found = csv_read(&csv, &c->out, &header, e);
    if (found == 0)
        return err_set(e, ERR_INVALID, MSG_ATTENDANCE_HEADER, "line 1", NULL);
    if (found < 0 || read_header(&sh, &header, e) || read_lines(&sh, &csv, e))
        return -1;
    call_audit(c, in->event ? in->event : "attendance", "list: %lld attended, %lld unchanged",
               (long long)sh.result.attended, (long long)sh.result.unchanged);
    *ret = arena_alloc(&c->out, sizeof sh.result);
    memcpy(*ret, &sh.result, sizeof sh.result);
    return db_check(db, e);
}

const struct operation op_attendance_list = {"signup attend list", ROLE_ORGANIZER, OPERATION_WRITES, run_list};

/* The venue's code, for organisers: volunteers enter it on their own page. */
static int run_code(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct venue_code_input *in = input;
    const struct crypto_keys *keys = service_keys(c->service);
    struct venue_code *v = arena_alloc(&c->out, sizeof *v);
    struct attendance_list_input where = {.event = in->event, .on = in->on};
    struct sheet sh = {.c = c, .db = db};
    char code[VENUE_CODE_BYTES], key[VENUE_KEY_CHARS + 1];
    struct occurrence *o;

    if (!in->event || !*in->event)
        return err_set(e, ERR_INVALID, MSG_EMPTY, "event", "event", NULL);
    if (find_occurrence(&sh, &where, e))
        return -1;
    o = occurrence_get(c, db, sh.occurrence_row);
    venue_key(keys, o->id, key);
    v->fixed = in->fixed == 1;
    v->until_ms = v->fixed ? FIELD_INT_ABSENT : (c->req.now_ms / VENUE_SLOT_MS + 1) * VENUE_SLOT_MS;
    if (v->fixed)
        venue_code_fixed(keys, o->id, code);
    else
        venue_code_at(keys, o->id, c->req.now_ms, code);
    v->code = arena_strdup(&c->out, code);
    v->event = o->event;
    v->title = o->title;
    v->recurrence_id = o->recurrence_id;
    v->url = arena_printf(&c->out, "%s/checkin%s?key=%s", o->url, v->fixed ? "/print" : "", key);
    *ret = v;
    return db_check(db, e);
}

/* Writes: the occurrence is stored, so that the code hangs on it. */
const struct operation op_venue_code = {"signup code", ROLE_ORGANIZER, OPERATION_WRITES, run_code};
