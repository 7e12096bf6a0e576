/* Events as a calendar file that says everything about them: `kepuctl export`. For feeds see feed.h. */
#ifndef KEPU_SERVICE_EXPORT_H
#define KEPU_SERVICE_EXPORT_H

#include "call.h"
#include "domain/ical.h"

#define EXPORT_BYTES_MAX (64 * 1024 * 1024)

/*
 * input: struct export_input, result: const char *, the file. Rules go out as they are kept, lunar ones with RSCALE;
 * what iCalendar has no word for as X-KEPU- properties. Importing it gives the same events and occurrences.
 */
extern const struct operation op_export;

#endif
