#include "pace.h"

struct window {
    size_t count;       /* at most so many, in any… */
    int64_t window_ms;
};

struct pace {
    struct window windows[2];
    size_t burst;       /* so many within PACE_WINDOW_MS may go freely, the next ones… */
    int64_t gap_ms;     /* …so far apart */
};

/* The vendors allow 20 a minute (Feishu 100, and 5 a second); the rest is for what the network does to the spacing. */
#define PACE_20_A_MINUTE {{{18, 60000}}, 5, 3200}
#define PACE_100_A_MINUTE {{{90, 60000}, {4, 1000}}, 0, 0}

static const struct pace paces[CHANNEL_KIND_COUNT] = {
    [CHANNEL_WECOM] = PACE_20_A_MINUTE,
    [CHANNEL_DINGTALK] = PACE_20_A_MINUTE,
    [CHANNEL_TELEGRAM] = PACE_20_A_MINUTE,
    [CHANNEL_FEISHU] = PACE_100_A_MINUTE,
    [CHANNEL_LARK] = PACE_100_A_MINUTE,
    [CHANNEL_SLACK] = {{{1, 1000}}, 0, 0},
};

bool pace_needed(enum channel_kind kind)
{
    return paces[kind].windows[0].count > 0;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The n-th latest must be out of the window when the next one goes. */
static int64_t after_window(const int64_t *sent_ms, size_t count, size_t n, int64_t window_ms)
{
    return n == 0 || count < n ? INT64_MIN : sent_ms[count - n] + window_ms;
}

int64_t pace_next_ms(enum channel_kind kind, const int64_t *sent_ms, size_t count, int64_t now_ms)
{
    const struct pace *p = &paces[kind];
    int64_t next_ms = now_ms, free_ms;

    while (count > 0 && sent_ms[count - 1] > now_ms + PACE_WINDOW_MS)
        count--;
    for (size_t i = 0; i < sizeof p->windows / sizeof p->windows[0]; i++)
        next_ms = later(next_ms, after_window(sent_ms, count, p->windows[i].count, p->windows[i].window_ms));
    free_ms = after_window(sent_ms, count, p->burst, PACE_WINDOW_MS);
    if (free_ms > next_ms) {
        int64_t gap_end_ms = sent_ms[count - 1] + p->gap_ms;
        next_ms = later(next_ms, gap_end_ms < free_ms ? gap_end_ms : free_ms);
    }
    return next_ms;
}
