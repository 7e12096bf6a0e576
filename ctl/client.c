#include "client.h"

#include "base/clock.h"
#include "base/mem.h"
#include "file.h"
#include "progress.h"
#include "version.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#define API "/api/v1"
#define CONNECT_TIMEOUT_MS 5000L
#define ANSWER_TIMEOUT_MS 180000L
#define LONG_ANSWER_TIMEOUT_MS 4000000L   /* a test message may be retried until its deadline, an hour */
#define TRIES 2

static int open_socket(struct client *c, struct err *e)
{
    const char *path = c->settings->socket;
    struct sockaddr_un address;
    char limit[16];

    if (strlen(path) >= sizeof address.sun_path) {
        snprintf(limit, sizeof limit, "%zu", sizeof address.sun_path - 1);
        return err_set(e, ERR_UNREACHABLE, MSG_CTL_SOCKET_TOO_LONG, "--socket", path, limit, NULL);
    }
    if (c->settings->token_file && !getenv("KEPU_TOKEN_FILE"))
        return err_set(e, ERR_USAGE, MSG_CTL_TOKEN_ALONE, "--token-file", NULL);
    c->base = mem_strdup("http://localhost" API);
    curl_easy_setopt(c->curl, CURLOPT_UNIX_SOCKET_PATH, path);
    curl_easy_setopt(c->curl, CURLOPT_PROXY, "");
    return 0;
}

static int read_token(struct client *c, struct err *e)
{
    struct buf token;
    int rc;

    if (!c->settings->token_file)
        return 0;
    buf_init(&token, FILE_SECRET_BYTES_MAX);
    rc = file_read_line(c->settings->token_file, "--token-file", &token, e);
    if (rc == 0)
        buf_printf(&c->bearer, "Authorization: Bearer %s", buf_text(&token));
    buf_release(&token);
    return rc;
}

/* A proxy of the environment cannot reach this machine's own loopback. */
static void skip_proxy_at_home(struct client *c, CURLU *url)
{
    char *host = NULL;

    if (curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
        (strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 || strcmp(host, "[::1]") == 0))
        curl_easy_setopt(c->curl, CURLOPT_PROXY, "");
    curl_free(host);
}

static int open_server(struct client *c, struct err *e)
{
    const char *server = c->settings->server;
    size_t n = strlen(server);
    CURLU *url = curl_url();
    bool good = strncmp(server, "http://", 7) == 0 || strncmp(server, "https://", 8) == 0;

    good = good && !strpbrk(server, "?#") && curl_url_set(url, CURLUPART_URL, server, 0) == CURLUE_OK;
    if (good)
        skip_proxy_at_home(c, url);
    curl_url_cleanup(url);
    if (!good)
        return err_set(e, ERR_INVALID, MSG_CTL_SERVER_BAD, "--server", server, NULL);
    while (n > 0 && server[n - 1] == '/')
        n--;
    c->base = mem_alloc(n + sizeof API);
    memcpy(c->base, server, n);
    memcpy(c->base + n, API, sizeof API);
    return read_token(c, e);
}

int client_open(struct client *c, const struct settings *settings, struct err *e)
{
    *c = (struct client){.settings = settings};
    curl_global_init(CURL_GLOBAL_DEFAULT);
    c->curl = curl_easy_init();
    if (!c->curl)
        abort();   /* only for want of memory */
    return settings->socket ? open_socket(c, e) : open_server(c, e);
}

void client_close(struct client *c)
{
    if (c->curl) {
        curl_easy_cleanup(c->curl);
        curl_global_cleanup();
    }
    free(c->base);
    buf_release(&c->bearer);
    c->curl = NULL;
    c->base = NULL;
}

const char *client_where(const struct client *c)
{
    return c->settings->socket ? c->settings->socket : c->settings->server;
}

static size_t receive(char *data, size_t size, size_t count, void *body)
{
    struct buf *b = body;

    buf_add(b, data, size * count);
    return b->overflow ? 0 : size * count;
}

