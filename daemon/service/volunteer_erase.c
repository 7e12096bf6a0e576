/*
 * Erasing somebody: what tells who it was goes from wherever it is, places not yet used go to those in line, and what
 * remains counts without a name.
 */
#include "volunteer.h"

#include "base/buf.h"
#include "domain/person.h"
#include "signup.h"
#include "store/hours.h"
#include "store/person.h"

#include <string.h>

#define BLACKENED "***"
#define ANSWER_CONTEXT "request.answer"

/* Sign-ups of what is still to come, by their ids: cancelling one changes others. */
static struct texts still_to_come(struct call *c, struct db *db, int64_t volunteer_id, int64_t *ret_all)
{
    struct stmt *s = store_signup_of_person(db, volunteer_id, INT32_MAX);
    struct list_builder b = {0};
    struct signup row;

    *ret_all = 0;
    while (store_signup_next(s, &c->out, &row)) {
        ++*ret_all;
        if (row.end_ms > c->req.now_ms &&
            (row.state == SIGNUP_CONFIRMED || row.state == SIGNUP_WAITLISTED || row.state == SIGNUP_OFFERED))
            *(char **)list_add(c, &b, sizeof(char *)) = row.id;
    }
    return (struct texts){(char **)(void *)b.items, b.count, true};
}

static int cancel_all(struct call *c, struct db *db, const struct texts *ids, struct err *e)
{
    struct signup *s;

    for (size_t i = 0; i < ids->count; i++)
        if (signup_find(c, db, ids->items[i], &s, e) || signup_change(c, db, s, SIGNUP_CANCELLED, e))
            return -1;
    return 0;
}

/* What stood behind a state was somebody's own words: "cancelled: ill since Monday". */
static void drop_reasons(struct call *c, struct db *db, int64_t volunteer_id)
{
    struct objects list = store_person_reasons(db, volunteer_id, &c->out);
    const struct said *said = list.items;

    for (size_t i = 0; i < list.count; i++) {
        size_t state = (size_t)(strstr(said[i].text, ": ") - said[i].text);
        store_audit_reword(db, said[i].id, arena_strndup(&c->out, said[i].text, state));
    }
}

static char *blackened(struct call *c, const char *text, const char *word)
{
    struct buf out = {0};
    char *result;

    for (const char *at; (at = strstr(text, word)); text = at + strlen(word)) {
        buf_add(&out, text, (size_t)(at - text));
        buf_adds(&out, BLACKENED);
    }
    buf_adds(&out, text);
    result = arena_strdup(&c->out, buf_text(&out));
    buf_release(&out);
    return result;
}

static void blacken(struct call *c, struct db *db, const char *word)
{
    char *pattern;
    struct objects entries, messages;
    const struct said *said;

    if (!word || !*word)
        return;
    pattern = text_like(word, &c->out);
    entries = store_audit_saying(db, pattern, &c->out);
    messages = store_messages_saying(db, pattern, &c->out);
    said = entries.items;
    for (size_t i = 0; i < entries.count; i++)
        store_audit_reword(db, said[i].id, blackened(c, said[i].text, word));
    said = messages.items;
    for (size_t i = 0; i < messages.count; i++)
        store_message_reword(db, said[i].id, blackened(c, said[i].text, word));
}

/* Names the person by one of their ids: "v-…" with the quotes of JSON around it. */
static bool names_one(const char *answer, const struct texts *quoted)
{
    for (size_t i = 0; i < quoted->count; i++)
        if (strstr(answer, quoted->items[i]))
            return true;
    return false;
}

/* Who repeats a request about somebody who is erased by now learns just that. */
static int drop_answers(struct call *c, struct db *db, const struct volunteer_row *row, struct err *e)
{
    const struct crypto_keys *k = service_keys(c->service);
    struct texts ids = store_volunteer_aliases(db, row->id, &c->out);
    char *instead = arena_printf(&c->out, "{\"id\":\"%s\",\"status\":\"erased\"}", row->code), *id, *answer;
    struct stmt *s = store_answers(db);
    struct list_builder found = {0};
    struct arena room = {0};
    struct bytes sealed;

    ids.items[ids.count++] = row->code;
    for (size_t i = 0; i < ids.count; i++)
        ids.items[i] = arena_printf(&c->out, "\"%s\"", ids.items[i]);
    while (store_answer_next(s, &room, &id, &sealed)) {
        if (sealed.len && crypto_open(k, ANSWER_CONTEXT, sealed, &room, &answer, NULL) == 0 && names_one(answer, &ids))
            *(char **)list_add(c, &found, sizeof(char *)) = arena_strdup(&c->out, id);
        arena_release(&room);
    }
    for (size_t i = 0; i < found.count; i++)
        store_answer_replace(db, ((char **)(void *)found.items)[i],
                             crypto_seal(k, ANSWER_CONTEXT, instead, &c->out));
    return db_check(db, e);
}

static int forget(struct call *c, struct db *db, const struct volunteer_row *row, struct err *e)
{
    struct volunteer whole;

    if (volunteer_show(c, db, row, true, &whole, e) || drop_answers(c, db, row, e))
        return -1;
    drop_reasons(c, db, row->id);
    blacken(c, db, whole.phone);
    blacken(c, db, whole.email);
    blacken(c, db, whole.name);
    store_hours_forget(db, row->id);
    store_volunteer_blank(db, row->id, c->req.now_ms);
    return db_check(db, e);
}

int volunteer_erase(struct call *c, struct db *db, const struct volunteer_row *row, struct person_erased *ret,
                    struct err *e)
{
    struct texts ahead;

    *ret = (struct person_erased){.id = row->code,
                                  .status = arena_strdup(&c->out, person_status_name(PERSON_ERASED)),
                                  .hours_milli = row->minutes * 1000 / 60};
    ahead = still_to_come(c, db, row->id, &ret->signups);
    if (strcmp(row->status, ret->status) == 0)
        return db_check(db, e);
    ret->cancelled = (int64_t)ahead.count;
    if (cancel_all(c, db, &ahead, e) || forget(c, db, row, e))
        return -1;
    call_changed(c, CHANGE_PEOPLE, row->id);
    call_changed(c, CHANGE_PERSON, row->id);
    return 0;
}

static int erase(struct call *c, struct db *db, const struct volunteer_row *row, void **ret, struct err *e)
{
    struct person_erased *result = arena_alloc(&c->out, sizeof *result);
    bool again = strcmp(row->status, person_status_name(PERSON_ERASED)) == 0;

    if (!again && !c->req.yes && !c->req.dry_run)
        return err_set(e, ERR_CONFLICT, MSG_ERASE_SURE, "yes", row->code, NULL);
    if (volunteer_erase(c, db, row, result, e))
        return -1;
    if (!again)
        call_audit(c, row->code, "erased, %lld sign-ups cancelled", (long long)result->cancelled);
    *ret = result;
    return 0;
}

static int run_erase(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct volunteer_ref *ref = input;
    struct volunteer_row *row;

    return volunteer_find(c, db, ref->id, &row, e) ? -1 : erase(c, db, row, ret, e);
}

static int run_erase_own(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct volunteer_row *row;

    return volunteer_of_link(c, db, input, &row, e) ? -1 : erase(c, db, row, ret, e);
}

const struct operation op_volunteer_erase = {"volunteer erase", ROLE_ORGANIZER, true, run_erase};
const struct operation op_person_erase = {"person erase", ROLE_PUBLIC, true, run_erase_own};
