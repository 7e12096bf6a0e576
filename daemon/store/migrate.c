#include "migrate.h"

#include "base/assets.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void folder_of(const char *dialect, char *ret, size_t size)
{
    snprintf(ret, size, "schema/%s/", dialect);
}

int64_t migrate_latest(const char *dialect)
{
    char folder[64];
    int64_t latest = 0;

    folder_of(dialect, folder, sizeof folder);
    for (const struct asset *a = asset_next(folder, NULL); a; a = asset_next(folder, a))
        latest = strtoll(a->path + strlen(folder), NULL, 10);
    return latest;
}

static int apply(struct db *db, const struct asset *a, int64_t version, struct err *e)
{
    if (db_begin(db, true, e))
        return -1;
    if (db_script(db, a->data, e) || db_set_schema_version(db, version, e)) {
        db_rollback(db);
        return -1;
    }
    log_info("schema: %s", a->path);
    return db_commit(db, e) == DB_COMMITTED ? 0 : -1;
}

int migrate(struct db *db, struct err *e)
{
    char folder[64], have_text[24], latest_text[24];
    int64_t have = db_schema_version(db, e), latest = migrate_latest(db_dialect(db));

    if (have < 0)
        return -1;
    if (have > latest) {
        snprintf(have_text, sizeof have_text, "%lld", (long long)have);
        snprintf(latest_text, sizeof latest_text, "%lld", (long long)latest);
        return err_set(e, ERR_FAILED, MSG_STORE_NEWER, "store.url", have_text, latest_text, NULL);
    }
    folder_of(db_dialect(db), folder, sizeof folder);
    for (const struct asset *a = asset_next(folder, NULL); a; a = asset_next(folder, a)) {
        int64_t version = strtoll(a->path + strlen(folder), NULL, 10);
        if (version > have && apply(db, a, version, e))
            return -1;
    }
    return 0;
}
