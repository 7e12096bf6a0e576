/* The dates of a file's series as kepu keeps them: one rule, and dates. Declared in import_private.h. */
#include "import_private.h"

#include "calendar/civil.h"
#include "calendar/recur.h"
#include "store/event.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define RULES_MAX 10
#define WALK_MAX 20000                  /* instances looked at to find a rule's last */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void import_sort_dates(struct texts *list)
{
    size_t kept = 0;

    if (list->count > 1)
        qsort(list->items, list->count, sizeof(char *), by_text);
    for (size_t i = 0; i < list->count; i++)
        if (i == 0 || strcmp(list->items[i], list->items[kept - 1]) != 0)
            list->items[kept++] = list->items[i];
    list->count = kept;
}

int import_add_date(struct import *m, struct texts *list, int64_t wall_s, bool date, struct err *e)
{
    if (!list->given)
        *list = (struct texts){arena_alloc(&m->c->out, EVENT_DATES_MAX * sizeof(char *)), 0, true};
    if (list->count == EVENT_DATES_MAX)
        import_sort_dates(list);
    if (list->count == EVENT_DATES_MAX)
        return err_set(e, ERR_INVALID, MSG_ICAL_DATES, "repeat", "1000", NULL);
    list->items[list->count++] = local_text(wall_s, date, &m->c->out);
    return 0;
}

/* What some programs leave behind a rule: a last semicolon, blanks. */
static char *tidy(struct import *m, const char *text)
{
    char *copy = arena_strdup(&m->c->out, text);
    size_t len = strlen(copy);

    while (len > 0 && (copy[len - 1] == ';' || isspace((unsigned char)copy[len - 1])))
        copy[--len] = 0;
    return copy + strspn(copy, " \t");
}

/* UNTIL as an instant says for a whole day which day is the last: the author's. */
static char *with_day_until(struct import *m, char *text, bool all_day)
{
    char *until = strstr(text, "UNTIL="), value[CIVIL_TEXT_BYTES];
    int64_t wall_s;
    size_t len;
    bool date;

    if (!all_day || !until)
        return text;
    len = strcspn(until + 6, ";");
    if (len != 16 || until[6 + 15] != 'Z')
        return text;
    memcpy(value, until + 6, 15);
    value[15] = 0;
    if (!civil_parse(value, &wall_s, &date) || date)
        return text;
    civil_format_basic(civil_midnight(zone_to_wall(m->home, wall_s)), true, value);
    return arena_printf(&m->c->out, "%.*sUNTIL=%s%s", (int)(until - text), text, value, until + 6 + len);
}

static char *upper(char *text)
{
    for (char *p = text; *p; p++)
        *p = (char)toupper((unsigned char)*p);
    return text;
}

static int read_rule(struct import *m, const char *text, bool all_day, struct recur_rule **ret, struct err *e)
{
    char *rule = with_day_until(m, upper(tidy(m, text)), all_day);

    if (recur_parse(rule, &m->c->out, ret, e))
        return -1;
    if (recur_is_subdaily(*ret))
        return err_set(e, ERR_INVALID, MSG_RULE_SUBDAILY, "repeat", rule, NULL);
    return 0;
}

/* A set of one rule that begins with the event. */
static struct recur_set set_of(struct import *m, const struct event *want, const struct zone *z,
                               struct recur_rule *rule)
{
    struct recur_rule **rules = arena_alloc(&m->c->out, sizeof(struct recur_rule *));

    rules[0] = rule;
    return (struct recur_set){.start_s = local_wall(want->start_local), .date = want->all_day, .zone = z,
                              .rules = rules, .rule_count = 1};
}

/* Every instance of the rule up to last_s becomes a date of the list. */
static int spell_out(struct import *m, const struct recur_set *set, int64_t last_s, struct texts *list, struct err *e)
{
    struct recur_iter *it = recur_iter_new(set, set->start_s, e);
    int64_t at_s;
    int failed = it ? 0 : -1;

    while (failed == 0 && recur_iter_next(it, &at_s) == 1 && at_s <= last_s)
        failed = import_add_date(m, list, at_s, set->date, e);
    recur_iter_free(it);
    return failed;
}

static int last_instance(const struct recur_set *set, int64_t *ret, struct err *e)
{
    struct recur_iter *it = recur_iter_new(set, set->start_s, e);

    *ret = set->start_s;
    if (!it)
        return -1;
    for (int i = 0; i < WALK_MAX && recur_iter_next(it, ret) == 1; i++)
        ;
    recur_iter_free(it);
    return 0;
}

/* Events have one rule. A further one is taken if it ends: as dates. */
static int join_rules(struct import *m, struct recur_rule **rules, size_t count, const struct zone *z,
                      struct import_component *row, struct event *want, struct err *e)
{
    size_t main = 0;

    for (size_t i = 0; i < count; i++)
        if (recur_is_endless(rules[i]))
            main = i;
    for (size_t i = 0; i < count; i++) {
        struct recur_set set = set_of(m, want, z, rules[i]);
        if (i == main)
            continue;
        if (recur_is_endless(rules[i]))
            return err_set(e, ERR_INVALID, MSG_ICAL_RULES, "repeat", NULL);
        if (spell_out(m, &set, INT64_MAX, &want->rdates, e))
            return -1;
        import_note(m, row, MSG_ICAL_NOTE_RULE_DATES, "RRULE", NULL);
    }
    want->rrule = count ? recur_format(rules[main], &m->c->out) : (char *)(uintptr_t)"";
    return 0;
}

