#include "attendance.h"

#include <stdio.h>
#include <string.h>

#define SLOT_CONTEXT "venue.slot"
#define FIXED_CONTEXT "venue.fixed"
#define KEY_CONTEXT "venue.key"
#define CODES 1000000

/* Without those that are taken for each other on paper. */
static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";

static void mark(const struct crypto_keys *k, const char *context, int64_t a, int64_t b,
                 unsigned char ret[CRYPTO_HASH_BYTES])
{
    char text[48];

    snprintf(text, sizeof text, "%lld %lld", (long long)a, (long long)b);
    crypto_index(k, context, text, ret);
}

static void spell(const unsigned char *hash, size_t chars, char *ret)
{
    for (size_t i = 0; i < chars; i++)
        ret[i] = letters[hash[i] % (sizeof letters - 1)];
    ret[chars] = 0;
}

static void code_of_slot(const struct crypto_keys *k, int64_t occurrence_id, int64_t slot, char ret[VENUE_CODE_BYTES])
{
    unsigned char hash[CRYPTO_HASH_BYTES];
    uint32_t n = 0;

    mark(k, SLOT_CONTEXT, occurrence_id, slot, hash);
    for (int i = 0; i < 4; i++)
        n = n << 8 | hash[i];
    for (int i = VENUE_CODE_CHARS - 1; i >= 0; i--, n /= 10)
        ret[i] = (char)('0' + n % 10);
    ret[VENUE_CODE_CHARS] = 0;
}

void venue_code_at(const struct crypto_keys *k, int64_t occurrence_id, int64_t now_ms, char ret[VENUE_CODE_BYTES])
{
    code_of_slot(k, occurrence_id, now_ms / VENUE_SLOT_MS, ret);
}

void venue_code_fixed(const struct crypto_keys *k, int64_t occurrence_id, char ret[VENUE_CODE_BYTES])
{
    unsigned char hash[CRYPTO_HASH_BYTES];

    mark(k, FIXED_CONTEXT, occurrence_id, 0, hash);
    spell(hash, VENUE_CODE_CHARS, ret);
    /* Never digits alone: those are a slot's. */
    ret[0] = letters[hash[CRYPTO_HASH_BYTES - 1] % 23];
}

void venue_key(const struct crypto_keys *k, int64_t occurrence_id, char ret[VENUE_KEY_CHARS + 1])
{
    unsigned char hash[CRYPTO_HASH_BYTES];

    mark(k, KEY_CONTEXT, occurrence_id, 0, hash);
    spell(hash, VENUE_KEY_CHARS, ret);
}

static bool tidy(const char *text, char ret[VENUE_CODE_BYTES])
{
    size_t n = 0;

    for (; *text; text++) {
        if (*text == ' ' || *text == '-')
            continue;
        if (n == VENUE_CODE_CHARS)
            return false;
        ret[n++] = *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text;
    }
    ret[n] = 0;
    return n == VENUE_CODE_CHARS;
}

enum venue_code_kind venue_code_read(const struct crypto_keys *k, int64_t occurrence_id, int64_t now_ms,
                                     const char *text)
{
    char given[VENUE_CODE_BYTES], good[VENUE_CODE_BYTES];

    if (!text || !tidy(text, given))
        return VENUE_CODE_NONE;
    for (int64_t slot = now_ms / VENUE_SLOT_MS, back = 0; back < 2; back++) {
        code_of_slot(k, occurrence_id, slot - back, good);
        if (strcmp(given, good) == 0)
            return VENUE_CODE_SLOT;
    }
    venue_code_fixed(k, occurrence_id, good);
    return strcmp(given, good) == 0 ? VENUE_CODE_FIXED : VENUE_CODE_NONE;
}

static const struct field input_table[] = {
    FIELD(FIELD_TEXT, attendance_input, id, "s-…"),
    FIELD(FIELD_TEXT, attendance_input, reason, NULL),
    FIELD(FIELD_TEXT, attendance_input, at, "when it was; without it, now. Said again, it corrects"),
    FIELD(FIELD_INT, attendance_input, minutes, "attend: of service"),
};
const struct fields attendance_input_fields = FIELDS("attendance_input", attendance_input, input_table);

static const struct field list_input_table[] = {
    FIELD(FIELD_TEXT, attendance_list_input, event, "an event's slug; not needed where the list has ids"),
    FIELD(FIELD_TEXT, attendance_list_input, on, "the occurrence's original local date"),
    FIELD(FIELD_TEXT, attendance_list_input, list,
          "CSV: id, or volunteer, or name and phone; and any of role, in, out, minutes"),
};
const struct fields attendance_list_input_fields =
    FIELDS("attendance_list_input", attendance_list_input, list_input_table);

static const struct field list_result_table[] = {
    FIELD(FIELD_INT, attendance_list_result, attended, "written down now"),
    FIELD(FIELD_INT, attendance_list_result, unchanged, "were so already"),
    FIELD(FIELD_INT, attendance_list_result, lines, NULL),
};
const struct fields attendance_list_result_fields =
    FIELDS("attendance_list_result", attendance_list_result, list_result_table);

static const struct field code_input_table[] = {
    FIELD(FIELD_TEXT, venue_code_input, event, "an event's slug"),
    FIELD(FIELD_TEXT, venue_code_input, on, "the occurrence's original local date"),
    FIELD(FIELD_MAYBE, venue_code_input, fixed, "the code that stays the same, for paper"),
};
const struct fields venue_code_input_fields = FIELDS("venue_code_input", venue_code_input, code_input_table);

static const struct field code_table[] = {
    FIELD(FIELD_TEXT, venue_code, event, "the event's slug"),
    FIELD(FIELD_TEXT, venue_code, title, "the occurrence's"),
    FIELD(FIELD_MOMENT, venue_code, recurrence_id, "the occurrence's original start"),
    FIELD(FIELD_TEXT, venue_code, code, "what volunteers enter on their own page"),
    FIELD(FIELD_BOOL, venue_code, fixed, NULL),
    FIELD_AS("until", FIELD_MS, venue_code, until_ms, "when the next code comes"),
    FIELD(FIELD_TEXT, venue_code, url, "the page to show or print at the venue"),
};
const struct fields venue_code_fields = FIELDS("venue_code", venue_code, code_table);

static const struct field step_table[] = {
    FIELD(FIELD_TEXT, attendance_step, kind, "check-in, check-out, close, attended, no_show, excused"),
    FIELD_AS("time", FIELD_MS, attendance_step, time_ms, "when it was"),
    FIELD(FIELD_TEXT, attendance_step, how, "desk, code, list, auto"),
    FIELD(FIELD_TEXT, attendance_step, who, NULL),
    FIELD(FIELD_TEXT, attendance_step, reason, NULL),
    FIELD_AS("at", FIELD_MS, attendance_step, at_ms, "when it was written down"),
};
const struct fields attendance_step_fields = FIELDS("attendance_step", attendance_step, step_table);
