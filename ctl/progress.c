#include "progress.h"

#include "base/clock.h"

#include <stdio.h>
#include <unistd.h>

#define SHOW_AFTER_MS 1000
#define BAR_COLUMNS 30

void progress_start(struct progress *p, enum lang lang)
{
    *p = (struct progress){.lang = lang, .started_ms = clock_monotonic_ms()};
}

void progress_show(struct progress *p, int64_t done_bytes, int64_t total_bytes)
{
    int filled;

    if (total_bytes <= 0 || clock_monotonic_ms() - p->started_ms < SHOW_AFTER_MS || !isatty(STDERR_FILENO))
        return;
    filled = (int)(done_bytes * BAR_COLUMNS / total_bytes);
    fprintf(stderr, "\r%s [", catalogue_text(W_CTL_SENDING, p->lang));
    for (int i = 0; i < BAR_COLUMNS; i++)
        fputc(i < filled ? '#' : '.', stderr);
    fprintf(stderr, "] %3d%%", (int)(done_bytes * 100 / total_bytes));
    fflush(stderr);
    p->shown = true;
}

void progress_stop(struct progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->shown = false;
}
