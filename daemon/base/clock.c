#include "clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define BOOT_ID_BYTES 40

static int64_t read_ms(clockid_t id)
{
    struct timespec ts;

    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_wall_ms(void)
{
    return read_ms(CLOCK_REALTIME);
}

int64_t clock_monotonic_ms(void)
{
    return read_ms(CLOCK_MONOTONIC);
}

int64_t clock_boot_ms(void)
{
    return read_ms(CLOCK_BOOTTIME);
}

const char *clock_boot_id(void)
{
    static char id[BOOT_ID_BYTES];
    FILE *f = id[0] ? NULL : fopen("/proc/sys/kernel/random/boot_id", "re");

    if (f && fgets(id, sizeof id, f))
        id[strcspn(id, "\n")] = 0;
    if (f)
        fclose(f);
    return id;
}
