#include "fetch_call.h"

#include "address.h"
#include "base/clock.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const struct {
    CURLcode code;
    const char *before;   /* until connected */
    const char *after;
} reasons[] = {
    {CURLE_URL_MALFORMAT, "malformed URL", NULL},
    {CURLE_UNSUPPORTED_PROTOCOL, "neither http nor https", "answer is not HTTP"},
    {CURLE_WEIRD_SERVER_REPLY, NULL, "answer is not HTTP"},
    {CURLE_COULDNT_RESOLVE_HOST, "name not found", NULL},
    {CURLE_COULDNT_CONNECT, "cannot connect", NULL},
    {CURLE_OPERATION_TIMEDOUT, "timed out while connecting", "timed out waiting for the answer"},
    {CURLE_SSL_CONNECT_ERROR, "TLS handshake failed", NULL},
    {CURLE_PEER_FAILED_VERIFICATION, "certificate not trusted", NULL},
    {CURLE_SEND_ERROR, "connection broke", "connection broke while sending"},
    {CURLE_RECV_ERROR, "connection broke", "connection broke before the whole answer"},
    {CURLE_GOT_NOTHING, NULL, "connection closed without an answer"},
    {CURLE_PARTIAL_FILE, NULL, "connection closed within the answer"},
};

static const char *reason_for(CURLcode code, bool connected)
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        const char *words = connected ? reasons[i].after : reasons[i].before;
        if (reasons[i].code == code && words)
            return words;
    }
    return curl_easy_strerror(code);
}

int64_t fetch_retry_after(const char *value, int64_t now_ms)
{
    char *end;
    long long seconds;
    time_t date;
    int64_t wait_ms;

    value += strspn(value, " \t");
    seconds = strtoll(value, &end, 10);
    if (end != value && end[strspn(end, " \t\r\n")] == 0) {
        if (seconds < 0)
            return -1;
        return seconds > FETCH_RETRY_AFTER_MS_MAX / 1000 ? FETCH_RETRY_AFTER_MS_MAX : seconds * 1000;
    }
    date = curl_getdate(value, NULL);
    if (date == -1)
        return -1;
    wait_ms = (int64_t)date * 1000 - now_ms;
    if (wait_ms < 0)
        return 0;
    return wait_ms > FETCH_RETRY_AFTER_MS_MAX ? FETCH_RETRY_AFTER_MS_MAX : wait_ms;
}

static enum fetch_end end_of(const struct network_call *call, CURLcode code, int status)
{
    if (!call->connected)
        return FETCH_NOT_SENT;
    return status > 0 && (code == CURLE_OK || call->body.overflow) ? FETCH_ANSWERED : FETCH_UNKNOWN;
}

static void write_reason(struct network_call *call, CURLcode code)
{
    const struct fetch_result *r = &call->result;

    if (r->end == FETCH_ANSWERED)
        snprintf(call->reason, sizeof call->reason, "HTTP %d%s", r->status, r->body_cut ? ", answer too long" : "");
    else if (r->refused_address)
        snprintf(call->reason, sizeof call->reason, "special address refused");
    else if (call->header_bytes > FETCH_HEADER_BYTES_MAX)
        snprintf(call->reason, sizeof call->reason, "answer's headers too long");
    else
        snprintf(call->reason, sizeof call->reason, "%s", reason_for(code, call->connected));
}

void call_write_result(struct network_call *call, CURLcode code)
{
    long status = 0;

    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    call->result = (struct fetch_result){
        .end = end_of(call, code, (int)status),
        .status = (int)status,
        .body = buf_text(&call->body),
        .body_bytes = call->body.len,
        .body_cut = call->body.overflow,
        .retry_after_ms = call->retry_after[0] ? fetch_retry_after(call->retry_after, clock_wall_ms()) : -1,
        .reason = call->reason,
        .ms = clock_monotonic_ms() - call->started_ms,
        .refused_address = call->sockets_refused > 0 && call->sockets_opened == 0,
    };
    write_reason(call, code);
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
    struct network_call *call = arg;
    size_t bytes = size * count;
    size_t room = FETCH_BODY_BYTES_MAX - call->body.len;

    buf_add(&call->body, data, bytes < room ? bytes : room);
    if (bytes > room)
        call->body.overflow = true;
    return bytes > room ? 0 : bytes;
}

