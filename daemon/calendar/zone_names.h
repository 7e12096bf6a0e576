/* The names of zones: which are allowed, which is meant, and what Windows calls them. */
#ifndef KEPU_CALENDAR_ZONE_NAMES_H
#define KEPU_CALENDAR_ZONE_NAMES_H

#include <stdbool.h>

#define ZONE_NAME_BYTES 64

const char *zone_names_dir(void);               /* $TZDIR or the system's place */
/* Safe as a path below it: [A-Za-z0-9_+/-] only, no leading "/", not empty, shorter than ZONE_NAME_BYTES. */
bool zone_names_allowed(const char *tzid);
/* The IANA name that `text` may mean: a Windows name, another case, or a slip of the pen. False if none is near. */
bool zone_names_nearest(const char *text, char ret[ZONE_NAME_BYTES]);

#endif
