#include "signup_told.h"

#include <stdio.h>
#include <string.h>

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz"; /* as crypto_token's */

/* 20 bytes: a random part, the hidden text, and what shows that it is ours. */
#define SALT_BYTES 4
#define TEXT_BYTES 8                 /* position, then 7 bytes of the id, most significant first */
#define MARK_BYTES 8
#define WHOLE_BYTES (SALT_BYTES + TEXT_BYTES + MARK_BYTES)
#define TOKEN_CHARS 32

static void keyed(const struct crypto_keys *k, const char *context, const unsigned char *bytes, size_t count,
                  unsigned char ret[CRYPTO_HASH_BYTES])
{
    char hex[2 * WHOLE_BYTES + 1] = "";

    for (size_t i = 0; i < count; i++)
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    crypto_index(k, context, hex, ret);
}

static void hide(const struct crypto_keys *k, unsigned char whole[WHOLE_BYTES])
{
    unsigned char pad[CRYPTO_HASH_BYTES];

    keyed(k, "signup.told.pad", whole, SALT_BYTES, pad);
    for (size_t i = 0; i < TEXT_BYTES; i++)
        whole[SALT_BYTES + i] ^= pad[i];
}

static void write_token(const unsigned char *bytes, char ret[CRYPTO_TOKEN_BYTES])
{
    unsigned bits = 0, held = 0;
    size_t len = 0;

    for (size_t i = 0; i < WHOLE_BYTES; i++) {
        bits = (bits << 8 | bytes[i]) & 0xFFFF;
        for (held += 8; held >= 5; held -= 5)
            ret[len++] = alphabet[bits >> (held - 5) & 31];
    }
    ret[len] = 0;
}

static bool read_token(const char *token, unsigned char *bytes)
{
    unsigned bits = 0, held = 0;
    size_t len = 0;

    if (strlen(token) != TOKEN_CHARS)
        return false;
    for (; *token; token++) {
        const char *at = strchr(alphabet, *token);
        if (!at)
            return false;
        bits = (bits << 5 | (unsigned)(at - alphabet)) & 0xFFFF;
        held += 5;
        if (held >= 8) {
            held -= 8;
            bytes[len++] = (unsigned char)(bits >> held);
        }
    }
    return true;
}

void told_make(const struct crypto_keys *k, int64_t occurrence_id, int64_t role_position, char ret[CRYPTO_TOKEN_BYTES])
{
    unsigned char whole[WHOLE_BYTES], mark[CRYPTO_HASH_BYTES];

    for (size_t i = 0; i < SALT_BYTES; i++)
        whole[i] = (unsigned char)crypto_random_below(256);
    whole[SALT_BYTES] = (unsigned char)role_position;
    for (size_t i = 1; i < TEXT_BYTES; i++)
        whole[SALT_BYTES + i] = (unsigned char)(occurrence_id >> 8 * (TEXT_BYTES - 1 - i));
    hide(k, whole);
    keyed(k, "signup.told", whole, SALT_BYTES + TEXT_BYTES, mark);
    memcpy(whole + SALT_BYTES + TEXT_BYTES, mark, MARK_BYTES);
    write_token(whole, ret);
}

bool told_read(const struct crypto_keys *k, const char *token, int64_t *ret_occurrence_id, int64_t *ret_role_position)
{
    unsigned char whole[WHOLE_BYTES], mark[CRYPTO_HASH_BYTES];
    int64_t id = 0;

    if (!read_token(token, whole))
        return false;
    keyed(k, "signup.told", whole, SALT_BYTES + TEXT_BYTES, mark);
    if (memcmp(whole + SALT_BYTES + TEXT_BYTES, mark, MARK_BYTES) != 0)
        return false;
    hide(k, whole);
    for (size_t i = 1; i < TEXT_BYTES; i++)
        id = id << 8 | whole[SALT_BYTES + i];
    *ret_occurrence_id = id;
    *ret_role_position = whole[SALT_BYTES];
    return true;
}
