#include "codec.h"

#include "base/utf8.h"
#include "calendar/civil.h"
#include "calendar/zone.h"

#include <assert.h>
#include <string.h>

static void put_escaped(struct buf *out, unsigned char c)
{
    static const char short_forms[] = "\"\"\\\\\bb\ff\nn\rr\tt";

    for (const char *p = short_forms; *p; p += 2) {
        if ((unsigned char)*p == c) {
            buf_addc(out, '\\');
            buf_addc(out, p[1]);
            return;
        }
    }
    buf_printf(out, "\\u%04x", c);
}

/* Bytes from `text` on that can go out as they are. */
static size_t plain_bytes(const char *text, size_t bytes)
{
    size_t i = 0;

    while (i < bytes) {
        unsigned char c = (unsigned char)text[i];
        size_t n = 1;
        if (c < 0x20 || c == '"' || c == '\\')
            break;
        if (c >= 0x80 && utf8_next(text + i, bytes - i, &n) == 0xFFFD && n == 1)
            break;
        i += n;
    }
    return i;
}

void codec_put_text(struct buf *out, const char *text)
{
    size_t left;

    if (!text) {
        buf_adds(out, "null");
        return;
    }
    left = strlen(text);
    buf_addc(out, '"');
    while (left > 0) {
        size_t n = plain_bytes(text, left);
        buf_add(out, text, n);
        text += n;
        left -= n;
        if (left == 0)
            break;
        if ((unsigned char)*text >= 0x80)
            buf_adds(out, "\xEF\xBF\xBD");
        else
            put_escaped(out, (unsigned char)*text);
        text++;
        left--;
    }
    buf_addc(out, '"');
}

static void put_int(struct buf *out, int64_t n)
{
    if (n == FIELD_INT_ABSENT)
        buf_adds(out, "null");
    else
        buf_addi(out, n);
}

static void put_milli(struct buf *out, int64_t n)
{
    char digits[4] = {0};
    uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

    if (n == FIELD_INT_ABSENT) {
        buf_adds(out, "null");
        return;
    }
    buf_printf(out, "%s%llu", n < 0 ? "-" : "", (unsigned long long)(size / 1000));
    if (size % 1000 == 0)
        return;
    for (int i = 2; i >= 0; i--, size /= 10)
        digits[i] = (char)('0' + size % 10);
    for (int i = 2; digits[i] == '0'; i--)
        digits[i] = 0;
    buf_printf(out, ".%s", digits);
}

static void put_moment(struct buf *out, const struct moment *m)
{
    char text[CIVIL_TEXT_BYTES];

    if (!m->set) {
        buf_adds(out, "null");
        return;
    }
    if (m->date)
        civil_format(m->wall_s, true, text);
    else
        civil_format_offset(m->wall_s, m->offset_s, text);
    buf_addc(out, '"');
    buf_adds(out, text);
    buf_addc(out, '"');
}

static void put_ms(struct buf *out, int64_t ms, const struct zone *office)
{
    int64_t utc_s, wall_s;

    if (ms == FIELD_INT_ABSENT) {
        buf_adds(out, "null");
        return;
    }
    utc_s = ms / 1000 - (ms % 1000 < 0);
    wall_s = zone_to_wall(office, utc_s);
    put_moment(out, &(struct moment){.wall_s = wall_s, .offset_s = (int32_t)(wall_s - utc_s), .set = true});
}

static void put_texts(struct buf *out, const struct texts *texts)
{
    buf_addc(out, '[');
    for (size_t i = 0; i < texts->count; i++) {
        if (i)
            buf_addc(out, ',');
        codec_put_text(out, texts->items[i]);
    }
    buf_addc(out, ']');
}

static void put_objects(struct buf *out, const struct fields *f, const struct objects *objects,
                        const struct zone *office)
{
    const char *item = objects->items;

    buf_addc(out, '[');
    for (size_t i = 0; i < objects->count; i++, item += f->bytes) {
        if (i)
            buf_addc(out, ',');
        codec_encode(f, item, office, out);
    }
    buf_addc(out, ']');
}

static void put_field(struct buf *out, const struct field *field, const void *at, const struct zone *office)
{
    const void *object;

    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_ONCE:
        codec_put_text(out, *(const char *const *)at);
        break;
    case FIELD_INT:
        put_int(out, *(const int64_t *)at);
        break;
    case FIELD_BOOL:
        buf_adds(out, *(const bool *)at ? "true" : "false");
        break;
    case FIELD_MAYBE:
        buf_adds(out, *(const int8_t *)at < 0 ? "null" : *(const int8_t *)at ? "true" : "false");
        break;
    case FIELD_TEXTS:
        put_texts(out, at);
        break;
    case FIELD_OBJECTS:
        put_objects(out, field->of, at, office);
        break;
    case FIELD_MOMENT:
        put_moment(out, at);
        break;
    case FIELD_MS:
        put_ms(out, *(const int64_t *)at, office);
        break;
    case FIELD_MILLI:
        put_milli(out, *(const int64_t *)at);
        break;
    case FIELD_OBJECT:
        object = *(const void *const *)at;
        if (object)
            codec_encode(field->of, object, office, out);
        else
            buf_adds(out, "null");
        break;
    }
}

static bool is_there(const struct field *field, const void *at)
{
    return field->type != FIELD_ONCE || *(const char *const *)at;
}

/* Goes as deep as our own tables do. */
void codec_encode(const struct fields *f, const void *object, const struct zone *office, struct buf *out)
{
    bool first = true;

    buf_addc(out, '{');
    for (size_t i = 0; i < f->count; i++) {
        const void *at = (const char *)object + f->items[i].offset;
        if (!is_there(&f->items[i], at))
            continue;
        buf_adds(out, first ? "\"" : ",\"");
        buf_adds(out, f->items[i].name);         /* words of our own: nothing in them is escaped */
        buf_add(out, "\":", 2);
        put_field(out, &f->items[i], at, office);
        first = false;
    }
    buf_addc(out, '}');
}

void codec_encode_list(const struct fields *f, const struct objects *items, const char *next, const struct zone *office,
                       struct buf *out)
{
    buf_adds(out, "{\"items\":");
    put_objects(out, f, items, office);
    buf_adds(out, ",\"next\":");
    codec_put_text(out, next);
    buf_addc(out, '}');
}
