/*
 * Random sequences of all that happens to sign-ups, against a model: never over the capacity, the line's
 * order kept, nobody lost. On SQLite, and on $KEPU_TEST_POSTGRES where it is set. A failure prints its seed; with
 * KEPU_TEST_SEED it comes again. KEPU_TEST_SEQUENCES says how many.
 */
#include "event_fixture.h"

#include "service/mail.h"
#include "service/signup_offer.h"
#include "store/driver.h"

#include <inttypes.h>

#define PEOPLE 7
#define STEPS 25
#define SEQUENCES_SQLITE 400
#define SEQUENCES_POSTGRES 60
#define OFFER_MS HOUR_MS
#define URL_BYTES 400
#define SLUG_BYTES 40

/* A series of Fridays. Everybody signs up for the second; an edit may cut the series there or later. */
#define WEEKLY "FREQ=WEEKLY;COUNT=4"
#define FIRST "2026-09-18 09:00"
#define OURS "2026-09-25"
#define LATER "2026-10-02"

enum where { NONE, LINE, OFFER, PLACE };

struct person_model {
    char id[CRYPTO_ID_BYTES];
    char signup[CRYPTO_ID_BYTES];
    enum where where;
    int64_t until_ms;
    bool email;
};

struct model {
    struct person_model people[PEOPLE];
    int line[PEOPLE], waiting, capacity;
    bool offers;
    char slug[SLUG_BYTES];           /* of the part of the series that OURS is in */
    char rest[SLUG_BYTES];           /* of the other part; "": the series is whole */
};

static uint64_t seed, first_seed;
static int made;

static size_t below(size_t bound)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (size_t)(seed >> 33) % bound;
}

/* The model */

static int held(const struct model *m)
{
    int count = 0;

    for (int i = 0; i < PEOPLE; i++)
        count += m->people[i].where == PLACE || m->people[i].where == OFFER;
    return count;
}

static void fill_model(struct model *m, int64_t now_ms)
{
    while (m->waiting > 0 && held(m) < m->capacity) {
        struct person_model *p = &m->people[m->line[0]];
        p->where = m->offers && p->email ? OFFER : PLACE;
        p->until_ms = now_ms + OFFER_MS;
        memmove(m->line, m->line + 1, (size_t)--m->waiting * sizeof m->line[0]);
    }
}

static void leave(struct model *m, int who, int64_t now_ms)
{
    enum where was = m->people[who].where;

    m->people[who].where = NONE;
    for (int i = 0; was == LINE && i < m->waiting; i++)
        if (m->line[i] == who)
            memmove(m->line + i, m->line + i + 1, (size_t)(--m->waiting - i) * sizeof m->line[0]);
    if (was == OFFER || was == PLACE)
        fill_model(m, now_ms);
}

/* What is there */

static void new_person(struct fixture *f, struct person_model *p)
{
    char name[40], phone[24];
    struct volunteer_input in;
    struct volunteer *v;

    snprintf(name, sizeof name, "志愿者%d", ++made);
    snprintf(phone, sizeof phone, "139%08d", made);
    in = person(name, phone);
    p->email = below(2);
    in.email = p->email ? txt("v@example.org") : NULL;
    v = ask(f, &op_volunteer_add, &in);
    assert_non_null(v);
    snprintf(p->id, sizeof p->id, "%s", v->id);
    p->where = NONE;
}

struct look {
    struct job job;
    const struct model *m;
    int wrong;
};

#define EXPECT(condition)                \
    do {                                 \
        if (!(condition) && !l->wrong)   \
            l->wrong = __LINE__;         \
    } while (0)

static int run_look(struct job *job, struct db *db, struct err *e)
{
    static const char *const states[] = {[NONE] = "cancelled", [LINE] = "waitlisted", [OFFER] = "offered",
                                         [PLACE] = "confirmed"};
    struct look *l = (struct look *)(void *)job;
    const struct model *m = l->m;
    struct arena a = {0};
    struct stmt *s;

    for (int i = 0; i < PEOPLE; i++) {
        const struct person_model *p = &m->people[i];
        struct signup *found = p->signup[0] ? store_signup_by_code(db, p->signup, &a) : NULL;
        EXPECT(p->where == NONE || found);
        EXPECT(p->where == NONE || strcmp(signup_state_name(found->state), states[p->where]) == 0);
        EXPECT(p->where == NONE || strcmp(found->volunteer, p->id) == 0);
        EXPECT(p->where != OFFER || found->offer_until_ms == p->until_ms);
    }
    for (int i = 0; i < m->waiting; i++)
        EXPECT(store_signup_by_code(db, m->people[m->line[i]].signup, &a)->position == i + 1);
    s = db_query(db,
                 "SELECT r.capacity, r.taken, r.offered, r.waitlisted,"
                 " (SELECT COUNT(*) FROM signup x WHERE x.occurrence_id = o.id AND x.state <> 'cancelled')"
                 " FROM event e JOIN occurrence o ON o.event_id = e.id JOIN occurrence_role r"
                 " ON r.occurrence_id = o.id WHERE e.slug = $1 AND o.recurrence_id = '" OURS "T09:00:00'",
                 p_text(m->slug));
    EXPECT(stmt_row(s));
    EXPECT(stmt_int(s, 0) == m->capacity && stmt_int(s, 1) == held(m) && stmt_int(s, 3) == m->waiting);
    EXPECT(stmt_int(s, 4) == held(m) + m->waiting);
    stmt_done(s);
    EXPECT(db_int(db, 0,
                  "SELECT COUNT(*) FROM signup x JOIN occurrence o ON o.id = x.occurrence_id"
                  " JOIN event e ON e.id = o.event_id WHERE x.state <> 'cancelled' AND (e.slug = $1 OR e.slug = $2)",
                  p_text(m->slug), p_text(m->rest)) == held(m) + m->waiting);
    arena_release(&a);
    return db_check(db, e);
}

