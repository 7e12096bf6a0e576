#include "ical_write.h"

#include "base/utf8.h"
#include "recur_rule.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DAY_S 86400
#define HOUR_S 3600
#define MINUTE_S 60

/* Whole characters only: a fold goes between two of them, although the RFC would let it cut one. */
static void put(struct ical *w, const char *bytes, size_t count)
{
    if (w->octets + count > ICAL_LINE_OCTETS_MAX) {
        buf_add(w->out, "\r\n ", 3);
        w->octets = 1;
    }
    buf_add(w->out, bytes, count);
    w->octets += count;
}

/* Printable ASCII that means itself in every value. */
static bool is_plain(char c)
{
    return c >= ' ' && c < 127 && c != ',' && c != ';' && c != '\\';
}

/* As many plain characters at once as the line has room for. */
static size_t put_plain(struct ical *w, const char *text)
{
    size_t room = w->octets < ICAL_LINE_OCTETS_MAX ? ICAL_LINE_OCTETS_MAX - w->octets : 1, count = 0;

    while (count < room && is_plain(text[count]))
        count++;
    if (count)
        put(w, text, count);
    return count;
}

/* C0 but TAB, DEL and C1 (RFC 5545 3.1: CONTROL); what isn't UTF-8 is replaced. */
static void put_character(struct ical *w, const char *text, size_t rest, size_t *ret_bytes)
{
    uint32_t c = utf8_next(text, rest, ret_bytes);
    char encoded[5];

    if ((c < ' ' && c != '\t') || (c >= 0x7f && c < 0xa0))
        return;
    utf8_put(c, encoded);
    put(w, encoded, strlen(encoded));
}

static void put_raw(struct ical *w, const char *text)
{
    for (size_t rest = strlen(text), bytes; rest > 0; text += bytes, rest -= bytes) {
        bytes = put_plain(w, text);
        if (bytes == 0)
            put_character(w, text, rest, &bytes);
    }
}

/* "\n" for a line feed, CR LF and CR alone; a backslash before what separates. */
static size_t put_escape(struct ical *w, const char *text)
{
    switch (text[0]) {
    case '\\':
    case ';':
    case ',':
        put(w, (const char[]){'\\', text[0]}, 2);
        return 1;
    case '\r':
        put(w, "\\n", 2);
        return text[1] == '\n' ? 2 : 1;
    case '\n':
        put(w, "\\n", 2);
        return 1;
    default:
        return 0;
    }
}

static void put_text(struct ical *w, const char *text)
{
    for (size_t rest = strlen(text), bytes; rest > 0; text += bytes, rest -= bytes) {
        bytes = put_plain(w, text);
        if (bytes == 0)
            bytes = put_escape(w, text);
        if (bytes == 0)
            put_character(w, text, rest, &bytes);
    }
}

static void begin_line(struct ical *w, const char *name, const char *separator)
{
    w->octets = 0;
    put_raw(w, name);
    put_raw(w, separator);
}

static void end_line(struct ical *w)
{
    buf_add(w->out, "\r\n", 2);
}

void ical_raw(struct ical *w, const char *name, const char *value)
{
    begin_line(w, name, ":");
    put_raw(w, value);
    end_line(w);
}

void ical_begin(struct ical *w, const char *component)
{
    ical_raw(w, "BEGIN", component);
}

void ical_end(struct ical *w, const char *component)
{
    ical_raw(w, "END", component);
}

void ical_text(struct ical *w, const char *name, const char *text)
{
    begin_line(w, name, ":");
    put_text(w, text);
    end_line(w);
}

void ical_named(struct ical *w, const char *name, const char *cn, const char *value)
{
    begin_line(w, name, ";CN=\"");
    for (size_t rest = strlen(cn), bytes; rest > 0; cn += bytes, rest -= bytes) {
        bytes = 1;
        if (*cn != '"')
            put_character(w, cn, rest, &bytes);
    }
    put_raw(w, "\":");
    put_raw(w, value);
    end_line(w);
}

void ical_int(struct ical *w, const char *name, int64_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, value);
    ical_raw(w, name, text);
}

