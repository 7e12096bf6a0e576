/* Several operations as one: all of them or none, in order. */
#ifndef KEPU_SERVICE_BATCH_H
#define KEPU_SERVICE_BATCH_H

#include "call.h"

#define BATCH_STEPS_MAX 2000

struct batch_step {
    int64_t line;                        /* where it came from, for errors */
    const struct operation *op;
    const void *input;
    bool yes, force;
    int64_t if_version;
    /* On the store thread: appends the result as JSON. */
    void (*encode)(const struct batch_step *step, const void *result, struct buf *out);
    const void *encode_arg, *encode_fields;
};
struct batch {
    struct batch_step *steps;
    size_t count;
};

/* input: struct batch; result: const char *, {"done","items"}. Each step is audited by itself. */
extern const struct operation op_batch;

#endif
