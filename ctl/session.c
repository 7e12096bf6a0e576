#include "session.h"

#include "print.h"

#include <stdio.h>
#include <string.h>

static int open_client(struct session *s)
{
    return s->client.curl ? 0 : client_open(&s->client, s->settings, &s->failure.err);
}

int session_send(struct session *s, const struct request *r, json_t **ret)
{
    return open_client(s) == 0 ? client_send_json(&s->client, r, ret, &s->failure) : -1;
}

int session_send_bytes(struct session *s, const struct request *r, struct buf *ret)
{
    return open_client(s) == 0 ? client_send(&s->client, r, ret, &s->failure) : -1;
}

int session_number(struct session *s, const char *flag, long long otherwise, long long *ret)
{
    const char *text = given_text(s->inv, flag);
    char name[32];
    long long n = otherwise;

    snprintf(name, sizeof name, "--%s", flag);
    if (text && !args_parse_int(text, &n))
        return err_set(&s->failure.err, ERR_INVALID, MSG_CTL_NOT_AN_INTEGER, name, name, text, NULL);
    if (text && n < 1)
        return err_set(&s->failure.err, ERR_INVALID, MSG_CTL_NOT_POSITIVE, name, name, text, NULL);
    *ret = n;
    return 0;
}

static int not_a_list(struct session *s)
{
    return err_set(&s->failure.err, ERR_FAILED, MSG_CTL_ANSWER_STRANGE, NULL, client_where(&s->client), "200", NULL);
}

/* One page; *ret is the daemon's {"items","next"}. The path is left as it was. */
static int send_page(struct session *s, struct request *r, long long left, const char *cursor, json_t **ret)
{
    size_t path_bytes = r->path.len;
    char size[16];
    int rc;

    snprintf(size, sizeof size, "%lld", left > 0 && left < LIST_PAGE_MAX ? left : (long long)LIST_PAGE_MAX);
    if (s->inv->command->traits & PAGED)
        request_add_query(r, "limit", size);
    if (cursor)
        request_add_query(r, "cursor", cursor);
    rc = session_send(s, r, ret);
    r->path.len = path_bytes;
    r->path.data[path_bytes] = 0;
    if (rc == 0 && !json_is_array(json_object_get(*ret, "items"))) {
        json_decref(*ret);
        rc = not_a_list(s);
    }
    return rc;
}

static void shorten(json_t *items, long long limit)
{
    while (limit > 0 && (long long)json_array_size(items) > limit)
        json_array_remove(items, json_array_size(items) - 1);
}

/* A list that stays where it is would never end. */
static bool moves_on(const json_t *next, const char *cursor)
{
    return json_is_string(next) && (!cursor || strcmp(json_string_value(next), cursor) != 0);
}

int session_collect(struct session *s, struct request *r, long long limit, json_t **ret_items, json_t **ret_next)
{
    json_t *items = json_array(), *next = json_null(), *page;
    bool more = true;

    while (more) {
        const char *cursor = json_string_value(next);
        long long left = limit > 0 ? limit - (long long)json_array_size(items) : 0;

        if (send_page(s, r, left, cursor, &page) != 0)
            goto fail;
        json_array_extend(items, json_object_get(page, "items"));
        more = moves_on(json_object_get(page, "next"), cursor);
        json_decref(next);
        next = more ? json_incref(json_object_get(page, "next")) : json_null();
        json_decref(page);
        more = more && (limit <= 0 || (long long)json_array_size(items) < limit);
        if (json_array_size(items) > LIST_ITEMS_MAX) {
            err_set(&s->failure.err, ERR_TOO_LARGE, MSG_CTL_LIST_TOO_LONG, NULL, "5000000", NULL);
            goto fail;
        }
    }
    shorten(items, limit);
    *ret_items = items;
    *ret_next = next;
    return 0;
fail:
    json_decref(items);
    json_decref(next);
    return -1;
}

