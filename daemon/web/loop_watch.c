#include "loop_watch.h"

#include "base/clock.h"

static void note(struct loop_watch *w, int64_t now_ms, int64_t busy_ms)
{
    if (now_ms - w->window_ms >= LOOP_WATCH_WINDOW_MS) {
        w->before_ms = now_ms - w->window_ms < 2 * LOOP_WATCH_WINDOW_MS ? w->worst_ms : 0;
        w->worst_ms = 0;
        w->window_ms = now_ms;
    }
    if (busy_ms > w->worst_ms)
        w->worst_ms = busy_ms;
    if (busy_ms > w->ever_ms)
        w->ever_ms = busy_ms;
}

/* It wakes nobody: a quiet loop has no turns. */
static void on_turn(uv_prepare_t *prepare)
{
    struct loop_watch *w = prepare->data;
    int64_t now_ms = clock_monotonic_ms();
    uint64_t idle_ns = uv_metrics_idle_time(prepare->loop);

    note(w, now_ms, now_ms - w->turn_ms - (int64_t)((idle_ns - w->idle_ns) / 1000000));
    w->turn_ms = now_ms;
    w->idle_ns = idle_ns;
}

void loop_watch_start(struct loop_watch *w, uv_loop_t *loop)
{
    uv_loop_configure(loop, UV_METRICS_IDLE_TIME);
    uv_prepare_init(loop, &w->prepare);
    w->prepare.data = w;
    w->turn_ms = w->window_ms = clock_monotonic_ms();
    w->idle_ns = uv_metrics_idle_time(loop);
    uv_prepare_start(&w->prepare, on_turn);
    uv_unref((uv_handle_t *)&w->prepare);
}

void loop_watch_stop(struct loop_watch *w)
{
    uv_close((uv_handle_t *)&w->prepare, NULL);
}

int64_t loop_watch_recent_ms(const struct loop_watch *w)
{
    return w->worst_ms > w->before_ms ? w->worst_ms : w->before_ms;
}
