/* Why a command failed: an error of our own, or the daemon's problem (RFC 9457); how it is told, and the exit code. */
#ifndef KEPU_CTL_FAILURE_H
#define KEPU_CTL_FAILURE_H

#include "settings.h"

#include <jansson.h>
#include <stdbool.h>

/* Zero-initialised is no failure. */
struct failure {
    struct err err;
    json_t *problem;    /* "code", "message", "hint", "field"; if set, `err` counts for nothing */
};

/* Takes over the reference to `problem`. Returns -1. */
int failure_set_problem(struct failure *f, json_t *problem);
/* {"code","message","hint","field"} as a new object. */
json_t *failure_object(const struct failure *f, enum lang lang);
/* One sentence, or {"error":{…}} with --json, on standard error. Returns the exit code. */
int failure_tell(const struct failure *f, const struct settings *settings);
void failure_release(struct failure *f);

#endif
