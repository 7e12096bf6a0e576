#include "volunteer.h"

#define VOLUNTEER_COLUMNS                                                                              \
    "v.id, v.code, v.name, v.name_key, v.phone_sealed, v.phone_index, v.email_sealed, v.org, v.source," \
    " v.town, v.status, v.consent_ms, v.consent_version, v.consent_basis, v.minutes, v.created_ms, v.version," \
    " (SELECT k.code FROM volunteer k WHERE k.id = v.merged_into)"

static void read_row(struct stmt *s, struct arena *a, struct volunteer_row *ret)
{
    int i = 0;

    ret->id = stmt_int(s, i++);
    ret->code = stmt_text(s, i++, a);
    ret->name = stmt_text(s, i++, a);
    ret->name_key = stmt_text(s, i++, a);
    ret->phone_sealed = stmt_blob(s, i++, a);
    ret->phone_index = stmt_blob(s, i++, a);
    ret->email_sealed = stmt_blob(s, i++, a);
    ret->org = stmt_text(s, i++, a);
    ret->source = stmt_text(s, i++, a);
    ret->town = stmt_text(s, i++, a);
    ret->status = stmt_text(s, i++, a);
    ret->consent_ms = stmt_int(s, i++);
    ret->consent_version = stmt_text(s, i++, a);
    ret->consent_basis = stmt_text(s, i++, a);
    ret->minutes = stmt_int(s, i++);
    ret->created_ms = stmt_int(s, i++);
    ret->version = stmt_int(s, i++);
    ret->merged_into = stmt_text(s, i++, a);
}

static struct volunteer_row *read_one(struct stmt *s, struct arena *a)
{
    struct volunteer_row *v;

    if (!stmt_row(s))
        return NULL;
    v = arena_alloc(a, sizeof *v);
    read_row(s, a, v);
    stmt_done(s);
    return v;
}

int64_t store_volunteer_insert(struct db *db, const struct volunteer_row *v, const unsigned char *link_hash)
{
    return db_int(db, 0,
                  "INSERT INTO volunteer (code, name, name_key, phone_sealed, phone_index, email_sealed, org, source,"
                  " town, status, consent_ms, consent_version, consent_basis, link_hash, minutes, created_ms, version)"
                  " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0, $15, 1"
                  " WHERE NOT EXISTS (SELECT 1 FROM volunteer a WHERE a.phone_index = $5 AND a.name_key = $3"
                  " AND a.merged_into IS NOT NULL)"
                  " ON CONFLICT (phone_index, name_key) WHERE status <> 'erased' DO NOTHING RETURNING id",
                  p_text(v->code), p_text(v->name), p_text(v->name_key),
                  p_blob(v->phone_sealed.data, v->phone_sealed.len), p_blob(v->phone_index.data, v->phone_index.len),
                  p_blob(v->email_sealed.data, v->email_sealed.len), p_text(v->org), p_text(v->source),
                  p_text(v->town), p_text(v->status), p_int(v->consent_ms), p_text(v->consent_version),
                  p_text(v->consent_basis), p_blob(link_hash, CRYPTO_HASH_BYTES),
                  p_int(v->created_ms));
}

void store_volunteer_update(struct db *db, const struct volunteer_row *v)
{
    db_exec(db,
            "UPDATE volunteer SET name = $2, name_key = $3, phone_sealed = $4, phone_index = $5, email_sealed = $6,"
            " org = $7, source = $8, town = $9, status = $10, version = $11 WHERE id = $1",
            p_int(v->id), p_text(v->name), p_text(v->name_key), p_blob(v->phone_sealed.data, v->phone_sealed.len),
            p_blob(v->phone_index.data, v->phone_index.len), p_blob(v->email_sealed.data, v->email_sealed.len),
            p_text(v->org), p_text(v->source), p_text(v->town), p_text(v->status), p_int(v->version));
}

