/* The signatures that channels ask for: HMAC-SHA256 each time, in three dresses (WIRE.md 1). */
#ifndef KEPU_NOTIFY_SIGN_H
#define KEPU_NOTIFY_SIGN_H

#include <stddef.h>
#include <stdint.h>

struct arena;

#define SIGN_WEBHOOK_KEY_MIN 24
#define SIGN_WEBHOOK_KEY_MAX 64

/* Standard Webhooks: the key in "whsec_" and base64, 24 to 64 bytes; -1 if it isn't that. */
int sign_webhook_key(const char *secret, unsigned char ret[SIGN_WEBHOOK_KEY_MAX], size_t *ret_bytes);
/* "v1,…" over id.timestamp.body; NULL if the secret doesn't parse. */
const char *sign_webhook(const char *secret, const char *id, int64_t timestamp_s, const char *body, struct arena *a);

/* Base64, not yet escaped for the URL. */
const char *sign_dingtalk(const char *secret, int64_t timestamp_ms, struct arena *a);
const char *sign_feishu(const char *secret, int64_t timestamp_s, struct arena *a);

/* A new webhook secret. */
const char *sign_webhook_secret(struct arena *a);

#endif
