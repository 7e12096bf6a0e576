/* Times, spans and rules in words, from hostile text; what is understood has to hold together. */
#include "calendar/civil.h"
#include "calendar/recur.h"
#include "calendar/words.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW_MS 1795399200000LL /* 2026-11-23T10:00:00+08:00 */

static void check(int holds)
{
    if (!holds)
        abort();
}

static void check_when(const char *text, const struct words_context *ctx)
{
    struct words_when when;
    struct err e = {0};

    if (words_when(text, ctx, &when, &e) < 0) {
        check(e.code == ERR_INVALID);
        return;
    }
    check(when.wall_s >= CIVIL_WALL_MIN && when.wall_s <= CIVIL_WALL_MAX);
    check(!when.date || when.wall_s == civil_midnight(when.wall_s));
}

static void check_span(const char *text, struct arena *a)
{
    int64_t ms, again_ms;

    if (words_span(text, &ms, NULL) < 0)
        return;
    check(words_span(words_span_format(ms, a), &again_ms, NULL) == 0);
    check(again_ms == ms / 1000 * 1000);
}

/* A rule is canonical, and can be said back. */
static void check_rule(const char *text, const struct words_context *ctx, struct arena *a)
{
    struct recur_rule *rule;
    struct err e = {0};
    char *canonical;
    int time_s;

    if (words_rule(text, ctx, a, &canonical, &time_s, &e) < 0) {
        check(e.code == ERR_INVALID);
        return;
    }
    check(time_s >= -1 && time_s < CIVIL_DAY_S);
    check(recur_parse(canonical, a, &rule, NULL) == 0);
    check(strcmp(recur_format(rule, a), canonical) == 0);
    check(words_describe(canonical, LANG_ZH, a)[0] != 0);
    check(words_describe_in(canonical, ctx->zone, time_s, LANG_EN, a)[0] != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct words_context ctx = {.now_ms = NOW_MS, .zone = zone_find("Asia/Shanghai", NULL)};
    struct arena a = {0};
    char *text = malloc(size + 1);

    memcpy(text, data, size);
    text[size] = 0;
    check_when(text, &ctx);
    check_span(text, &a);
    check_rule(text, &ctx, &a);
    arena_release(&a);
    free(text);
    return 0;
}
