/* Schools, villages and the like from a CSV file: all of its lines or none. */
#include "domain/event.h"
#include "register.h"
#include "sheet.h"
#include "store/register.h"
#include "target.h"

#include <string.h>

enum column { COLUMN_SLUG, COLUMN_TITLE, COLUMN_KIND, COLUMN_COUNT };
static const struct sheet_column columns[COLUMN_COUNT] = {
    [COLUMN_SLUG] = {"slug", NULL, true}, [COLUMN_TITLE] = {"title", "name", true},
    [COLUMN_KIND] = {"kind", NULL, true}};

static int read_entry(struct sheet *s, struct entry *x, struct err *e)
{
    static const char *const names[COLUMN_COUNT] = {"slug", "title", "kind"};
    char *cells[COLUMN_COUNT];

    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        cells[i] = sheet_cell(s, i);
        if (!cells[i])
            return err_set(e, ERR_INVALID, MSG_EMPTY, names[i], names[i], NULL);
    }
    *x = (struct entry){.slug = cells[COLUMN_SLUG], .title = cells[COLUMN_TITLE], .kind = cells[COLUMN_KIND]};
    if (!slug_valid(x->slug))
        return err_set(e, ERR_INVALID, MSG_SLUG_BAD, "slug", x->slug, NULL);
    if (!slug_valid(x->kind))
        return err_set(e, ERR_INVALID, MSG_SLUG_BAD, "kind", x->kind, NULL);
    return text_check(x->title, "title", ENTRY_TITLE_CHARS_MAX, false, e);
}

/* The same unit again changes nothing. */
static int read_line(struct sheet *s, struct db *db, struct import_result *result, struct err *e)
{
    const struct entry *have;
    struct entry x;

    if (read_entry(s, &x, e))
        return -1;
    if (store_entry_insert(db, REGISTER_UNIT, &x)) {
        result->imported++;
        return 0;
    }
    have = store_entry_find(db, REGISTER_UNIT, x.slug, &s->file);
    if (have && (strcmp(have->title, x.title) != 0 || strcmp(have->kind, x.kind) != 0))
        return err_set(e, ERR_INVALID, MSG_UNIT_OTHER, "slug", x.slug, NULL);
    result->existing++;
    return 0;
}

static int read_lines(struct sheet *s, struct db *db, struct import_result *result, struct err *e)
{
    int more;

    while ((more = sheet_next(s, e)) > 0) {
        if (read_line(s, db, result, e))
            return sheet_wrong(s, e);
        if (db_check(db, e))
            return -1;
    }
    return more;
}

static int run_import(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct target_import *in = input;
    struct import_result *result = arena_alloc(&c->out, sizeof *result);
    struct sheet s;
    int failed = sheet_open(&s, c, in->body, columns, COLUMN_COUNT, e) || read_lines(&s, db, result, e);

    result->lines = s.lines;
    sheet_release(&s);
    if (failed)
        return -1;
    call_audit(c, "units", "imported %lld", (long long)result->imported);
    call_changed(c, CHANGE_OFFICE, 0);
    *ret = result;
    return 0;
}

const struct operation op_unit_import = {"unit import", ROLE_ORGANIZER, true, run_import};
