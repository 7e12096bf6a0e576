/* feed show, feed rotate: a calendar's addresses, with a QR code for phones. */
#include "hooks.h"
#include "print.h"
#include "qr.h"
#include "session.h"

#include <string.h>

/* "category/science-day" as parts of the path; "all" where nothing was said. */
static int add_feed(const struct invocation *inv, struct request *r, struct err *e)
{
    const char *feed = args_positional(inv, 0), *slash;
    struct buf kind = {.data = NULL};
    int rc;

    feed = feed ? feed : "all";
    slash = strchr(feed, '/');
    buf_add(&kind, feed, slash ? (size_t)(slash - feed) : strlen(feed));
    rc = request_add_segment(r, "feed", buf_text(&kind), e);
    if (rc == 0 && slash)
        rc = request_add_segment(r, "feed", slash + 1, e);
    buf_release(&kind);
    return rc;
}

/* Phones open the webcal address in their calendar; scanned as https it would only be downloaded, once. */
static int draw(struct session *s, json_t *feed)
{
    const char *address = json_string_value(json_object_get(feed, "webcal"));
    bool asked = given_true(s->inv, "qr");
    int columns = print_terminal_columns(), rc = 0;
    enum qr_look look = s->settings->colour ? QR_COLOURS : columns ? QR_BRIGHT : QR_INK;
    struct buf out = {.data = NULL};

    if (!address || s->settings->format != FORMAT_TABLE || s->settings->dry_run || (!columns && !asked))
        return 0;
    buf_addc(&out, '\n');
    if (qr_draw(&out, address, look, asked ? 0 : columns))
        rc = print_bytes(&out, &s->failure.err);
    buf_release(&out);
    return rc;
}

int hook_run_feed(struct session *s)
{
    struct request r;
    json_t *feed;
    int rc;

    if (request_build(s->inv, s->settings, &r, &s->failure.err) != 0)
        return -1;
    rc = s->inv->command->args[0].place == PLACE_HERE ? add_feed(s->inv, &r, &s->failure.err) : 0;
    if (rc == 0)
        rc = session_send(s, &r, &feed);
    request_release(&r);
    if (rc != 0)
        return -1;
    rc = session_print(s, feed);
    if (rc == 0)
        rc = draw(s, feed);
    json_decref(feed);
    return rc;
}
