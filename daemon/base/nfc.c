#include "nfc.h"

#include <stdbool.h>
#include <string.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

/* By UAX #15 a text composed anew takes at most three times its code units. */
#define GROWTH 3
#define UNIT_BYTES_MAX 3             /* of UTF-8 for a unit of UTF-16 */

/* Nothing below U+0300 is changed: its bytes are below 0xCC. */
static bool is_plain(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0xCC)
            return false;
    return true;
}

static char *compose(const UNormalizer2 *form, const UChar *units, int32_t count, struct arena *a)
{
    int32_t room = count * GROWTH + 1, composed, bytes = 0;
    UChar *to = arena_alloc(a, (size_t)room * sizeof *to);
    char *result;
    UErrorCode error = U_ZERO_ERROR;

    composed = unorm2_normalize(form, units, count, to, room, &error);
    result = U_SUCCESS(error) ? arena_alloc(a, (size_t)composed * UNIT_BYTES_MAX + 1) : NULL;
    if (result)
        u_strToUTF8(result, composed * UNIT_BYTES_MAX + 1, &bytes, to, composed, &error);
    return U_SUCCESS(error) ? result : NULL;
}

char *nfc(const char *text, struct arena *a)
{
    UErrorCode error = U_ZERO_ERROR;
    const UNormalizer2 *form;
    size_t bytes = strlen(text);
    UChar *units;
    int32_t count;
    char *result;

    if (is_plain(text) || bytes > INT32_MAX / (GROWTH * UNIT_BYTES_MAX + 1))
        return arena_strdup(a, text);
    form = unorm2_getNFCInstance(&error);
    units = arena_alloc(a, (bytes + 1) * sizeof *units);
    u_strFromUTF8(units, (int32_t)bytes + 1, &count, text, (int32_t)bytes, &error);
    if (U_FAILURE(error) || unorm2_isNormalized(form, units, count, &error))
        return arena_strdup(a, text);
    result = U_SUCCESS(error) ? compose(form, units, count, a) : NULL;
    return result ? result : arena_strdup(a, text);
}
