#include "web_private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define RANGES_MAX 20          /* of one Accept-Language header */

/* The weight of a range, "en-GB;q=0.7": 0 to 1 (RFC 9110 12.4.2). */
static double weight_of(const char *range, size_t len)
{
    const char *q = memchr(range, ';', len);

    if (!q)
        return 1;
    q++;
    q += strspn(q, " \t");
    if (tolower((unsigned char)q[0]) != 'q' || q[1] != '=' || !isdigit((unsigned char)q[2]))
        return 1;
    return q[2] == '0' ? strtod(q + 2, NULL) : 1;
}

static enum lang from_header(const char *accepted)
{
    enum lang best = LANG_ZH, lang;
    double best_weight = 0;

    for (int i = 0; i < RANGES_MAX; i++) {
        size_t len;
        char tag[4] = {0};
        accepted += strspn(accepted, ", \t");
        len = strcspn(accepted, ",");
        for (size_t k = 0; k < 3 && k < len; k++)
            tag[k] = (char)tolower((unsigned char)accepted[k]);
        if (lang_parse(tag, &lang) && weight_of(accepted, len) > best_weight) {
            best = lang;
            best_weight = weight_of(accepted, len);
        }
        accepted += len;
    }
    return best;
}

enum lang web_lang(const struct exchange *x)
{
    const char *asked = http_query_find(x, "lang");
    enum lang lang;

    if (asked && lang_parse(asked, &lang))
        return lang;
    asked = http_header(x, "Accept-Language");
    return asked ? from_header(asked) : LANG_ZH;
}
