#include "person.h"

#include <string.h>

#define ITEMS_FIRST 16

/* A list that grows in the arena. */
static void *add(struct objects *list, size_t *room, size_t bytes, struct arena *a)
{
    if (list->count == *room) {
        char *items = arena_alloc(a, (*room = *room ? *room * 2 : ITEMS_FIRST) * bytes);
        if (list->count)
            memcpy(items, list->items, list->count * bytes);
        list->items = items;
    }
    return (char *)list->items + bytes * list->count++;
}

#define OF_THE_PERSON                                                                                       \
    " WHERE object IN (SELECT v.code FROM volunteer v WHERE v.id = $1 OR v.merged_into = $1)"                \
    " OR object IN (SELECT s.code FROM signup s WHERE s.volunteer_id = $1)"                                  \
    " OR object IN (SELECT h.code FROM hours_entry h JOIN volunteer w ON w.code = h.volunteer"               \
    " WHERE w.id = $1 OR w.merged_into = $1)"

struct objects store_person_audit(struct db *db, int64_t volunteer_id, struct arena *a)
{
    struct objects list = {NULL, 0, true};
    size_t room = 0;
    struct stmt *s = db_query(
        db, "SELECT at_ms, who, operation, object, detail, request FROM audit" OF_THE_PERSON " ORDER BY id",
        p_int(volunteer_id));

    while (stmt_row(s))
        *(struct audit_entry *)add(&list, &room, sizeof(struct audit_entry), a) =
            (struct audit_entry){.at_ms = stmt_int(s, 0), .who = stmt_text(s, 1, a), .operation = stmt_text(s, 2, a),
                                 .object = stmt_text(s, 3, a), .detail = stmt_text(s, 4, a),
                                 .request = stmt_text(s, 5, a)};
    return list;
}

static struct objects read_said(struct stmt *s, struct arena *a)
{
    struct objects list = {NULL, 0, true};
    size_t room = 0;

    while (stmt_row(s))
        *(struct said *)add(&list, &room, sizeof(struct said), a) = (struct said){stmt_int(s, 0), stmt_text(s, 1, a)};
    return list;
}

struct objects store_person_reasons(struct db *db, int64_t volunteer_id, struct arena *a)
{
    return read_said(db_query(db,
                              "SELECT id, detail FROM audit WHERE operation <> 'signup add' AND detail LIKE '%: %'"
                              " AND object IN (SELECT s.code FROM signup s WHERE s.volunteer_id = $1) ORDER BY id",
                              p_int(volunteer_id)),
                     a);
}

struct objects store_audit_saying(struct db *db, const char *pattern, struct arena *a)
{
    return read_said(db_query(db, "SELECT id, detail FROM audit WHERE detail LIKE $1 ESCAPE '\\' ORDER BY id",
                              p_text(pattern)),
                     a);
}

/* What is still to be sent is sent as it was written; it is final within the hour. */
struct objects store_messages_saying(struct db *db, const char *pattern, struct arena *a)
{
    return read_said(db_query(db,
                              "SELECT id, text FROM delivery WHERE final_ms IS NOT NULL AND text LIKE $1 ESCAPE '\\'"
                              " ORDER BY id",
                              p_text(pattern)),
                     a);
}

void store_audit_reword(struct db *db, int64_t id, const char *detail)
{
    db_exec(db, "UPDATE audit SET detail = $2 WHERE id = $1", p_int(id), p_text(detail));
}

void store_message_reword(struct db *db, int64_t id, const char *text)
{
    db_exec(db, "UPDATE delivery SET text = $2 WHERE id = $1", p_int(id), p_text(text));
}

struct stmt *store_answers(struct db *db)
{
    return db_query(db, "SELECT id, answer_sealed FROM request ORDER BY id");
}

bool store_answer_next(struct stmt *s, struct arena *a, char **ret_id, struct bytes *ret_sealed)
{
    if (!stmt_row(s))
        return false;
    *ret_id = stmt_text(s, 0, a);
    *ret_sealed = stmt_blob(s, 1, a);
    return true;
}

void store_answer_replace(struct db *db, const char *id, struct bytes sealed)
{
    db_exec(db, "UPDATE request SET answer_sealed = $2 WHERE id = $1", p_text(id), p_blob(sealed.data, sealed.len));
}
