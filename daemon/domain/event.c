#include "event.h"

#include "base/utf8.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const event_statuses[] = {
#define X(status, name) [status] = name,
    EVENT_STATUSES(X)
#undef X
};
static const char *const occurrence_statuses[] = {
#define X(status, name) [status] = name,
    OCCURRENCE_STATUSES(X)
#undef X
};

#define COUNT(array) (sizeof array / sizeof array[0])

static size_t index_of(const char *text, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    assert(!"a state that the schema's CHECK allows");
    return 0;
}

const char *event_status_name(enum event_status status)
{
    return event_statuses[status];
}

enum event_status event_status_parse(const char *text)
{
    return (enum event_status)index_of(text, event_statuses, COUNT(event_statuses));
}

const char *occurrence_status_name(enum occurrence_status status)
{
    return occurrence_statuses[status];
}

enum occurrence_status occurrence_status_parse(const char *text)
{
    return (enum occurrence_status)index_of(text, occurrence_statuses, COUNT(occurrence_statuses));
}

static const struct field role_table[] = {
    FIELD(FIELD_TEXT, role, name, "what the place is for"),
    FIELD(FIELD_INT, role, capacity, "places"),
    FIELD(FIELD_INT, role, minimum, "people without whom it is understaffed"),
    FIELD(FIELD_BOOL, role, participant, "true: participants; false: helpers"),
    FIELD(FIELD_TEXTS, role, skills, "asked for: a volunteer has all of them"),
    FIELD(FIELD_INT, role, waitlist_max, "people in line at most; 0: any number; null: the office's rule"),
    FIELD(FIELD_INT, role, confirmed, "places taken for certain"),
    FIELD(FIELD_INT, role, offered, "places offered to somebody in line"),
    FIELD(FIELD_INT, role, waitlisted, "people in line"),
    FIELD(FIELD_INT, role, free, "capacity − confirmed − offered"),
};
const struct fields role_fields = FIELDS("role", role, role_table);

/* An event's own roles have no counters. */
static const struct field plain_role_table[] = {
    FIELD(FIELD_TEXT, role, name, NULL),
    FIELD(FIELD_INT, role, capacity, NULL),
    FIELD(FIELD_INT, role, minimum, NULL),
    FIELD(FIELD_BOOL, role, participant, NULL),
    FIELD(FIELD_TEXTS, role, skills, NULL),
    FIELD(FIELD_INT, role, waitlist_max, "people in line at most; 0: any number; null: the office's rule"),
};
static const struct fields plain_role_fields = FIELDS("event_role", role, plain_role_table);

static const struct field event_date_table[] = {
    FIELD(FIELD_MOMENT, event_date, start, NULL),
};
static const struct fields event_date_fields = FIELDS("event_date", event_date, event_date_table);

