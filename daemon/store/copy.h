/* Copies a whole state into another database, of the same kind or the other one. */
#ifndef KEPU_STORE_COPY_H
#define KEPU_STORE_COPY_H

#include "base/err.h"

#include <stdint.h>

struct copied {
    int64_t tables, rows;
};

/*
 * In one transaction, and every table's rows are counted afterwards. Refuses a target that holds anything, a database
 * that a kepud works on, and a source whose check value of the key (state.h) is not `key_check`. Both get the newest
 * schema first.
 */
int store_copy(const char *from_url, const char *to_url, const char *key_check, struct copied *ret, struct err *e);

#endif
