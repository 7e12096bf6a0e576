/* Backing the whole state up, and going back to one. For administrators. */
#ifndef KEPU_SERVICE_BACKUP_H
#define KEPU_SERVICE_BACKUP_H

#include "call.h"

#define RESTORE_BYTES_MAX (256u * 1024 * 1024)

struct restore_input {
    struct bytes file;               /* the first member: the body as it came */
    int8_t replace;                  /* 1: what is there may be lost */
};
struct restore_result {
    int64_t events, volunteers, signups;
};
extern const struct fields restore_input_fields, restore_result_fields;

/* input: none; result: struct bytes. */
extern const struct operation op_backup;
/* input: struct restore_input; result: struct restore_result, of the state that is served from then on. */
extern const struct operation op_restore;

#endif
