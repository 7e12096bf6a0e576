/* One transfer of fetch's: its settings in libcurl, what libcurl tells about it, and its result. Only for fetch.c. */
#ifndef KEPU_NOTIFY_FETCH_CALL_H
#define KEPU_NOTIFY_FETCH_CALL_H

#include "fetch.h"

#include "base/buf.h"

#include <curl/curl.h>

#define CALL_RETRY_AFTER_BYTES 64
#define CALL_REASON_BYTES 96

/* A list that runs in a ring through its own head. */
struct ring {
    struct ring *next, *prev;
};

struct network_call {
    struct ring ring;               /* first: a ring's member is its call */
    CURL *easy;
    struct curl_slist *headers;
    struct buf body;
    size_t header_bytes;
    char retry_after[CALL_RETRY_AFTER_BYTES];
    bool allow_private;
    bool connected;                 /* from here on the request may have gone out */
    int sockets_opened, sockets_refused;
    int64_t started_ms, deadline_ms;
    char reason[CALL_REASON_BYTES];
    struct fetch_result result;
    fetch_done *done;
    void *arg;
};

/* Ready for curl_multi_add_handle, in no list yet; NULL if libcurl has no memory. */
struct network_call *call_new(const struct fetch_request *request, CURLSH *share, fetch_done *done, void *arg);
/* Fills call->result, while the handle is still there. */
void call_write_result(struct network_call *call, CURLcode code);
/* Takes it out of libcurl. Never from within a callback of libcurl's. */
void call_leave(struct network_call *call, CURLM *multi);
void call_free(struct network_call *call, CURLM *multi);

#endif
