/* Importing: components are put together by UID, each event is drafted, split where it must be, and written. */
#include "import.h"

#include "calendar/civil.h"
#include "domain/office.h"
#include "feed.h"
#include "import_private.h"
#include "store/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CATEGORIES_MAX 500

/* A component on its way, with the UID that it is known by. */
struct member {
    const struct ical_component *from;
    const char *uid;
};

/* Grouping -------------------------------------------------------------------------------------------------------- */

/* What has no UID is known by what it says: the same file twice is the same events. */
static const char *made_uid(struct import *m, const struct ical_component *from)
{
    unsigned char hash[CRYPTO_HASH_BYTES];
    char text[2 * 16 + 1];
    char *says = arena_printf(&m->c->out, "%lld %d %s\n%s\n%s\n%lld", (long long)from->start.wall_s, from->start.date,
                              from->start.tzid ? from->start.tzid : "", from->title ? from->title : "",
                              from->rules.count ? from->rules.items[0] : "",
                              (long long)(from->recurrence.set ? from->recurrence.wall_s : 0));

    crypto_token_hash(says, hash);
    for (size_t i = 0; i < 16; i++)
        snprintf(text + 2 * i, 3, "%02x", hash[i]);
    return arena_printf(&m->c->out, "%s@import", text);
}

static void sequence_text(char *ret, size_t bytes, int64_t n)
{
    snprintf(ret, bytes, "%lld", (long long)n);
}

static int check(const struct ical_component *from, struct err *e)
{
    char most[16];

    if (strcmp(from->kind, "VEVENT") != 0)
        return err_set(e, ERR_INVALID, MSG_ICAL_KIND, NULL, from->kind, NULL);
    if (from->cut_off)
        return err_set(e, ERR_INVALID, MSG_ICAL_CUT_OFF, NULL, NULL);
    if (from->bad & ICAL_BAD_RECURRENCE)
        return err_set(e, ERR_INVALID, MSG_ICAL_RECURRENCE, NULL, NULL);
    if (from->bad & ICAL_BAD_START || (!from->start.set && !from->recurrence.set))
        return err_set(e, ERR_INVALID, MSG_ICAL_START, "start", NULL);
    sequence_text(most, sizeof most, IMPORT_UID_BYTES_MAX);
    if (from->uid && strlen(from->uid) > IMPORT_UID_BYTES_MAX)
        return err_set(e, ERR_INVALID, MSG_ICAL_UID, NULL, most, NULL);
    return 0;
}

static char *recurrence_text(struct import *m, const struct ical_time *t)
{
    const char *utc = t->utc ? "Z" : "";

    return t->set ? arena_printf(&m->c->out, "%s%s", local_text(t->wall_s, t->date, &m->c->out), utc) : NULL;
}

static void describe(struct import *m, const struct ical_component *from, struct import_component *row)
{
    row->line = from->line;
    row->kind = (char *)(uintptr_t)from->kind;
    row->uid = (char *)(uintptr_t)from->uid;
    row->recurrence_id = recurrence_text(m, &from->recurrence);
    row->title = from->title ? import_text(m, row, from->title, SLUG_BYTES_MAX * 4, false) : NULL;
}

/* Those that can be part of an event; the others are refused at once. */
static struct member *members_of(struct import *m, size_t *ret_count)
{
    struct member *list = arena_alloc(&m->c->out, (m->file->count + 1) * sizeof *list);
    size_t count = 0;

    for (size_t i = 0; i < m->file->count; i++) {
        const struct ical_component *from = &m->file->components[i];
        char *uid = import_text(m, &m->rows[i], from->uid, IMPORT_UID_BYTES_MAX, false);
        struct err e = {0};
        describe(m, from, &m->rows[i]);
        if (check(from, &e))
            import_refuse(m, &m->rows[i], &e);
        else
            list[count++] = (struct member){from, uid[0] ? uid : made_uid(m, from)};
    }
    *ret_count = count;
    return list;
}