void store_volunteer_set_link(struct db *db, int64_t id, const unsigned char *link_hash)
{
    db_exec(db, "UPDATE volunteer SET link_hash = NULL WHERE merged_into = $1 AND link_hash IS NOT NULL", p_int(id));
    db_exec(db, "UPDATE volunteer SET link_hash = $2, version = version + 1 WHERE id = $1", p_int(id),
            p_blob(link_hash, CRYPTO_HASH_BYTES));
}

void store_volunteer_renew_link(struct db *db, int64_t id, const unsigned char *link_hash)
{
    store_volunteer_set_link(db, id, link_hash);
    db_exec(db, "UPDATE volunteer SET link_hash = NULL WHERE merged_into = $1", p_int(id));
}

struct volunteer_row *store_volunteer_by_code(struct db *db, const char *code, struct arena *a)
{
    return read_one(db_query(db, "SELECT " VOLUNTEER_COLUMNS " FROM volunteer v WHERE v.code = $1", p_text(code)), a);
}

struct volunteer_row *store_volunteer_by_link(struct db *db, const unsigned char *link_hash, struct arena *a)
{
    return read_one(db_query(db,
                             "SELECT " VOLUNTEER_COLUMNS " FROM volunteer v WHERE v.status <> 'erased' AND v.id ="
                             " (SELECT COALESCE(l.merged_into, l.id) FROM volunteer l WHERE l.link_hash = $1)",
                             p_blob(link_hash, CRYPTO_HASH_BYTES)),
                    a);
}

static bool read_id(struct stmt *s, struct arena *a, struct volunteer_id *ret)
{
    if (!stmt_row(s))
        return false;
    *ret = (struct volunteer_id){stmt_int(s, 0), stmt_text(s, 1, a), stmt_text(s, 2, a)};
    stmt_done(s);
    return true;
}

bool store_volunteer_find(struct db *db, const unsigned char *phone_index, const char *name_key, struct arena *a,
                          struct volunteer_id *ret)
{
    return read_id(db_query(db,
                            "SELECT id, code, name FROM volunteer WHERE phone_index = $1 AND name_key = $2"
                            " AND status <> 'erased' UNION ALL"
                            " SELECT k.id, k.code, k.name FROM volunteer a JOIN volunteer k ON k.id = a.merged_into"
                            " WHERE a.phone_index = $1 AND a.name_key = $2 AND a.merged_into IS NOT NULL"
                            " AND k.status <> 'erased'",
                            p_blob(phone_index, CRYPTO_HASH_BYTES), p_text(name_key)),
                   a, ret);
}

bool store_volunteer_lock(struct db *db, const char *code, struct arena *a, struct volunteer_id *ret)
{
    if (db_writes_alone(db))
        return read_id(db_query(db, "SELECT id, code, name FROM volunteer WHERE code = $1 AND status <> 'erased'",
                                p_text(code)),
                       a, ret);
    return read_id(db_query(db,
                            "UPDATE volunteer SET version = version WHERE code = $1 AND status <> 'erased'"
                            " RETURNING id, code, name",
                            p_text(code)),
                   a, ret);
}

struct stmt *store_volunteer_list(struct db *db, const struct volunteer_query *q)
{
    return db_query(db,
                    "SELECT " VOLUNTEER_COLUMNS " FROM volunteer v WHERE v.id > $1"
                    " AND (CAST($2 AS text) IS NULL OR lower(v.name_key) LIKE lower($2) ESCAPE '\\'"
                    " OR lower(v.org) LIKE lower($11) ESCAPE '\\'"
                    " OR v.code = CAST($3 AS text))"
                    " AND (CAST($4 AS bytea) IS NULL OR v.phone_index = $4)"
                    " AND (CAST($5 AS text) IS NULL OR v.source = $5)"
                    " AND v.merged_into IS NULL"
                    " AND (v.status = CAST($6 AS text) OR (CAST($6 AS text) IS NULL AND v.status <> 'erased'))"
                    " AND (CAST($7 AS text) IS NULL OR EXISTS"
                    " (SELECT 1 FROM volunteer_skill k WHERE k.volunteer_id = v.id AND k.skill = $7))"
                    " AND (CAST($9 AS text) IS NULL OR v.org = $9) AND (CAST($10 AS text) IS NULL OR v.town = $10)"
                    " ORDER BY v.id LIMIT $8",
                    p_int(q->after_id), p_text(q->name_part), p_text(q->code),
                    p_blob(q->phone_index, CRYPTO_HASH_BYTES), p_text(q->source), p_text(q->status), p_text(q->skill),
                    p_int(q->limit), p_text(q->org), p_text(q->town),
                    p_text(q->org_part));
}

