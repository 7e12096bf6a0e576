#include "trust.h"

#include "base/log.h"

void trust_init(struct trust *t, int64_t wall_ms, int64_t boot_ms)
{
    *t = (struct trust){.ahead_ms = wall_ms - boot_ms};
}

bool trust_doubts(const struct trust *t)
{
    return t->doubted_until_ms != 0;
}

int64_t trust_now_ms(struct trust *t, int64_t wall_ms, int64_t boot_ms)
{
    int64_t ahead_ms = wall_ms - boot_ms;
    bool far = ahead_ms - t->ahead_ms > TRUST_JUMP_MS;

    if (far && t->doubted_until_ms == 0) {
        t->doubted_until_ms = boot_ms + TRUST_WAIT_MS;
        log_warning("the clock jumped ahead by %lld s; nothing is sent for a minute",
                    (long long)((ahead_ms - t->ahead_ms) / 1000));
    }
    if (!far || boot_ms >= t->doubted_until_ms) {
        t->doubted_until_ms = 0;
        t->ahead_ms = ahead_ms;
    }
    return boot_ms + t->ahead_ms;
}
