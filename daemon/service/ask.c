/* Which recurring events without a date this year a weekly "ask" names in a channel; declared in digest.h. */
#include "digest.h"

#include "report.h"

#include <string.h>

/* A rule for the category wins over one for all, as with events (planner_rules_of). */
static bool is_about(struct db *db, const struct reminder *r, const char *slug)
{
    if (r->event_id != DB_NULL_INT)
        return false;
    if (r->category)
        return strcmp(r->category, slug) == 0;
    return db_int(db, 0, "SELECT 1 FROM reminder WHERE kind = 'ask' AND event_id IS NULL AND category = $1 LIMIT 1",
                  p_text(slug)) == 0;
}

static bool has(const struct texts *list, const char *value)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], value) == 0)
            return true;
    return false;
}

static bool is_wanted(const struct undated *u, const char *kind, const char *value)
{
    if (strcmp(kind, "category") == 0)
        return strcmp(u->slug, value) == 0;
    return strcmp(kind, "lead") == 0 ? strcmp(u->lead, value) == 0 : has(&u->audiences, value);
}

/* Of several filters of one kind any lets it through, of several kinds all: as store_reminder_channels does. */
static bool lets_through(const struct texts *filters, const struct undated *u)
{
    static const char *const kinds[] = {"category", "lead", "audience"};

    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        size_t len = strlen(kinds[k]);
        bool asked = false, wanted = false;
        for (size_t i = 0; i < filters->count; i++) {
            const char *filter = filters->items[i];
            if (strncmp(filter, kinds[k], len) != 0 || filter[len] != '=')
                continue;
            asked = true;
            wanted |= is_wanted(u, kinds[k], filter + len + 1);
        }
        if (asked && !wanted)
            return false;
    }
    return true;
}

struct objects ask_undated(struct call *c, struct db *db, const struct reminder *r, const struct channel_row *ch,
                           enum lang lang)
{
    struct objects all = r && ch && r->event_id == DB_NULL_INT ? presets_undated(c, db, lang) : (struct objects){0};
    const struct undated *items = all.items;
    struct list_builder named = {0};

    for (size_t i = 0; i < all.count; i++)
        if (is_about(db, r, items[i].slug) && lets_through(&ch->shown.filters, &items[i]))
            *(struct undated *)list_add(c, &named, sizeof items[i]) = items[i];
    return (struct objects){named.items, named.count, true};
}
