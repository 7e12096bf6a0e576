/* import and export: a calendar file in, one out. */
#include "domain/event.h"
#include "file.h"
#include "hooks.h"
#include "print.h"
#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A part that was not taken is told after the report, and in the exit code. */
static int check_refused(struct session *s, json_t *report)
{
    long long refused = json_integer_value(json_object_get(report, "refused"));
    char count[24], all[24];

    snprintf(count, sizeof count, "%lld", refused);
    snprintf(all, sizeof all, "%zu", json_array_size(json_object_get(report, "components")));
    return refused ? err_set(&s->failure.err, ERR_PARTLY, MSG_ICAL_PARTLY, NULL, count, all, NULL) : 0;
}

/* People see what there is something to say about; the numbers tell the rest. Where all is well, a short list. */
static void shorten(json_t *report)
{
    json_t *components = json_object_get(report, "components"), *row;
    size_t i = 0;

    while (i < json_array_size(components)) {
        row = json_array_get(components, i);
        json_object_del(row, "uid");
        json_object_del(row, "kind");
        if (!json_is_string(json_object_get(row, "reason")) && json_array_size(json_object_get(row, "notes")) == 0 &&
            strcmp(json_string_value(json_object_get(row, "outcome")), "unchanged") == 0)
            json_array_remove(components, i);
        else
            i++;
    }
}

static int tell(struct session *s, json_t *report)
{
    int partly = check_refused(s, report), rc;

    if (s->settings->format == FORMAT_TABLE)
        shorten(report);
    rc = session_print(s, report);
    return rc ? rc : partly;
}

int hook_run_import_ical(struct session *s)
{
    struct request r;
    json_t *report;
    int rc;

    if (request_build(s->inv, s->settings, &r, &s->failure.err) != 0)
        return -1;
    buf_release(&r.body);
    buf_init(&r.body, FILE_BODY_BYTES_MAX);
    r.content_type = s->inv->command->content_type;
    r.progress = true;
    rc = file_read_some(args_positional(s->inv, 0), "FILE", &r.body, &s->failure.err);
    if (rc == 0)
        rc = session_send(s, &r, &report);
    if (rc == 0) {
        rc = tell(s, report);
        json_decref(report);
    }
    request_release(&r);
    return rc;
}

/* The last word is a file's name if it can't be an event's. */
static const char *file_word(const struct invocation *inv)
{
    size_t count = args_positionals(inv);
    const char *last = count ? args_positional(inv, count - 1) : NULL;

    return last && !slug_valid(last) ? last : NULL;
}

static int write_file(const char *path, const struct buf *data, struct err *e)
{
    FILE *f = fopen(path, "wbe");
    bool written = f && fwrite(buf_text(data), 1, data->len, f) == data->len;

    if (f && fclose(f) != 0)
        written = false;
    return written ? 0 : err_set(e, ERR_FAILED, MSG_CANNOT_WRITE, "FILE", path, strerror(errno), NULL);
}

int hook_run_export(struct session *s)
{
    const char *file = file_word(s->inv);
    size_t count = args_positionals(s->inv) - (file ? 1 : 0);
    struct request r;
    struct buf answer;
    int rc;

    if (request_build(s->inv, s->settings, &r, &s->failure.err) != 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        request_add_query(&r, "slug", args_positional(s->inv, i));
    rc = session_send_bytes(s, &r, &answer);
    request_release(&r);
    if (rc != 0)
        return -1;
    if (!file || strcmp(file, "-") == 0)
        rc = print_bytes(&answer, &s->failure.err);
    else
        rc = write_file(file, &answer, &s->failure.err);
    buf_release(&answer);
    return rc;
}
