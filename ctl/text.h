/* Text for a terminal or a spreadsheet: nothing in the data may act there. */
#ifndef KEPU_CTL_TEXT_H
#define KEPU_CTL_TEXT_H

#include "base/buf.h"
#include "base/catalogue.h"

#include <stdbool.h>

enum text_lines { TEXT_ONE_LINE, TEXT_MANY_LINES };

/*
 * Appends text with every control character, and whatever changes the direction of writing, made visible (\x1B).
 * Line ends and tabs are spaces on one line, and stay on many.
 */
void text_clean(struct buf *out, const char *text, enum text_lines lines);
/* Spaces up to `width` columns for a text that takes `taken`. */
void text_pad(struct buf *out, int taken, int width);
/* The text cut to `width` columns, with an ellipsis where it was cut. */
void text_cut(struct buf *out, const char *text, int width);
/* Text broken to lines of at most `width` columns, all but the first indented. */
void text_wrap(struct buf *out, const char *text, int indent, int width);

/* One cell of CSV (RFC 4180), guarded against being read as a formula unless it is a number. */
void text_csv(struct buf *out, const char *text, bool number);

/*
 * "2027-05-12 周三 09:00" from RFC 3339, a date, or RFC 5545's basic forms; the wall time as it is written, whatever the
 * offset. False, and nothing appended, where it is none of them.
 */
bool text_time(struct buf *out, const char *text, enum lang lang);
bool text_is_date_time(const char *text);   /* RFC 3339 with a time of day */

/* "3天4小时", "5.2 MiB". */
void text_duration(struct buf *out, long long seconds, enum lang lang);
void text_size(struct buf *out, long long bytes);

#endif
