#include "hours.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

#define HEAD_CONTEXT "hours.head"
#define CHAIN_NAME "kepu hours 1"
#define MASK_STARS_MAX 3

int64_t hours_round(int64_t minutes, int64_t step, enum hours_rounding mode)
{
    int64_t rest = minutes % step, down = minutes - rest;

    switch (mode) {
    case HOURS_DOWN:
        return down;
    case HOURS_UP:
        return rest ? down + step : down;
    case HOURS_NEAREST:
        break;
    }
    return rest * 2 >= step && rest ? down + step : down;
}

int hours_stars(int64_t minutes, const int64_t *levels, int count)
{
    int stars = 0;

    while (stars < count && minutes >= levels[stars] * 60)
        stars++;
    return stars;
}

/* Netstrings: no two entries can be written alike, whatever a text holds. */
static void put(struct buf *b, const char *text)
{
    buf_printf(b, "%zu:%s,", strlen(text), text);
}

static void put_int(struct buf *b, int64_t n)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)n);
    put(b, text);
}

void hours_hex(struct bytes hash, char ret[2 * CRYPTO_HASH_BYTES + 1])
{
    const unsigned char *at = hash.data;

    for (size_t i = 0; i < hash.len && i < CRYPTO_HASH_BYTES; i++)
        snprintf(ret + 2 * i, 3, "%02x", at[i]);
    if (hash.len == 0)
        *ret = 0;
}

static void put_hash(struct buf *b, struct bytes hash)
{
    char text[2 * CRYPTO_HASH_BYTES + 1];

    hours_hex(hash, text);
    put(b, text);
}

void hours_entry_hash(struct bytes previous, const struct hours_entry *h, unsigned char ret[CRYPTO_HASH_BYTES])
{
    struct buf b = {0};

    put(&b, CHAIN_NAME);
    put_int(&b, h->number);
    put(&b, h->id);
    put(&b, h->kind);
    put_int(&b, h->root);
    put_int(&b, h->refers);
    put(&b, h->volunteer);
    put(&b, h->signup);
    put(&b, h->event);
    put(&b, h->occurrence);
    put(&b, h->day);
    put_int(&b, h->minutes);
    put_int(&b, h->counted);
    put(&b, h->how);
    put(&b, h->who);
    put_int(&b, h->at_ms);
    put_hash(&b, h->note_hash);
    crypto_chain(previous, buf_text(&b), ret);
    buf_release(&b);
}

void hours_note_hash(const char *note, struct bytes salt, unsigned char ret[CRYPTO_HASH_BYTES])
{
    crypto_chain(salt, note, ret);
}

void hours_head_seal(const struct crypto_keys *k, int64_t number, struct bytes hash,
                     unsigned char ret[CRYPTO_HASH_BYTES])
{
    char hex[2 * CRYPTO_HASH_BYTES + 1], text[sizeof hex + 24];

    hours_hex(hash, hex);
    snprintf(text, sizeof text, "%lld %s", (long long)number, hex);
    crypto_index(k, HEAD_CONTEXT, text, ret);
}

char *person_name_mask(const char *name, struct arena *a)
{
    size_t first = 0, chars = utf8_length(name);

    if (!*name)
        return arena_strdup(a, "");
    do
        first++;
    while (((unsigned char)name[first] & 0xC0) == 0x80);
    return arena_printf(a, "%.*s%.*s", (int)first, name, (int)(chars - 1 < MASK_STARS_MAX ? chars - 1 : MASK_STARS_MAX),
                        "***");
}

bool certificate_code_read(const char *text, char ret[CERTIFICATE_CODE_CHARS + 1])
{
    static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
    size_t n = 0;

    for (; *text; text++) {
        char c = *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text;
        if (c == ' ' || c == '-')
            continue;
        c = c == 'o' ? '0' : c == 'i' || c == 'l' ? '1' : c;
        if (n == CERTIFICATE_CODE_CHARS || !strchr(alphabet, c))
            return false;
        ret[n++] = c;
    }
    ret[n] = 0;
    return n == CERTIFICATE_CODE_CHARS;
}

void certificate_code_show(const char *code, char ret[CERTIFICATE_SHOWN_BYTES])
{
    snprintf(ret, CERTIFICATE_SHOWN_BYTES, "%.4s-%.4s-%.4s-%.4s", code, code + 4, code + 8, code + 12);
}

