/* Calendar files of other programs become events: `kepuctl import`. */
#ifndef KEPU_SERVICE_IMPORT_H
#define KEPU_SERVICE_IMPORT_H

#include "call.h"
#include "domain/ical.h"

/*
 * input: struct import_input, result: struct import_report. One transaction; a component that can't be taken is refused
 * alone, with what depends on it. An error is only a file that is no calendar.
 */
extern const struct operation op_import;

#endif