int session_list(struct session *s, struct request *r, long long limit)
{
    const struct command *c = s->inv->command;
    json_t *items, *next;
    int rc;

    if (c->traits & AS_CSV && !s->settings->format_named)
        s->settings->format = FORMAT_CSV;
    if (session_collect(s, r, limit, &items, &next) != 0)
        return -1;
    rc = print_list(s->settings, c->shape, items, next, &s->failure.err);
    json_decref(items);
    json_decref(next);
    return rc;
}

int session_print(struct session *s, json_t *answer)
{
    const struct command *c = s->inv->command;
    bool table = s->settings->format == FORMAT_TABLE;
    int rc = 0;

    if (!json_is_null(answer))
        rc = print_one(s->settings, c->shape, answer, !(c->traits & WRITES), &s->failure.err);
    else if (table)
        rc = puts(catalogue_text(W_CTL_DONE, s->settings->lang)) < 0 ? -1 : 0;
    if (rc == 0 && table && s->settings->dry_run && c->traits & WRITES)
        fprintf(stderr, "%s\n", catalogue_text(W_CTL_DRY_RUN, s->settings->lang));
    return rc;
}

static const char *why_not(json_t *answer)
{
    json_t *attempts = json_object_get(answer, "attempts"), *last;
    const char *reason = json_string_value(json_object_get(answer, "reason"));

    if (reason || json_array_size(attempts) == 0)
        return reason ? reason : "";
    last = json_array_get(attempts, json_array_size(attempts) - 1);
    reason = json_string_value(json_object_get(last, "reason"));
    return reason ? reason : "";
}

static int not_wanted(struct session *s, json_t *answer)
{
    const json_t *problems = json_object_get(answer, "problems");
    const char *code = json_string_value(json_object_get(answer, "code"));
    const char *first = json_string_value(json_array_get(problems, 0));
    char count[24];

    snprintf(count, sizeof count, "%zu", json_array_size(problems));
    if (problems)
        return err_set(&s->failure.err, ERR_FAILED, MSG_CHECK_FAULTY, NULL, count, first ? first : "", NULL);
    return err_set(&s->failure.err, ERR_FAILED, MSG_CERTIFICATE_WITHDRAWN, NULL, code ? code : "", NULL);
}

/* The object is printed either way: it holds the history of what went wrong. */
static int check_state(struct session *s, json_t *answer)
{
    const char *wanted = s->inv->command->wanted_state, *state = json_string_value(json_object_get(answer, "state"));
    const char *id = json_string_value(json_object_get(answer, "id"));

    if (!wanted || (state && strcmp(state, wanted) == 0) || s->settings->dry_run)
        return 0;
    if (strcmp(wanted, "delivered") != 0)
        return not_wanted(s, answer);
    return err_set(&s->failure.err, ERR_FAILED, MSG_CTL_NOT_DELIVERED, NULL, state ? state : "", why_not(answer),
                   id ? id : "", NULL);
}

static int run_one(struct session *s, const struct request *r)
{
    json_t *answer;
    int rc;

    if (session_send(s, r, &answer) != 0)
        return -1;
    rc = session_print(s, answer);
    if (rc == 0)
        rc = check_state(s, answer);
    json_decref(answer);
    return rc;
}

static int run_usual(struct session *s)
{
    struct request r;
    long long limit = 0;
    int rc;

    if (s->inv->command->traits & ANSWER_LIST && session_number(s, "limit", 0, &limit) != 0)
        return -1;
    if (request_build(s->inv, s->settings, &r, &s->failure.err) != 0)
        return -1;
    rc = s->inv->command->traits & ANSWER_LIST ? session_list(s, &r, limit) : run_one(s, &r);
    request_release(&r);
    return rc;
}

int session_run_as(struct session *s, const struct command *row)
{
    const struct invocation *given = s->inv;
    struct invocation inv = *given;
    int rc;

    inv.command = row;
    s->inv = &inv;
    rc = run_usual(s);
    s->inv = given;
    return rc;
}

int session_run(struct session *s)
{
    return s->inv->command->run ? s->inv->command->run(s) : run_usual(s);
}

void session_release(struct session *s)
{
    client_close(&s->client);
    failure_release(&s->failure);
}
