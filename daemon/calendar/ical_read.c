/* From lines to components. Which lines matter is a table; what is between BEGIN and END goes to ical_parse.c. */
#include "ical_read.h"

#include "base/csv.h"
#include "base/utf8.h"
#include "ical_lines.h"
#include "ical_parse.h"

#include <stdio.h>
#include <string.h>

#define COMPONENT_BYTES_MAX (512 * 1024)   /* of the lines that matter: a rule, four thousand dates, texts */
#define KIND_BYTES_MAX 40
#define LIST_VALUES_MAX 400

/* What kepu has no place for and says so, once a kind. */
static const char *const ignored_names[] = {
    "VALARM", "ATTENDEE", "ORGANIZER", "ATTACH", "IMAGE", "CONFERENCE", "CONTACT", "RELATED-TO", "REQUEST-STATUS",
};
#define IGNORED_COUNT (sizeof ignored_names / sizeof ignored_names[0])

/* A file while it is being read. */
struct reading {
    struct arena *a;
    struct ical_file *file;
    size_t component_room, zone_room;
    int ignored[IGNORED_COUNT];
    bool calendar;                 /* there was a BEGIN */

    /* The component whose lines are being kept; `kind` "" between them. */
    char kind[KIND_BYTES_MAX];
    int line;
    int inner;                     /* how deep inside it */
    bool inner_kept;               /* STANDARD and DAYLIGHT of a zone are */
    struct buf kept;
    unsigned given;                /* enum ical_given of the lines kept */
};

static void count_ignored(struct reading *r, const char *name)
{
    for (size_t i = 0; i < IGNORED_COUNT; i++)
        if (strcmp(ignored_names[i], name) == 0)
            r->ignored[i]++;
}

/* A list in an arena, grown by doubling. */
static void *grown(struct arena *a, void *items, size_t count, size_t *room, size_t bytes)
{
    void *more;

    if (count < *room)
        return items;
    *room = *room ? *room * 2 : 16;
    more = arena_alloc(a, *room * bytes);
    if (count)
        memcpy(more, items, count * bytes);
    return more;
}

static int refuse_many(const char *what, int most, struct err *e)
{
    char text[16];

    snprintf(text, sizeof text, "%d", most);
    return err_set(e, ERR_TOO_LARGE, MSG_ICAL_MANY, "body", what, text, NULL);
}

static int finish_zone(struct reading *r, struct err *e)
{
    struct ical_file *f = r->file;

    if (f->zone_count == ICAL_ZONES_MAX)
        return refuse_many("VTIMEZONE", ICAL_ZONES_MAX, e);
    f->zones = grown(r->a, f->zones, f->zone_count, &r->zone_room, sizeof *f->zones);
    f->zones[f->zone_count] = (struct ical_vtimezone){0};
    ical_parse_zone(buf_text(&r->kept), r->a, &f->zones[f->zone_count]);
    f->observances += f->zones[f->zone_count].count;
    if (f->observances > ICAL_OBSERVANCES_MAX)
        f->zones[f->zone_count].count = 0;
    if (f->zones[f->zone_count].tzid)
        f->zone_count++;
    return 0;
}

static int finish_component(struct reading *r, bool cut_off, struct err *e)
{
    struct ical_file *f = r->file;
    struct ical_component *c;

    if (f->count == ICAL_COMPONENTS_MAX)
        return refuse_many("VEVENT", ICAL_COMPONENTS_MAX, e);
    f->components = grown(r->a, f->components, f->count, &r->component_room, sizeof *f->components);
    c = &f->components[f->count++];
    *c = (struct ical_component){.line = r->line, .kind = arena_strdup(r->a, r->kind),
                                 .duration_s = ICAL_SECONDS_NONE, .modified_s = ICAL_SECONDS_NONE, .cut_off = cut_off};
    if (r->kept.overflow)
        c->bad = ICAL_BAD_OTHER;
    ical_parse_component(buf_text(&r->kept), r->given, r->a, c);
    return 0;
}

static int finish(struct reading *r, bool cut_off, struct err *e)
{
    bool zone = strcmp(r->kind, "VTIMEZONE") == 0;
    int failed;

    for (; r->inner > 0 && zone; r->inner--)
        buf_adds(&r->kept, r->inner_kept ? "END:STANDARD\n" : "");
    buf_adds(&r->kept, zone ? "END:VTIMEZONE\n" : "END:VEVENT\n");
    failed = zone ? finish_zone(r, e) : finish_component(r, cut_off, e);
    r->kind[0] = 0;
    return failed;
}

