/*
 * Any rule from any start: the first line of the input is DTSTART, the second the rule. What is read must have one
 * canonical text, instances must ascend, and seeking must give what walking gives.
 */
#include "base/mem.h"
#include "calendar/civil.h"
#include "calendar/recur.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define INSTANCES 100
#define INPUT_BYTES_MAX 2048

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static int walk(const struct recur_set *set, int64_t from_s, int64_t *ret, int count)
{
    struct recur_iter *it = recur_iter_new(set, from_s, NULL);
    int got = 0;

    if (!it)
        return 0;
    while (got < count && recur_iter_next(it, &ret[got])) {
        require(ret[got] >= set->start_s && (got == 0 || ret[got] > ret[got - 1]));
        got++;
    }
    recur_iter_free(it);
    return got;
}

static void check_instances(const struct recur_set *set)
{
    int64_t all[INSTANCES], again[INSTANCES];
    int count = walk(set, CIVIL_WALL_MIN, all, INSTANCES), middle = count / 2, rest;

    walk(set, all[count ? count - 1 : 0] * (count > 0) + 4000000000LL, again, 2);
    if (count < 2)
        return;
    rest = walk(set, all[middle - 1] + 1, again, count - middle);
    require(rest == count - middle && memcmp(again, all + middle, (size_t)rest * sizeof *all) == 0);
}

static void check_text(struct recur_rule *rule, struct arena *a)
{
    char *text = recur_format(rule, a);
    struct recur_rule *again;

    if (strlen(text) > RECUR_RULE_BYTES_MAX)
        return;
    require(recur_parse(text, a, &again, NULL) == 0);
    require(strcmp(recur_format(again, a), text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    char input[INPUT_BYTES_MAX + 1], *at = input, *start;
    struct arena a = {0};
    struct recur_rule *rule;
    struct recur_set set = {0};

    if (bytes > INPUT_BYTES_MAX)
        return 0;
    memcpy(input, data, bytes);
    input[bytes] = 0;
    start = strsep(&at, "\n");
    if (at && civil_parse(start, &set.start_s, &set.date) && recur_parse(at, &a, &rule, NULL) == 0) {
        check_text(rule, &a);
        set.rules = &rule;
        set.rule_count = 1;
        set.zone = set.start_s & 1 ? NULL : zone_find("America/New_York", NULL);
        check_instances(&set);
    }
    arena_release(&a);
    return 0;
}
