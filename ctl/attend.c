/* `signup attend`: one sign-up, several, or a whole list; each is one request, all of it or nothing. */
#include "hooks.h"

#include "base/buf.h"
#include "file.h"
#include "session.h"
#include "shapes.h"

static const struct command one = {
    "signup", "attend", "POST", "/signups/{id}/attend", {{"ID", FLAG_TEXT, PLACE_PATH, "id", 0}}, NULL, &shape_signup,
    WRITES, {"", ""}, .run = NULL};

static const struct command list = {
    "signup", "attend", "POST", "/signups/attend", {{"ID...", FLAG_TEXT, PLACE_HERE, "id", OPTIONAL | MANY}}, NULL,
    &shape_any, WRITES, {"", ""}, .run = NULL};

static int usage(struct session *s, enum msg msg, const char *flag, const char *a, const char *b)
{
    return err_set(&s->failure.err, ERR_USAGE, msg, flag, a, b, a, NULL);
}

/* A file as it is, or several ids as a list with one column. */
static int read_list(struct session *s, const char *path, struct buf *ret)
{
    buf_init(ret, FILE_BODY_BYTES_MAX);
    if (path)
        return file_read(path, "--file", ret, &s->failure.err);
    buf_adds(ret, "id\n");
    for (size_t i = 0; i < args_positionals(s->inv); i++)
        buf_printf(ret, "%s\n", args_positional(s->inv, i));
    return 0;
}

static int send_it(struct session *s, const char *path, bool is_list)
{
    struct request r;
    json_t *answer;
    int rc;

    if (request_build(s->inv, s->settings, &r, &s->failure.err) != 0)
        return -1;
    if (is_list) {
        buf_release(&r.body);
        r.content_type = "text/csv";
    }
    rc = is_list ? read_list(s, path, &r.body) : 0;
    if (rc == 0)
        rc = session_send(s, &r, &answer);
    if (rc == 0) {
        rc = session_print(s, answer);
        json_decref(answer);
    }
    request_release(&r);
    return rc;
}

int hook_run_attend(struct session *s)
{
    const struct invocation *given = s->inv;
    struct invocation inv = *given;
    struct command command;
    size_t ids = args_positionals(given);
    bool file = given_text(given, "file") != NULL;
    int rc;

    if (ids > 0 && file)
        return usage(s, MSG_CTL_FLAGS_EXCLUDE, "--file", "--file", "ID");
    if (ids == 0 && !file)
        return err_set(&s->failure.err, ERR_USAGE, MSG_CTL_ARGUMENT_MISSING, "ID", "signup attend", "ID", NULL);
    if (ids > 0 && given_text(given, "event"))
        return usage(s, MSG_CTL_FLAGS_EXCLUDE, "--event", "--event", "ID");
    if (ids != 1 && (given_text(given, "minutes") || given_text(given, "reason")))
        return usage(s, MSG_CTL_FLAGS_EXCLUDE, "--minutes", given_text(given, "minutes") ? "--minutes" : "--reason",
                     file ? "--file" : "ID...");
    command = ids == 1 ? one : list;
    command.flags = given->command->flags;
    inv.command = &command;
    s->inv = &inv;
    rc = send_it(s, given_text(given, "file"), ids != 1);
    s->inv = given;
    return rc;
}