static int follow(void *progress, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
    (void)down_total;
    (void)down;
    progress_show(progress, up, up_total);
    return 0;
}

static struct curl_slist *add_header(struct curl_slist *list, const char *name, const char *value)
{
    struct buf line = {.data = NULL};

    buf_printf(&line, "%s: %s", name, value);
    list = curl_slist_append(list, buf_text(&line));
    buf_release(&line);
    return list;
}

static struct curl_slist *headers_of(const struct client *c, const struct request *r)
{
    struct curl_slist *h = add_header(NULL, "Accept-Language", lang_name(c->settings->lang));

    h = add_header(h, "Accept", "application/json");
    h = curl_slist_append(h, "Expect:");   /* waiting for 100-continue costs a second where it is not known */
    if (r->content_type)
        h = add_header(h, "Content-Type", r->content_type);
    if (r->if_match[0])
        h = add_header(h, "If-Match", r->if_match);
    if (r->idempotency_key[0])
        h = add_header(h, "Idempotency-Key", r->idempotency_key);
    if (c->bearer.len)
        h = curl_slist_append(h, buf_text(&c->bearer));
    return h;
}

static void set_options(struct client *c, const struct request *r, struct buf *body, struct progress *p)
{
    curl_easy_setopt(c->curl, CURLOPT_CUSTOMREQUEST, r->method);
    curl_easy_setopt(c->curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(c->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c->curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(c->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c->curl, CURLOPT_ERRORBUFFER, c->curl_error);
    curl_easy_setopt(c->curl, CURLOPT_USERAGENT, "kepuctl/" KEPU_VERSION);
    curl_easy_setopt(c->curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    curl_easy_setopt(c->curl, CURLOPT_TIMEOUT_MS, r->waits_long ? LONG_ANSWER_TIMEOUT_MS : ANSWER_TIMEOUT_MS);
    curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, body);
    curl_easy_setopt(c->curl, CURLOPT_NOPROGRESS, r->progress ? 0L : 1L);
    curl_easy_setopt(c->curl, CURLOPT_XFERINFOFUNCTION, follow);
    curl_easy_setopt(c->curl, CURLOPT_XFERINFODATA, p);
    if (r->content_type) {
        curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len);
        curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, buf_text(&r->body));
    } else if (strcmp(r->method, "POST") == 0) {
        curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)0);
        curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, "");
    } else {
        curl_easy_setopt(c->curl, CURLOPT_HTTPGET, 1L);
    }
}

static bool broke(CURLcode code)
{
    return code == CURLE_GOT_NOTHING || code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR ||
           code == CURLE_PARTIAL_FILE;
}

static CURLcode perform(struct client *c, const struct request *r, struct buf *body)
{
    struct curl_slist *headers = headers_of(c, r);
    struct progress progress;
    struct buf url = {.data = NULL};
    CURLcode code = CURLE_OK;

    buf_printf(&url, "%s%s", c->base, buf_text(&r->path));
    progress_start(&progress, c->settings->lang);
    set_options(c, r, body, &progress);
    curl_easy_setopt(c->curl, CURLOPT_URL, buf_text(&url));
    curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, headers);
    for (int i = 0; i < TRIES; i++) {
        buf_clear(body);
        curl_easy_setopt(c->curl, CURLOPT_FRESH_CONNECT, i ? 1L : 0L);
        c->curl_error[0] = 0;
        code = curl_easy_perform(c->curl);
        if (!broke(code))
            break;
    }
    progress_stop(&progress);
    curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    buf_release(&url);
    return code;
}

static int no_connection(struct client *c, const char *why, struct err *e)
{
    const char *path = c->settings->socket;
    long os_errno = 0;

    if (!path)
        return err_set(e, ERR_UNREACHABLE, MSG_CTL_SERVER_UNREACHABLE, NULL, c->settings->server, why, NULL);
    curl_easy_getinfo(c->curl, CURLINFO_OS_ERRNO, &os_errno);
    if (os_errno == EACCES || os_errno == EPERM)
        return err_set(e, ERR_UNREACHABLE, MSG_CTL_SOCKET_DENIED, NULL, path, NULL);
    return err_set(e, ERR_UNREACHABLE, os_errno == ENOENT ? MSG_CTL_SOCKET_ABSENT : MSG_CTL_SOCKET_DEAD, NULL, path,
                   NULL);
}