static int by_uid(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    int order = strcmp(x->uid, y->uid);

    return order ? order : x->from->line - y->from->line;
}

/* A run of members with one UID. */
struct group {
    const struct member *members;
    size_t count;
};

static int by_line(const void *a, const void *b)
{
    const struct group *x = a, *y = b;

    return x->members[0].from->line - y->members[0].from->line;
}

/* In the order in which the file begins them. */
static struct group *groups_of(struct import *m, struct member *members, size_t count, size_t *ret_count)
{
    struct group *groups = arena_alloc(&m->c->out, (count + 1) * sizeof *groups);
    size_t found = 0;

    if (count)
        qsort(members, count, sizeof *members, by_uid);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(members[i].uid, members[i - 1].uid) != 0)
            groups[found++] = (struct group){&members[i], 0};
        groups[found - 1].count++;
    }
    if (found)
        qsort(groups, found, sizeof *groups, by_line);
    *ret_count = found;
    return groups;
}

/* One event ------------------------------------------------------------------------------------------------------- */

static struct import_component *row_of(const struct import *m, const struct ical_component *from)
{
    return &m->rows[from - m->file->components];
}

/* Higher SEQUENCE, then later change, then further down. */
static bool is_newer(const struct ical_component *a, const struct ical_component *b)
{
    if (a->sequence != b->sequence)
        return a->sequence > b->sequence;
    return a->modified_s != b->modified_s ? a->modified_s > b->modified_s : a->line > b->line;
}

static void supersede(struct import *m, const struct ical_component *old, const struct ical_component *by)
{
    char line[24], sequence[24];

    sequence_text(line, sizeof line, by->line);
    sequence_text(sequence, sizeof sequence, by->sequence);
    import_note(m, row_of(m, old), MSG_ICAL_NOTE_NEWER_IN_FILE, line, sequence);
    import_outcome(row_of(m, old), IMPORT_UNCHANGED, NULL);
}

static bool same_instance(struct import *m, const struct ical_time *a, const struct ical_time *b)
{
    return import_wall(m, a, m->office, false) == import_wall(m, b, m->office, false) && a->date == b->date;
}

/* The newest of each: one master, and one override for each occurrence. */
static void take_newest(struct import *m, const struct ical_component **at, const struct ical_component *from)
{
    const struct ical_component *old = *at;

    if (old && !is_newer(from, old)) {
        supersede(m, from, old);
        return;
    }
    if (old)
        supersede(m, old, from);
    *at = from;
}

static struct import_override *override_of(struct import *m, struct import_draft *d, const struct ical_component *from)
{
    for (size_t i = 0; i < d->override_count; i++)
        if (same_instance(m, &d->overrides[i].from->recurrence, &from->recurrence) &&
            d->overrides[i].from->and_future == from->and_future)
            return &d->overrides[i];
    return NULL;
}

static void add_override(struct import *m, struct import_draft *d, const struct ical_component *from)
{
    struct import_override *o = override_of(m, d, from);
    char most[16];
    struct err e;

    if (o) {
        take_newest(m, &o->from, from);
        o->row = row_of(m, o->from);
    } else if (d->override_count < ICAL_OVERRIDES_MAX) {
        import_override_new(m, d, from);
    } else {
        snprintf(most, sizeof most, "%d", ICAL_OVERRIDES_MAX);
        err_set(&e, ERR_INVALID, MSG_ICAL_OVERRIDES, NULL, most, NULL);
        import_refuse(m, row_of(m, from), &e);
    }
}

static void gather(struct import *m, const struct group *g, struct import_draft *d)
{
    for (size_t i = 0; i < g->count; i++) {
        if (g->members[i].from->recurrence.set)
            add_override(m, d, g->members[i].from);
        else
            take_newest(m, &d->from, g->members[i].from);
    }
    d->row = d->from ? row_of(m, d->from) : NULL;
}

