#include "crypto.h"

#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KDF_CONTEXT "kepu-key"
#define ID_SLOT_MS 256
#define ID_TIME_CHARS 5
#define ID_POOL 64                 /* ids' worth of randomness kept by each thread */
#define ID_RANDOM_CHARS 8          /* some thousands in a slot, and still none twice */

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz"; /* Crockford: no i, l, o, u */

int crypto_init(void)
{
    return sodium_init() < 0 ? -1 : 0;
}

static int write_key(int fd, const unsigned char *key)
{
    return write(fd, key, CRYPTO_KEY_BYTES) == CRYPTO_KEY_BYTES && fsync(fd) == 0 ? 0 : -1;
}

static int create_key(const char *path, struct err *e)
{
    unsigned char key[CRYPTO_KEY_BYTES];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int failed;

    if (fd < 0)
        return errno == EEXIST ? 0 : err_set(e, ERR_FAILED, MSG_CANNOT_WRITE, "key_file", path, strerror(errno), NULL);
    randombytes_buf(key, sizeof key);
    failed = write_key(fd, key);
    sodium_memzero(key, sizeof key);
    close(fd);
    if (failed) {
        unlink(path);
        return err_set(e, ERR_FAILED, MSG_CANNOT_WRITE, "key_file", path, strerror(errno), NULL);
    }
    return 0;
}

static int read_key(const char *path, unsigned char *key, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    unsigned char extra;
    struct stat st;
    const char *why = NULL;

    if (fd < 0)
        return err_set(e, ERR_FAILED, MSG_KEY_BAD, "key_file", path, strerror(errno), NULL);
    if (fstat(fd, &st) != 0 || (st.st_mode & 077))
        why = "mode is not 0600";
    else if (read(fd, key, CRYPTO_KEY_BYTES) != CRYPTO_KEY_BYTES || read(fd, &extra, 1) != 0)
        why = "not 32 bytes";
    close(fd);
    return why ? err_set(e, ERR_FAILED, MSG_KEY_BAD, "key_file", path, why, NULL) : 0;
}

int crypto_keys_load(const char *path, bool create, struct crypto_keys *ret, struct err *e)
{
    unsigned char key[CRYPTO_KEY_BYTES];

    if (create && access(path, F_OK) != 0 && create_key(path, e))
        return -1;
    if (read_key(path, key, e))
        return -1;
    crypto_kdf_derive_from_key(ret->seal, CRYPTO_KEY_BYTES, 1, KDF_CONTEXT, key);
    crypto_kdf_derive_from_key(ret->index, CRYPTO_KEY_BYTES, 2, KDF_CONTEXT, key);
    crypto_kdf_derive_from_key(ret->form, CRYPTO_KEY_BYTES, 3, KDF_CONTEXT, key);
    crypto_kdf_derive_from_key(ret->check, CRYPTO_KEY_BYTES, 4, KDF_CONTEXT, key);
    sodium_memzero(key, sizeof key);
    return 0;
}

/* A key for each context, so that a sealed phone can't be passed off as a channel's address. */
static void context_key(const unsigned char *key, const char *context, unsigned char *ret)
{
    crypto_generichash(ret, CRYPTO_KEY_BYTES, (const unsigned char *)context, strlen(context), key, CRYPTO_KEY_BYTES);
}

struct bytes crypto_seal(const struct crypto_keys *k, const char *context, const char *text, struct arena *a)
{
    size_t len = strlen(text);
    unsigned char key[CRYPTO_KEY_BYTES];
    unsigned char *out = arena_alloc(a, len + CRYPTO_SEAL_OVERHEAD);

    context_key(k->seal, context, key);
    randombytes_buf(out, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(out + crypto_secretbox_NONCEBYTES, (const unsigned char *)text, len, out, key);
    return (struct bytes){out, len + CRYPTO_SEAL_OVERHEAD};
}

int crypto_open(const struct crypto_keys *k, const char *context, struct bytes sealed, struct arena *a, char **ret,
                struct err *e)
{
    const unsigned char *in = sealed.data;
    unsigned char key[CRYPTO_KEY_BYTES];
    char *text;

