#include "backup.h"

#include "driver.h"
#include "migrate.h"

#include <string.h>

/* Where a file says whether it has a log beside it (file format 1.3, "file format version numbers"). */
#define WAL_MARK_AT 18
#define NO_WAL 1
#define HEADER_BYTES 100

static int no_backup(struct err *e)
{
    return err_set(e, ERR_CONFLICT, MSG_BACKUP_POSTGRES, NULL, NULL);
}

static bool is_whole(struct db *image)
{
    struct arena a = {0};
    struct stmt *s = db_query(image, "PRAGMA quick_check(1)");
    bool whole = stmt_row(s) && strcmp(stmt_text(s, 0, &a), "ok") == 0;

    stmt_done(s);
    arena_release(&a);
    return whole && db_check(image, NULL) == 0;
}

/* A database of its own, in memory. */
static struct db *open_image(struct bytes bytes, struct err *e)
{
    struct db *image;

    if (bytes.len < HEADER_BYTES || memcmp(bytes.data, "SQLite format 3", 16) != 0) {
        err_set(e, ERR_INVALID, MSG_BACKUP_BAD, "FILE", NULL);
        return NULL;
    }
    image = db_open("sqlite::memory:", true, e);
    if (!image)
        return NULL;
    if (db_sqlite.load(image, bytes) == 0 && is_whole(image))
        return image;
    err_set(e, ERR_INVALID, MSG_BACKUP_BAD, "FILE", NULL);
    db_close(image);
    return NULL;
}

int store_backup(struct db *db, struct arena *a, struct bytes *ret, struct err *e)
{
    unsigned char *bytes;
    struct db *image;
    size_t len;

    if (!db->driver->dump)
        return no_backup(e);
    if (db->driver->dump(db, a, &bytes, &len, e))
        return -1;
    bytes[WAL_MARK_AT] = bytes[WAL_MARK_AT + 1] = NO_WAL;
    image = open_image((struct bytes){bytes, len}, e);
    if (!image)
        return -1;
    db_close(image);
    *ret = (struct bytes){bytes, len};
    return 0;
}

static char *meta(struct db *db, const char *name, struct arena *a)
{
    struct stmt *s = db_query(db, "SELECT value FROM meta WHERE name = $1", p_text(name));
    char *value = NULL;

    if (stmt_row(s))
        value = stmt_text(s, 0, a);
    stmt_done(s);
    return value ? value : arena_strdup(a, "");
}

static int check_ours(struct db *db, struct db *image, struct arena *a, struct err *e)
{
    int64_t version = db_schema_version(image, e);

    if (version < 1)
        return err_set(e, ERR_INVALID, MSG_BACKUP_BAD, "FILE", NULL);
    if (migrate(image, e))
        return -1;
    if (strcmp(meta(db, "key_check", a), meta(image, "key_check", a)) != 0)
        return err_set(e, ERR_CONFLICT, MSG_STORE_OTHER_KEY, "FILE", NULL);
    return db_check(image, e);
}

/* A message that went out after the backup was made is not sent again. */
static void keep_sent(struct db *db, struct db *image, struct arena *a)
{
    struct stmt *s = db_query(db, "SELECT identity, state, final_ms, attempts, reason FROM delivery"
                                  " WHERE final_ms IS NOT NULL ORDER BY id");

    while (stmt_row(s)) {
        db_exec(image,
                "UPDATE delivery SET state = $2, final_ms = $3, attempts = $4, reason = $5, next_ms = NULL"
                " WHERE identity = $1 AND final_ms IS NULL",
                p_text(stmt_text(s, 0, a)), p_text(stmt_text(s, 1, a)), p_int(stmt_int(s, 2)), p_int(stmt_int(s, 3)),
                p_text(stmt_text(s, 4, a)));
    }
    db_exec(image, "UPDATE meta SET value = $1 WHERE name = 'public_url'", p_text(meta(db, "public_url", a)));
}

int store_restore(struct db *db, struct bytes backup, bool try, struct err *e)
{
    struct arena a = {0};
    struct db *image;
    int rc;

    if (!db->driver->replace)
        return no_backup(e);
    image = open_image(backup, e);
    if (!image)
        return -1;
    rc = check_ours(db, image, &a, e);
    if (rc == 0) {
        keep_sent(db, image, &a);
        rc = db_check(image, e);
    }
    if (rc == 0 && !try)
        rc = db->driver->replace(db, image, e);
    db_close(image);
    arena_release(&a);
    return rc;
}

bool store_holds_something(struct db *db)
{
    return db_int(db, 0, "SELECT COUNT(*) FROM event") > 0 || db_int(db, 0, "SELECT COUNT(*) FROM volunteer") > 0;
}
