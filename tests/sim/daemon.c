/* The daemon's lives: what of it is under test, started as notify.c and server.c do, and killed at any moment. */
#include "world.h"

#include <stdlib.h>

/* As notify.c does. */
static void on_change(void *arg, const struct change *changes, int count)
{
    struct world *w = arg;

    for (int i = 0; i < count; i++) {
        if (changes[i].kind == CHANGE_DELIVERIES || changes[i].kind == CHANGE_EVERYTHING) {
            if (w->dispatcher)
                dispatcher_wake(w->dispatcher);
            return;
        }
    }
}

static void restart(struct world *w, void *arg)
{
    (void)arg;
    if (!w->up)
        daemon_start(w);
}

void daemon_start(struct world *w)
{
    struct network network = robots_network(w);

    world_say(w, "the daemon starts");
    w->up = true;
    w->stopped = false;
    w->distrust_until_ms = 0;        /* it has not seen the jump */
    world_upset(w, 0);
    w->service = service_new(&w->store, &w->keys, &w->settings);
    service_set_robots(w->service, &notify_robots);
    w->dispatcher = dispatcher_new(&w->loop, w->service, &network);
    service_listen(w->service, on_change, w);
    people_daily(w);
}

static void on_stopped(void *arg)
{
    ((struct world *)arg)->stopped = true;
}

/*
 * It dies between two steps of the simulation: before a job, between a commit and its answer, while a request is on its
 * way. Nothing that it does from now on has an effect; its memory is given back the regular way.
 */
void daemon_kill(struct world *w)
{
    if (!w->up)
        return;
    world_say(w, "the daemon dies");
    w->counts.kills++;
    w->up = false;
    w->writing = w->telling = false;
    dispatcher_stop(w->dispatcher, on_stopped, w);
    while (!w->stopped) {
        robots_die(w);
        disk_die(w);
        uv_run(&w->loop, UV_RUN_NOWAIT);
    }
    disk_die(w);
    w->dispatcher = NULL;
    service_free(w->service);
    world_at(w, world_chance(w, 700) ? world_between(w, SECOND_MS, MINUTE_MS) : world_between(w, MINUTE_MS, 3 * DAY_MS),
             restart, NULL);
}
