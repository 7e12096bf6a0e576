#include "sign.h"

#include "base/mem.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#define MAC_BASE64_BYTES sodium_base64_ENCODED_LEN(crypto_auth_hmacsha256_BYTES, sodium_base64_VARIANT_ORIGINAL)
#define NEW_KEY_BYTES 32
#define NEW_KEY_BASE64_BYTES sodium_base64_ENCODED_LEN(NEW_KEY_BYTES, sodium_base64_VARIANT_ORIGINAL)

static const char prefix[] = "whsec_";

static const char *hmac(const void *key, size_t key_bytes, const char *text, struct arena *a)
{
    crypto_auth_hmacsha256_state state;
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    char base64[MAC_BASE64_BYTES];

    crypto_auth_hmacsha256_init(&state, key, key_bytes);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)text, strlen(text));
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_bin2base64(base64, sizeof base64, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
    return arena_strdup(a, base64);
}

int sign_webhook_key(const char *secret, unsigned char ret[SIGN_WEBHOOK_KEY_MAX], size_t *ret_bytes)
{
    static const int variants[] = {sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING};
    unsigned char key[SIGN_WEBHOOK_KEY_MAX];
    size_t bytes;

    if (strncmp(secret, prefix, sizeof prefix - 1) != 0)
        return -1;
    secret += sizeof prefix - 1;
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
        if (sodium_base642bin(key, sizeof key, secret, strlen(secret), NULL, &bytes, NULL, variants[i]) != 0)
            continue;
        if (bytes < SIGN_WEBHOOK_KEY_MIN)
            return -1;
        memcpy(ret, key, bytes);
        *ret_bytes = bytes;
        return 0;
    }
    return -1;
}

const char *sign_webhook(const char *secret, const char *id, int64_t timestamp_s, const char *body, struct arena *a)
{
    unsigned char key[SIGN_WEBHOOK_KEY_MAX];
    size_t bytes;
    const char *text;

    if (sign_webhook_key(secret, key, &bytes) != 0)
        return NULL;
    text = arena_printf(a, "%s.%" PRId64 ".%s", id, timestamp_s, body);
    return arena_printf(a, "v1,%s", hmac(key, bytes, text, a));
}

const char *sign_dingtalk(const char *secret, int64_t timestamp_ms, struct arena *a)
{
    const char *text = arena_printf(a, "%" PRId64 "\n%s", timestamp_ms, secret);

    return hmac(secret, strlen(secret), text, a);
}

/* Looks wrong, is right: what is signed is the key, and the message is empty. */
const char *sign_feishu(const char *secret, int64_t timestamp_s, struct arena *a)
{
    const char *key = arena_printf(a, "%" PRId64 "\n%s", timestamp_s, secret);

    return hmac(key, strlen(key), "", a);
}

const char *sign_webhook_secret(struct arena *a)
{
    unsigned char key[NEW_KEY_BYTES];
    char base64[NEW_KEY_BASE64_BYTES];

    randombytes_buf(key, sizeof key);
    sodium_bin2base64(base64, sizeof base64, key, sizeof key, sodium_base64_VARIANT_ORIGINAL);
    return arena_printf(a, "%s%s", prefix, base64);
}
