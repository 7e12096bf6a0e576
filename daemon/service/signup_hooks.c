#include "signup_hooks.h"

#include "planner.h"
#include "store/signup.h"

void signup_fill_places(struct call *c, struct db *db, int64_t occurrence_id, const char *role)
{
    int64_t filled = 0;

    /* The role's row before the sign-up's, as everywhere: two who free a place at once wait for each other here. */
    while (store_place_promote(db, occurrence_id, role)) {
        int64_t volunteer = store_signup_promote(db, occurrence_id, role, c->req.now_ms);
        if (volunteer == 0) {
            store_place_count(db, occurrence_id, role, -1, 0, 0);
            break;
        }
        call_changed(c, CHANGE_PERSON, volunteer);
        filled++;
    }
    if (filled == 0)
        return;
    call_changed(c, CHANGE_PLACES, store_occurrence_event(db, occurrence_id));
    planner_role(c, db, occurrence_id, role);
}