static void begin(struct reading *r, const char *kind, int line)
{
    snprintf(r->kind, sizeof r->kind, "%s", kind);
    r->line = line;
    r->inner = 0;
    r->inner_kept = false;
    r->given = 0;
    buf_clear(&r->kept);
    r->kept.overflow = false;
    /* To libical all of them are events: the few properties wanted of the others are an event's too. */
    buf_adds(&r->kept, strcmp(kind, "VTIMEZONE") == 0 ? "BEGIN:VTIMEZONE\n" : "BEGIN:VEVENT\n");
}

static bool starts_anew(const char *kind)
{
    return strcmp(kind, "VEVENT") == 0 || strcmp(kind, "VCALENDAR") == 0 || strcmp(kind, "VTIMEZONE") == 0;
}

static void begin_inner(struct reading *r, const char *kind)
{
    bool observance = strcmp(kind, "STANDARD") == 0 || strcmp(kind, "DAYLIGHT") == 0;

    if (r->inner++ > 0)
        return;
    count_ignored(r, kind);
    r->inner_kept = observance && strcmp(r->kind, "VTIMEZONE") == 0;
    if (r->inner_kept)
        buf_adds(&r->kept, "BEGIN:STANDARD\n");
}

/* A calendar is only a cover; an event can't be inside another: the first one's END is missing. */
static int on_begin(struct reading *r, const char *kind, int line, struct err *e)
{
    r->calendar = true;
    if (r->kind[0] && !starts_anew(kind)) {
        begin_inner(r, kind);
        return 0;
    }
    if (r->kind[0] && finish(r, false, e))
        return -1;
    if (strcmp(kind, "VCALENDAR") != 0)
        begin(r, kind, line);
    return 0;
}

static int on_end(struct reading *r, const char *kind, struct err *e)
{
    if (!r->kind[0])
        return 0;
    if (r->inner > 0 && strcmp(kind, r->kind) != 0 && strcmp(kind, "VCALENDAR") != 0) {
        if (--r->inner == 0 && r->inner_kept) {
            buf_adds(&r->kept, "END:STANDARD\n");
            r->inner_kept = false;
        }
        return 0;
    }
    return finish(r, false, e);
}

/* Libical takes five hundred values from a line and drops the rest without a word: long lists become several lines. */
static void keep_values(struct reading *r, const struct ical_line *line)
{
    const char *from = line->value;

    do {
        const char *at = from;
        for (int i = 0; *at && i < LIST_VALUES_MAX; i++)
            at += strcspn(at, ",") + (at[strcspn(at, ",")] == ',');
        buf_adds(&r->kept, line->name);
        buf_add(&r->kept, line->rest, (size_t)(line->value - line->rest));
        buf_add(&r->kept, from, (size_t)(at - from) - (at > from && at[-1] == ',' ? 1 : 0));
        buf_addc(&r->kept, '\n');
        from = at;
    } while (*from);
}

/*
 * Libical gets what it reads well. A rule, a duration and a list of categories it would change, cut or join: they go
 * by as texts, with their backslashes doubled because it takes one off.
 */
static void keep(struct reading *r, const struct ical_line *line)
{
    bool raw;
    unsigned given = ical_parse_wants(line->name, &raw);

    if (!given)
        return;
    r->given |= given;
    if (strcmp(line->name, "RDATE") == 0 || strcmp(line->name, "EXDATE") == 0) {
        keep_values(r, line);
        return;
    }
    if (!raw) {
        buf_adds(&r->kept, line->name);
        buf_adds(&r->kept, line->rest);
    } else {
        buf_printf(&r->kept, "%s%s:", ICAL_RAW_PREFIX, line->name);
        for (const char *p = line->value; *p; p++)
            buf_adds(&r->kept, *p == '\\' ? "\\\\" : (const char[]){*p, 0});
    }
    buf_addc(&r->kept, '\n');
}

