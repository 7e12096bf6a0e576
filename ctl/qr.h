/* QR codes drawn with half blocks, two rows of modules a line. */
#ifndef KEPU_CTL_QR_H
#define KEPU_CTL_QR_H

#include "base/buf.h"

/*
 * QR_COLOURS: black on white, whatever the terminal's colours are. Without colours a block is what the terminal writes
 * with: QR_BRIGHT draws the light modules (most terminals are dark), QR_INK the dark ones (a file, a printout).
 */
enum qr_look { QR_COLOURS, QR_BRIGHT, QR_INK };

/* Appends the code; returns its width in columns. 0, and nothing appended, if it would be wider than `columns_max`
 * (0: any) or the text is too long for any code. */
int qr_draw(struct buf *out, const char *text, enum qr_look look, int columns_max);

#endif
