/*
 * The peer of the dispatcher: the plainest loop around libcurl with the options that fetch_call.c has to use, so many
 * requests at once, and no database behind it.
 *
 *   curl_loop COUNT AT_ONCE BYTES PORT…      prints requests a second
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define URL_BYTES 64
#define BYTES_MAX 20000

static char body[BYTES_MAX + 1];
static int wrong;

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
    (void)data;
    (void)arg;
    return size * count;
}

static void start(CURLM *multi, struct curl_slist *headers, const char *port, long number)
{
    static const struct { CURLoption option; long value; } settings[] = {
        {CURLOPT_FRESH_CONNECT, 1}, {CURLOPT_FORBID_REUSE, 1}, {CURLOPT_QUICK_EXIT, 1}, {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1}, {CURLOPT_PATH_AS_IS, 1}, {CURLOPT_TCP_NODELAY, 1},
        {CURLOPT_TIMEOUT_MS, 15000}, {CURLOPT_CONNECTTIMEOUT_MS, 5000},
    };
    CURL *easy = curl_easy_init();
    char url[URL_BYTES];

    snprintf(url, sizeof url, "http://127.0.0.1:%s/hook/%ld", port, number);
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        curl_easy_setopt(easy, settings[i].option, settings[i].value);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
    curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, body);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_multi_add_handle(multi, easy);
}

/* How many have ended. */
static int collect(CURLM *multi)
{
    CURLMsg *message;
    int left, count = 0;

    while ((message = curl_multi_info_read(multi, &left))) {
        CURL *easy = message->easy_handle;
        wrong += message->data.result != CURLE_OK;
        curl_multi_remove_handle(multi, easy);
        curl_easy_cleanup(easy);
        count++;
    }
    return count;
}

int main(int argc, char **argv)
{
    struct curl_slist *headers = NULL;
    long count, at_once, started = 0, ended = 0;
    int ports = argc - 4, running;
    double begin;
    CURLM *multi;

    if (argc < 5)
        return 2;
    count = atol(argv[1]);
    at_once = atol(argv[2]);
    memset(body, 'x', (size_t)(atol(argv[3]) < BYTES_MAX ? atol(argv[3]) : BYTES_MAX));
    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi = curl_multi_init();
    headers = curl_slist_append(headers, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
    begin = now_s();
    while (ended < count) {
        while (started < count && started - ended < at_once) {
            start(multi, headers, argv[4 + started % ports], started);
            started++;
        }
        curl_multi_perform(multi, &running);
        ended += collect(multi);
        if (running && started - ended >= at_once)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    printf("%.0f\n", (double)count / (now_s() - begin));
    curl_multi_cleanup(multi);
    return wrong != 0;
}