static void note_retry_after(struct network_call *call, const char *line, size_t bytes)
{
    static const char name[] = "retry-after:";
    size_t len = sizeof name - 1;

    if (bytes <= len || strncasecmp(line, name, len) != 0)
        return;
    snprintf(call->retry_after, sizeof call->retry_after, "%.*s", (int)(bytes - len), line + len);
}

static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
    struct network_call *call = arg;
    size_t bytes = size * count;

    call->header_bytes += bytes;
    if (call->header_bytes > FETCH_HEADER_BYTES_MAX)
        return 0;
    if (bytes >= 5 && memcmp(data, "HTTP/", 5) == 0)
        call->retry_after[0] = 0;
    note_retry_after(call, data, bytes);
    return bytes;
}

/* Here the resolved address shows, whatever the URL's host looked like. */
static curl_socket_t on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct network_call *call = arg;
    int fd;

    if (purpose != CURLSOCKTYPE_IPCXN || (!call->allow_private && address_is_special(&address->addr))) {
        call->sockets_refused++;
        return CURL_SOCKET_BAD;
    }
    fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    call->sockets_opened += fd >= 0;
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static int on_connected(void *arg, char *address, char *local, int port, int local_port)
{
    struct network_call *call = arg;

    (void)address, (void)local, (void)port, (void)local_port;
    call->connected = true;
    return CURL_PREREQFUNC_OK;
}

static const struct { CURLoption option; long value; } settings[] = {
    {CURLOPT_FRESH_CONNECT, 1},   /* a POST on a reused connection that dies would silently go out twice */
    {CURLOPT_FORBID_REUSE, 1},
    {CURLOPT_FOLLOWLOCATION, 0},
    {CURLOPT_QUICK_EXIT, 1},      /* never wait for a resolver's thread */
    {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
    {CURLOPT_NOSIGNAL, 1},
    {CURLOPT_PATH_AS_IS, 1},
    {CURLOPT_TCP_NODELAY, 1},
};

static void set_limits(struct network_call *call, CURLSH *share, int64_t timeout_ms)
{
    CURL *easy = call->easy;

    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        curl_easy_setopt(easy, settings[i].option, settings[i].value);
    /* Reading the bundle of all authorities takes 20 ms a connection; in their directory just one is looked up. */
    if (curl_version_info(CURLVERSION_NOW)->capath)
        curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "kepu");
    curl_easy_setopt(easy, CURLOPT_SHARE, share);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     timeout_ms < FETCH_CONNECT_MS ? (long)timeout_ms : (long)FETCH_CONNECT_MS);
}

static void set_callbacks(struct network_call *call)
{
    CURL *easy = call->easy;

    curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, call);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, call);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
}

static void set_request(struct network_call *call, const struct fetch_request *request)
{
    CURL *easy = call->easy;

    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    for (int i = 0; i < FETCH_HEADERS_MAX && request->headers[i]; i++)
        call->headers = curl_slist_append(call->headers, request->headers[i]);
    call->headers = curl_slist_append(call->headers, "Expect:");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->headers);
    if (request->body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_bytes);
        curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body);
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

struct network_call *call_new(const struct fetch_request *request, CURLSH *share, fetch_done *done, void *arg)
{
    int64_t timeout_ms = request->timeout_ms > 0 ? request->timeout_ms : FETCH_TOTAL_MS;
    CURL *easy = curl_easy_init();
    struct network_call *call;

    if (!easy)
        return NULL;
    call = mem_alloc(sizeof *call);
    *call = (struct network_call){.easy = easy, .allow_private = request->allow_private, .done = done, .arg = arg};
    call->started_ms = clock_monotonic_ms();
    call->deadline_ms = call->started_ms + timeout_ms + FETCH_WATCHDOG_GRACE_MS;
    set_limits(call, share, timeout_ms);
    set_callbacks(call);
    set_request(call, request);
    return call;
}

void call_leave(struct network_call *call, CURLM *multi)
{
    if (!call->easy)
        return;
    curl_multi_remove_handle(multi, call->easy);
    curl_easy_cleanup(call->easy);
    call->easy = NULL;
}

void call_free(struct network_call *call, CURLM *multi)
{
    call_leave(call, multi);
    curl_slist_free_all(call->headers);
    buf_release(&call->body);
    free(call);
}
