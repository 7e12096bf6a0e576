/* Whatever a server answers, every judge comes to a verdict that holds together. */
#include "notify/channel.h"

#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void check(enum channel_kind kind, const struct fetch_result *result, struct arena *a)
{
    struct verdict v = channel_judge(kind, result, a);

    if (!v.reason || strlen(v.reason) > 400 || v.retry_after_ms < -1 || v.retry_after_ms > FETCH_RETRY_AFTER_MS_MAX)
        abort();
    if (v.judgement == JUDGE_OK && (result->status < 200 || result->status > 299 || result->end != FETCH_ANSWERED))
        abort();
    if (v.judgement == JUDGE_OK && kind != CHANNEL_WEBHOOK && (result->status != 200 || result->body_bytes == 0))
        abort();
}

/* Two bytes of status, a byte of flags, the rest is the body. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct arena arena = {0};
    struct fetch_result result = {.reason = "HTTP"};
    char *body;

    if (bytes < 3 || bytes - 3 > FETCH_BODY_BYTES_MAX)
        return 0;
    body = mem_alloc(bytes - 3 + 1);
    memcpy(body, data + 3, bytes - 3);
    result.status = data[2] & 1 ? 200 : (data[0] << 8 | data[1]) % 700;
    result.end = data[2] & 2 ? (enum fetch_end)(data[0] % 3) : FETCH_ANSWERED;
    result.body_cut = data[2] & 4;
    result.retry_after_ms = data[2] & 8 ? data[0] * 1000 : -1;
    result.body = body;
    result.body_bytes = bytes - 3;
    for (int kind = 0; kind < CHANNEL_KIND_COUNT; kind++)
        check((enum channel_kind)kind, &result, &arena);
    free(body);
    arena_release(&arena);
    return 0;
}