    if (sealed.len < CRYPTO_SEAL_OVERHEAD)
        return err_set(e, ERR_FAILED, MSG_UNSEALABLE, NULL, NULL);
    text = arena_alloc(a, sealed.len - CRYPTO_SEAL_OVERHEAD + 1);
    context_key(k->seal, context, key);
    if (crypto_secretbox_open_easy((unsigned char *)text, in + crypto_secretbox_NONCEBYTES,
                                   sealed.len - crypto_secretbox_NONCEBYTES, in, key))
        return err_set(e, ERR_FAILED, MSG_UNSEALABLE, NULL, NULL);
    *ret = text;
    return 0;
}

void crypto_index(const struct crypto_keys *k, const char *context, const char *text,
                  unsigned char ret[CRYPTO_HASH_BYTES])
{
    unsigned char key[CRYPTO_KEY_BYTES];

    context_key(k->index, context, key);
    crypto_generichash(ret, CRYPTO_HASH_BYTES, (const unsigned char *)text, strlen(text), key, CRYPTO_KEY_BYTES);
}

void crypto_chain(struct bytes previous, const char *text, unsigned char ret[CRYPTO_HASH_BYTES])
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, CRYPTO_HASH_BYTES);
    crypto_generichash_update(&state, previous.data, previous.len);
    crypto_generichash_update(&state, (const unsigned char *)text, strlen(text));
    crypto_generichash_final(&state, ret, CRYPTO_HASH_BYTES);
}

void crypto_form(const struct crypto_keys *k, const char *text, unsigned char ret[CRYPTO_HASH_BYTES])
{
    crypto_generichash(ret, CRYPTO_HASH_BYTES, (const unsigned char *)text, strlen(text), k->form, CRYPTO_KEY_BYTES);
}

static void spell(const unsigned char *random, size_t length, char *ret)
{
    for (size_t i = 0; i < length; i++)
        ret[i] = alphabet[random[i] & 31];
    ret[length] = 0;
}

void crypto_code(size_t length, char *ret)
{
    randombytes_buf(ret, length);
    spell((const unsigned char *)ret, length, ret);
}

void crypto_token(char ret[CRYPTO_TOKEN_BYTES])
{
    crypto_code(32, ret);
}

void crypto_token_hash(const char *token, unsigned char ret[CRYPTO_HASH_BYTES])
{
    crypto_generichash(ret, CRYPTO_HASH_BYTES, (const unsigned char *)token, strlen(token), NULL, 0);
}

/*
 * Random ids would send each new row to another page of every index that holds them, and all those pages to the log.
 * Those of one moment lie together: their first characters are the time, in slots, going round after three months.
 */
/* Ids are no secrets: the kernel is asked for many at a time. */
static _Thread_local struct {
    unsigned char random[ID_POOL * ID_RANDOM_CHARS];
    size_t left;
} ahead;

void crypto_id_forget(void)
{
    ahead.left = 0;
}

void crypto_id(char prefix, char ret[CRYPTO_ID_BYTES])
{
    uint64_t slot = (uint64_t)clock_wall_ms() / ID_SLOT_MS;

    ret[0] = prefix;
    ret[1] = '-';
    for (int i = ID_TIME_CHARS; i > 0; i--, slot >>= 5)
        ret[1 + i] = alphabet[slot & 31];
    if (ahead.left == 0) {
        randombytes_buf(ahead.random, sizeof ahead.random);
        ahead.left = sizeof ahead.random;
    }
    ahead.left -= ID_RANDOM_CHARS;
    spell(ahead.random + ahead.left, ID_RANDOM_CHARS, ret + 2 + ID_TIME_CHARS);
}

uint32_t crypto_random_below(uint32_t bound)
{
    return randombytes_uniform(bound);
}
