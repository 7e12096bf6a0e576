#include "people.h"

#include "base/utf8.h"
#include "event.h"

#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof array / sizeof array[0])

static const char *const statuses[] = {
#define X(status, name) [status] = name,
    PERSON_STATUSES(X)
#undef X
};
static const char *const ages[] = {
#define X(age, name) [age] = name,
    AGE_GROUPS(X)
#undef X
};

static bool index_of(const char *text, const char *const *names, size_t count, size_t *ret)
{
    for (size_t i = 0; text && i < count; i++) {
        if (strcmp(names[i], text) == 0) {
            *ret = i;
            return true;
        }
    }
    return false;
}

const char *person_status_name(enum person_status status)
{
    return statuses[status];
}

bool person_status_parse(const char *text, enum person_status *ret)
{
    size_t i;

    if (!index_of(text, statuses, COUNT(statuses), &i))
        return false;
    *ret = (enum person_status)i;
    return true;
}

bool age_group_parse(const char *text, enum age_group *ret)
{
    size_t i;

    if (!index_of(text, ages, COUNT(ages), &i))
        return false;
    *ret = (enum age_group)i;
    return true;
}

static const struct field volunteer_table[] = {
    FIELD(FIELD_TEXT, volunteer, id, "v-…"),
    FIELD(FIELD_TEXT, volunteer, name, NULL),
    FIELD(FIELD_TEXT, volunteer, phone, "138****1234 unless revealed to an administrator"),
    FIELD(FIELD_TEXT, volunteer, email, NULL),
    FIELD(FIELD_TEXT, volunteer, org, "organisation"),
    FIELD(FIELD_TEXT, volunteer, source, "where they come from"),
    FIELD(FIELD_TEXTS, volunteer, skills, NULL),
    FIELD(FIELD_TEXT, volunteer, town, NULL),
    FIELD(FIELD_TEXT, volunteer, status, "active, resting, erased"),
    FIELD_AS("consent_at", FIELD_MS, volunteer, consent_ms, "null where the basis is the organisation's list"),
    FIELD(FIELD_TEXT, volunteer, consent_basis, "consent, organisation"),
    FIELD_AS("created", FIELD_MS, volunteer, created_ms, NULL),
    FIELD_AS("hours", FIELD_MILLI, volunteer, hours_milli, "of service, approved"),
    FIELD(FIELD_INT, volunteer, stars, "the level reached by them"),
    FIELD(FIELD_INT, volunteer, version, "for If-Match"),
};
const struct fields volunteer_fields = FIELDS("volunteer", volunteer, volunteer_table);

#define SAID_OF_A_VOLUNTEER                                                     \
    FIELD(FIELD_TEXT, volunteer_input, name, "2–50 characters"),                \
    FIELD(FIELD_TEXT, volunteer_input, phone, "mainland mobile, or +country"),  \
    FIELD(FIELD_TEXT, volunteer_input, email, NULL),                            \
    FIELD(FIELD_TEXT, volunteer_input, org, "organisation"),                    \
    FIELD(FIELD_TEXT, volunteer_input, source, "where they come from"),         \
    FIELD(FIELD_TEXTS, volunteer_input, skills, NULL),                          \
    FIELD(FIELD_TEXT, volunteer_input, town, NULL)

static const struct field volunteer_input_table[] = {
    SAID_OF_A_VOLUNTEER,
    FIELD(FIELD_MAYBE, volunteer_input, consent, "they agreed, now"),
};
const struct fields volunteer_input_fields = FIELDS("volunteer_input", volunteer_input, volunteer_input_table);

static const struct field volunteer_edit_table[] = {
    FIELD(FIELD_TEXT, volunteer_input, id, NULL),
    SAID_OF_A_VOLUNTEER,
    FIELD(FIELD_TEXT, volunteer_input, status, "active, resting"),
};
const struct fields volunteer_edit_fields = FIELDS("volunteer_edit", volunteer_input, volunteer_edit_table);

static const struct field volunteer_ref_table[] = {
    FIELD(FIELD_TEXT, volunteer_ref, id, NULL),
    FIELD(FIELD_TEXT, volunteer_ref, reveal, "true: the whole number; administrators only, audited"),
};
const struct fields volunteer_ref_fields = FIELDS("volunteer_ref", volunteer_ref, volunteer_ref_table);

static const struct field volunteer_filter_table[] = {
    FIELD(FIELD_TEXT, volunteer_filter, q, "part of the name or organisation, a whole phone number, an id"),
    FIELD(FIELD_TEXT, volunteer_filter, source, NULL),
    FIELD(FIELD_TEXT, volunteer_filter, org, "organisation"),
    FIELD(FIELD_TEXT, volunteer_filter, town, NULL),
    FIELD(FIELD_TEXT, volunteer_filter, status, "active, resting, erased; without it all but the erased"),
    FIELD(FIELD_TEXT, volunteer_filter, skill, NULL),
    FIELD(FIELD_TEXT, volunteer_filter, reveal, "true: whole numbers; administrators only, audited"),
    FIELD(FIELD_TEXT, volunteer_filter, cursor, NULL),
    FIELD(FIELD_INT, volunteer_filter, limit, NULL),
};
const struct fields volunteer_filter_fields = FIELDS("volunteer_filter", volunteer_filter, volunteer_filter_table);

