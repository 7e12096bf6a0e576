/* What people call the fields of objects and the values of their states, in both languages. */
#ifndef KEPU_CTL_LABELS_H
#define KEPU_CTL_LABELS_H

#include "base/catalogue.h"

/* How a field's value is read. */
enum reading { READ_PLAIN, READ_TIME, READ_STATE, READ_SECONDS, READ_BYTES, READ_PERCENT };

/* The field's name for people; `field` itself where it has none. */
const char *label_of(const char *field, enum lang lang);
enum reading label_reading(const char *field);
/* A state or kind for people ("已确认"); `value` itself where it has no word. */
const char *label_state(const char *value, enum lang lang);

#endif
