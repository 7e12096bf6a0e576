/* Secrets: the office's key, sealing at rest, blind indexes, tokens and ids. libsodium underneath. */
#ifndef KEPU_BASE_CRYPTO_H
#define KEPU_BASE_CRYPTO_H

#include "err.h"
#include "mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CRYPTO_KEY_BYTES 32
#define CRYPTO_HASH_BYTES 32
#define CRYPTO_SEAL_OVERHEAD 40      /* nonce and tag of XSalsa20-Poly1305 */
#define CRYPTO_ID_BYTES 16           /* an id with its prefix and the zero byte */
#define CRYPTO_TOKEN_BYTES 36        /* 160 bits in 32 characters, and the zero byte */

/* Bytes that live in the database. */
struct bytes {
    const void *data;
    size_t len;
};

/* Subkeys of the office's one key, each for one purpose. Immutable after load; safe from any thread. */
struct crypto_keys {
    unsigned char seal[CRYPTO_KEY_BYTES];
    unsigned char index[CRYPTO_KEY_BYTES];
    unsigned char form[CRYPTO_KEY_BYTES];
    unsigned char check[CRYPTO_KEY_BYTES];   /* what the database keeps to know its key again */
};

int crypto_init(void); /* once, before anything else; -1 if the system has no randomness */

/* Reads the key file (32 bytes, not readable by others); with `create`, makes it (0600, synced) where it is missing. */
int crypto_keys_load(const char *path, bool create, struct crypto_keys *ret, struct err *e);

/* Authenticated encryption of a text; `context` ("volunteer.phone") must be the same to open it. */
struct bytes crypto_seal(const struct crypto_keys *k, const char *context, const char *text, struct arena *a);
int crypto_open(const struct crypto_keys *k, const char *context, struct bytes sealed, struct arena *a, char **ret,
                struct err *e);

/* A keyed hash to find a sealed value by; equal for equal texts under one key and context. */
void crypto_index(const struct crypto_keys *k, const char *context, const char *text,
                  unsigned char ret[CRYPTO_HASH_BYTES]);

/* The next link of a chain: an unkeyed hash over the one before (`len` 0 or CRYPTO_HASH_BYTES) and a text. */
void crypto_chain(struct bytes previous, const char *text, unsigned char ret[CRYPTO_HASH_BYTES]);

/* What shows that a text went out from here: a keyed hash for the hidden fields of forms. */
void crypto_form(const struct crypto_keys *k, const char *text, unsigned char ret[CRYPTO_HASH_BYTES]);

/* Unguessable: 160 bits in Crockford's base 32, lower case. */
void crypto_token(char ret[CRYPTO_TOKEN_BYTES]);
/* What is kept of a token. */
void crypto_token_hash(const char *token, unsigned char ret[CRYPTO_HASH_BYTES]);
/* "v-7k2m9q4xwdh3s": prefix letter, '-', five characters of the time, eight of chance (40 bits). No secret. */
void crypto_id(char prefix, char ret[CRYPTO_ID_BYTES]);
/* What this thread has drawn ahead for ids is forgotten: a simulation begins with its own dice. */
void crypto_id_forget(void);
void crypto_code(size_t length, char *ret); /* `length` characters and a zero byte */

uint32_t crypto_random_below(uint32_t bound);

#endif
