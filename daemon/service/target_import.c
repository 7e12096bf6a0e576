/* Past figures from a CSV file, so that an office can start in the middle: all of its lines or none. */
#include "domain/target.h"
#include "sheet.h"
#include "target.h"

#include <stdio.h>
#include <string.h>

enum column { COLUMN_TARGET, COLUMN_AT, COLUMN_AMOUNT, COLUMN_VALUE, COLUMN_OF, COLUMN_NAME, COLUMN_LEVEL, COLUMN_UNIT,
              COLUMN_NOTE, COLUMN_COUNT };
static const struct sheet_column columns[COLUMN_COUNT] = {
    [COLUMN_TARGET] = {"target", "indicator", true}, [COLUMN_AT] = {"at", "date", true},
    [COLUMN_AMOUNT] = {"amount", NULL, false},       [COLUMN_VALUE] = {"value", NULL, false},
    [COLUMN_OF] = {"of", NULL, false},               [COLUMN_NAME] = {"name", NULL, false},
    [COLUMN_LEVEL] = {"level", NULL, false},         [COLUMN_UNIT] = {"unit", NULL, false},
    [COLUMN_NOTE] = {"note", "source", false},
};

static int read_input(struct sheet *s, const char *plan, struct target_input *in, struct err *e)
{
    *in = (struct target_input){.slug = sheet_cell(s, COLUMN_TARGET),
                                .plan = (char *)(uintptr_t)plan,
                                .at = sheet_cell(s, COLUMN_AT),
                                .name = sheet_cell(s, COLUMN_NAME),
                                .level = sheet_cell(s, COLUMN_LEVEL),
                                .unit = sheet_cell(s, COLUMN_UNIT),
                                .note = sheet_cell(s, COLUMN_NOTE)};
    if (!in->slug || !in->at)
        return err_set(e, ERR_INVALID, MSG_EMPTY, in->slug ? "at" : "target", in->slug ? "at" : "target", NULL);
    if (sheet_milli(s, COLUMN_AMOUNT, &in->amount_milli, e) || sheet_milli(s, COLUMN_VALUE, &in->value_milli, e) ||
        sheet_milli(s, COLUMN_OF, &in->of_milli, e))
        return -1;
    if ((in->amount_milli == FIELD_INT_ABSENT) == (in->value_milli == FIELD_INT_ABSENT))
        return err_set(e, ERR_INVALID, MSG_ENTRY_AMOUNT_OR_VALUE, "amount", NULL);
    return 0;
}

static int read_line(struct sheet *s, struct measuring *m, struct err *e)
{
    struct target_entry *entry = arena_alloc(&m->c->out, sizeof *entry);
    struct target_input in;
    struct target t;
    int failed;

    if (read_input(s, m->plan, &in, e))
        return -1;
    if (target_named(m->c, m->db, m->plan, in.slug, &t, e)) {
        snprintf(e->field, sizeof e->field, "target");
        return -1;
    }
    if (target_is_people(&t))
        return err_set(e, ERR_INVALID, MSG_TARGET_COUNTED, "target", t.slug, NULL);
    failed = in.value_milli != FIELD_INT_ABSENT ? target_add_set(m->c, m->db, m, &t, &in, entry, e)
                                                : target_add_record(m->c, m->db, m, &t, &in, entry, e);
    if (!failed)
        measuring_add_entry(m, entry);
    return failed;
}

static int read_lines(struct sheet *s, struct measuring *m, struct err *e)
{
    int more;

    while ((more = sheet_next(s, e)) > 0)
        if (read_line(s, m, e) || db_check(m->db, e))
            return e->code == ERR_FAILED || e->code == ERR_UNAVAILABLE ? -1 : sheet_wrong(s, e);
    return more;
}

static int run_import(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct target_import *in = input;
    struct import_result *result = arena_alloc(&c->out, sizeof *result);
    struct measuring m;
    struct sheet s;
    char *plan;
    int failed;

    if (plan_named(c, db, in->plan, &plan, e) || measuring_begin(c, db, plan, 0, 0, &m, e))
        return -1;
    if (!m.dates.open)
        return err_set(e, ERR_CONFLICT, MSG_PLAN_CLOSED, "plan", plan, NULL);
    failed = sheet_open(&s, c, in->body, columns, COLUMN_COUNT, e) || read_lines(&s, &m, e);
    result->lines = result->imported = s.lines;
    sheet_release(&s);
    if (failed)
        return -1;
    call_audit(c, plan, "imported %lld entries", (long long)result->imported);
    call_changed(c, CHANGE_TARGETS, 0);
    *ret = result;
    return 0;
}

const struct operation op_target_import = {"target import", ROLE_ORGANIZER, true, run_import};