static void refuse_overrides(struct import *m, struct import_draft *d, enum msg why)
{
    struct err e;

    err_set(&e, ERR_INVALID, why, NULL, NULL);
    for (size_t i = 0; i < d->override_count; i++)
        import_refuse(m, d->overrides[i].row, &e);
    d->override_count = 0;
}

static int apply_all(struct import *m, struct import_draft *d, struct err *e)
{
    for (; d; d = d->next) {
        if (d->split_from && d->split_from->row && d->split_from->row->outcome == IMPORT_REFUSED) {
            struct err why;
            err_set(&why, ERR_INVALID, MSG_ICAL_MASTER, NULL, NULL);
            import_refuse(m, d->row, &why);
            refuse_overrides(m, d, MSG_ICAL_MASTER);
            continue;
        }
        if (import_apply(m, d, e))
            return -1;
        if (d->split_from && d->row->slug)
            import_note(m, d->row, MSG_ICAL_NOTE_SPLIT, d->want->start_local, d->row->slug);
    }
    return 0;
}

static int take_draft(struct import *m, struct import_draft *d, const char *uid, struct err *e)
{
    struct err why = {0};

    if (import_draft_make(m, d, uid, &why)) {
        if (d->row)
            import_refuse(m, d->row, &why);
        refuse_overrides(m, d, MSG_ICAL_MASTER);
        return db_check(m->db, e);
    }
    if (import_draft_split(m, d, e))
        return -1;
    for (struct import_draft *part = d; part; part = part->next)
        if (import_draft_settle(m, part, e))
            return -1;
    return apply_all(m, d, e);
}

/* An override whose series is neither in the file nor here is an event by itself. */
static int take_alone(struct import *m, const struct import_draft *d, const char *uid, struct err *e)
{
    for (size_t i = 0; i < d->override_count; i++) {
        const struct ical_component *from = d->overrides[i].from;
        struct import_draft alone = {.from = from, .row = d->overrides[i].row};
        struct err why;
        char text[CIVIL_TEXT_BYTES];
        if (!from->start.set || (from->status && strcmp(from->status, "CANCELLED") == 0)) {
            err_set(&why, ERR_INVALID, from->start.set ? MSG_ICAL_NOTHING_TO_CANCEL : MSG_ICAL_START, NULL, NULL);
            import_refuse(m, alone.row, &why);
            continue;
        }
        civil_format_basic(from->recurrence.wall_s, from->recurrence.date, text);
        import_note(m, alone.row, MSG_ICAL_NOTE_ALONE, NULL, NULL);
        if (take_draft(m, &alone, arena_printf(&m->c->out, "%s-%s", text, uid), e))
            return -1;
    }
    return 0;
}

/* The event here whose page a component of a feed of ours leads to; NULL: it is of another's, or of what is gone. */
static char *slug_of_own_feed(struct import *m, const struct ical_component *from)
{
    char *page = arena_printf(&m->c->out, "%s/events/", service_settings(m->c->service)->public_url);
    char *slug;

    if (!m->file->maker || strncmp(m->file->maker, FEED_MAKER, strlen(FEED_MAKER)) != 0 || !from->url ||
        strncmp(from->url, page, strlen(page)) != 0)
        return NULL;
    slug = arena_strndup(&m->c->out, from->url + strlen(page), strcspn(from->url + strlen(page), "/"));
    return store_event_slug_taken(m->db, slug) ? slug : NULL;
}

/*
 * A feed says less than what is here, with words of its own, and a date of a lunar rule has a UID of its own: read back
 * as events these would stand beside what they are of.
 */
static bool leave_own(struct import *m, const struct group *g)
{
    for (size_t i = 0; i < g->count; i++) {
        char *slug = slug_of_own_feed(m, g->members[i].from);
        if (!slug)
            return false;
        import_note(m, row_of(m, g->members[i].from), MSG_ICAL_NOTE_OWN_FEED, slug, NULL);
        import_outcome(row_of(m, g->members[i].from), IMPORT_UNCHANGED, slug);
    }
    return true;
}

