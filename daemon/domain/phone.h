/* Phone numbers: however they are written, one form to keep and compare, and one to show. */
#ifndef KEPU_DOMAIN_PHONE_H
#define KEPU_DOMAIN_PHONE_H

#include "base/err.h"

#define PHONE_BYTES 20               /* "+" and 15 digits, or 11 digits, and the zero byte */
#define PHONE_WRITTEN_BYTES_MAX 100

/*
 * Spaces, hyphens, parentheses and full-width forms are taken; +86 and 0086 are the mainland's. Result: 11 digits for a
 * mainland mobile number, otherwise "+" and 7–15 digits (E.164; written with + or 00). ERR_INVALID, field "phone".
 */
int phone_normalise(const char *text, char ret[PHONE_BYTES], struct err *e);

/* "138****1234", "+44****0123" of a normalised number. */
void phone_mask(const char *phone, char ret[PHONE_BYTES]);

#endif
