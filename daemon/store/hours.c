#include "hours.h"

#include <string.h>

void store_attendance_add(struct db *db, int64_t signup_row, const char *kind, int64_t time_ms, const char *how,
                          const char *reason, const char *who, int64_t now_ms)
{
    db_exec(db,
            "INSERT INTO attendance_entry (signup_id, kind, time_ms, how, reason, who, created_ms)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            p_int(signup_row), p_text(kind), p_int(time_ms), p_text(how), p_text(reason), p_text(who), p_int(now_ms));
}

struct stmt *store_attendance_steps(struct db *db, int64_t signup_row)
{
    return db_query(db,
                    "SELECT kind, time_ms, how, who, reason, created_ms FROM attendance_entry WHERE signup_id = $1"
                    " ORDER BY id LIMIT 200",
                    p_int(signup_row));
}

bool store_attendance_step_next(struct stmt *s, struct arena *a, struct attendance_step *ret)
{
    if (!stmt_row(s))
        return false;
    *ret = (struct attendance_step){stmt_text(s, 0, a), stmt_int(s, 1), stmt_text(s, 2, a),
                                    stmt_text(s, 3, a), stmt_text(s, 4, a), stmt_int(s, 5)};
    return true;
}

static struct texts read_texts(struct stmt *s, size_t most, struct arena *a)
{
    struct texts all = {arena_alloc(a, most * sizeof(char *)), 0, true};

    while (all.count < most && stmt_row(s))
        all.items[all.count++] = stmt_text(s, 0, a);
    stmt_done(s);
    return all;
}

struct texts store_attendance_open(struct db *db, int64_t now_ms, int64_t limit, struct arena *a)
{
    return read_texts(db_query(db,
                               "SELECT s.code FROM signup s JOIN occurrence o ON o.id = s.occurrence_id"
                               " WHERE s.checked_in_ms IS NOT NULL AND s.checked_out_ms IS NULL"
                               " AND s.state = 'attended' AND o.end_ms <= $1 ORDER BY s.id LIMIT $2",
                               p_int(now_ms), p_int(limit)),
                      (size_t)limit, a);
}

bool store_attendance_any_open(struct db *db)
{
    return db_int(db, 0,
                  "SELECT 1 FROM signup WHERE checked_in_ms IS NOT NULL AND checked_out_ms IS NULL"
                  " AND state = 'attended' LIMIT 1") == 1;
}

#define OF_MAX 20

struct texts store_attendance_of(struct db *db, int64_t occurrence_id, const char *volunteer, const char *role,
                                 struct arena *a)
{
    return read_texts(db_query(db,
                               "SELECT s.code FROM signup s JOIN volunteer v ON v.id = s.volunteer_id"
                               " WHERE s.occurrence_id = $1 AND v.code = $2 AND s.state <> 'cancelled'"
                               " AND ($3 = '' OR s.role = $3) ORDER BY s.id LIMIT 20",
                               p_int(occurrence_id), p_text(volunteer), p_text(role)),
                      OF_MAX, a);
}

struct texts store_attendance_of_name(struct db *db, int64_t occurrence_id, const char *name_key,
                                      struct bytes phone_index, const char *role, struct arena *a)
{
    return read_texts(db_query(db,
                               "SELECT s.code FROM signup s JOIN volunteer v ON v.id = s.volunteer_id"
                               " WHERE s.occurrence_id = $1 AND v.name_key = $2 AND s.state <> 'cancelled'"
                               " AND ($3 = '' OR s.role = $3) AND ($4 = 0 OR v.phone_index = $5)"
                               " ORDER BY s.id LIMIT 20",
                               p_int(occurrence_id), p_text(name_key), p_text(role), p_int(phone_index.len > 0),
                               p_blob(phone_index.data, phone_index.len)),
                      OF_MAX, a);
}

struct texts store_attendance_of_phone(struct db *db, int64_t occurrence_id, struct bytes phone_index, struct arena *a)
{
    return read_texts(db_query(db,
                               "SELECT s.code FROM signup s JOIN volunteer v ON v.id = s.volunteer_id"
                               " WHERE s.occurrence_id = $1 AND v.phone_index = $2 AND v.status <> 'erased'"
                               " AND (s.state = 'confirmed' OR s.state = 'attended') ORDER BY s.id LIMIT 20",
                               p_int(occurrence_id), p_blob(phone_index.data, phone_index.len)),
                      OF_MAX, a);
}

int64_t store_code_tries(struct db *db, int64_t signup_row, int64_t since_ms)
{
    return db_int(db, 0, "SELECT code_tries FROM signup WHERE id = $1 AND code_tries_ms >= $2", p_int(signup_row),
                  p_int(since_ms));
}

void store_code_tried(struct db *db, int64_t signup_row, int64_t since_ms, int64_t now_ms)
{
    db_exec(db,
            "UPDATE signup SET code_tries = CASE WHEN code_tries_ms >= $2 THEN code_tries + 1 ELSE 1 END,"
            " code_tries_ms = CASE WHEN code_tries_ms >= $2 THEN code_tries_ms ELSE $3 END WHERE id = $1",
            p_int(signup_row), p_int(since_ms), p_int(now_ms));
}

void store_headcount_add(struct db *db, int64_t occurrence_id, int64_t people, const char *note, const char *who,
                         int64_t now_ms)
{
    db_exec(db,
            "INSERT INTO headcount_entry (occurrence_id, people, note, who, created_ms) VALUES ($1, $2, $3, $4, $5)",
            p_int(occurrence_id), p_int(people), p_text(note), p_text(who), p_int(now_ms));
}

/* The chain */

struct hours_head store_hours_head(struct db *db, bool take, struct arena *a)
{
    struct hours_head head = {0, {"", 0}, {"", 0}};
    struct stmt *s = take ? db_query(db, "UPDATE hours_head SET number = number WHERE id = 1"
                                         " RETURNING number, hash, seal")
                          : db_query(db, "SELECT number, hash, seal FROM hours_head WHERE id = 1");

    if (!stmt_row(s))
        return head;
    head = (struct hours_head){stmt_int(s, 0), stmt_blob(s, 1, a), stmt_blob(s, 2, a)};
    stmt_done(s);
    return head;
}

void store_hours_head_put(struct db *db, const struct hours_head *head)
{
    db_exec(db, "UPDATE hours_head SET number = $1, hash = $2, seal = $3 WHERE id = 1", p_int(head->number),
            p_blob(head->hash.data, head->hash.len), p_blob(head->seal.data, head->seal.len));
}

void store_hours_insert(struct db *db, const struct hours_entry *h)
{
    db_exec(db,
            "INSERT INTO hours_entry (number, code, kind, root, refers, volunteer, signup, event, occurrence, day,"
            " minutes, counted, how, who, at_ms, note, note_salt, note_hash, hash)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
            p_int(h->number), p_text(h->id), p_text(h->kind), p_int(h->root), p_int(h->refers), p_text(h->volunteer),
            p_text(h->signup), p_text(h->event), p_text(h->occurrence), p_text(h->day), p_int(h->minutes),
            p_int(h->counted), p_text(h->how), p_text(h->who), p_int(h->at_ms), p_text(h->note),
            p_blob(h->note_salt.data, h->note_salt.len), p_blob(h->note_hash.data, h->note_hash.len),
            p_blob(h->hash.data, h->hash.len));
    if (h->counted)
        db_exec(db, "UPDATE volunteer SET minutes = minutes + $2 WHERE code = $1", p_text(h->volunteer),
                p_int(h->counted));
}

#define ENTRY_COLUMNS                                                                                              \
    "SELECT h.number, h.code, h.kind, h.root, h.refers, h.volunteer, h.signup, h.event, h.occurrence, h.day,"      \
    " h.minutes, h.counted, h.how, h.who, h.at_ms, h.note, h.note_salt, h.note_hash, h.hash, v.name, a.who, r.code" \
    " FROM hours_entry h LEFT JOIN volunteer v ON v.code = h.volunteer"                                            \
    " LEFT JOIN hours_entry a ON a.refers = h.number AND a.kind = 'approval'"                                      \
    " LEFT JOIN hours_entry r ON r.number = h.refers"

static void read_chained(struct stmt *s, struct arena *a, struct hours_entry *ret)
{
    int i = 0;

    ret->number = stmt_int(s, i++);
    ret->id = stmt_text(s, i++, a);
    ret->kind = stmt_text(s, i++, a);
    ret->root = stmt_int(s, i++);
    ret->refers = stmt_int(s, i++);
    ret->volunteer = stmt_text(s, i++, a);
    ret->signup = stmt_text(s, i++, a);
    ret->event = stmt_text(s, i++, a);
    ret->occurrence = stmt_text(s, i++, a);
    ret->day = stmt_text(s, i++, a);
    ret->minutes = stmt_int(s, i++);
    ret->counted = stmt_int(s, i++);
    ret->how = stmt_text(s, i++, a);
    ret->who = stmt_text(s, i++, a);
    ret->at_ms = stmt_int(s, i++);
    ret->note = stmt_text(s, i++, a);
    ret->note_salt = stmt_blob(s, i++, a);
    ret->note_hash = stmt_blob(s, i++, a);
    ret->hash = stmt_blob(s, i++, a);
}

bool store_hours_next(struct stmt *s, struct arena *a, struct hours_entry *ret)
{
    if (!stmt_row(s))
        return false;
    *ret = (struct hours_entry){0};
    read_chained(s, a, ret);
    ret->name = stmt_text(s, 19, a);
    ret->approved_by = stmt_text(s, 20, a);
    ret->refers_id = stmt_text(s, 21, a);
    return true;
}

static struct hours_entry *read_one(struct stmt *s, struct arena *a)
{
    struct hours_entry *h = arena_alloc(a, sizeof *h);

    if (!store_hours_next(s, a, h))
        return NULL;
    stmt_done(s);
    return h;
}

struct hours_entry *store_hours_by_code(struct db *db, const char *code, struct arena *a)
{
    return read_one(db_query(db, ENTRY_COLUMNS " WHERE h.code = $1", p_text(code)), a);
}

struct hours_entry *store_hours_by_number(struct db *db, int64_t number, struct arena *a)
{
    return read_one(db_query(db, ENTRY_COLUMNS " WHERE h.number = $1", p_int(number)), a);
}

bool store_hours_is_approved(struct db *db, int64_t number)
{
    return db_int(db, 0, "SELECT COUNT(*) FROM hours_entry WHERE kind = 'approval' AND refers = $1", p_int(number)) > 0;
}

static struct hours_sum read_sum(struct stmt *s)
{
    struct hours_sum sum = {0};

    if (!stmt_row(s))
        return sum;
    sum = (struct hours_sum){stmt_int(s, 0), stmt_int(s, 1), stmt_int(s, 2)};
    stmt_done(s);
    return sum;
}

#define SUM_COLUMNS \
    "SELECT CAST(COALESCE(SUM(counted), 0) AS bigint), COALESCE(MIN(root), 0), COALESCE(MAX(number), 0)" \
    " FROM hours_entry"

struct hours_sum store_hours_of_signup(struct db *db, const char *signup)
{
    return read_sum(db_query(db, SUM_COLUMNS " WHERE signup = $1", p_text(signup)));
}

struct hours_sum store_hours_of_root(struct db *db, int64_t root)
{
    return read_sum(db_query(db, SUM_COLUMNS " WHERE root = $1", p_int(root)));
}

int64_t store_hours_at(struct db *db, const char *volunteer, const char *event, const char *occurrence)
{
    return db_int(db, 0,
                  "SELECT CAST(COALESCE(SUM(CASE WHEN h.kind = 'manual' AND NOT EXISTS (SELECT 1 FROM hours_entry a"
                  " WHERE a.refers = h.number AND a.kind = 'approval') THEN h.minutes ELSE h.counted END), 0)"
                  " AS bigint) FROM hours_entry h WHERE h.volunteer = $1 AND h.event = $2 AND h.occurrence = $3",
                  p_text(volunteer), p_text(event), p_text(occurrence));
}

bool store_hours_outdated(struct db *db, int64_t root, int64_t number)
{
    return db_int(db, 0, "SELECT COUNT(*) FROM hours_entry WHERE root = $1 AND number > $2 AND kind <> 'manual'",
                  p_int(root), p_int(number)) > 0;
}

void store_signup_minutes(struct db *db, const char *signup, int64_t minutes)
{
    db_exec(db, "UPDATE signup SET minutes = $2, version = version + 1 WHERE code = $1", p_text(signup),
            p_int(minutes));
}

/* A query for each way in, so that each has its index. */
struct stmt *store_hours_list(struct db *db, const struct hours_query *q)
{
#define REST                                                                                                     \
    " AND h.number > $2 AND (CAST($3 AS text) IS NULL OR h.event = $3)"                                          \
    " AND ($4 = -1 OR $4 = CASE WHEN h.kind = 'manual' AND a.number IS NULL THEN 1 ELSE 0 END)"                  \
    " ORDER BY h.number LIMIT $5"
    if (q->volunteer)
        return db_query(db, ENTRY_COLUMNS " WHERE h.volunteer = $1" REST, p_text(q->volunteer), p_int(q->after),
                        p_text(q->event), p_int(q->pending), p_int(q->limit));
    if (q->event)
        return db_query(db, ENTRY_COLUMNS " WHERE h.event = $1" REST, p_text(q->event), p_int(q->after), p_text(NULL),
                        p_int(q->pending), p_int(q->limit));
    return db_query(db, ENTRY_COLUMNS " WHERE h.number > $1" REST, p_int(0), p_int(q->after), p_text(NULL),
                    p_int(q->pending), p_int(q->limit));
#undef REST
}

struct stmt *store_hours_all(struct db *db)
{
    return db_query(db, ENTRY_COLUMNS " ORDER BY h.number");
}

/* Certificates */

#define IN_PERIOD                                                                                        \
    " WHERE h.volunteer = $1 AND h.number <= $4 AND ($2 = '' OR h.day >= $2) AND ($3 = '' OR h.day <= $3)"

/*
 * Today's sum of a matter counts wherever it was booked: one that went to another volunteer since is none of this
 * one's any more, unless both are the same person by now.
 */
struct stmt *store_hours_matters(struct db *db, const char *volunteer, const char *from, const char *to, int64_t head)
{
    return db_query(db,
                    "SELECT m.root, m.counted, (SELECT CAST(COALESCE(SUM(n.counted), 0) AS bigint) FROM hours_entry n"
                    " WHERE n.root = m.root AND (n.volunteer = $1 OR n.volunteer = (SELECT k.code FROM volunteer o"
                    " JOIN volunteer k ON k.id = o.merged_into WHERE o.code = $1))),"
                    " f.day, f.event, COALESCE(e.title, '') FROM"
                    " (SELECT h.root AS root, CAST(SUM(h.counted) AS bigint) AS counted FROM hours_entry h" IN_PERIOD
                    " GROUP BY h.root) m JOIN hours_entry f ON f.number = m.root LEFT JOIN event e ON e.slug = f.event"
                    " WHERE m.counted <> 0 ORDER BY f.day, m.root",
                    p_text(volunteer), p_text(from), p_text(to), p_int(head));
}

bool store_hours_matter_next(struct stmt *s, struct arena *a, struct hours_matter *ret)
{
    if (!stmt_row(s))
        return false;
    ret->root = stmt_int(s, 0);
    ret->counted = stmt_int(s, 1);
    ret->now = stmt_int(s, 2);
    ret->day = stmt_text(s, 3, a);
    ret->event = stmt_text(s, 4, a);
    ret->title = stmt_text(s, 5, a);
    return true;
}

int64_t store_hours_total(struct db *db, const char *volunteer, int64_t head)
{
    return db_int(db, 0, "SELECT CAST(COALESCE(SUM(counted), 0) AS bigint) FROM hours_entry"
                  " WHERE volunteer = $1 AND number <= $2",
                  p_text(volunteer), p_int(head));
}

#define PEOPLE_MAX 40

struct texts store_hours_people(struct db *db, const char *volunteer, const char *from, const char *to, int64_t head,
                                bool approved, struct arena *a)
{
    struct stmt *s = approved ? db_query(db,
                                         "SELECT DISTINCT h.who FROM hours_entry h" IN_PERIOD
                                         " AND h.kind = 'approval' ORDER BY h.who LIMIT 40",
                                         p_text(volunteer), p_text(from), p_text(to), p_int(head))
                              : db_query(db,
                                         "SELECT DISTINCT h.who FROM hours_entry h" IN_PERIOD
                                         " AND h.kind <> 'approval' ORDER BY h.who LIMIT 40",
                                         p_text(volunteer), p_text(from), p_text(to), p_int(head));

    return read_texts(s, PEOPLE_MAX, a);
}

void store_certificate_add(struct db *db, const struct certificate_row *row, const unsigned char *page_hash)
{
    db_exec(db,
            "INSERT INTO certificate (code, page_hash, volunteer, from_day, to_day, minutes, head, who, issued_ms,"
            " seal) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            p_text(row->code), p_blob(page_hash, CRYPTO_HASH_BYTES), p_text(row->volunteer), p_text(row->from),
            p_text(row->to), p_int(row->minutes), p_int(row->head), p_text(row->who), p_int(row->issued_ms),
            p_blob(row->seal.data, row->seal.len));
}

#define CERTIFICATE_COLUMNS \
    "SELECT code, volunteer, from_day, to_day, minutes, head, who, issued_ms, seal FROM certificate"

bool store_certificate_next(struct stmt *s, struct arena *a, struct certificate_row *ret)
{
    if (!stmt_row(s))
        return false;
    ret->code = stmt_text(s, 0, a);
    ret->volunteer = stmt_text(s, 1, a);
    ret->from = stmt_text(s, 2, a);
    ret->to = stmt_text(s, 3, a);
    ret->minutes = stmt_int(s, 4);
    ret->head = stmt_int(s, 5);
    ret->who = stmt_text(s, 6, a);
    ret->issued_ms = stmt_int(s, 7);
    ret->seal = stmt_blob(s, 8, a);
    return true;
}

static bool read_certificate(struct stmt *s, struct arena *a, struct certificate_row *ret)
{
    bool found = store_certificate_next(s, a, ret);

    stmt_done(s);
    return found;
}

struct stmt *store_certificates_all(struct db *db)
{
    return db_query(db, CERTIFICATE_COLUMNS " ORDER BY code");
}

bool store_certificate_find(struct db *db, const char *code, struct arena *a, struct certificate_row *ret)
{
    return read_certificate(db_query(db, CERTIFICATE_COLUMNS " WHERE code = $1", p_text(code)), a, ret);
}

bool store_certificate_of_page(struct db *db, const unsigned char *page_hash, struct arena *a,
                               struct certificate_row *ret)
{
    return read_certificate(db_query(db, CERTIFICATE_COLUMNS " WHERE page_hash = $1",
                                     p_blob(page_hash, CRYPTO_HASH_BYTES)), a, ret);
}

int64_t store_certificate_count(struct db *db)
{
    return db_int(db, 0, "SELECT COUNT(*) FROM certificate");
}

#define OF_THE_PERSON " IN (SELECT v.code FROM volunteer v WHERE v.id = $1 OR v.merged_into = $1)"

void store_hours_forget(struct db *db, int64_t volunteer_id)
{
    db_exec(db,
            "UPDATE hours_entry SET note = NULL, note_salt = NULL WHERE note IS NOT NULL AND volunteer" OF_THE_PERSON,
            p_int(volunteer_id));
    db_exec(db,
            "UPDATE attendance_entry SET reason = '' WHERE reason <> '' AND signup_id IN"
            " (SELECT s.id FROM signup s WHERE s.volunteer_id = $1)",
            p_int(volunteer_id));
}

struct texts store_certificates_of(struct db *db, int64_t volunteer_id, struct arena *a)
{
    return read_texts(db_query(db, "SELECT code FROM certificate WHERE volunteer" OF_THE_PERSON " ORDER BY code",
                               p_int(volunteer_id)),
                      PERSON_CERTIFICATES_MAX, a);
}
