/* Times and rules, asked about: declared in office.h. */
#include "calendar/expand.h"
#include "calendar/explain.h"
#include "holiday.h"
#include "office.h"
#include "series.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_LINES_MAX 20000

/* Expanding: the JSON line of SPEC.md 2 */

struct expand_line {
    char *id, *dtstart, *value, *tzid, *start_at;
    struct texts rrule, exrule, exdate, rdate;
    int64_t limit;
};

static const struct field line_table[] = {
    FIELD(FIELD_TEXT, expand_line, id, NULL),
    FIELD(FIELD_TEXT, expand_line, dtstart, "19980101T090000"),
    FIELD(FIELD_TEXT, expand_line, value, "DATE, DATE-TIME"),
    FIELD(FIELD_TEXT, expand_line, tzid, NULL),
    FIELD(FIELD_TEXTS, expand_line, rrule, NULL),
    FIELD(FIELD_TEXTS, expand_line, exrule, NULL),
    FIELD(FIELD_TEXTS, expand_line, exdate, NULL),
    FIELD(FIELD_TEXTS, expand_line, rdate, NULL),
    FIELD(FIELD_TEXT, expand_line, start_at, "the first instance that is wanted"),
    FIELD(FIELD_INT, expand_line, limit, NULL),
};
const struct fields expand_line_fields = FIELDS("expand_line", expand_line, line_table);

static struct expand_texts texts_of(const struct texts *t)
{
    return (struct expand_texts){(const char *const *)t->items, t->count};
}

static int expand_one(const struct expand_line *in, struct arena *a, struct expand_result *ret, struct err *e)
{
    struct expand_input input = {.dtstart = in->dtstart ? in->dtstart : "", .value = in->value, .tzid = in->tzid,
                                 .rrule = texts_of(&in->rrule), .exrule = texts_of(&in->exrule),
                                 .exdate = texts_of(&in->exdate), .rdate = texts_of(&in->rdate), .from = in->start_at};

    if (in->limit != FIELD_INT_ABSENT && (in->limit < 1 || in->limit > EXPAND_LIMIT_MAX))
        return err_set(e, ERR_INVALID, MSG_OUT_OF_RANGE, "limit", "limit", "1", "10000", NULL);
    input.limit = in->limit == FIELD_INT_ABSENT ? 0 : (size_t)in->limit;
    return expand(&input, a, ret, e);
}

/* A batch: every line is answered, whatever it holds */

static int line_texts(const json_t *o, const char *name, struct arena *a, struct texts *ret, struct err *e)
{
    const json_t *array = json_object_get(o, name);

    if (!array || json_is_null(array))
        return 0;
    if (!json_is_array(array))
        return err_set(e, ERR_INVALID, MSG_FIELD_WANT_TEXTS, name, name, NULL);
    ret->items = arena_alloc(a, (json_array_size(array) + 1) * sizeof(char *));
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (!json_is_string(json_array_get(array, i)))
            return err_set(e, ERR_INVALID, MSG_FIELD_WANT_TEXTS, name, name, NULL);
        ret->items[ret->count++] = arena_strdup(a, json_string_value(json_array_get(array, i)));
    }
    return 0;
}

static int line_text(const json_t *o, const char *name, struct arena *a, char **ret, struct err *e)
{
    const json_t *v = json_object_get(o, name);

    if (!v || json_is_null(v))
        return 0;
    if (!json_is_string(v))
        return err_set(e, ERR_INVALID, MSG_FIELD_WANT_TEXT, name, name, NULL);
    *ret = arena_strdup(a, json_string_value(v));
    return 0;
}

static int read_line(const json_t *o, struct arena *a, struct expand_line *ret, struct err *e)
{
    const json_t *limit = json_object_get(o, "limit");

    fields_clear(&expand_line_fields, ret);
    if (line_text(o, "dtstart", a, &ret->dtstart, e) || line_text(o, "value", a, &ret->value, e) ||
        line_text(o, "tzid", a, &ret->tzid, e) || line_text(o, "start_at", a, &ret->start_at, e) ||
        line_texts(o, "rrule", a, &ret->rrule, e) || line_texts(o, "exrule", a, &ret->exrule, e) ||
        line_texts(o, "exdate", a, &ret->exdate, e) || line_texts(o, "rdate", a, &ret->rdate, e))
        return -1;
    if (limit && !json_is_null(limit) && !json_is_integer(limit))
        return err_set(e, ERR_INVALID, MSG_FIELD_WANT_INT, "limit", "limit", NULL);
    if (json_is_integer(limit))
        ret->limit = json_integer_value(limit);
    return 0;
}

static json_t *array_of(char **texts, size_t count)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_string(texts[i]));
    return array;
}

static json_t *error_of(const struct err *e, enum lang lang)
{
    struct buf message = {0}, hint = {0};
    json_t *o;

    err_message(e, lang, &message);
    err_hint(e, lang, &hint);
    o = json_pack("{s:s, s:s, s:s?, s:s?}", "code", err_name(e->code), "message", buf_text(&message), "hint",
                  hint.len ? buf_text(&hint) : NULL, "field", e->field[0] ? e->field : NULL);
    buf_release(&message);
    buf_release(&hint);
    return o;
}

static void put_answer(json_t *answer, const struct expand_result *r)
{
    json_object_set_new(answer, "instances", array_of(r->instances, r->count));
    json_object_set_new(answer, "utc", r->utc ? array_of(r->utc, r->count) : json_null());
    json_object_set_new(answer, "complete", json_boolean(r->complete));
}

