/* Everything that is held on somebody, for them or for the office that is asked by them. */
#include "volunteer.h"

#include "domain/person.h"
#include "hours.h"
#include "signup.h"
#include "store/hours.h"
#include "store/person.h"

#include <string.h>

static void add_consent(struct call *c, struct list_builder *b, const char *basis, char *version, int64_t at_ms)
{
    struct person_consent *p = list_add(c, b, sizeof *p);

    *p = (struct person_consent){arena_strdup(&c->out, basis), version && *version ? version : NULL, at_ms};
}

static int add_guardian(struct call *c, struct db *db, int64_t volunteer_id, struct list_builder *consents,
                        struct person_file *file, struct err *e)
{
    const struct crypto_keys *k = service_keys(c->service);
    struct guardian_row row;
    struct person_guardian *g;

    if (!store_guardian_find(db, volunteer_id, &c->out, &row))
        return db_check(db, e);
    g = arena_alloc(&c->out, sizeof *g);
    if (crypto_open(k, "guardian.name", row.name_sealed, &c->out, &g->name, e) ||
        crypto_open(k, "guardian.phone", row.phone_sealed, &c->out, &g->phone, e))
        return -1;
    add_consent(c, consents, "guardian", row.consent_version, row.consent_ms);
    file->guardian = g;
    return 0;
}

static int add_signups(struct call *c, struct db *db, int64_t volunteer_id, struct person_file *file, struct err *e)
{
    struct list_builder b = {0};
    struct stmt *s = store_signup_of_person(db, volunteer_id, INT32_MAX);
    struct signup row;

    while (store_signup_next(s, &c->out, &row)) {
        if (signup_dress(c, &row, e)) {
            stmt_done(s);
            return -1;
        }
        *(struct signup *)list_add(c, &b, sizeof row) = row;
    }
    for (size_t i = 0; i < b.count; i++)
        signup_add_story(c, db, (struct signup *)(void *)b.items + i);
    file->signups = (struct objects){b.items, b.count, true};
    return db_check(db, e);
}

static void add_hours(struct call *c, struct db *db, const char *code, struct list_builder *b)
{
    struct hours_query q = {.volunteer = code, .pending = -1, .limit = INT32_MAX};
    struct stmt *s = store_hours_list(db, &q);
    struct hours_entry h;

    while (store_hours_next(s, &c->out, &h)) {
        hours_dress(c, &h);
        *(struct hours_entry *)list_add(c, b, sizeof h) = h;
    }
}

/* Under the ids of records that were merged too. */
static void add_service(struct call *c, struct db *db, const struct volunteer_row *row, struct person_file *file)
{
    struct list_builder b = {0};

    add_hours(c, db, row->code, &b);
    for (size_t i = 0; i < file->merged.count; i++)
        add_hours(c, db, file->merged.items[i], &b);
    file->hours = (struct objects){b.items, b.count, true};
    file->certificates = store_certificates_of(db, row->id, &c->out);
}

static void add_links(struct call *c, struct db *db, int64_t volunteer_id, struct person_file *file)
{
    struct volunteer_links links;

    store_volunteer_links(db, volunteer_id, &links);
    file->links = arena_alloc(&c->out, sizeof *file->links);
    *file->links = (struct person_links){links.page, links.calendar, links.signups};
}

static int fill(struct call *c, struct db *db, const struct volunteer_row *row, struct person_file *file, struct err *e)
{
    struct list_builder consents = {0};

    file->exported_ms = c->req.now_ms;
    file->volunteer = arena_alloc(&c->out, sizeof *file->volunteer);
    if (volunteer_show(c, db, row, true, file->volunteer, e))
        return -1;
    add_consent(c, &consents, row->consent_basis, row->consent_version, row->consent_ms);
    if (add_guardian(c, db, row->id, &consents, file, e) || add_signups(c, db, row->id, file, e))
        return -1;
    file->consents = (struct objects){consents.items, consents.count, true};
    file->merged = store_volunteer_aliases(db, row->id, &c->out);
    add_service(c, db, row, file);
    add_links(c, db, row->id, file);
    file->audit = store_person_audit(db, row->id, &c->out);
    return db_check(db, e);
}

static int export(struct call *c, struct db *db, const struct volunteer_row *row, void **ret, struct err *e)
{
    struct person_file *file = arena_alloc(&c->out, sizeof *file);

    *file = (struct person_file){0};
    if (fill(c, db, row, file, e))
        return -1;
    call_audit(c, row->code, "everything exported");
    *ret = file;
    return 0;
}

static int run_export(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct volunteer_ref *ref = input;
    struct volunteer_row *row;

    return volunteer_find(c, db, ref->id, &row, e) ? -1 : export(c, db, row, ret, e);
}

static int run_export_own(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct volunteer_row *row;

    return volunteer_of_link(c, db, input, &row, e) ? -1 : export(c, db, row, ret, e);
}

const struct operation op_volunteer_export = {"volunteer export", ROLE_ORGANIZER, true, run_export};
const struct operation op_person_export = {"person export", ROLE_PUBLIC, true, run_export_own};