static const struct field event_table[] = {
    FIELD(FIELD_TEXT, event, slug, "its name in addresses and commands"),
    FIELD(FIELD_TEXT, event, uid, "UID in calendars"),
    FIELD(FIELD_TEXT, event, title, NULL),
    FIELD(FIELD_TEXT, event, description, NULL),
    FIELD(FIELD_TEXT, event, category, "a category's slug"),
    FIELD(FIELD_TEXT, event, lead, "the leading department's slug"),
    FIELD(FIELD_TEXTS, event, partners, "departments' slugs"),
    FIELD(FIELD_TEXTS, event, audiences, "audiences' slugs"),
    FIELD(FIELD_TEXT, event, venue, "a venue's slug, or any text"),
    FIELD(FIELD_MOMENT, event, start, "first start"),
    FIELD(FIELD_MOMENT, event, end, "first end, excluded"),
    FIELD(FIELD_BOOL, event, all_day, NULL),
    FIELD(FIELD_TEXT, event, tz, "TZID"),
    FIELD(FIELD_TEXT, event, rrule, "RFC 5545 RRULE, RFC 7529 for lunar rules; empty: happens once"),
    FIELD(FIELD_TEXT, event, rule_text, "the rule in words"),
    FIELD(FIELD_TEXTS, event, rdates, "additional dates, local"),
    FIELD(FIELD_TEXTS, event, exdates, "dates left out, local"),
    FIELD(FIELD_TEXT, event, holiday_policy, "keep, skip, next-workday, prev-workday"),
    FIELD_OF(FIELD_OBJECTS, event, roles, plain_role_fields, NULL),
    FIELD(FIELD_TEXTS, event, indicators, "indicators' slugs"),
    FIELD(FIELD_TEXT, event, signup_opens, "a span before the start, or a local time; empty: the office's rule"),
    FIELD(FIELD_TEXT, event, signup_closes, "a span before the start, or a local time; empty: the office's rule"),
    FIELD(FIELD_INT, event, signup_limit, "sign-ups of one person ahead; 0: any; null: the office's rule"),
    FIELD(FIELD_TEXT, event, cancel_until, "till when volunteers may cancel by themselves"),
    FIELD(FIELD_TEXT, event, unit, "a unit's slug"),
    FIELD(FIELD_TEXT, event, preset, "the preset it was made from"),
    FIELD_AS("status", FIELD_TEXT, event, status_name, "confirmed, tentative, cancelled"),
    FIELD(FIELD_TEXT, event, reason, "why it was cancelled"),
    FIELD(FIELD_INT, event, sequence, "SEQUENCE in calendars"),
    FIELD(FIELD_INT, event, version, "for If-Match"),
    FIELD(FIELD_TEXT, event, split_from, "the event it was split from"),
    FIELD_AS("created", FIELD_MS, event, created_ms, NULL),
    FIELD_AS("updated", FIELD_MS, event, updated_ms, NULL),
    FIELD(FIELD_TEXT, event, url, "its page"),
    FIELD(FIELD_MOMENT, event, next_start, "when it happens next"),
    FIELD(FIELD_INT, event, free, "places free then"),
    FIELD_OF(FIELD_OBJECTS, event, next, event_date_fields, "the next dates"),
    FIELD(FIELD_TEXTS, event, notes, "what was done that was not asked for to the letter"),
};
const struct fields event_fields = FIELDS("event", event, event_table);

static const struct field occurrence_table[] = {
    FIELD(FIELD_TEXT, occurrence, event, "the event's slug"),
    FIELD(FIELD_TEXT, occurrence, title, NULL),
    FIELD(FIELD_MOMENT, occurrence, recurrence_id, "its original start"),
    FIELD(FIELD_MOMENT, occurrence, start, NULL),
    FIELD(FIELD_MOMENT, occurrence, end, NULL),
    FIELD(FIELD_TEXT, occurrence, tz, NULL),
    FIELD(FIELD_TEXT, occurrence, venue, NULL),
    FIELD_AS("status", FIELD_TEXT, occurrence, status_name, "scheduled, tentative, moved, cancelled, past"),
    FIELD_OF(FIELD_OBJECTS, occurrence, roles, role_fields, NULL),
    FIELD_AS("signup_opens", FIELD_MS, occurrence, signup_opens_ms, "null: open already"),
    FIELD_AS("signup_closes", FIELD_MS, occurrence, signup_closes_ms, "null: at its end"),
    FIELD(FIELD_INT, occurrence, headcount, NULL),
    FIELD(FIELD_TEXT, occurrence, reason, NULL),
    FIELD(FIELD_INT, occurrence, sequence, NULL),
    FIELD(FIELD_INT, occurrence, version, NULL),
    FIELD(FIELD_TEXT, occurrence, url, NULL),
    FIELD(FIELD_TEXTS, occurrence, notes, "what follows from the change"),
};
const struct fields occurrence_fields = FIELDS("occurrence", occurrence, occurrence_table);