static const struct field volunteer_link_table[] = {
    FIELD(FIELD_TEXT, volunteer_link, url, "the person's own page; shown once, the former link ends"),
};
const struct fields volunteer_link_fields = FIELDS("volunteer_link", volunteer_link, volunteer_link_table);

static const struct field volunteer_import_table[] = {
    FIELD(FIELD_TEXT, volunteer_import, body, "CSV: a header with name,phone and any of the other columns"),
};
const struct fields volunteer_import_fields =
    FIELDS("volunteer_import_input", volunteer_import, volunteer_import_table);

static const struct field import_result_table[] = {
    FIELD(FIELD_INT, volunteer_import_result, imported, "people added"),
    FIELD(FIELD_INT, volunteer_import_result, existing, "lines about people who were there already"),
    FIELD(FIELD_INT, volunteer_import_result, lines, "lines read, the header not counted"),
};
const struct fields volunteer_import_result_fields =
    FIELDS("volunteer_import", volunteer_import_result, import_result_table);

bool person_is_blank(uint32_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0xA0 || c == 0x3000 || c == 0xFEFF ||
           (c >= 0x2000 && c <= 0x200F);
}

/* Without blanks at either end, in the arena. Malformed bytes stay, to be found by text_check. */
static char *trimmed(const char *text, struct arena *a)
{
    size_t bytes = strlen(text), from = bytes, to = 0;

    for (size_t i = 0, n; i < bytes; i += n) {
        if (person_is_blank(utf8_next(text + i, bytes - i, &n)))
            continue;
        if (from > i)
            from = i;
        to = i + n;
    }
    return to > from ? arena_strndup(a, text + from, to - from) : arena_strdup(a, "");
}

int person_name_check(const char *text, struct arena *a, char **ret, struct err *e)
{
    char *name = trimmed(text ? text : "", a), least[24], most[24];
    size_t chars;

    if (text_check(name, "name", SIZE_MAX, false, e))
        return -1;
    chars = utf8_length(name);
    snprintf(least, sizeof least, "%d", PERSON_NAME_CHARS_MIN);
    snprintf(most, sizeof most, "%d", PERSON_NAME_CHARS_MAX);
    if (chars < PERSON_NAME_CHARS_MIN || chars > PERSON_NAME_CHARS_MAX)
        return err_set(e, ERR_INVALID, MSG_NAME_LENGTH, "name", name, least, most, NULL);
    *ret = name;
    return 0;
}

int email_check(const char *text, struct err *e)
{
    const char *at = strchr(text, '@'), *dot = at ? strchr(at, '.') : NULL;
    bool ok = at && at > text && !strchr(at + 1, '@') && dot && dot > at + 1 && text[strlen(text) - 1] != '.' &&
              strlen(text) <= EMAIL_BYTES_MAX && utf8_valid(text, strlen(text));

    for (const char *p = text; ok && *p; p++)
        ok = (unsigned char)*p > ' ' && *p != 0x7F && !strchr("<>(),;:\"\\", *p);
    return ok ? 0 : err_set(e, ERR_INVALID, MSG_EMAIL_BAD, "email", text, NULL);
}

char *email_mask(const char *email, struct arena *a)
{
    const char *at = strchr(email, '@');
    size_t first;

    if (!at)
        return arena_strdup(a, "***");
    utf8_next(email, strlen(email), &first);
    return arena_printf(a, "%.*s***%s", (int)first, email, at);
}

static bool listed(const struct texts *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}

int person_skills_check(const struct texts *given, struct arena *a, struct texts *ret, struct err *e)
{
    char most[24];

    *ret = (struct texts){arena_alloc(a, PERSON_SKILLS_MAX * sizeof(char *)), 0, true};
    for (size_t i = 0; i < given->count; i++) {
        char *skill = trimmed(given->items[i], a);
        if (!*skill || listed(ret, skill))
            continue;
        if (text_check(skill, "skills", PERSON_SKILL_CHARS_MAX, false, e))
            return -1;
        snprintf(most, sizeof most, "%d", PERSON_SKILLS_MAX);
        if (ret->count == PERSON_SKILLS_MAX)
            return err_set(e, ERR_INVALID, MSG_TOO_LONG, "skills", "skills", most, NULL);
        ret->items[ret->count++] = skill;
    }
    return 0;
}

int person_text_check(const char *text, const char *field, size_t chars_max, struct arena *a, char **ret,
                      struct err *e)
{
    char *found = trimmed(text ? text : "", a);

    if (*found && text_check(found, field, chars_max, false, e))
        return -1;
    *ret = found;
    return 0;
}
