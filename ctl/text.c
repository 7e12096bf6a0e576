#include "text.h"

#include "base/utf8.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ELLIPSIS "…"

/* C0, DEL, C1, and the characters that turn the direction of writing or separate lines unseen. */
static bool acts(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || c == 0x200E || c == 0x200F || c == 0xFEFF ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

static void add_visible(struct buf *out, uint32_t c)
{
    buf_printf(out, c < 0x100 ? "\\x%02X" : "\\u%04X", (unsigned)c);
}

void text_clean(struct buf *out, const char *text, enum text_lines lines)
{
    size_t bytes = strlen(text);

    for (size_t i = 0, n; i < bytes; i += n) {
        uint32_t c = utf8_next(text + i, bytes - i, &n);
        bool space = c == '\n' || c == '\t' || c == '\r';

        if (c == 0xFFFD && n == 1)
            add_visible(out, (unsigned char)text[i]);
        else if (space && lines == TEXT_ONE_LINE)
            buf_addc(out, ' ');
        else if (acts(c) && !(space && c != '\r'))
            add_visible(out, c);
        else
            buf_add(out, text + i, n);
    }
}

void text_pad(struct buf *out, int taken, int width)
{
    for (; taken < width; taken++)
        buf_addc(out, ' ');
}

/* Bytes of the longest start of `text` that takes at most `width` columns. */
static size_t start_of(const char *text, int width)
{
    size_t bytes = strlen(text), i = 0, n;
    int taken = 0;

    for (; i < bytes; i += n) {
        char one[5];
        uint32_t c = utf8_next(text + i, bytes - i, &n);

        utf8_put(c, one);
        taken += c ? utf8_width(one) : 1;
        if (taken > width)
            break;
    }
    return i;
}

void text_cut(struct buf *out, const char *text, int width)
{
    if (utf8_width(text) <= width) {
        buf_adds(out, text);
        return;
    }
    buf_add(out, text, start_of(text, width - 1));
    buf_adds(out, ELLIPSIS);
}

/* A line may end after a space or beside a character that isn't ASCII. */
static size_t break_before(const char *text, size_t fits)
{
    for (size_t i = fits; i > 0; i--) {
        unsigned char before = (unsigned char)text[i - 1], at = (unsigned char)text[i];
        if (before == ' ' || at == ' ' || (at >= 0xC0 && before < 0x80) ||
            (before >= 0x80 && (at < 0x80 || at >= 0xC0)))
            return i;
    }
    return fits;
}

void text_wrap(struct buf *out, const char *text, int indent, int width)
{
    int room = width - indent > 16 ? width - indent : 16;

    while (utf8_width(text) > room) {
        size_t n = break_before(text, start_of(text, room));
        size_t kept = n;

        while (kept > 0 && text[kept - 1] == ' ')
            kept--;
        buf_add(out, text, kept);
        buf_addc(out, '\n');
        text_pad(out, 0, indent);
        text += n;
        text += strspn(text, " ");
    }
    buf_adds(out, text);
}

/* What a spreadsheet would take for a formula has a ' before it; our own import takes that away again. */
void text_csv(struct buf *out, const char *text, bool number)
{
    bool guard = !number && text[0] && strchr("=+-@\t\r", text[0]);
    bool quote = text[strcspn(text, ",\"\r\n")] != 0;

    if (quote)
        buf_addc(out, '"');
    if (guard)
        buf_addc(out, '\'');
    for (const char *p = text; *p; p++) {
        if (*p == '"')
            buf_addc(out, '"');
        buf_addc(out, *p);
    }
    if (quote)
        buf_addc(out, '"');
}

void text_duration(struct buf *out, long long seconds, enum lang lang)
{
    static const struct { long long s; const char *unit[2]; } units[] = {
        {86400, {"天", "d"}}, {3600, {"小时", "h"}}, {60, {"分钟", "min"}}, {1, {"秒", "s"}}};
    int parts = 0;

    for (size_t i = 0; i < sizeof units / sizeof units[0] && parts < 2; i++) {
        long long n = seconds / units[i].s;
        if (n == 0 && (parts == 0 && i < 3))
            continue;
        if (n > 0 || parts == 0)
            buf_printf(out, "%s%lld %s", parts ? " " : "", n, units[i].unit[lang]);
        seconds -= n * units[i].s;
        parts++;
    }
}

void text_size(struct buf *out, long long bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double n = (double)bytes;
    size_t i = 0;

    for (; n >= 1024 && i < 4; i++)
        n /= 1024;
    buf_printf(out, i == 0 ? "%.0f %s" : "%.1f %s", n, units[i]);
}