static int not_sent(struct client *c, CURLcode code, const struct buf *body, struct err *e)
{
    const char *why = c->curl_error[0] ? c->curl_error : curl_easy_strerror(code);
    curl_off_t connected_us = 0;

    if (body->overflow)
        return err_set(e, ERR_TOO_LARGE, MSG_CTL_ANSWER_TOO_LARGE, NULL, client_where(c), NULL);
    curl_easy_getinfo(c->curl, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
    if (broke(code) || (code == CURLE_OPERATION_TIMEDOUT && connected_us > 0))
        return err_set(e, ERR_UNREACHABLE, MSG_CTL_ANSWER_LOST, NULL, why, NULL);
    return no_connection(c, why, e);
}

static enum err_code code_of_status(long status)
{
    static const struct { long status; enum err_code code; } codes[] = {
        {401, ERR_UNAUTHENTICATED}, {403, ERR_NOT_ALLOWED}, {404, ERR_NOT_FOUND}, {409, ERR_CONFLICT},
        {412, ERR_CHANGED}, {413, ERR_TOO_LARGE}, {422, ERR_INVALID}, {429, ERR_TOO_MANY}, {502, ERR_UNREACHABLE},
        {503, ERR_UNAVAILABLE},
        {504, ERR_UNREACHABLE}};

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i].status == status)
            return codes[i].code;
    return ERR_FAILED;
}

static int strange(struct client *c, long status, struct failure *f)
{
    char number[16];

    snprintf(number, sizeof number, "%ld", status);
    return err_set(&f->err, code_of_status(status), MSG_CTL_ANSWER_STRANGE, NULL, client_where(c), number, NULL);
}

static int refused(struct client *c, long status, const struct buf *body, struct failure *f)
{
    json_t *problem = json_loadb(buf_text(body), body->len, 0, NULL);

    if (json_is_string(json_object_get(problem, "code")) && json_is_string(json_object_get(problem, "message")))
        return failure_set_problem(f, problem);
    json_decref(problem);
    return strange(c, status, f);
}

static void tell_request(const struct client *c, const struct request *r, CURLcode code, int64_t started_ms)
{
    long status = 0;

    if (!c->settings->verbose)
        return;
    curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
    fprintf(stderr, "%s %s" API "%s: %ld %s, %lld ms\n", r->method, client_where(c), buf_text(&r->path), status,
            code == CURLE_OK ? "" : curl_easy_strerror(code), (long long)(clock_monotonic_ms() - started_ms));
}

int client_send(struct client *c, const struct request *r, struct buf *ret_body, struct failure *f)
{
    int64_t started_ms = clock_monotonic_ms();
    struct buf body;
    CURLcode code;
    long status = 0;
    int rc = 0;

    buf_init(&body, CLIENT_ANSWER_BYTES_MAX);
    code = perform(c, r, &body);
    tell_request(c, r, code, started_ms);
    curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK)
        rc = not_sent(c, code, &body, &f->err);
    else if (status < 200 || status > 299)
        rc = refused(c, status, &body, f);
    if (rc == 0)
        *ret_body = body;
    else
        buf_release(&body);
    return rc;
}

int client_read_json(struct client *c, const struct buf *body, long status, json_t **ret, struct failure *f)
{
    json_t *answer = body->len ? json_loadb(buf_text(body), body->len, JSON_DECODE_ANY, NULL) : json_null();

    if (!answer)
        return strange(c, status, f);
    *ret = answer;
    return 0;
}

int client_send_json(struct client *c, const struct request *r, json_t **ret, struct failure *f)
{
    struct buf body;
    int rc;

    if (client_send(c, r, &body, f) != 0)
        return -1;
    rc = client_read_json(c, &body, 200, ret, f);
    buf_release(&body);
    return rc;
}
