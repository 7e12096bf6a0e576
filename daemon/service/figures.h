/* Numbers for whoever watches the machine (/metrics): counts, nothing of anybody. */
#ifndef KEPU_SERVICE_FIGURES_H
#define KEPU_SERVICE_FIGURES_H

#include "call.h"

#define FIGURES_STATES_MAX 16

struct figure {
    char *name;
    int64_t count;
};

struct figures {
    int64_t volunteers, events, occurrences_ahead, channels_paused;
    struct figure deliveries[FIGURES_STATES_MAX];    /* by state, those that there are */
    struct figure signups[FIGURES_STATES_MAX];
    size_t delivery_states, signup_states;
    int64_t store_bytes;
};

/* input: none; result: struct figures. */
extern const struct operation op_figures;

#endif