static int on_line(struct reading *r, const struct ical_line *line, int number, struct err *e)
{
    char kind[KIND_BYTES_MAX];
    size_t len = strcspn(line->value, " \t");

    if (strcmp(line->name, "BEGIN") == 0 || strcmp(line->name, "END") == 0) {
        snprintf(kind, sizeof kind, "%.*s", (int)(len < sizeof kind ? len : sizeof kind - 1), line->value);
        for (char *p = kind; *p; p++)
            *p = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
        return line->name[0] == 'B' ? on_begin(r, kind, number, e) : on_end(r, kind, e);
    }
    if (!r->kind[0] && strcmp(line->name, "X-WR-TIMEZONE") == 0 && !r->file->zone_name)
        r->file->zone_name = arena_strdup(r->a, line->value);
    if (!r->kind[0] && strcmp(line->name, "PRODID") == 0 && !r->file->maker)
        r->file->maker = arena_strdup(r->a, line->value);
    if (!r->kind[0] || (r->inner > 0 && !r->inner_kept))
        return 0;
    count_ignored(r, line->name);
    keep(r, line);
    return 0;
}

static int read_lines(struct reading *r, const char *text, size_t bytes, struct err *e)
{
    struct ical_lines lines;
    struct ical_line line;
    int failed = 0;

    ical_lines_begin(&lines, text, bytes);
    while (failed == 0 && ical_lines_next(&lines, &line))
        failed = on_line(r, &line, lines.number, e);
    if (failed == 0 && r->kind[0])
        failed = finish(r, true, e);
    ical_lines_end(&lines);
    return failed;
}

/* Some programs fold between the bytes of a character, so only unfolded text can be judged. */
static bool is_utf8(const char *text, size_t bytes, struct arena *a)
{
    char *copy = arena_alloc(a, bytes + 1);
    size_t len = 0;

    for (size_t i = 0; i < bytes; i++) {
        bool feed = text[i] == '\n' || text[i] == '\r';
        if (feed && i + 1 < bytes && (text[i + 1] == ' ' || text[i + 1] == '\t'))
            i++;
        else if (!feed || text[i] != '\r' || i + 1 == bytes || text[i + 1] != '\n')
            copy[len++] = text[i];
    }
    return utf8_valid(copy, len);
}

static void list_ignored(struct reading *r)
{
    struct ical_ignored *list = arena_alloc(r->a, IGNORED_COUNT * sizeof *list);
    size_t count = 0;

    for (size_t i = 0; i < IGNORED_COUNT; i++)
        if (r->ignored[i])
            list[count++] = (struct ical_ignored){ignored_names[i], r->ignored[i]};
    r->file->ignored = list;
    r->file->ignored_count = count;
}

int ical_read(const char *text, size_t bytes, struct arena *a, struct ical_file **ret, struct err *e)
{
    struct reading r = {.a = a, .file = arena_alloc(a, sizeof *r.file)};
    char most[16];
    int failed;

    snprintf(most, sizeof most, "%d", ICAL_FILE_BYTES_MAX);
    if (bytes > ICAL_FILE_BYTES_MAX)
        return err_set(e, ERR_TOO_LARGE, MSG_ICAL_LARGE, "body", most, NULL);
    /* Where neither fits, lines are repaired one by one. */
    if (!is_utf8(text, bytes, a) || memcmp(text, "\xEF\xBB\xBF", bytes < 3 ? bytes : 3) == 0)
        (void)csv_decode(text, bytes, a, &text, &bytes, NULL);
    buf_init(&r.kept, COMPONENT_BYTES_MAX);
    failed = read_lines(&r, text, bytes, e);
    buf_release(&r.kept);
    if (failed)
        return -1;
    if (!r.calendar)
        return err_set(e, ERR_INVALID, MSG_ICAL_NONE, "body", NULL);
    list_ignored(&r);
    r.file->arena = a;
    *ret = r.file;
    return 0;
}

const char *ical_own(const struct ical_component *c, const char *name)
{
    for (size_t i = 0; i < c->own_count; i++)
        if (strcmp(c->own[i].name, name) == 0)
            return c->own[i].value;
    return NULL;
}

struct texts ical_own_all(const struct ical_component *c, const char *name, struct arena *a)
{
    struct texts all = {arena_alloc(a, (c->own_count + 1) * sizeof(char *)), 0, true};

    for (size_t i = 0; i < c->own_count; i++)
        if (strcmp(c->own[i].name, name) == 0)
            all.items[all.count++] = (char *)(uintptr_t)c->own[i].value;
    return all;
}
