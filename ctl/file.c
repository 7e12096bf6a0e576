#include "file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define CHUNK_BYTES 65536

static int too_large(const char *path, const char *field, const struct buf *ret, struct err *e)
{
    char limit[32];

    snprintf(limit, sizeof limit, "%zu", ret->max_bytes);
    return err_set(e, ERR_TOO_LARGE, MSG_CTL_FILE_TOO_LARGE, field, path, limit, NULL);
}

/* Known before a byte is read, where the file has a size. */
static bool is_too_large(FILE *f, const struct buf *ret)
{
    struct stat s;

    return ret->max_bytes && fstat(fileno(f), &s) == 0 && S_ISREG(s.st_mode) && s.st_size > (off_t)ret->max_bytes;
}

static int read_all(FILE *f, const char *path, const char *field, struct buf *ret, struct err *e)
{
    char chunk[CHUNK_BYTES];
    size_t n;

    if (is_too_large(f, ret))
        return too_large(path, field, ret, e);

    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0) {
        buf_add(ret, chunk, n);
        if (ret->overflow)
            return too_large(path, field, ret, e);
    }
    if (ferror(f))
        return err_set(e, ERR_INVALID, MSG_CTL_FILE_UNREADABLE, field, path, strerror(errno), NULL);
    return 0;
}

int file_read(const char *path, const char *field, struct buf *ret, struct err *e)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
    int rc;

    if (!f)
        return err_set(e, ERR_INVALID, MSG_CTL_FILE_UNREADABLE, field, path, strerror(errno), NULL);
    rc = read_all(f, path, field, ret, e);
    if (f != stdin)
        fclose(f);
    return rc;
}

int file_read_some(const char *path, const char *field, struct buf *ret, struct err *e)
{
    if (file_read(path, field, ret, e) != 0)
        return -1;
    return ret->len ? 0 : err_set(e, ERR_INVALID, MSG_CTL_FILE_EMPTY, field, path, NULL);
}

int file_read_line(const char *path, const char *field, struct buf *ret, struct err *e)
{
    if (file_read(path, field, ret, e) != 0)
        return -1;
    while (ret->len > 0 && strchr("\r\n", ret->data[ret->len - 1]))
        ret->data[--ret->len] = 0;
    if (ret->len == 0)
        return err_set(e, ERR_INVALID, MSG_CTL_FILE_EMPTY, field, path, NULL);
    if (strlen(ret->data) != ret->len || strpbrk(ret->data, "\r\n"))
        return err_set(e, ERR_INVALID, MSG_CTL_FILE_NOT_A_LINE, field, path, NULL);
    return 0;
}
