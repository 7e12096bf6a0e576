/* QR codes as pictures (SVG). */
#ifndef KEPU_WEB_QR_H
#define KEPU_WEB_QR_H

#include "base/buf.h"

#define QR_MARGIN 4                      /* light modules around it (ISO/IEC 18004, 6.3.8) */

/* How much of it may be lost: 15 % on a screen, 25 % on paper, where rain and thumbs are. */
enum qr_level { QR_SCREEN, QR_PAPER };

/*
 * Appends the picture as a data: address for <img src>, a user unit per module, dark on white whatever the page is.
 * -1, and nothing appended, where the text is too long for any code.
 */
int qr_put_image(struct buf *out, const char *text, enum qr_level level);

#endif