static int run_expand(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct expand_line *in = input;
    json_t *answer = json_object();
    struct expand_result r;
    char *text;
    int failed;

    (void)db;
    json_object_set_new(answer, "id", in->id ? json_string(in->id) : json_null());
    failed = expand_one(in, &c->out, &r, e);
    if (!failed)
        put_answer(answer, &r);
    text = json_dumps(answer, JSON_COMPACT);
    *ret = arena_strdup(&c->out, text);
    free(text);
    json_decref(answer);
    return failed;
}

/* Answers one line into `out`, and a line feed. */
static void answer_line(const char *line, size_t len, enum lang lang, struct buf *out)
{
    json_error_t where;
    json_t *o = json_loadb(line, len, 0, &where), *answer = json_object();
    struct arena a = {0};
    struct expand_line in;
    struct expand_result r;
    struct err e = {0};
    char *text;

    if (!json_is_object(o))
        err_set(&e, ERR_MALFORMED, MSG_JSON_BAD, NULL, "1", "1", o ? "{" : where.text, NULL);
    json_object_set_new(answer, "id", json_is_object(o) && json_object_get(o, "id")
                                          ? json_incref(json_object_get(o, "id")) : json_null());
    if (e.code == ERR_NONE && read_line(o, &a, &in, &e) == 0 && expand_one(&in, &a, &r, &e) == 0) {
        put_answer(answer, &r);
    } else {
        json_object_set_new(answer, "error", error_of(&e, lang));
    }
    text = json_dumps(answer, JSON_COMPACT);
    buf_adds(out, text ? text : "{\"id\":null}");
    buf_addc(out, '\n');
    free(text);
    json_decref(answer);
    json_decref(o);
    arena_release(&a);
}

static int run_batch(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct slug_ref *in = input;
    struct buf out = {0};
    size_t lines = 0;

    (void)db;
    for (const char *p = in->body ? in->body : ""; *p;) {
        size_t len = strcspn(p, "\n"), blank = strspn(p, " \t\r");
        if (++lines > BATCH_LINES_MAX) {
            buf_release(&out);
            return err_set(e, ERR_TOO_LARGE, MSG_TOO_LONG, "body", "body", "20000", NULL);
        }
        if (blank < len)
            answer_line(p, len, c->req.lang, &out);
        p += len + (p[len] == '\n');
    }
    *ret = arena_strndup(&c->out, buf_text(&out), out.len);
    buf_release(&out);
    return 0;
}

/* Explaining */

struct explain_input {
    char *words, *tz;
};

struct explained_date {
    struct moment start;
    char *weekday, *lunar, *holiday;
    bool day_off;
};

struct explained {
    char *kind, *rule, *text;
    struct objects next;
};

static const struct field explain_table[] = {
    FIELD(FIELD_TEXT, explain_input, words, "a time or a rule, as people say it"),
    FIELD(FIELD_TEXT, explain_input, tz, NULL),
};
const struct fields explain_input_fields = FIELDS("explain_input", explain_input, explain_table);

static const struct field explained_date_table[] = {
    FIELD(FIELD_MOMENT, explained_date, start, NULL),
    FIELD(FIELD_TEXT, explained_date, weekday, NULL),
    FIELD(FIELD_TEXT, explained_date, lunar, "the lunar date"),
    FIELD(FIELD_BOOL, explained_date, day_off, "weekends count, make-up workdays don't"),
    FIELD(FIELD_TEXT, explained_date, holiday, NULL),
};
static const struct fields explained_date_fields = FIELDS("explained_date", explained_date, explained_date_table);

static const struct field explained_table[] = {
    FIELD(FIELD_TEXT, explained, kind, "rule, time"),
    FIELD(FIELD_TEXT, explained, rule, "RRULE; null for a time"),
    FIELD(FIELD_TEXT, explained, text, "said back"),
    FIELD_OF(FIELD_OBJECTS, explained, next, explained_date_fields, "the next dates"),
};
const struct fields explained_fields = FIELDS("explained", explained, explained_table);

static int run_explain(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct explain_input *in = input;
    struct words_context words = {.now_ms = c->req.now_ms};
    struct holidays days = holidays_load(db, &c->out);
    struct explained *x = arena_alloc(&c->out, sizeof *x);
    struct explained_date *dates = arena_alloc(&c->out, EXPLAIN_DATES_MAX * sizeof *dates);
    struct explanation said;

    if (!in->words)
        return err_set(e, ERR_USAGE, MSG_WORDS_NEEDED, "words", NULL);
    words.zone = zone_find(in->tz ? in->tz : service_settings(c->service)->tz, e);
    if (!words.zone || explain_words(in->words, &words, &days, &c->out, &said, e)) {
        err_field(e, "words");
        return -1;
    }
    x->kind = (char *)(uintptr_t)(said.kind == EXPLAIN_RULE ? "rule" : "time");
    x->rule = arena_strdup(&c->out, said.rule);
    x->text = arena_strdup(&c->out, said.text[c->req.lang]);
    for (size_t i = 0; i < said.count; i++) {
        const struct explain_date *d = &said.dates[i];
        dates[i] =
            (struct explained_date){.start = moment_of(words.zone, d->wall_s, strlen(d->text) == 10),
                                    .weekday = arena_strdup(&c->out, words_weekday((int)d->weekday, c->req.lang)),
                                    .lunar = arena_strdup(&c->out, d->lunar),
                                    .holiday = arena_strdup(&c->out, d->holiday),
                                    .day_off = d->off};
    }
    x->next = (struct objects){dates, said.count, true};
    *ret = x;
    return db_check(db, e);
}

const struct operation op_time_expand = {"time expand", ROLE_PUBLIC, false, run_expand};
const struct operation op_time_expand_batch = {"time expand --batch", ROLE_PUBLIC, false, run_batch};
const struct operation op_time_explain = {"time explain", ROLE_PUBLIC, false, run_explain};