static int take_group(struct import *m, const struct group *g, struct err *e)
{
    struct import_draft d = {0};
    const char *uid = g->members[0].uid;

    if (leave_own(m, g))
        return db_check(m->db, e);
    gather(m, g, &d);
    if (!d.from && !db_int(m->db, 0, "SELECT id FROM event WHERE uid = $1", p_text(uid)))
        return take_alone(m, &d, uid, e);
    return take_draft(m, &d, uid, e);
}

/* The whole ------------------------------------------------------------------------------------------------------- */

static struct objects read_categories(struct import *m)
{
    struct stmt *s = db_query(m->db, "SELECT slug, title, title_en FROM category ORDER BY position");
    struct entry *list = arena_alloc(&m->c->out, CATEGORIES_MAX * sizeof *list);
    size_t count = 0;

    while (count < CATEGORIES_MAX && stmt_row(s)) {
        list[count] = (struct entry){.slug = stmt_text(s, 0, &m->c->out), .title = stmt_text(s, 1, &m->c->out),
                                     .title_en = stmt_text(s, 2, &m->c->out)};
        count++;
    }
    stmt_done(s);
    return (struct objects){list, count, true};
}

static int open_import(struct import *m, const char *text, struct err *e)
{
    if (ical_read(text, strlen(text), &m->c->out, &m->file, e))
        return -1;
    m->rows = arena_alloc(&m->c->out, (m->file->count + 1) * sizeof *m->rows);
    m->office = zone_find(service_settings(m->c->service)->tz, e);
    if (!m->office)
        return -1;
    m->home = ical_zone_home(m->file, m->office, m->c->req.now_ms / 1000);
    m->categories = read_categories(m);
    return 0;
}

static void note_ignored(struct import *m, struct import_report *report)
{
    struct import_component file = {0};
    char count[16];

    for (size_t i = 0; i < m->file->ignored_count; i++) {
        snprintf(count, sizeof count, "%d", m->file->ignored[i].count);
        import_note(m, &file, MSG_ICAL_NOTE_IGNORED, m->file->ignored[i].name, count);
    }
    report->notes = file.notes;
}

static struct import_report *report_of(struct import *m)
{
    struct import_report *report = arena_alloc(&m->c->out, sizeof *report);
    int64_t *const counts[IMPORT_OUTCOME_COUNT] = {
        [IMPORT_ADDED] = &report->imported, [IMPORT_UPDATED] = &report->updated,
        [IMPORT_UNCHANGED] = &report->unchanged, [IMPORT_REFUSED] = &report->refused};

    report->components = (struct objects){m->rows, m->file->count, true};
    for (size_t i = 0; i < m->file->count; i++)
        ++*counts[m->rows[i].outcome];
    note_ignored(m, report);
    return report;
}

static int run_import(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct import_input *in = input;
    struct import m = {.c = c, .db = db};
    struct import_report *report;
    struct member *members;
    struct group *groups;
    size_t count;

    if (!in->body)
        return err_set(e, ERR_USAGE, MSG_EMPTY, "body", "body", NULL);
    if (open_import(&m, in->body, e))
        return -1;
    members = members_of(&m, &count);
    groups = groups_of(&m, members, count, &count);
    for (size_t i = 0; i < count; i++)
        if (take_group(&m, &groups[i], e))
            return -1;
    report = report_of(&m);
    call_audit(c, "import", "%lld added, %lld updated, %lld unchanged, %lld refused", (long long)report->imported,
               (long long)report->updated, (long long)report->unchanged, (long long)report->refused);
    *ret = report;
    return db_check(db, e);
}

const struct operation op_import = {"import", ROLE_ORGANIZER, true, run_import};
