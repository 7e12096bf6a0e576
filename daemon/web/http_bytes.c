#include "http_private.h"

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define RESPONSES_MAX 4        /* 200 and 304, and the same again for other headers */
#define FILE_BYTES_MIN 32768   /* from here on the kernel sends the pages themselves, instead of copies of them */

/* A response object that was made for these bytes once, and what it was made of. */
struct kept {
    int status;
    struct MHD_Response *response;
    struct http_answer_header *headers;    /* the strings follow in the same block */
    size_t count;
};

/*
 * The data has two kinds of holders: users, counted in `refs`, and response objects, which libmicrohttpd may be sending
 * when the last user is gone. Kept responses go with the last user, the data with the last response.
 */
struct http_bytes {
    char *data;
    int file;                  /* in memory, whose pages `data` are; -1: none */
    size_t len;
    unsigned refs;
    unsigned responses;
    unsigned next_kept;
    struct kept kept[RESPONSES_MAX];
};

static bool write_all(int file, const char *data, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = write(file, data + done, len - done);
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

/* Moves the data into a file in memory; where that can't be, it is sent from where it is. */
static void move_to_file(struct http_bytes *b)
{
    int file = memfd_create("kepu", MFD_CLOEXEC);
    void *pages = MAP_FAILED;

    if (file >= 0 && write_all(file, b->data, b->len))
        pages = mmap(NULL, b->len, PROT_READ, MAP_SHARED, file, 0);
    if (pages == MAP_FAILED) {
        if (file >= 0)
            close(file);
        return;
    }
    free(b->data);
    b->data = pages;
    b->file = file;
}

struct http_bytes *http_bytes_new(char *data, size_t len)
{
    struct http_bytes *b = mem_alloc(sizeof *b);

    *b = (struct http_bytes){.data = data, .file = -1, .len = len, .refs = 1};
    if (len >= FILE_BYTES_MIN)
        move_to_file(b);
    return b;
}

const char *http_bytes_data(const struct http_bytes *b)
{
    return b->data;
}

struct http_bytes *http_bytes_ref(struct http_bytes *b)
{
    b->refs++;
    return b;
}

static void free_unheld(struct http_bytes *b)
{
    if (b->refs > 0 || b->responses > 0)
        return;
    if (b->file >= 0) {
        munmap(b->data, b->len);
        close(b->file);
    } else {
        free(b->data);
    }
    free(b);
}

static void response_gone(void *arg)
{
    struct http_bytes *b = arg;

    b->responses--;
    free_unheld(b);
}

static void drop_kept(struct kept *k)
{
    struct MHD_Response *response = k->response;

    free(k->headers);
    *k = (struct kept){0};
    MHD_destroy_response(response);
}

void http_bytes_unref(struct http_bytes *b)
{
    if (!b)
        return;
    assert(b->refs > 0);
    if (b->refs > 1) {
        b->refs--;
        return;
    }
    for (size_t i = 0; i < RESPONSES_MAX; i++)     /* `refs` still holds the data meanwhile */
        if (b->kept[i].response)
            drop_kept(&b->kept[i]);
    b->refs = 0;
    free_unheld(b);
}

static struct http_answer_header *copy_headers(const struct http_answer_header *headers, size_t count)
{
    struct http_answer_header *copy;
    size_t bytes = count * sizeof *copy;
    char *p;

    for (size_t i = 0; i < count; i++)
        bytes += strlen(headers[i].name) + strlen(headers[i].value) + 2;
    copy = mem_alloc(bytes);
    p = (char *)(copy + count);
    for (size_t i = 0; i < count; i++) {
        copy[i].name = p;
        p = stpcpy(p, headers[i].name) + 1;
        copy[i].value = p;
        p = stpcpy(p, headers[i].value) + 1;
    }
    return copy;
}

static bool is_same(const struct kept *k, int status, const struct http_answer_header *headers, size_t count)
{
    if (!k->response || k->status != status || k->count != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(k->headers[i].value, headers[i].value) != 0 || strcmp(k->headers[i].name, headers[i].name) != 0)
            return false;
    return true;
}

/* A response closes its file, so each has a descriptor of its own. */
static struct MHD_Response *response_of(struct http_bytes *b, size_t len, const struct http_answer_header *headers,
                                        size_t count)
{
    int file = len > 0 && b->file >= 0 ? fcntl(b->file, F_DUPFD_CLOEXEC, 0) : -1;

    if (file >= 0)
        return http_response_of_file(file, len, headers, count);
    b->responses++;
    return http_response_new(b->data, len, response_gone, b, headers, count);
}

struct MHD_Response *http_bytes_response(struct http_bytes *b, int status, const struct http_answer_header *headers,
                                         size_t count)
{
    /* libmicrohttpd puts a Content-Length into a 304; of the 200's length some clients would wait for the body. */
    size_t len = status == MHD_HTTP_NOT_MODIFIED ? 0 : b->len;
    struct kept *k;

    for (size_t i = 0; i < RESPONSES_MAX; i++)
        if (is_same(&b->kept[i], status, headers, count))
            return b->kept[i].response;
    k = &b->kept[b->next_kept];
    b->next_kept = (b->next_kept + 1) % RESPONSES_MAX;
    if (k->response)
        drop_kept(k);
    *k = (struct kept){status, response_of(b, len, headers, count), copy_headers(headers, count), count};
    return k->response;
}
