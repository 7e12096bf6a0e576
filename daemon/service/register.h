/* The office's lists: departments, categories, audiences, venues, units. */
#ifndef KEPU_SERVICE_REGISTER_H
#define KEPU_SERVICE_REGISTER_H

#include "call.h"
#include "domain/office.h"

/* input: struct entry (list: none); result: struct entry (list: struct list of it). By enum register_kind. */
struct register_operations {
    struct operation list, show, add, edit;
};
extern const struct register_operations register_operations[REGISTER_COUNT];

/* For other operations: the entry of a slug, in c->out; ERR_NOT_FOUND with the nearest slug. */
int register_find(struct call *c, struct db *db, enum register_kind kind, const char *slug, struct entry **ret,
                  struct err *e);

#endif
