/* Files named on the command line; "-" is standard input. */
#ifndef KEPU_CTL_FILE_H
#define KEPU_CTL_FILE_H

#include "base/buf.h"
#include "base/err.h"

#define FILE_BODY_BYTES_MAX (64u * 1024 * 1024)
#define FILE_SECRET_BYTES_MAX 8192u

/* The whole file into `ret`, no larger than its max_bytes; `field` is what the error is about. */
int file_read(const char *path, const char *field, struct buf *ret, struct err *e);
/* The same; a file with nothing in it is ERR_INVALID. */
int file_read_some(const char *path, const char *field, struct buf *ret, struct err *e);
/* A secret or an address: one line, its newline cut, not empty. */
int file_read_line(const char *path, const char *field, struct buf *ret, struct err *e);

#endif
