#include "limits.h"

#include "base/mem.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define PROBES 8

/* The time until which `key` has used its rate up evenly; one in the past is a free place. */
struct entry {
    uint64_t key;
    int64_t until_us;
};

struct limits {
    unsigned char secret[crypto_shorthash_KEYBYTES];  /* nobody can choose keys that meet */
    struct entry entries[LIMITS_ENTRIES];
};

struct limits *limits_new(void)
{
    struct limits *l = mem_alloc(sizeof *l);

    crypto_shorthash_keygen(l->secret);
    return l;
}

void limits_free(struct limits *l)
{
    free(l);
}

static uint64_t hash_of(const struct limits *l, enum limit_kind kind, const char *key)
{
    unsigned char text[128];
    size_t len = strnlen(key, sizeof text - 1);
    uint64_t hash;

    text[0] = (unsigned char)kind;
    memcpy(text + 1, key, len);
    crypto_shorthash((unsigned char *)&hash, text, len + 1, l->secret);
    return hash;
}

/* Its entry, or one that may be taken for it. */
static struct entry *place_of(struct limits *l, uint64_t hash, int64_t now_us)
{
    struct entry *best = NULL;

    for (size_t i = 0; i < PROBES; i++) {
        struct entry *one = &l->entries[(hash + i) % LIMITS_ENTRIES];
        if (one->key == hash)
            return one;
        if (!best || one->until_us < best->until_us)
            best = one;
    }
    *best = (struct entry){hash, now_us};
    return best;
}

bool limits_take(struct limits *l, enum limit_kind kind, const char *key, const struct conf_rate *rate, int64_t now_ms,
                 int64_t *ret_wait_ms)
{
    int64_t now_us = now_ms * 1000, period_us = rate->period_ms * 1000, step_us;
    struct entry *one;

    if (rate->most == 0)
        return true;
    step_us = period_us / rate->most;
    one = place_of(l, hash_of(l, kind, key), now_us);
    if (one->until_us < now_us || one->until_us > now_us + period_us)   /* the clock was put back */
        one->until_us = now_us;
    if (one->until_us + step_us > now_us + period_us) {
        *ret_wait_ms = (one->until_us + step_us - now_us - period_us) / 1000 + 1;
        return false;
    }
    one->until_us += step_us;
    return true;
}
