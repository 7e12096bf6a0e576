/* Recurring events that keep asking for this year's date. */
#include "calendar/civil.h"
#include "measure.h"
#include "report.h"
#include "store/register.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static char *text_of(const json_t *o, const char *name, struct arena *a)
{
    const char *text = json_string_value(json_object_get(o, name));

    return arena_strdup(a, text ? text : "");
}

static struct texts texts_of(const json_t *o, const char *name, struct arena *a)
{
    const json_t *list = json_object_get(o, name);
    struct texts texts = {.items = arena_alloc(a, (json_array_size(list) + 1) * sizeof(char *))};

    while (texts.count < json_array_size(list)) {
        const char *text = json_string_value(json_array_get(list, texts.count));
        texts.items[texts.count++] = arena_strdup(a, text ? text : "");
    }
    return texts;
}

/* Something was made from it that happens in this year, or is about to without a confirmed date (which status
 * names). */
static bool dated(struct db *db, const char *slug, const char *from, const char *until)
{
    return db_int(db, 0,
                  "SELECT COUNT(*) FROM (SELECT 1 FROM event e JOIN occurrence o ON o.event_id = e.id WHERE"
                  " (e.preset = $1 OR e.category = $1) AND e.status <> 'cancelled' AND o.status <> 'cancelled'"
                  " AND o.start_local >= $2 AND o.start_local < $3 LIMIT 1) x",
                  p_text(slug), p_text(from), p_text(until)) > 0;
}

struct objects presets_undated(struct call *c, struct db *db, enum lang lang)
{
    const struct zone *zone = zone_find(service_settings(c->service)->tz, NULL);
    struct texts slugs = store_preset_slugs(db, &c->out);
    struct list_builder list = {0};
    struct civil today;
    char from[24], until[24];

    civil_from_wall(measure_today(c, zone) * CIVIL_DAY_S, &today);
    snprintf(from, sizeof from, "%04d-01-01", today.year);
    snprintf(until, sizeof until, "%04d-01-01", today.year + 1);
    for (size_t i = 0; i < slugs.count; i++) {
        json_t *o = json_loads(store_preset_body(db, slugs.items[i], &c->out), 0, NULL);
        const char *basis = json_string_value(json_object_get(o, "basis"));
        bool announced = json_is_true(json_object_get(o, "provisional")) || (basis && strcmp(basis, "announced") == 0);
        if (announced && !dated(db, slugs.items[i], from, until)) {
            struct undated *u = list_add(c, &list, sizeof *u);
            char *title_en = text_of(o, "title_en", &c->out);
            *u = (struct undated){slugs.items[i],
                                  lang == LANG_EN && title_en[0] ? title_en : text_of(o, "title", &c->out),
                                  text_of(o, "lead", &c->out), texts_of(o, "audiences", &c->out)};
        }
        json_decref(o);
    }
    return (struct objects){list.items, list.count, true};
}
