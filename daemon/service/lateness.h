/* How late first attempts were since the start: a histogram for whoever watches. On the loop. */
#ifndef KEPU_SERVICE_LATENESS_H
#define KEPU_SERVICE_LATENESS_H

#include <stdint.h>

/* Upper bounds in milliseconds; beyond the last there is one more bucket. */
#define LATENESS_BOUNDS_MS {50, 100, 250, 500, 1000, 2000, 5000, 10000, 30000, 60000, 300000, 900000, 3600000}
#define LATENESS_BOUNDS 13
#define LATENESS_LATE_MS 60000        /* later than this is called late */

struct lateness {
    uint64_t counts[LATENESS_BOUNDS + 1];   /* each by itself */
    uint64_t sent, late;
    int64_t sum_ms;
};

struct service;
void service_note_lateness(struct service *s, int64_t late_ms);
const struct lateness *service_lateness(const struct service *s);

#endif
