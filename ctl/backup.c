/* `backup` and `restore`: the whole state as one file. */
#include "hooks.h"

#include "file.h"
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RESTORE_BYTES_MAX (256u * 1024 * 1024)

static int cannot_write(const char *path, struct err *e)
{
    return err_set(e, ERR_FAILED, MSG_CANNOT_WRITE, "FILE", path, strerror(errno), NULL);
}

static bool write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);
        if (n <= 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

/* Only its owner may read it, and its name is there once all of it is on the disk. */
static int keep(const char *path, const struct buf *data, struct err *e)
{
    struct buf part = {0};
    bool done;
    int fd;

    if (strcmp(path, "-") == 0)
        return write_all(STDOUT_FILENO, buf_text(data), data->len) ? 0 : cannot_write(path, e);
    buf_printf(&part, "%s.part", path);
    fd = open(buf_text(&part), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    done = fd >= 0 && write_all(fd, buf_text(data), data->len) && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    if (done)
        done = rename(buf_text(&part), path) == 0;
    if (!done) {
        cannot_write(path, e);
        if (fd >= 0)
            unlink(buf_text(&part));
    }
    buf_release(&part);
    return done ? 0 : -1;
}

int hook_run_backup(struct session *s)
{
    const char *path = args_positional(s->inv, 0);
    struct request r;
    struct buf answer;
    json_t *said;
    int rc;

    if (request_build(s->inv, s->settings, &r, &s->failure.err) != 0)
        return -1;
    rc = session_send_bytes(s, &r, &answer);
    request_release(&r);
    if (rc != 0)
        return -1;
    rc = keep(path, &answer, &s->failure.err);
    if (rc == 0 && strcmp(path, "-") != 0) {
        said = json_pack("{s:s, s:I}", "file", path, "size_bytes", (json_int_t)answer.len);
        rc = session_print(s, said);
        json_decref(said);
    }
    buf_release(&answer);
    return rc;
}

int hook_run_restore(struct session *s)
{
    struct request r;
    json_t *answer;
    int rc;

    if (request_build(s->inv, s->settings, &r, &s->failure.err) != 0)
        return -1;
    buf_release(&r.body);
    buf_init(&r.body, RESTORE_BYTES_MAX);
    r.content_type = s->inv->command->content_type;
    r.progress = true;
    rc = file_read(args_positional(s->inv, 0), "FILE", &r.body, &s->failure.err);
    if (rc == 0)
        rc = session_send(s, &r, &answer);
    if (rc == 0) {
        rc = session_print(s, answer);
        json_decref(answer);
    }
    request_release(&r);
    return rc;
}
