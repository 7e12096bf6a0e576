/* What a channel test shows: the request and its answer as text, without anything secret. */
#ifndef KEPU_NOTIFY_TRACE_H
#define KEPU_NOTIFY_TRACE_H

#include "channel.h"

#define TRACE_BYTES_MAX 2000          /* of a body */

/* What is hidden: the keys in the address, the secrets, and what is signed with them. */
struct trace {
    const char *hidden[32];
    int count;
};

void trace_init(struct trace *t, const struct channel_target *target, struct arena *a);
const char *trace_request(const struct trace *t, const struct fetch_request *request, struct arena *a);
const char *trace_answer(const struct trace *t, const struct fetch_result *result, struct arena *a);

#endif
