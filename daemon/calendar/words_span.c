#include "words_grammar.h"

#define MS_PER_S 1000
#define SPAN_MAX_MS (3653LL * 86400 * MS_PER_S) /* ten years */

/* Largest first, as they are written; by enum words_unit for reading. */
static const struct { enum words_unit unit; int64_t seconds; char letter; } units[] = {
    {UNIT_WEEK, 7 * 86400, 'w'}, {UNIT_DAY, 86400, 'd'}, {UNIT_HOUR, 3600, 'h'}, {UNIT_MINUTE, 60, 'm'},
    {UNIT_SECOND, 1, 's'},
};
#define UNIT_COUNT (sizeof units / sizeof units[0])

/* 0 for months and years, which have no length of their own. */
static int64_t unit_seconds(int unit)
{
    for (size_t i = 0; i < UNIT_COUNT; i++)
        if ((int)units[i].unit == unit)
            return units[i].seconds;
    return 0;
}

/* One "2小时", "一个半小时", "半天" or "30m"; tokens used, 0 if there is none. Half seconds come out in *ret_ms. */
static size_t read_part(const struct word *w, size_t count, int64_t *ret_ms)
{
    static const unsigned char whole[] = {
        TOKEN_NUMBER, TOKEN_PIECE | OPT, TOKEN_HALF | OPT, TOKEN_UNIT, TOKEN_HALF | OPT, TOKEN_END,
    };
    static const unsigned char half[] = {TOKEN_HALF, TOKEN_PIECE | OPT, TOKEN_NUMBER | OPT, TOKEN_UNIT, TOKEN_END};
    const struct word *slot[WORDS_PATTERN_MAX];
    size_t used = words_match(whole, w, count, slot);

    if (used) {
        int64_t second_ms = unit_seconds(slot[3]->value) * MS_PER_S;
        *ret_ms = slot[0]->value * second_ms + (slot[2] || slot[4] ? second_ms / 2 : 0);
        return second_ms ? used : 0;
    }
    used = words_match(half, w, count, slot);
    if (used)
        *ret_ms = unit_seconds(slot[3]->value) * MS_PER_S / 2;
    return used && *ret_ms ? used : 0;
}

int words_span(const char *text, int64_t *ret_ms, struct err *e)
{
    struct words_text t;
    int64_t total_ms = 0, part_ms = 0;

    if (words_scan(text, &t, NULL) < 0)
        return err_set(e, ERR_INVALID, MSG_SPAN_BAD, NULL, text, NULL);
    for (size_t at = 0, used; at < t.count; at += used) {
        used = read_part(&t.items[at], t.count - at, &part_ms);
        if (used == 0)
            return err_set(e, ERR_INVALID, MSG_SPAN_BAD, NULL, text, NULL);
        total_ms += part_ms;
        if (total_ms > SPAN_MAX_MS)
            break;
    }
    if (total_ms < MS_PER_S || total_ms > SPAN_MAX_MS)
        return err_set(e, ERR_INVALID, MSG_SPAN_RANGE, NULL, text, NULL);
    *ret_ms = total_ms;
    return 0;
}

/* Weeks only where nothing is left over: "10d" rather than "1w3d". Parts of a second have no unit and are dropped. */
char *words_span_format(int64_t ms, struct arena *a)
{
    int64_t left = ms > 0 ? ms / MS_PER_S : 0;
    char *text = arena_strdup(a, "");

    if (left == 0)
        return arena_strdup(a, "0s");
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        int64_t n = left / units[i].seconds;
        if (n == 0 || (units[i].unit == UNIT_WEEK && left % units[i].seconds))
            continue;
        text = arena_printf(a, "%s%lld%c", text, (long long)n, units[i].letter);
        left -= n * units[i].seconds;
    }
    return text;
}
