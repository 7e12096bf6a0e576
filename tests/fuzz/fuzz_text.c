/* However a message is cut, it stays within its robot's limit, whole characters, with link and keyword. */
#include "notify/channel.h"
#include "notify/text.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINK "https://kepu.example/events/night/2027-05-12"
#define MAX_LEAST 400                /* link, keyword and ellipsis always fit, as with every robot */
#define KEYWORD_BYTES_MAX 60
#define TEXTS 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static size_t cost_of(enum text_measure measure, const char *text)
{
    size_t bytes = strlen(text), cost = 0;

    for (size_t i = 0, n; i < bytes; i += n) {
        uint32_t c = utf8_next(text + i, bytes - i, &n);
        if (measure == TEXT_UTF16)
            cost += c > 0xFFFF ? 2 : 1;
        else
            cost += measure == TEXT_JSON && (c == '"' || c == '\\' || c == '\n') ? 2 : n;
    }
    return cost;
}

/* What `channel add` takes. */
static bool is_keyword(const char *text)
{
    if (!*text || strlen(text) > KEYWORD_BYTES_MAX || !utf8_valid(text, strlen(text)))
        return false;
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p < ' ' || strchr("<>&*_`[]\\\"\x7F", *p))
            return false;
    return true;
}

static void check(const struct text_form *form, const char *text, bool whole)
{
    if (!text || !utf8_valid(text, strlen(text)) || (whole && cost_of(form->measure, text) > form->max))
        abort();
    for (const char *p = text; *p; p++)
        if (((unsigned char)*p < ' ' && *p != '\n') || *p == 0x7F)
            abort();
}

/* A byte of measure and escapes, two of the limit; then title, text and keyword, with zero bytes between them. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static const struct text_escape escapes[] = {{'<', "&lt;"}, {'&', "&amp;"}, {'*', "\\*"}, {0, NULL}};
    struct arena arena = {0};
    struct text_form form = {.title_before = "**", .title_after = "**\n", .link_before = "[", .link_between = "](",
                             .link_after = ")"};
    struct message message = {.kind = "upcoming", .url = LINK};
    char *texts[TEXTS], *copy, *p;
    const char *keyword, *out;

    if (bytes < 3)
        return 0;
    copy = mem_alloc(bytes - 3 + TEXTS);         /* zeroed: an end for every text */
    memcpy(copy, data + 3, bytes - 3);
    p = copy;
    for (int i = 0; i < TEXTS; i++, p += p < copy + (bytes - 3) ? strlen(p) + 1 : 0)
        texts[i] = p;
    form.measure = (enum text_measure)(data[0] % 3);
    form.escapes = data[0] & 4 ? escapes : NULL;
    form.max = MAX_LEAST + (size_t)(data[1] << 8 | data[2]) % 4096;
    message.title = texts[0];
    message.text = texts[1];
    keyword = is_keyword(texts[2]) ? texts[2] : NULL;
    out = text_compose(&form, &message, keyword, &arena);
    check(&form, out, true);
    if (!strstr(out, LINK) || (keyword && !strstr(out, keyword)))
        abort();
    check(&form, text_fit(&form, texts[1], &arena), true);
    free(copy);
    arena_release(&arena);
    return 0;
}