static const struct field entry_table[] = {
    FIELD(FIELD_TEXT, hours_entry, id, "h-…"),
    FIELD(FIELD_INT, hours_entry, number, "in the chain, from 1"),
    FIELD(FIELD_TEXT, hours_entry, kind, "service, correction, manual, approval, transfer"),
    FIELD(FIELD_TEXT, hours_entry, volunteer, "the volunteer's id"),
    FIELD(FIELD_TEXT, hours_entry, name, "the volunteer's"),
    FIELD(FIELD_TEXT, hours_entry, signup, "the sign-up's id"),
    FIELD(FIELD_TEXT, hours_entry, event, "the event's slug"),
    FIELD(FIELD_TEXT, hours_entry, day, "of the service"),
    FIELD(FIELD_INT, hours_entry, minutes, "what the matter comes to by this entry"),
    FIELD(FIELD_INT, hours_entry, counted, "what this entry adds to the volunteer's sum"),
    FIELD(FIELD_TEXT, hours_entry, state, "pending until a second person approves; counted"),
    FIELD(FIELD_TEXT, hours_entry, how, "times, shift, said, hand"),
    FIELD(FIELD_TEXT, hours_entry, who, "who recorded it"),
    FIELD(FIELD_TEXT, hours_entry, approved_by, NULL),
    FIELD_AS("refers", FIELD_TEXT, hours_entry, refers_id, "the entry that it corrects or approves"),
    FIELD(FIELD_TEXT, hours_entry, note, NULL),
    FIELD_AS("at", FIELD_MS, hours_entry, at_ms, "when it was recorded"),
    FIELD_AS("hash", FIELD_TEXT, hours_entry, hash_text, "of this entry and the one before"),
};
const struct fields hours_entry_fields = FIELDS("hours_entry", hours_entry, entry_table);

static const struct field input_table[] = {
    FIELD(FIELD_TEXT, hours_input, volunteer, "a volunteer's id"),
    FIELD(FIELD_INT, hours_input, minutes, "of service"),
    FIELD_AS("hours", FIELD_MILLI, hours_input, hours_milli, "instead of minutes"),
    FIELD(FIELD_TEXT, hours_input, event, "an event's slug"),
    FIELD(FIELD_TEXT, hours_input, on, "the occurrence's original date; without an event, the day of service"),
    FIELD(FIELD_TEXT, hours_input, note, "what it was for"),
    FIELD(FIELD_TEXT, hours_input, corrects, "the entry that it replaces"),
};
const struct fields hours_input_fields = FIELDS("hours_input", hours_input, input_table);

static const struct field filter_table[] = {
    FIELD(FIELD_TEXT, hours_filter, volunteer, "a volunteer's id"),
    FIELD(FIELD_TEXT, hours_filter, event, "an event's slug"),
    FIELD(FIELD_TEXT, hours_filter, state, "pending, counted"),
    FIELD(FIELD_TEXT, hours_filter, cursor, NULL),
    FIELD(FIELD_INT, hours_filter, limit, NULL),
};
const struct fields hours_filter_fields = FIELDS("hours_filter", hours_filter, filter_table);

static const struct field ref_table[] = {
    FIELD(FIELD_TEXT, hours_ref, id, "h-…"),
    FIELD(FIELD_TEXT, hours_ref, note, NULL),
};
const struct fields hours_ref_fields = FIELDS("hours_ref", hours_ref, ref_table);

static const struct field certificate_input_table[] = {
    FIELD(FIELD_TEXT, certificate_input, id, "a volunteer's id"),
    FIELD(FIELD_TEXT, certificate_input, from, "the first day"),
    FIELD(FIELD_TEXT, certificate_input, to, "the last day"),
    FIELD(FIELD_TEXT, certificate_input, period, "2027 or 2027-H1, instead of from and to"),
};
const struct fields certificate_input_fields = FIELDS("certificate_input", certificate_input, certificate_input_table);

static const struct field certificate_table[] = {
    FIELD(FIELD_TEXT, certificate, code, "to verify it by"),
    FIELD(FIELD_TEXT, certificate, state, "valid; withdrawn: the hours were corrected since"),
    FIELD(FIELD_TEXT, certificate, volunteer, "the volunteer's id"),
    FIELD(FIELD_TEXT, certificate, name, "masked for who verifies"),
    FIELD(FIELD_TEXT, certificate, from, "the first day"),
    FIELD(FIELD_TEXT, certificate, to, "the last day"),
    FIELD(FIELD_INT, certificate, minutes, "of service"),
    FIELD_AS("hours", FIELD_MILLI, certificate, hours_milli, "of service"),
    FIELD(FIELD_INT, certificate, minutes_now, "what the same service comes to today"),
    FIELD(FIELD_INT, certificate, stars, "the level reached by then"),
    FIELD(FIELD_TEXTS, certificate, recorded_by, NULL),
    FIELD(FIELD_TEXTS, certificate, approved_by, "of what was entered by hand"),
    FIELD(FIELD_TEXT, certificate, who, "who issued it"),
    FIELD_AS("issued", FIELD_MS, certificate, issued_ms, NULL),
    FIELD(FIELD_TEXT, certificate, url, "where anybody verifies it"),
    FIELD(FIELD_TEXT, certificate, page, "the sheet to print; shown once"),
};
const struct fields certificate_fields = FIELDS("certificate", certificate, certificate_table);

static const struct field certificate_ref_table[] = {FIELD(FIELD_TEXT, certificate_ref, code, NULL)};
const struct fields certificate_ref_fields = FIELDS("certificate_ref", certificate_ref, certificate_ref_table);

static const struct field report_table[] = {
    FIELD(FIELD_TEXT, check_report, state, "sound, faulty"),
    FIELD(FIELD_TEXTS, check_report, problems, NULL),
    FIELD(FIELD_INT, check_report, entries, "of the ledger of hours"),
    FIELD(FIELD_TEXT, check_report, head, "the hash of its last entry"),
};
const struct fields check_report_fields = FIELDS("check_report", check_report, report_table);
