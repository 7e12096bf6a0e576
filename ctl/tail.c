#include "hooks.h"
#include "print.h"
#include "session.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SHOWN_FIRST 10
#define LOOKED_AT 1000        /* newest ones asked for at a time */
#define POLL_INTERVAL_MS 1000

/* An entry as its text: a delivery that has changed is news, and an audit entry has no id. */
static char *entry_key(const json_t *item)
{
    return json_dumps(item, JSON_COMPACT | JSON_SORT_KEYS);
}

/* Those of `items` (newest first) that the set `seen` lacks, oldest first; *seen becomes the set of these items. */
static json_t *news(json_t *items, json_t **seen)
{
    json_t *fresh = json_array(), *now = json_object();

    for (size_t i = json_array_size(items); i-- > 0;) {
        json_t *item = json_array_get(items, i);
        char *key = entry_key(item);

        if (!json_object_get(*seen, key))
            json_array_append(fresh, item);
        json_object_set_new(now, key, json_true());
        free(key);
    }
    json_decref(*seen);
    *seen = now;
    return fresh;
}

static void keep_last(json_t *items, long long count)
{
    while ((long long)json_array_size(items) > count)
        json_array_remove(items, 0);
}

static int look(struct session *s, struct request *r, json_t **ret)
{
    json_t *next;

    if (session_collect(s, r, LOOKED_AT, ret, &next) != 0)
        return -1;
    json_decref(next);
    return 0;
}

/* Ends only with an error or a signal. */
static int follow(struct session *s, struct request *r, long long first_count)
{
    const struct timespec pause = {POLL_INTERVAL_MS / 1000, POLL_INTERVAL_MS % 1000 * 1000000L};
    json_t *seen = json_object(), *items, *fresh;
    bool first = true;
    int rc;

    while ((rc = look(s, r, &items)) == 0) {
        fresh = news(items, &seen);
        if (first)
            keep_last(fresh, first_count);
        rc = print_more(s->settings, s->inv->command->shape, fresh, first, &s->failure.err);
        first = first && json_array_size(fresh) == 0;
        json_decref(items);
        json_decref(fresh);
        if (rc != 0)
            break;
        nanosleep(&pause, NULL);
    }
    json_decref(seen);
    return rc;
}

int hook_run_tail(struct session *s)
{
    struct request r;
    long long count;
    int rc;

    if (session_number(s, "count", SHOWN_FIRST, &count) != 0 ||
        request_build(s->inv, s->settings, &r, &s->failure.err) != 0)
        return -1;
    rc = follow(s, &r, count);
    request_release(&r);
    return rc;
}
