/* Dice, clocks, and what happens when. The daemon and libuv read this file's clock instead of the machine's. */
#include "world.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define TURNS_WITHOUT_TIME 20000     /* more, and the loop spins */

struct world *the_world;

uint64_t world_random(struct world *w)
{
    uint64_t z = w->random += 0x9e3779b97f4a7c15ULL;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

int64_t world_below(struct world *w, int64_t bound)
{
    return (int64_t)(world_random(w) % (uint64_t)bound);
}

int64_t world_between(struct world *w, int64_t low, int64_t high)
{
    return low + world_below(w, high - low + 1);
}

bool world_chance(struct world *w, int per_mille)
{
    return world_below(w, 1000) < per_mille;
}

/* libsodium's randomness: ids, nonces, the jitter of waits. */

static const char *dice_name(void)
{
    return "dice";
}

static uint32_t dice_random(void)
{
    return (uint32_t)world_random(the_world);
}

static void dice_buf(void *const buf, const size_t size)
{
    unsigned char *bytes = buf;

    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)world_random(the_world);
}

void world_dice(void)
{
    static randombytes_implementation dice = {
        .implementation_name = dice_name, .random = dice_random, .buf = dice_buf};

    randombytes_set_implementation(&dice);
}

/* Clocks */

int64_t world_wall(const struct world *w)
{
    return w->boot_ms + w->wall_ahead_ms;
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
    const struct world *w = the_world;
    int64_t ms;

    if (!w)
        return (int)syscall(SYS_clock_gettime, id, ts);
    ms = id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE ? world_wall(w)
         : id == CLOCK_BOOTTIME                              ? w->boot_ms
                                                             : w->mono_ms;
    ts->tv_sec = ms / 1000;
    ts->tv_nsec = ms % 1000 * 1000000;
    return 0;
}

/* The timerfd that tells of steps: readable after one. */

int timerfd_create(clockid_t id, int flags)
{
    (void)id;
    (void)flags;
    return the_world->clock_event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old)
{
    (void)fd;
    (void)flags;
    (void)value;
    (void)old;
    return 0;
}

void world_upset(struct world *w, int64_t for_ms)
{
    if (w->boot_ms + for_ms > w->calm_ms)
        w->calm_ms = w->boot_ms + for_ms;
}

void world_step_clock(struct world *w, int64_t by_ms)
{
    uint64_t one = 1;

    w->wall_ahead_ms += by_ms;
    w->step_ms = w->boot_ms;
    world_upset(w, 0);
    w->counts.steps++;
    if (world_wall(w) > w->highest_wall_ms)
        w->highest_wall_ms = world_wall(w);
    world_say(w, "the clock steps by %lld ms", (long long)by_ms);
    if (w->up && write(w->clock_event, &one, sizeof one) < 0)
        abort();
}

/* What happens when */

static bool sooner(const struct happening *a, const struct happening *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void swap(struct happening *a, struct happening *b)
{
    struct happening t = *a;

    *a = *b;
    *b = t;
}

void world_at(struct world *w, int64_t in_ms, void (*run)(struct world *, void *), void *arg)
{
    size_t i = w->heap_count++;

    if (w->heap_count > w->heap_room) {
        w->heap_room = w->heap_room ? w->heap_room * 2 : 256;
        w->heap = realloc(w->heap, w->heap_room * sizeof *w->heap);
    }
    w->heap[i] = (struct happening){w->boot_ms + in_ms, w->order++, run, arg};
    for (; i > 0 && sooner(&w->heap[i], &w->heap[(i - 1) / 2]); i = (i - 1) / 2)
        swap(&w->heap[i], &w->heap[(i - 1) / 2]);
}

static struct happening take_first(struct world *w)
{
    struct happening first = w->heap[0];
    size_t i = 0;

    w->heap[0] = w->heap[--w->heap_count];
    for (;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < w->heap_count; child++)
            if (sooner(&w->heap[child], &w->heap[least]))
                least = child;
        if (least == i)
            return first;
        swap(&w->heap[i], &w->heap[least]);
        i = least;
    }
}

/* Until libuv's next timer. */
static int64_t loop_wait_ms(struct world *w)
{
    int wait_ms = uv_backend_timeout(&w->loop);

    return wait_ms < 0 ? INT64_MAX / 2 : (int64_t)uv_now(&w->loop) + wait_ms - w->mono_ms;
}

static void pass(struct world *w, int64_t ms)
{
    if (ms <= 0)
        return;
    w->mono_ms += ms;
    w->boot_ms += ms;
    if (world_wall(w) > w->highest_wall_ms)
        w->highest_wall_ms = world_wall(w);
}

void world_run(struct world *w, int64_t ms)
{
    int64_t end_ms = w->boot_ms + ms, before_ms;
    int still = 0;

    while (w->boot_ms < end_ms) {
        int64_t wait_ms = end_ms - w->boot_ms, loop_ms = w->up ? loop_wait_ms(w) : INT64_MAX;
        before_ms = w->boot_ms;
        if (loop_ms < wait_ms)
            wait_ms = loop_ms;
        if (w->heap_count && w->heap[0].at_ms - w->boot_ms < wait_ms)
            wait_ms = w->heap[0].at_ms - w->boot_ms;
        pass(w, wait_ms);
        if (w->heap_count && w->heap[0].at_ms <= w->boot_ms) {
            struct happening h = take_first(w);
            h.run(w, h.arg);
        }
        uv_run(&w->loop, UV_RUN_NOWAIT);
        if (w->store.is_fatal)
            daemon_kill(w);
        w->counts.turns++;
        still = w->boot_ms == before_ms ? still + 1 : 0;
        WRONG_IF(w, still > TURNS_WITHOUT_TIME, "the loop spins");
    }
}
