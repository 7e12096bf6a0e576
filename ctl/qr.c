#include "qr.h"

#include <qrencode.h>
#include <stdbool.h>

#define MARGIN 4                         /* light modules around it (ISO/IEC 18004, 6.3.8) */
#define BLACK_ON_WHITE "\033[38;5;16;48;5;231m"   /* of the fixed colours: themes change the first sixteen */
#define AS_BEFORE "\033[0m"

static bool is_dark(const QRcode *code, int x, int y)
{
    x -= MARGIN;
    y -= MARGIN;
    return x >= 0 && y >= 0 && x < code->width && y < code->width && code->data[y * code->width + x] & 1;
}

static void draw_line(struct buf *out, const QRcode *code, int y, enum qr_look look)
{
    static const char *const blocks[] = {" ", "\xE2\x96\x80", "\xE2\x96\x84", "\xE2\x96\x88"};
    int side = code->width + 2 * MARGIN;

    if (look == QR_COLOURS)
        buf_adds(out, BLACK_ON_WHITE);
    for (int x = 0; x < side; x++) {
        bool upper = is_dark(code, x, y) != (look == QR_BRIGHT);
        /* below the last row, which is odd, nothing is drawn */
        bool lower = y + 1 < side ? is_dark(code, x, y + 1) != (look == QR_BRIGHT) : false;
        buf_adds(out, blocks[upper + 2 * lower]);
    }
    buf_adds(out, look == QR_COLOURS ? AS_BEFORE "\n" : "\n");
}

int qr_draw(struct buf *out, const char *text, enum qr_look look, int columns_max)
{
    QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    int side = code ? code->width + 2 * MARGIN : 0;

    if (columns_max && side > columns_max)
        side = 0;
    for (int y = 0; y < side; y += 2)
        draw_line(out, code, y, look);
    QRcode_free(code);
    return side;
}
