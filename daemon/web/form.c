#include "form.h"

#include "base/buf.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIME_CHARS 11          /* hexadecimal milliseconds: good until the year 2527 */
#define ID_CHARS 16
#define MARK_CHARS 32
#define HEAD_CHARS (TIME_CHARS + ID_CHARS)

_Static_assert(HEAD_CHARS + MARK_CHARS == FORM_TOKEN_CHARS, "a form's token");

/* `bytes` of hash as hexadecimal, twice as many characters and a zero byte. */
static void write_hex(const unsigned char *hash, size_t bytes, char *ret)
{
    sodium_bin2hex(ret, 2 * bytes + 1, hash, bytes);
}

static void mark(const struct crypto_keys *k, const char *purpose, const char *head, char ret[MARK_CHARS + 1])
{
    unsigned char hash[CRYPTO_HASH_BYTES];
    struct buf text = {0};

    buf_add(&text, head, HEAD_CHARS);
    buf_addc(&text, '\n');
    buf_adds(&text, purpose);
    crypto_form(k, buf_text(&text), hash);
    buf_release(&text);
    write_hex(hash, MARK_CHARS / 2, ret);
}

void form_token_make(const struct crypto_keys *k, const char *purpose, int64_t now_ms, char ret[FORM_TOKEN_BYTES])
{
    snprintf(ret, TIME_CHARS + 1, "%011llx", (unsigned long long)now_ms & 0xFFFFFFFFFFFULL);
    crypto_code(ID_CHARS, ret + TIME_CHARS);
    mark(k, purpose, ret, ret + HEAD_CHARS);
}

enum form_state form_token_read(const struct crypto_keys *k, const char *purpose, const char *token, int64_t now_ms)
{
    char expected[MARK_CHARS + 1], time[TIME_CHARS + 1];
    int64_t age_ms;

    if (!token || strlen(token) != FORM_TOKEN_CHARS)
        return FORM_FORGED;
    mark(k, purpose, token, expected);
    if (sodium_memcmp(expected, token + HEAD_CHARS, MARK_CHARS) != 0)
        return FORM_FORGED;
    snprintf(time, sizeof time, "%s", token);
    age_ms = now_ms - strtoll(time, NULL, 16);
    if (age_ms < 0 || age_ms > FORM_AGE_MAX_MS)
        return FORM_OLD;
    return age_ms < FORM_AGE_MIN_MS ? FORM_SOON : FORM_GOOD;
}

void form_request_id(const struct crypto_keys *k, const char *token, const char *const *values, size_t count,
                     char ret[FORM_REQUEST_BYTES])
{
    unsigned char hash[CRYPTO_HASH_BYTES];
    struct buf text = {0};

    buf_adds(&text, token);
    for (size_t i = 0; i < count; i++) {
        buf_printf(&text, "\n%zu:", values[i] ? strlen(values[i]) : 0);
        buf_adds(&text, values[i] ? values[i] : "");
    }
    crypto_form(k, buf_text(&text), hash);
    buf_release(&text);
    memcpy(ret, "form-", 5);
    write_hex(hash, 16, ret + 5);
}