static void check(struct fixture *f, const struct model *m, const char *what)
{
    struct look l = {.job = {.run = run_look, .done = sql_done}, .m = m};

    if (store_run_now(f->store, &l.job) || l.wrong)
        fail_msg("after %s: line %d is not met; again with KEPU_TEST_SEED=%" PRIu64, what, l.wrong, first_seed);
}

/* What happens */

static const char *join(struct fixture *f, struct model *m, int who)
{
    struct person_model *p = &m->people[who];
    struct signup_input in;
    struct signup *s;
    bool waitlist = below(3) > 0, room = held(m) < m->capacity;

    fields_clear(&signup_input_fields, &in);
    in.volunteer = p->id;
    in.event = m->slug;
    in.on = txt(OURS);
    in.waitlist = waitlist;
    s = ask(f, &op_signup_add, &in);
    if (p->where != NONE || (!room && !waitlist)) {
        assert_null(s);
        assert_int_equal(f->call.err.code, p->where != NONE ? ERR_EXISTS : ERR_FULL);
        return "a refusal";
    }
    assert_non_null(s);
    snprintf(p->signup, sizeof p->signup, "%s", s->id);
    p->where = room ? PLACE : LINE;
    if (!room)
        m->line[m->waiting++] = who;
    return "add";
}

static const char *answer(struct fixture *f, struct model *m, int who)
{
    struct person_model *p = &m->people[who];
    struct signup_ref ref = {.id = p->signup};
    bool take = below(2);

    if (p->where == NONE)
        return "nothing";
    if (p->where != OFFER) {
        assert_null(ask(f, take ? &op_signup_take : &op_signup_decline, &ref));
        return "a wrong answer";
    }
    assert_non_null(ask(f, take ? &op_signup_take : &op_signup_decline, &ref));
    if (take)
        p->where = PLACE;
    else
        leave(m, who, f->now_ms);
    return take ? "take" : "decline";
}

static const char *cancel(struct fixture *f, struct model *m, int who)
{
    struct signup_ref ref = {.id = m->people[who].signup};

    if (m->people[who].where == NONE)
        return "nothing";
    assert_non_null(ask(f, &op_signup_cancel, &ref));
    leave(m, who, f->now_ms);
    return "cancel";
}

/* The earliest offer that is over goes first; those of one moment in the order of their sign-ups. */
static int over(const struct model *m, int64_t now_ms)
{
    int first = -1;

    for (int i = 0; i < PEOPLE; i++) {
        const struct person_model *p = &m->people[i], *q = first < 0 ? NULL : &m->people[first];
        if (p->where == OFFER && p->until_ms <= now_ms && (!q || p->until_ms < q->until_ms))
            first = i;
    }
    return first;
}

static const char *expire(struct fixture *f, struct model *m)
{
    int who;

    f->now_ms += OFFER_MS / 2 + (int64_t)below(HOUR_MS);
    while ((who = over(m, f->now_ms)) >= 0) {
        struct signup *s;
        struct signup_ref ref;
        int before = held(m) + m->waiting;
        assert_non_null(ask(f, &op_offer_expire, NULL));
        /* Of several at once it is the database that says which. */
        for (int i = 0; i < PEOPLE; i++) {
            ref = (struct signup_ref){.id = m->people[i].signup};
            if (m->people[i].where != OFFER || m->people[i].until_ms != m->people[who].until_ms)
                continue;
            s = ask(f, &op_signup_show, &ref);
            if (s->state == SIGNUP_CANCELLED) {
                leave(m, i, f->now_ms);
                break;
            }
        }
        assert_int_equal(held(m) + m->waiting, before - 1);
    }
    return "expire";
}

