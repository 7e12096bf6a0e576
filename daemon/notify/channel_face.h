/* What a kind of channel says of itself: how it is asked, and as data, how it answers. Only for channel*.c. */
#ifndef KEPU_NOTIFY_CHANNEL_FACE_H
#define KEPU_NOTIFY_CHANNEL_FACE_H

#include "channel.h"

#include <jansson.h>

/* What proves a delivery, on a status of success; anything else on such a status proves nothing either way. */
enum proof {
    PROOF_STATUS,        /* 2xx is enough */
    PROOF_WORD_OK,       /* 200 and the body "ok" */
    PROOF_CODE,          /* 200 and an integer 0 in proof_field, or in proof_field_old where that is missing */
    PROOF_TEXT,          /* 200 and a text in proof_field */
    PROOF_TRUE,          /* 200 and true in proof_field */
};

/* The vendor's own error codes; a list ends with code 0. */
struct code_rule {
    int64_t code;
    enum judgement judgement;
    int64_t wait_ms;             /* at least; 0: as the schedule has it */
    bool robot_waits;
    const char *note;            /* for the reason; may be NULL */
};

/* A list ends with from 0. */
struct status_rule {
    int from, to;
    enum judgement judgement;
    bool robot_waits;
};

struct channel_face {
    int (*build)(const struct channel_target *target, const struct message *message, int64_t now_ms, struct arena *a,
                 struct fetch_request *ret, struct err *e);
    enum proof proof;
    const char *proof_field, *proof_field_old;
    const char *words_field;             /* where the answer says what was wrong; NULL: nowhere */
    const char *wait_object, *wait_field; /* where it says how long to wait (wait_object may be NULL) */
    int64_t wait_unit_ms;
    const struct code_rule *codes;       /* NULL: none */
    const struct status_rule *statuses;  /* before the ones that hold for all; NULL: none */
    /* The last word on a code that means different things; NULL: none. */
    enum judgement (*reconsider)(int64_t code, const char *words, enum judgement judgement);
};

#define X(kind, name, face) extern const struct channel_face face;
CHANNEL_KINDS(X)
#undef X

const struct channel_face *channel_face(enum channel_kind kind);

/* A POST (or `method`) of json, which is consumed; NULL json is an error. Texts of ret live in the arena. */
int channel_request(const struct channel_target *target, const char *method, const char *url, json_t *json,
                    struct arena *a, struct fetch_request *ret, struct err *e);
void channel_add_header(struct fetch_request *request, const char *line);
/* "Authorization: Bearer SECRET", where there is a secret. */
void channel_add_bearer(struct fetch_request *request, const struct channel_target *target, struct arena *a);

#endif