bool store_volunteer_next(struct stmt *s, struct arena *a, struct volunteer_row *ret)
{
    if (!stmt_row(s))
        return false;
    read_row(s, a, ret);
    return true;
}

struct texts store_volunteer_skills(struct db *db, int64_t id, struct arena *a)
{
    struct stmt *s = db_query(db, "SELECT skill FROM volunteer_skill WHERE volunteer_id = $1 ORDER BY position, skill",
                              p_int(id));
    struct texts skills = {NULL, 0, true};

    while (skills.count < PERSON_SKILLS_MAX && stmt_row(s)) {
        if (!skills.items)
            skills.items = arena_alloc(a, PERSON_SKILLS_MAX * sizeof(char *));
        skills.items[skills.count++] = stmt_text(s, 0, a);
    }
    stmt_done(s);
    return skills;
}

void store_volunteer_put_skills(struct db *db, int64_t id, const struct texts *skills)
{
    db_exec(db, "DELETE FROM volunteer_skill WHERE volunteer_id = $1", p_int(id));
    for (size_t i = 0; i < skills->count; i++)
        db_exec(db, "INSERT INTO volunteer_skill (volunteer_id, position, skill) VALUES ($1, $2, $3)", p_int(id),
                p_int((int64_t)i), p_text(skills->items[i]));
}

void store_guardian_put(struct db *db, int64_t volunteer_id, struct bytes name_sealed, struct bytes phone_sealed,
                        int64_t consent_ms, const char *consent_version)
{
    db_exec(db,
            "INSERT INTO guardian (volunteer_id, name_sealed, phone_sealed, consent_ms, consent_version)"
            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (volunteer_id) DO NOTHING",
            p_int(volunteer_id), p_blob(name_sealed.data, name_sealed.len), p_blob(phone_sealed.data, phone_sealed.len),
            p_int(consent_ms), p_text(consent_version));
}

void store_volunteer_blank(struct db *db, int64_t id, int64_t now_ms)
{
    db_exec(db,
            "UPDATE volunteer SET name = '', name_key = '', phone_sealed = $2, phone_index = $2, email_sealed = NULL,"
            " org = '', source = '', town = '', status = 'erased', link_hash = NULL, feed_hash = NULL,"
            " version = version + 1 WHERE id = $1 OR merged_into = $1",
            p_int(id), p_blob("", 0));
    db_exec(db, "DELETE FROM volunteer_skill WHERE volunteer_id = $1", p_int(id));
    db_exec(db, "DELETE FROM guardian WHERE volunteer_id = $1", p_int(id));
    db_exec(db, "UPDATE signup SET link_hash = NULL, offer_hash = NULL, reason = '' WHERE volunteer_id = $1",
            p_int(id));
    db_exec(db,
            "UPDATE mail SET state = 'cancelled', next_ms = NULL, final_ms = $2 WHERE state <> 'sending'"
            " AND final_ms IS NULL AND signup_id IN (SELECT s.id FROM signup s WHERE s.volunteer_id = $1)",
            p_int(id), p_int(now_ms));
    db_exec(db, "UPDATE mail SET reason = '' WHERE signup_id IN (SELECT s.id FROM signup s WHERE s.volunteer_id = $1)",
            p_int(id));
    db_forget(db);
}