static const char *resize(struct fixture *f, struct model *m)
{
    struct event_input in = edit_of(m->slug);
    struct role_input role = {.name = txt("讲解员"), .capacity = 1 + (int64_t)below(5), .minimum = FIELD_INT_ABSENT,
                              .participant = -1};
    bool fits = role.capacity >= held(m);

    in.roles = (struct objects){&role, 1, true};
    f->force = below(2);
    if (fits || f->force) {
        assert_non_null(ask(f, &op_event_edit, &in));
        m->capacity = (int)role.capacity;
        fill_model(m, f->now_ms);
    } else {
        assert_null(ask(f, &op_event_edit, &in));
        assert_int_equal(f->call.err.code, ERR_CONFLICT);
    }
    f->force = false;
    return "a new capacity";
}

static const char *shift(struct fixture *f, const struct model *m)
{
    char to[32];

    snprintf(to, sizeof to, "2026-09-%02d %02d:00", 25 + (int)below(4), 8 + (int)below(10));
    move_to(f, m->slug, OURS, to);
    return "move";
}

/* Here, and its sign-ups go along with it to the new event; or later, and they stay where they are. */
static const char *split(struct fixture *f, struct model *m)
{
    struct event_input in = edit_of(m->slug);
    bool here = below(2);
    struct event *ev;

    if (m->rest[0])
        return "nothing";
    in.scope = txt("future");
    in.on = txt(here ? OURS : LATER);
    in.description = txt("后半");
    ev = ask(f, &op_event_edit, &in);
    assert_non_null(ev);
    assert_string_equal(ev->split_from, m->slug);
    snprintf(m->rest, sizeof m->rest, "%s", here ? m->slug : ev->slug);
    if (here)
        snprintf(m->slug, sizeof m->slug, "%s", ev->slug);
    return here ? "a split here" : "a split later";
}

/* It does not take place: nobody has a place or waits for one. */
static const char *call_off(struct fixture *f, struct model *m)
{
    struct event_ref in = ref_of(m->slug, OURS);

    in.reason = txt("下雨");
    assert_non_null(ask(f, &op_occurrence_cancel, &in));
    for (int i = 0; i < PEOPLE; i++)
        m->people[i].where = NONE;
    m->waiting = 0;
    return "a cancelled occurrence";
}

static void *ask_sure(struct fixture *f, const struct operation *op, void *input)
{
    call_release(&f->call);
    f->call = (struct call){.op = op, .input = input};
    f->call.req = (struct request){.principal = {.role = ROLE_ADMIN, .name = "test"}, .now_ms = f->now_ms, .yes = true,
                                   .if_version = FIELD_INT_ABSENT};
    return service_call_now(f->service, &f->call) == 0 ? f->call.result : NULL;
}

static const char *erase(struct fixture *f, struct model *m, int who)
{
    struct volunteer_ref ref;

    fields_clear(&volunteer_ref_fields, &ref);
    ref.id = m->people[who].id;
    assert_non_null(ask_sure(f, &op_volunteer_erase, &ref));
    leave(m, who, f->now_ms);
    new_person(f, &m->people[who]);
    return "erase";
}

static int place_of(const struct model *m, int who)
{
    for (int i = 0; i < m->waiting; i++)
        if (m->line[i] == who)
            return i;
    return 0;
}

/* Of two sign-ups the stronger stays, and both people's is the first's. */
static const char *merge(struct fixture *f, struct model *m, int keep, int other)
{
    struct person_model *a = &m->people[keep], *b = &m->people[other];
    struct volunteer_merge in;
    bool mine_goes;

    if (keep == other)
        return "nothing";
    fields_clear(&volunteer_merge_fields, &in);
    in.id = a->id;
    in.other = b->id;
    assert_non_null(ask_sure(f, &op_volunteer_merge, &in));
    mine_goes = a->where < b->where || (a->where == LINE && b->where == LINE && place_of(m, keep) > place_of(m, other));
    if (a->where != NONE && b->where != NONE)
        leave(m, mine_goes ? keep : other, f->now_ms);
    if (b->where != NONE) {
        a->where = b->where;
        a->until_ms = b->until_ms;
        memcpy(a->signup, b->signup, sizeof a->signup);
        for (int i = 0; i < m->waiting; i++)
            if (m->line[i] == other)
                m->line[i] = keep;
    }
    a->email |= b->email;
    new_person(f, b);
    b->signup[0] = 0;
    return "merge";
}

static const char *step(struct fixture *f, struct model *m)
{
    int who = (int)below(PEOPLE);

    switch (below(17)) {
    case 0:
        return resize(f, m);
    case 1:
        return shift(f, m);
    case 2:
        return expire(f, m);
    case 3:
        return below(3) ? "nothing" : erase(f, m, who);
    case 4:
        return merge(f, m, who, (int)below(PEOPLE));
    case 5:
    case 6:
        return cancel(f, m, who);
    case 7:
    case 8:
    case 9:
        return answer(f, m, who);
    case 10:
        return split(f, m);
    }
    return join(f, m, who);
}