static int take_exrules(struct import *m, const struct ical_component *from, struct import_component *row,
                        const struct zone *z, struct recur_rule *main, struct event *want, struct err *e)
{
    int64_t last_s = INT64_MAX;

    for (size_t i = 0; i < from->exrules.count; i++) {
        struct recur_rule *rule;
        struct recur_set set;
        if (read_rule(m, from->exrules.items[i], want->all_day, &rule, e))
            return -1;
        set = set_of(m, want, z, main);
        if (recur_is_endless(rule) && main && recur_is_endless(main))
            return err_set(e, ERR_INVALID, MSG_ICAL_EXRULE, "repeat", NULL);
        if (recur_is_endless(rule) && main && last_instance(&set, &last_s, e))
            return -1;
        if (!main)
            last_s = local_wall(want->start_local);
        set = set_of(m, want, z, rule);
        if (spell_out(m, &set, last_s, &want->exdates, e))
            return -1;
        import_note(m, row, MSG_ICAL_NOTE_RULE_DATES, "EXRULE", NULL);
    }
    return 0;
}

static int take_dates(struct import *m, const struct ical_component *from, const struct zone *z, struct event *want,
                      struct err *e)
{
    int64_t start_s = local_wall(want->start_local);

    for (size_t i = 0; i < from->rdates.count; i++) {
        const struct ical_time *t = &from->rdates.items[i];
        int64_t wall_s = import_wall(m, t, z, want->all_day);
        if (t->date && !want->all_day)
            wall_s += start_s - civil_midnight(start_s);
        if (import_add_date(m, &want->rdates, wall_s, want->all_day, e))
            return -1;
    }
    for (size_t i = 0; i < from->exdates.count; i++) {
        const struct ical_time *t = &from->exdates.items[i];
        if (import_add_date(m, &want->exdates, import_wall(m, t, z, want->all_day), t->date || want->all_day, e))
            return -1;
    }
    return 0;
}

/* The rule alone decides. */
int import_settle_start(struct import *m, struct import_component *row, struct event *want, struct err *e)
{
    const struct zone *z = zone_find(want->tz, e);
    struct recur_rule *rule;
    struct recur_iter *it;
    struct recur_set set;
    int64_t first_s;

    want->start_is_extra = false;
    if (!want->rrule[0])
        return 0;
    if (!z || recur_parse(want->rrule, &m->c->out, &rule, e))
        return -1;
    set = set_of(m, want, z, rule);
    it = recur_iter_new(&set, set.start_s, e);
    if (!it)
        return -1;
    want->start_is_extra = recur_iter_next(it, &first_s) != 1 || first_s != set.start_s;
    recur_iter_free(it);
    if (want->start_is_extra)
        import_note(m, row, MSG_ICAL_NOTE_START, want->start_local, NULL);
    return 0;
}

int import_spell_out(struct import *m, const struct event *want, const char *text, int64_t from_s, int64_t shift_s,
                     struct texts *list, struct err *e)
{
    const struct zone *z = zone_find(want->tz, e);
    struct recur_rule *rule;
    struct recur_iter *it;
    struct recur_set set;
    int64_t at_s;
    int failed = 0;

    if (!z || recur_parse(text, &m->c->out, &rule, e))
        return -1;
    set = set_of(m, want, z, rule);
    it = recur_iter_new(&set, from_s, e);
    if (!it)
        return -1;
    while (failed == 0 && recur_iter_next(it, &at_s) == 1)
        failed = import_add_date(m, list, at_s + shift_s, set.date, e);
    recur_iter_free(it);
    return failed;
}

int import_rules(struct import *m, const struct ical_component *from, struct import_component *row,
                 const struct zone *z, struct event *want, struct err *e)
{
    struct recur_rule *rules[RULES_MAX], *main = NULL;
    size_t count = from->rules.count;

    want->rdates = want->exdates = (struct texts){0};
    if (count > RULES_MAX || from->exrules.count > RULES_MAX)
        return err_set(e, ERR_INVALID, MSG_ICAL_RULES, "repeat", NULL);
    for (size_t i = 0; i < count; i++)
        if (read_rule(m, from->rules.items[i], want->all_day, &rules[i], e))
            return -1;
    if (join_rules(m, rules, count, z, row, want, e) ||
        (want->rrule[0] && recur_parse(want->rrule, &m->c->out, &main, e)) ||
        take_exrules(m, from, row, z, main, want, e) || take_dates(m, from, z, want, e))
        return -1;
    import_sort_dates(&want->rdates);
    import_sort_dates(&want->exdates);
    return import_settle_start(m, row, want, e);
}

char *import_rule_plain(struct import *m, const struct event *ev)
{
    const struct zone *z = zone_find(ev->tz, NULL);
    struct recur_rule *rule;
    struct recur_set set;
    int64_t last_s;
    char *text = ev->rrule, *until;

    if (!text[0] || !z || recur_parse(text, &m->c->out, &rule, NULL))
        return text;
    text = recur_format(rule, &m->c->out);
    until = strstr(text, "UNTIL=");
    if (!until)
        return text;
    /* Where UNTIL stands makes no difference as long as the last instance is the same. */
    set = set_of(m, ev, z, rule);
    if (last_instance(&set, &last_s, NULL))
        return text;
    return arena_printf(&m->c->out, "%.*sUNTIL=%lld%s", (int)(until - text), text, (long long)last_s,
                        until + strcspn(until, ";"));
}
