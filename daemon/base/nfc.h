/* Unicode's composed form (NFC): one way to write what looks the same, for comparing. By ICU, which libical brings. */
#ifndef KEPU_BASE_NFC_H
#define KEPU_BASE_NFC_H

#include "mem.h"

/* Well-formed UTF-8, composed; what is composed already, and what is no UTF-8, as it is. In the arena. */
char *nfc(const char *text, struct arena *a);

#endif