/* Nobody's shift is in the next sequence's way. */
static void end_sequence(struct fixture *f, struct model *m)
{
    if (below(2))
        check(f, m, call_off(f, m));
    f->force = true;
    assert_non_null(ask(f, &op_event_remove, &(struct event_ref){.slug = m->slug, .count = FIELD_INT_ABSENT}));
    if (m->rest[0])
        assert_non_null(ask(f, &op_event_remove, &(struct event_ref){.slug = m->rest, .count = FIELD_INT_ABSENT}));
    f->force = false;
}

static void sequence(struct fixture *f, struct model *m, int number)
{
    struct settings *settings = (struct settings *)(uintptr_t)service_settings(f->service);
    struct event_input in;
    struct role_input role = {.name = txt("讲解员"), .minimum = FIELD_INT_ABSENT, .participant = -1};

    snprintf(m->slug, sizeof m->slug, "model-%d", number);
    m->rest[0] = 0;
    settings->waitlist_offer = m->offers = below(3) > 0;
    settings->offer_ms = OFFER_MS;
    f->now_ms = NOW_MS;
    role.capacity = m->capacity = 1 + (int)below(3);
    in = event_in(m->slug, FIRST, WEEKLY);
    in.roles = (struct objects){&role, 1, true};
    assert_non_null(ask(f, &op_event_add, &in));
    for (int i = 0; i < PEOPLE; i++) {
        m->people[i].where = NONE;
        m->people[i].signup[0] = 0;
    }
    m->waiting = 0;
    for (int i = 0; i < STEPS; i++)
        check(f, m, step(f, m));
    end_sequence(f, m);
}

static void run_sequences(struct fixture *f, int count)
{
    const char *given = getenv("KEPU_TEST_SEED"), *more = getenv("KEPU_TEST_SEQUENCES");
    struct model m = {0};

    seed = given ? strtoull(given, NULL, 10) : crypto_random_below(UINT32_MAX);
    first_seed = seed;
    made = 0;
    if (more)
        count = atoi(more);
    for (int i = 0; i < PEOPLE; i++)
        new_person(f, &m.people[i]);
    for (int i = 0; i < count; i++)
        sequence(f, &m, i);
}

static void any_sequence_on_sqlite_is_as_the_model_says(void **state)
{
    run_sequences(*state, SEQUENCES_SQLITE);
}

static void administer(const char *what, const char *name)
{
    struct err e = {0};
    struct db *db = db_open(getenv("KEPU_TEST_POSTGRES"), true, &e);
    char text[100];

    assert_non_null(db);
    snprintf(text, sizeof text, "%s %s", what, name);
    assert_int_equal(db_script(db, text, &e), 0);
    db_close(db);
}

static void any_sequence_on_postgresql_is_as_the_model_says(void **state)
{
    const char *url = getenv("KEPU_TEST_POSTGRES"), *query = url ? strchr(url, '?') : NULL, *slash;
    struct fixture *f = *state, other = *f;
    char text[URL_BYTES], name[32];
    struct crypto_keys keys = *service_keys(f->service);
    struct err e = {0};
    uv_loop_t loop;                  /* the store's on SQLite keeps the other one running */

    if (!url) {
        print_message("$KEPU_TEST_POSTGRES is not set\n");
        skip();
    }
    slash = strrchr(url, '/');
    for (const char *p = url; query && p < query; p++)
        if (*p == '/')
            slash = p;
    crypto_code(10, name + snprintf(name, sizeof name, "unit_"));
    snprintf(text, sizeof text, "%.*s/%s%s", (int)(slash - url), url, name, query ? query : "");
    administer("CREATE DATABASE", name);
    memset(&other.call, 0, sizeof other.call);
    uv_loop_init(&loop);
    other.store = store_open(&loop, text, on_fatal, NULL, &e);
    assert_non_null(other.store);
    store_started(other.store);
    other.service = service_new(other.store, &keys, service_settings(f->service));
    service_set_robots(other.service, &notify_robots);
    sql(&other, "INSERT INTO category (slug, title, title_en, color, position, version)"
                " VALUES ('other', '其他', 'Other', 'blue', 2, 1)");
    run_sequences(&other, SEQUENCES_POSTGRES);
    call_release(&other.call);
    store_close(other.store, NULL, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    service_free(other.service);
    administer("DROP DATABASE", name);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up_events, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(any_sequence_on_sqlite_is_as_the_model_says),
        TEST(any_sequence_on_postgresql_is_as_the_model_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