static void put_time(struct ical *w, int64_t wall_s, bool date, bool utc)
{
    char text[CIVIL_TEXT_BYTES];

    civil_format_basic(wall_s, date, text);
    put_raw(w, text);
    if (utc && !date)
        put_raw(w, "Z");
}

void ical_instant(struct ical *w, const char *name, int64_t ms)
{
    begin_line(w, name, ":");
    put_time(w, ms >= 0 ? ms / 1000 : -((-ms + 999) / 1000), false, true);
    end_line(w);
}

/* RFC 5545 3.3.6; a time part only where there is one: "P1D", "PT90M" is "PT1H30M". */
void ical_duration(struct ical *w, const char *name, int64_t seconds)
{
    static const struct { int64_t unit_s; char letter; } units[] = {{HOUR_S, 'H'}, {MINUTE_S, 'M'}, {1, 'S'}};
    int64_t rest = seconds < 0 ? -seconds : seconds;
    char text[64];
    size_t len = (size_t)snprintf(text, sizeof text, "%sP", seconds < 0 ? "-" : "");

    if (rest >= DAY_S)
        len += (size_t)snprintf(text + len, sizeof text - len, "%" PRId64 "D", rest / DAY_S);
    if (rest % DAY_S || rest == 0)
        text[len++] = 'T';
    rest = rest >= DAY_S ? rest % DAY_S : rest;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (rest >= units[i].unit_s || (seconds == 0 && units[i].unit_s == 1))
            len += (size_t)snprintf(text + len, sizeof text - len, "%" PRId64 "%c", rest / units[i].unit_s,
                                    units[i].letter);
        rest %= units[i].unit_s;
    }
    text[len] = 0;
    ical_raw(w, name, text);
}

static bool is_utc(const struct zone *z)
{
    return strcmp(zone_id(z), "UTC") == 0;
}

/* One line of them. */
static void put_locals(struct ical *w, const char *name, const struct zone *z, bool date, const int64_t *walls,
                       size_t count)
{
    w->octets = 0;
    put_raw(w, name);
    if (date) {
        put_raw(w, ";VALUE=DATE");
    } else if (!is_utc(z)) {
        put_raw(w, ";TZID=");
        put_raw(w, zone_id(z));
    }
    for (size_t i = 0; i < count; i++) {
        put(w, i ? "," : ":", 1);
        put_time(w, walls[i], date, is_utc(z));
    }
    end_line(w);
}

void ical_locals(struct ical *w, const char *name, const struct zone *z, bool date, const int64_t *walls, size_t count)
{
    for (size_t i = 0; i < count; i += ICAL_LOCALS_A_LINE)
        put_locals(w, name, z, date, walls + i, count - i < ICAL_LOCALS_A_LINE ? count - i : ICAL_LOCALS_A_LINE);
}

void ical_local(struct ical *w, const char *name, const struct zone *z, bool date, int64_t wall_s)
{
    ical_locals(w, name, z, date, &wall_s, 1);
}

/* The last moment that UNTIL lets pass, as wall time: a date is all of that day. */
static int64_t until_wall(const struct recur_rule *rule, const struct zone *z)
{
    if (rule->until == UNTIL_UTC)
        return zone_to_wall(z, rule->until_s);
    return rule->until == UNTIL_DATE ? rule->until_s + DAY_S - 1 : rule->until_s;
}

void ical_rule(struct ical *w, const struct recur_rule *rule, const struct zone *z, bool date)
{
    struct recur_rule own = *rule;
    struct arena arena = {0};

    if (rule->until != UNTIL_NONE && date) {
        own.until = UNTIL_DATE;
        own.until_s = civil_midnight(until_wall(rule, z));
    } else if (rule->until == UNTIL_DATE || rule->until == UNTIL_LOCAL) {
        own.until = UNTIL_UTC;
        own.until_s = zone_to_utc(z, until_wall(rule, z));
    }
    ical_raw(w, "RRULE", recur_format(&own, &arena));
    arena_release(&arena);
}
