/* The style and the icon, as the data: addresses that every page carries. */
#include "base/assets.h"
#include "pages.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define CSS "daemon/web/static/kepu.css"
#define ICON "daemon/web/static/favicon.svg"
#define TIGHT "{};,"             /* no blank is needed beside these, in CSS */

static char *style, *icon;       /* written before anybody reads them */

/* Past blanks and comments. */
static const char *skip(const char *at, bool css)
{
    for (;;) {
        const char *end = css && strncmp(at, "/*", 2) == 0 ? strstr(at + 2, "*/") : NULL;
        if (end)
            at = end + 2;
        else if (isspace((unsigned char)*at))
            at++;
        else
            return at;
    }
}

/* As an address (RFC 2397, RFC 3986); no character of it wants escaping in HTML. */
static void put(struct buf *out, char c)
{
    if (isalnum((unsigned char)c) || (c && strchr("-._~!$()*+,;:@/?=", c)))
        buf_addc(out, c);
    else
        buf_printf(out, "%%%02X", (unsigned char)c);
}

/* Comments go, and blanks that mean nothing. */
static char *address_of(const char *path, const char *type)
{
    const char *at = asset_find(path)->data, *next;
    bool css = strcmp(path, CSS) == 0;
    struct buf out = {0};
    char last = 0;

    buf_printf(&out, "data:%s,", type);
    for (at = skip(at, css); *at; at = next) {
        next = skip(at, css);
        if (next == at) {
            put(&out, last = *next++);
            continue;
        }
        if (*next && !strchr(css ? TIGHT ":" : ">", last) && !strchr(css ? TIGHT : "<", *next))
            put(&out, last = ' ');
    }
    return buf_take(&out, &(size_t){0});
}

void page_style_start(void)
{
    if (style)
        return;
    style = address_of(CSS, "text/css;charset=utf-8");
    icon = address_of(ICON, "image/svg+xml");
}

const char *page_style_address(void)
{
    return style;
}

const char *page_icon_address(void)
{
    return icon;
}