static const struct field role_input_table[] = {
    FIELD(FIELD_TEXT, role_input, name, NULL),
    FIELD(FIELD_INT, role_input, capacity, "1 to 1000000"),
    FIELD(FIELD_INT, role_input, minimum, "0 to capacity"),
    FIELD(FIELD_MAYBE, role_input, participant, NULL),
    FIELD(FIELD_TEXTS, role_input, skills, "a volunteer must have all of them"),
    FIELD(FIELD_INT, role_input, waitlist_max, "people in line at most; 0: any number; absent: the office's rule"),
};
static const struct fields role_input_fields = FIELDS("role_input", role_input, role_input_table);

/* What an event is made of, however it is made. */
#define EVENT_INPUTS \
    FIELD(FIELD_TEXT, event_input, slug, NULL), \
    FIELD(FIELD_TEXT, event_input, title, "1–200 characters"), \
    FIELD(FIELD_TEXT, event_input, description, NULL), \
    FIELD(FIELD_TEXT, event_input, category, NULL), \
    FIELD(FIELD_TEXT, event_input, lead, NULL), \
    FIELD(FIELD_TEXTS, event_input, partners, NULL), \
    FIELD(FIELD_TEXTS, event_input, audiences, NULL), \
    FIELD(FIELD_TEXT, event_input, venue, NULL), \
    FIELD(FIELD_TEXT, event_input, start, "a time, as written or said"), \
    FIELD(FIELD_TEXT, event_input, end, NULL), \
    FIELD(FIELD_TEXT, event_input, duration, "a span: 90m, 8h, 2d"), \
    FIELD(FIELD_MAYBE, event_input, all_day, NULL), \
    FIELD(FIELD_TEXT, event_input, tz, NULL), \
    FIELD(FIELD_TEXT, event_input, repeat, "an RRULE, or a rule in words"), \
    FIELD(FIELD_TEXTS, event_input, rdates, NULL), \
    FIELD(FIELD_TEXTS, event_input, exdates, NULL), \
    FIELD_OF(FIELD_OBJECTS, event_input, roles, role_input_fields, NULL), \
    FIELD(FIELD_TEXTS, event_input, indicators, NULL), \
    FIELD(FIELD_TEXT, event_input, signup_opens, "a span before the start, or a time"), \
    FIELD(FIELD_TEXT, event_input, signup_closes, "a span before the start, or a time"), \
    FIELD(FIELD_INT, event_input, signup_limit, "sign-ups of one person ahead; 0: any"), \
    FIELD(FIELD_TEXT, event_input, cancel_until, "a span before the start, or a time"), \
    FIELD(FIELD_TEXT, event_input, unit, NULL), \
    FIELD(FIELD_TEXT, event_input, holiday_policy, NULL), \
    FIELD(FIELD_MAYBE, event_input, provisional, NULL)

static const struct field event_input_table[] = {
    EVENT_INPUTS,
    FIELD(FIELD_TEXT, event_input, scope, "this, future, all"),
    FIELD(FIELD_TEXT, event_input, on, "the occurrence's original local date"),
};
const struct fields event_input_fields = FIELDS("event_input", event_input, event_input_table);

static const struct field preset_input_table[] = {
    EVENT_INPUTS,
    FIELD(FIELD_TEXT, event_input, preset, "the preset's slug"),
    FIELD(FIELD_INT, event_input, year, "from which year on"),
};
const struct fields preset_input_fields = FIELDS("preset_input", event_input, preset_input_table);

static const struct field clone_input_table[] = {
    FIELD(FIELD_TEXT, clone_input, from, "the event's slug"),
    FIELD(FIELD_TEXT, clone_input, slug, "the new one's"),
    FIELD(FIELD_TEXT, clone_input, start, NULL),
    FIELD(FIELD_TEXT, clone_input, title, NULL),
};
const struct fields clone_input_fields = FIELDS("clone_input", clone_input, clone_input_table);

