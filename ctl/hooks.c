#include "hooks.h"

#include "file.h"
#include "session.h"
#include "version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* kepud bounds an endless rule itself; this is for one that doesn't. */
#define OCCURRENCES_MAX 10000

int hook_check_event_edit(const struct invocation *inv, struct err *e)
{
    const char *on = given_text(inv, "on");

    if (on && given_text(inv, "all"))
        return err_set(e, ERR_USAGE, MSG_CTL_FLAGS_EXCLUDE, "--all", "--on", "--all", NULL);
    if (on && !given_text(inv, "this") && !given_text(inv, "this-and-future"))
        return err_set(e, ERR_USAGE, MSG_CTL_ON_WITHOUT_SCOPE, "--on", on, NULL);
    return 0;
}

/* A department's, venue's … slug stands after `add` or behind --slug, once. */
int hook_check_register_add(const struct invocation *inv, struct err *e)
{
    char command[64];

    snprintf(command, sizeof command, "%s add", inv->command->noun);
    if (given_text(inv, "slug") && args_positional(inv, 0))
        return err_set(e, ERR_USAGE, MSG_CTL_FLAGS_EXCLUDE, "--slug", "SLUG", "--slug", NULL);
    if (!given_text(inv, "slug") && !args_positional(inv, 0))
        return err_set(e, ERR_USAGE, MSG_CTL_ARGUMENT_MISSING, "SLUG", command, "SLUG", NULL);
    return 0;
}

/* Kinds that something else than time sets off need no span, and some of them no subject. */
static bool told_by_time(const char *kind)
{
    return !kind || strcmp(kind, "upcoming") == 0 || strcmp(kind, "understaffed") == 0 || strcmp(kind, "thanks") == 0;
}

int hook_check_reminder_add(const struct invocation *inv, struct err *e)
{
    if (!told_by_time(given_text(inv, "kind")))
        return 0;
    if (!given_text(inv, "event") && !given_text(inv, "category") && !given_text(inv, "all"))
        return err_set(e, ERR_USAGE, MSG_CTL_ONE_OF_MISSING, "--event", "reminder add",
                       "--event, --category, --all", NULL);
    if (!given_text(inv, "before") && !given_text(inv, "after"))
        return err_set(e, ERR_USAGE, MSG_CTL_ONE_OF_MISSING, "--before", "reminder add", "--before, --after", NULL);
    return 0;
}

/* Without an id: of every rule. */
int hook_run_preview(struct session *s)
{
    const char *id = args_positional(s->inv, 0), *count = given_text(s->inv, "count");
    struct request r;
    int rc;

    if (request_build(s->inv, s->settings, &r, &s->failure.err) != 0)
        return -1;
    rc = request_add_segment(&r, "reminder", id ? id : "all", &s->failure.err);
    if (rc == 0)
        rc = request_add_segment(&r, "reminder", "preview", &s->failure.err);
    if (rc == 0 && count)
        request_add_query(&r, "count", count);
    if (rc == 0)
        rc = session_list(s, &r, 0);
    request_release(&r);
    return rc;
}

int hook_run_occurrences(struct session *s)
{
    struct request r;
    long long count, limit;
    char text[24];
    int rc;

    if (session_number(s, "count", 0, &count) != 0 || session_number(s, "limit", 0, &limit) != 0)
        return -1;
    if (request_build(s->inv, s->settings, &r, &s->failure.err) != 0)
        return -1;
    if (count > 0) {
        snprintf(text, sizeof text, "%lld", count);
        request_add_query(&r, "count", text);
    }
    if (count > 0 && (limit == 0 || count < limit))
        limit = count;
    if (limit == 0 && !given_text(s->inv, "to"))
        limit = OCCURRENCES_MAX;
    rc = session_list(s, &r, limit);
    request_release(&r);
    return rc;
}

/* The file is the body. What is too large for memory's named limit is refused before anything is sent. */
int hook_run_import(struct session *s)
{
    const char *path = args_positional(s->inv, 0);
    struct request r;
    json_t *answer;
    int rc;

    if (request_build(s->inv, s->settings, &r, &s->failure.err) != 0)
        return -1;
    buf_release(&r.body);
    buf_init(&r.body, FILE_BODY_BYTES_MAX);
    r.content_type = s->inv->command->content_type;
    r.progress = true;
    rc = file_read_some(path, s->inv->command->args[0].name, &r.body, &s->failure.err);
    if (rc == 0)
        rc = session_send(s, &r, &answer);
    if (rc == 0) {
        rc = session_print(s, answer);
        json_decref(answer);
    }
    request_release(&r);
    return rc;
}

/* kepud's is asked for, but that it cannot be reached is no failure here. */
int hook_run_version(struct session *s)
{
    json_t *versions = json_object(), *answer = NULL, *daemon = NULL;
    struct request r;
    int rc;

    json_object_set_new(versions, "kepuctl", json_string(KEPU_VERSION));
    if (request_build(s->inv, s->settings, &r, &s->failure.err) == 0) {
        if (session_send(s, &r, &answer) == 0)
            daemon = json_object_get(answer, "version");
        request_release(&r);
    }
    failure_release(&s->failure);
    json_object_set(versions, "kepud", daemon ? daemon : json_null());
    if (!daemon && s->settings->format == FORMAT_TABLE)
        json_object_set_new(versions, "kepud", json_string(catalogue_text(W_CTL_UNREACHABLE_SHORT, s->settings->lang)));
    rc = session_print(s, versions);
    json_decref(answer);
    json_decref(versions);
    return rc;
}
