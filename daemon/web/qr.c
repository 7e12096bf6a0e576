#include "qr.h"

#include <qrencode.h>

/* A row as dashes: dark runs are lines, light runs moves. Commas, as a blank would have to be escaped in an address. */
static void put_row(struct buf *out, const unsigned char *modules, int width, int y)
{
    int gap = 0, run;

    buf_printf(out, "M%d,%d.5", QR_MARGIN, y + QR_MARGIN);
    for (int x = 0; x < width; x += run) {
        bool dark = modules[x] & 1;
        for (run = 1; x + run < width && (modules[x + run] & 1) == dark; run++)
            ;
        if (!dark) {
            gap = run;
            continue;
        }
        if (gap)
            buf_printf(out, "m%d,0", gap);
        buf_printf(out, "h%d", run);
        gap = 0;
    }
}

int qr_put_image(struct buf *out, const char *text, enum qr_level level)
{
    QRcode *code = QRcode_encodeString(text, 0, level == QR_PAPER ? QR_ECLEVEL_Q : QR_ECLEVEL_M, QR_MODE_8, 1);
    int side;

    if (!code)
        return -1;
    side = code->width + 2 * QR_MARGIN;
    buf_printf(out, "data:image/svg+xml,%%3Csvg%%20xmlns='http://www.w3.org/2000/svg'%%20viewBox='0,0,%d,%d'"
               "%%20shape-rendering='crispEdges'%%3E%%3Cpath%%20fill='white'%%20d='M0,0h%dv%dH0'/%%3E"
               "%%3Cpath%%20stroke='black'%%20d='", side, side, side, side);
    for (int y = 0; y < code->width; y++)
        put_row(out, code->data + y * code->width, code->width, y);
    buf_adds(out, "'/%3E%3C/svg%3E");
    QRcode_free(code);
    return 0;
}