static const struct field event_ref_table[] = {
    FIELD(FIELD_TEXT, event_ref, slug, NULL),
    FIELD(FIELD_TEXT, event_ref, on, "the occurrence's original local date"),
    FIELD(FIELD_TEXT, event_ref, to, NULL),
    FIELD(FIELD_TEXT, event_ref, reason, NULL),
    FIELD(FIELD_TEXT, event_ref, note, NULL),
    FIELD(FIELD_TEXT, event_ref, start, NULL),
    FIELD(FIELD_TEXT, event_ref, title, NULL),
    FIELD(FIELD_INT, event_ref, count, NULL),
};
const struct fields event_ref_fields = FIELDS("event_ref", event_ref, event_ref_table);

static const struct field event_filter_table[] = {
    FIELD(FIELD_TEXT, event_filter, category, NULL),
    FIELD(FIELD_TEXT, event_filter, lead, NULL),
    FIELD(FIELD_TEXT, event_filter, audience, NULL),
    FIELD(FIELD_TEXT, event_filter, status, NULL),
    FIELD(FIELD_TEXT, event_filter, q, "words of the title"),
    FIELD(FIELD_TEXT, event_filter, from, NULL),
    FIELD(FIELD_TEXT, event_filter, to, NULL),
    FIELD(FIELD_TEXT, event_filter, cursor, NULL),
    FIELD(FIELD_INT, event_filter, limit, NULL),
};
const struct fields event_filter_fields = FIELDS("event_filter", event_filter, event_filter_table);

static const struct field occurrence_filter_table[] = {
    FIELD(FIELD_TEXT, occurrence_filter, slug, NULL),
    FIELD(FIELD_TEXT, occurrence_filter, from, "included"),
    FIELD(FIELD_TEXT, occurrence_filter, to, "not included"),
    FIELD(FIELD_TEXT, occurrence_filter, cursor, NULL),
    FIELD(FIELD_INT, occurrence_filter, count, NULL),
    FIELD(FIELD_INT, occurrence_filter, limit, NULL),
};
const struct fields occurrence_filter_fields = FIELDS("occurrence_filter", occurrence_filter, occurrence_filter_table);

static bool slug_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool slug_valid(const char *text)
{
    size_t len = strlen(text);

    if (len == 0 || len > SLUG_BYTES_MAX || !slug_char(text[0]) || !slug_char(text[len - 1]))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!slug_char(text[i]) && text[i] != '-')
            return false;
    return true;
}

static bool is_blank(uint32_t c)
{
    return c == ' ' || c == '\n' || c == 0xA0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200F) || c == 0xFEFF;
}

int text_check(const char *text, const char *field, size_t chars_max, bool lines, struct err *e)
{
    size_t bytes = strlen(text), chars = 0;
    bool blank = true;
    char most[24];

    if (!utf8_valid(text, bytes))
        return err_set(e, ERR_INVALID, MSG_NOT_UTF8, field, field, NULL);
    for (size_t i = 0, n; i < bytes; i += n, chars++) {
        uint32_t c = utf8_next(text + i, bytes - i, &n);
        if ((c < 0x20 && !(lines && (c == '\n' || c == '\r' || c == '\t'))) || c == 0x7F)
            return err_set(e, ERR_INVALID, MSG_CONTROL_CHARACTER, field, field, NULL);
        blank &= is_blank(c);
    }
    if (blank)
        return err_set(e, ERR_INVALID, MSG_EMPTY, field, field, NULL);
    snprintf(most, sizeof most, "%zu", chars_max);
    return chars > chars_max ? err_set(e, ERR_INVALID, MSG_TOO_LONG, field, field, most, NULL) : 0;
}

