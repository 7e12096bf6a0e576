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

#endif
