/* How long the loop is held up: from one look at what is ready to the next, without what it waited. */
#ifndef KEPU_WEB_LOOP_WATCH_H
#define KEPU_WEB_LOOP_WATCH_H

#include <stdint.h>
#include <uv.h>

#define LOOP_WATCH_WINDOW_MS 60000

struct loop_watch {
    uv_prepare_t prepare;
    int64_t turn_ms;                 /* monotonic: when the last turn began */
    uint64_t idle_ns;                /* waited until then, in all */
    int64_t window_ms;               /* when the current window began */
    int64_t worst_ms, before_ms;     /* in this window, in the one before */
    int64_t ever_ms;
};

void loop_watch_start(struct loop_watch *w, uv_loop_t *loop);
void loop_watch_stop(struct loop_watch *w);
/* The longest turn of the last minute or two. */
int64_t loop_watch_recent_ms(const struct loop_watch *w);

#endif
