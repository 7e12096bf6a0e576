#include "retention.h"

#include "store/retention.h"
#include "store/shadow.h"
#include "volunteer.h"

#define SHADOWS_KEPT_MS (30 * 86400000LL)

int retention_sweep(struct call *c, struct db *db, struct err *e)
{
    int64_t kept_ms = service_settings(c->service)->privacy.retention_ms, before_ms = c->req.now_ms - kept_ms;
    struct person_erased erased;
    struct volunteer_row *row;
    struct texts codes;

    store_shadows_forget(db, c->req.now_ms - SHADOWS_KEPT_MS);
    if (kept_ms == 0)
        return db_check(db, e);
    store_minors_forget(db, before_ms);
    codes = store_people_over(db, before_ms, RETENTION_PEOPLE_MAX, &c->out);
    for (size_t i = 0; i < codes.count; i++)
        if (volunteer_find(c, db, codes.items[i], &row, e) || volunteer_erase(c, db, row, &erased, e))
            return -1;
    if (codes.count > 0)
        call_audit(c, "volunteers", "%zu who only took part erased: their time was over", codes.count);
    return db_check(db, e);
}