bool store_guardian_find(struct db *db, int64_t volunteer_id, struct arena *a, struct guardian_row *ret)
{
    struct stmt *s = db_query(
        db, "SELECT name_sealed, phone_sealed, consent_ms, consent_version FROM guardian WHERE volunteer_id = $1",
        p_int(volunteer_id));

    if (!stmt_row(s))
        return false;
    *ret = (struct guardian_row){stmt_blob(s, 0, a), stmt_blob(s, 1, a), stmt_int(s, 2), stmt_text(s, 3, a)};
    stmt_done(s);
    return true;
}

bool store_guardian_move(struct db *db, int64_t from_id, int64_t to_id)
{
    bool moved = db_exec(db,
                         "UPDATE guardian SET volunteer_id = $2 WHERE volunteer_id = $1"
                         " AND NOT EXISTS (SELECT 1 FROM guardian g WHERE g.volunteer_id = $2)",
                         p_int(from_id), p_int(to_id)) > 0;

    db_exec(db, "DELETE FROM guardian WHERE volunteer_id = $1", p_int(from_id));
    return moved;
}

void store_volunteer_become_alias(struct db *db, int64_t id, int64_t keep_id)
{
    db_exec(db,
            "UPDATE volunteer SET name = '', phone_sealed = $3, email_sealed = NULL, org = '', source = '', town = '',"
            " status = 'erased', merged_into = $2, version = version + 1 WHERE id = $1",
            p_int(id), p_int(keep_id), p_blob("", 0));
    db_exec(db, "UPDATE volunteer SET merged_into = $2 WHERE merged_into = $1", p_int(id), p_int(keep_id));
    db_exec(db, "DELETE FROM volunteer_skill WHERE volunteer_id = $1", p_int(id));
}

void store_volunteer_absorb(struct db *db, const struct volunteer_row *v)
{
    db_exec(db,
            "UPDATE volunteer SET email_sealed = $2, org = $3, source = $4, town = $5, consent_ms = $6,"
            " consent_version = $7, consent_basis = $8, created_ms = $9, version = version + 1 WHERE id = $1",
            p_int(v->id), p_blob(v->email_sealed.data, v->email_sealed.len), p_text(v->org), p_text(v->source),
            p_text(v->town), p_int(v->consent_ms), p_text(v->consent_version), p_text(v->consent_basis),
            p_int(v->created_ms));
}

struct texts store_volunteer_aliases(struct db *db, int64_t id, struct arena *a)
{
    int64_t count = db_int(db, 0, "SELECT COUNT(*) FROM volunteer WHERE merged_into = $1", p_int(id));
    struct texts codes = {arena_alloc(a, (size_t)(count + 1) * sizeof(char *)), 0, true};
    struct stmt *s = db_query(db, "SELECT code FROM volunteer WHERE merged_into = $1 ORDER BY id", p_int(id));

    while ((int64_t)codes.count < count && stmt_row(s))
        codes.items[codes.count++] = stmt_text(s, 0, a);
    stmt_done(s);
    return codes;
}

void store_volunteer_links(struct db *db, int64_t id, struct volunteer_links *ret)
{
    struct stmt *s = db_query(db,
                              "SELECT COUNT(link_hash), COUNT(feed_hash), (SELECT COUNT(link_hash) FROM signup"
                              " WHERE volunteer_id = $1) FROM volunteer WHERE id = $1 OR merged_into = $1",
                              p_int(id));

    *ret = (struct volunteer_links){0};
    if (!stmt_row(s))
        return;
    *ret = (struct volunteer_links){stmt_int(s, 0) > 0, stmt_int(s, 1) > 0, stmt_int(s, 2)};
    stmt_done(s);
}

int64_t store_people_count(struct db *db, int64_t after_ms)
{
    return db_int(db, 0, "SELECT COUNT(*) FROM volunteer WHERE status = 'active' AND created_ms > $1", p_int(after_ms));
}

int64_t store_people_first_ms(struct db *db, int64_t none)
{
    int64_t first = db_int(db, none, "SELECT MIN(created_ms) FROM volunteer WHERE status = 'active'");

    return first == DB_NULL_INT ? none : first;
}
