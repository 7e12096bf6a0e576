"""QR codes read back by libzbar, from their modules: a list of rows, true where dark."""
import ctypes
import re

SCALE = 4


def read(modules):
    """The texts of the codes there are. Light modules around it must be there: readers need them."""
    zbar = ctypes.CDLL("libzbar.so.0")
    for name in ("zbar_image_scanner_create", "zbar_image_create", "zbar_image_first_symbol", "zbar_symbol_next"):
        getattr(zbar, name).restype = ctypes.c_void_p
    zbar.zbar_symbol_get_data.restype = ctypes.c_char_p
    pixels = b"".join(bytes(0 if dark else 255 for dark in row for _ in range(SCALE)) * SCALE for row in modules)
    image = ctypes.c_void_p(zbar.zbar_image_create())
    zbar.zbar_image_set_format(image, ctypes.c_ulong(int.from_bytes(b"Y800", "little")))
    zbar.zbar_image_set_size(image, len(modules[0]) * SCALE, len(modules) * SCALE)
    zbar.zbar_image_set_data(image, pixels, ctypes.c_ulong(len(pixels)), None)
    scanner = ctypes.c_void_p(zbar.zbar_image_scanner_create())
    zbar.zbar_scan_image(scanner, image)
    found, symbol = [], zbar.zbar_image_first_symbol(image)
    while symbol:
        found.append(zbar.zbar_symbol_get_data(ctypes.c_void_p(symbol)).decode())
        symbol = zbar.zbar_symbol_next(ctypes.c_void_p(symbol))
    zbar.zbar_image_destroy(image)
    zbar.zbar_image_scanner_destroy(scanner)
    return found


def of_blocks(text, bright=False):
    """From half blocks, two rows a line; `bright`: blocks are the light modules."""
    rows = []
    for line in text.splitlines():
        rows.append([(c in "▀█") != bright for c in line])
        rows.append([(c in "▄█") != bright for c in line])
    return rows


def of_svg(svg):
    """From the dashes of kepu's picture."""
    width, height = map(int, re.search(r"viewBox='0,0,(\d+),(\d+)'", svg).groups())
    rows = [[False] * width for _ in range(height)]
    for x, y, dashes in re.findall(r"M(\d+),(\d+)\.5((?:m\d+,0|h\d+)*)", svg):
        x = int(x)
        for move, gap, dark in re.findall(r"(m(\d+),0|h(\d+))", dashes):
            if dark:
                rows[int(y)][x:x + int(dark)] = [True] * int(dark)
            x += int(gap or dark)
    return rows
