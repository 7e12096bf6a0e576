#include "progress.h"

#include "base/clock.h"

#include <stdio.h>
#include <unistd.h>

#define SHOW_AFTER_MS 1000
#define BAR_COLUMNS 30
#define BLOCK_COLUMNS 3

void progress_start(struct progress *p, enum lang lang)
{
    *p = (struct progress){.lang = lang, .started_ms = clock_monotonic_ms()};
}

static void draw(const struct progress *p, enum msg word, int from, int to)
{
    fprintf(stderr, "\r%s [", catalogue_text(word, p->lang));
    for (int i = 0; i < BAR_COLUMNS; i++)
        fputc(i >= from && i < to ? '#' : '.', stderr);
}

/* How long that takes nobody knows: a block walks along the bar, a step a second, and the seconds are counted. */
static void show_work(const struct progress *p, int64_t now_ms)
{
    int seconds = (int)((now_ms - p->sent_ms) / 1000), at = seconds * BLOCK_COLUMNS % BAR_COLUMNS;

    draw(p, W_CTL_WORKING, at, at + BLOCK_COLUMNS);
    fprintf(stderr, "] %3d s", seconds);
}

void progress_show(struct progress *p, int64_t done_bytes, int64_t total_bytes)
{
    int64_t now_ms = clock_monotonic_ms();

    if (total_bytes <= 0)
        return;
    if (!p->sent_ms && done_bytes >= total_bytes)
        p->sent_ms = now_ms;
    if (now_ms - p->started_ms < SHOW_AFTER_MS || !isatty(STDERR_FILENO))
        return;
    if (p->sent_ms) {
        show_work(p, now_ms);
    } else {
        draw(p, W_CTL_SENDING, 0, (int)(done_bytes * BAR_COLUMNS / total_bytes));
        fprintf(stderr, "] %3d%%", (int)(done_bytes * 100 / total_bytes));
    }
    fflush(stderr);
    p->shown = true;
}

void progress_stop(struct progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->shown = false;
}