static int role_check(const struct role_input *r, struct err *e)
{
    char capacity[24], most[24];

    if (!r->name)
        return err_set(e, ERR_INVALID, MSG_EMPTY, "roles", "name", NULL);
    if (text_check(r->name, "roles", ROLE_NAME_CHARS_MAX, false, e))
        return -1;
    snprintf(capacity, sizeof capacity, "%lld", (long long)r->capacity);
    snprintf(most, sizeof most, "%d", ROLE_CAPACITY_MAX);
    if (r->capacity == FIELD_INT_ABSENT)
        return err_set(e, ERR_INVALID, MSG_ROLE_NO_CAPACITY, "roles", r->name, NULL);
    if (r->capacity < 1 || r->capacity > ROLE_CAPACITY_MAX)
        return err_set(e, ERR_INVALID, MSG_ROLE_CAPACITY, "roles", r->name, capacity, most, NULL);
    if (r->minimum != FIELD_INT_ABSENT && (r->minimum < 0 || r->minimum > r->capacity))
        return err_set(e, ERR_INVALID, MSG_ROLE_MINIMUM, "roles", r->name, capacity, NULL);
    snprintf(most, sizeof most, "%d", ROLE_WAITLIST_MAX);
    if (r->waitlist_max != FIELD_INT_ABSENT && (r->waitlist_max < 0 || r->waitlist_max > ROLE_WAITLIST_MAX))
        return err_set(e, ERR_INVALID, MSG_ROLE_WAITLIST, "roles", r->name, most, NULL);
    if (r->skills.count > ROLE_SKILLS_MAX) {
        snprintf(most, sizeof most, "%d", ROLE_SKILLS_MAX);
        return err_set(e, ERR_INVALID, MSG_TOO_LONG, "roles", "skills", most, NULL);
    }
    for (size_t i = 0; i < r->skills.count; i++)
        if (text_check(r->skills.items[i], "roles", ROLE_NAME_CHARS_MAX, false, e))
            return -1;
    return 0;
}

int roles_check(const struct objects *inputs, struct err *e)
{
    const struct role_input *roles = inputs->items;
    char most[24];

    snprintf(most, sizeof most, "%d", EVENT_ROLES_MAX);
    if (inputs->count > EVENT_ROLES_MAX)
        return err_set(e, ERR_INVALID, MSG_TOO_LONG, "roles", "roles", most, NULL);
    for (size_t i = 0; i < inputs->count; i++) {
        if (role_check(&roles[i], e))
            return -1;
        for (size_t j = 0; j < i; j++)
            if (strcmp(roles[i].name, roles[j].name) == 0)
                return err_set(e, ERR_INVALID, MSG_ROLE_TWICE, "roles", roles[i].name, NULL);
    }
    return 0;
}

bool texts_same(const struct texts *a, const struct texts *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->items[i], b->items[i]) != 0)
            return false;
    return true;
}

bool roles_same(const struct objects *a, const struct objects *b)
{
    const struct role *x = a->items, *y = b->items;

    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(x[i].name, y[i].name) != 0 || x[i].capacity != y[i].capacity || x[i].minimum != y[i].minimum ||
            x[i].participant != y[i].participant || x[i].waitlist_max != y[i].waitlist_max ||
            !texts_same(&x[i].skills, &y[i].skills))
            return false;
    return true;
}

bool event_words_same(const struct event *a, const struct event *b)
{
    const char *const texts[][2] = {
        {a->title, b->title}, {a->description, b->description}, {a->venue, b->venue}, {a->category, b->category},
        {a->lead, b->lead}, {a->unit, b->unit}, {a->preset, b->preset}, {a->reason, b->reason},
        {a->signup_opens, b->signup_opens}, {a->signup_closes, b->signup_closes},
        {a->cancel_until, b->cancel_until}};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(texts[i][0], texts[i][1]) != 0)
            return false;
    return a->status == b->status && a->signup_limit == b->signup_limit && texts_same(&a->partners, &b->partners) &&
           texts_same(&a->audiences, &b->audiences) && texts_same(&a->indicators, &b->indicators) &&
           roles_same(&a->roles, &b->roles);
}
