/* Numbers for whoever watches the machine (/metrics): counts, nothing of anybody. */
#ifndef KEPU_SERVICE_FIGURES_H
#define KEPU_SERVICE_FIGURES_H

#include "call.h"

#define FIGURES_STATES_MAX 16

struct figure {
    char *name;
    int64_t count;
};

/* Deliveries of one channel in one state. */
struct channel_figure {
    char *channel, *kind, *state;
    int64_t count;
};
#define FIGURES_CHANNELS_MAX 2000

struct figures {
    int64_t volunteers, events, occurrences_ahead, channels_paused;
    struct figure deliveries[FIGURES_STATES_MAX];    /* by state, those that there are */
    struct figure signups[FIGURES_STATES_MAX];
    size_t delivery_states, signup_states;
    struct channel_figure *channels;
    size_t channel_count;
    int64_t due, oldest_due_ms;                      /* waiting although due; of those the oldest, 0: none */
    int64_t store_bytes;
};

/* input: none; result: struct figures. */
extern const struct operation op_figures;

#endif
