#include "mail.h"

#include "base/buf.h"
#include "base/mem.h"

#include <curl/curl.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINE_BYTES 57                /* of what base64 makes 76 of (RFC 2045 6.8) */
#define WORD_BYTES 45                /* of a header's encoded word, at most 75 characters (RFC 2047 2) */
#define BASE64_BYTES(n) sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_ORIGINAL)

struct mailer {
    struct mail_settings settings;
    CURL *easy;
};

static int read_password(const char *path, char *ret, size_t size, struct err *e)
{
    FILE *f = fopen(path, "re");
    bool read = f && fgets(ret, (int)size, f);

    if (!read)
        err_set(e, ERR_INVALID, MSG_MAIL_PASSWORD, "mail.password_file", path, strerror(errno ? errno : ENODATA), NULL);
    if (f)
        fclose(f);
    if (read)
        ret[strcspn(ret, "\r\n")] = 0;
    return read ? 0 : -1;
}

static bool is_address(const char *text)
{
    const char *at = text ? strchr(text, '@') : NULL;

    return at && at != text && at[1] && !strpbrk(text, " \t\r\n<>\",");
}

static bool is_server(const char *url)
{
    const char *host = strncmp(url, "smtp://", 7) == 0 ? url + 7 : strncmp(url, "smtps://", 8) == 0 ? url + 8 : "";

    return *host && *host != '/' && *host != ':' && !strpbrk(host, " \t\r\n@?#");
}

int mail_settings_read(const char *url, const char *from, const char *user, const char *password_file,
                       enum mail_tls tls, struct mail_settings *ret, struct err *e)
{
    struct mail_settings s = {.tls = tls};

    if (url && !is_server(url))
        return err_set(e, ERR_INVALID, MSG_MAIL_URL, "mail.url", url, NULL);
    if (url && !is_address(from))
        return err_set(e, ERR_INVALID, MSG_MAIL_FROM, "mail.from", NULL);
    if (url && user && !password_file)
        return err_set(e, ERR_INVALID, MSG_MAIL_PASSWORD_NEEDED, "mail.password_file", NULL);
    if (url && user && read_password(password_file, s.password, sizeof s.password, e))
        return -1;
    snprintf(s.url, sizeof s.url, "%s", url ? url : "");
    snprintf(s.from, sizeof s.from, "%s", from ? from : "");
    snprintf(s.user, sizeof s.user, "%s", user ? user : "");
    *ret = s;
    return 0;
}

/* Encoded words of whole characters, folded. */
static void add_subject(struct buf *out, const char *text)
{
    char base64[BASE64_BYTES(WORD_BYTES)];
    size_t len = strlen(text), n;

    buf_adds(out, "Subject:");
    for (size_t at = 0; at < len; at += n) {
        n = len - at < WORD_BYTES ? len - at : WORD_BYTES;
        while (at + n < len && ((unsigned char)text[at + n] & 0xC0) == 0x80)
            n--;
        sodium_bin2base64(base64, sizeof base64, (const unsigned char *)text + at, n,
                          sodium_base64_VARIANT_ORIGINAL);
        buf_printf(out, "%s =?utf-8?B?%s?=", at ? "\r\n" : "", base64);
    }
    buf_adds(out, "\r\n");
}

static void add_body(struct buf *out, const char *text)
{
    char base64[BASE64_BYTES(LINE_BYTES)];
    size_t len = strlen(text), n;

    for (size_t at = 0; at < len; at += n) {
        n = len - at < LINE_BYTES ? len - at : LINE_BYTES;
        sodium_bin2base64(base64, sizeof base64, (const unsigned char *)text + at, n,
                          sodium_base64_VARIANT_ORIGINAL);
        buf_printf(out, "%s\r\n", base64);
    }
}

char *mail_bytes(const struct mail_settings *s, const struct mail_message *m)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t at = (time_t)(m->at_ms / 1000);
    struct buf b = {0};
    struct tm t;
    char *text;

    gmtime_r(&at, &t);
    buf_printf(&b, "From: <%s>\r\nTo: <%s>\r\n", s->from, m->to);
    add_subject(&b, m->subject);
    buf_printf(&b, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\nMessage-ID: <%s@%s>\r\n", days[t.tm_wday], t.tm_mday,
               months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec, m->id, strchr(s->from, '@') + 1);
    buf_adds(&b, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                 "Content-Transfer-Encoding: base64\r\n\r\n");
    add_body(&b, m->text);
    text = mem_strdup(buf_text(&b));
    buf_release(&b);
    return text;
}

struct mailer *mailer_new(const struct mail_settings *settings)
{
    struct mailer *m = mem_alloc(sizeof *m);

    m->settings = *settings;
    return m;
}

void mailer_free(struct mailer *m)
{
    if (!m)
        return;
    if (m->easy) {
        curl_easy_cleanup(m->easy);
        curl_global_cleanup();
    }
    sodium_memzero(&m->settings, sizeof m->settings);
    free(m);
}

struct upload {
    const char *bytes;
    size_t left;
};

static size_t on_read(char *to, size_t size, size_t count, void *arg)
{
    struct upload *u = arg;
    size_t n = size * count < u->left ? size * count : u->left;

    memcpy(to, u->bytes, n);
    u->bytes += n;
    u->left -= n;
    return n;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a;
    (void)b;
    (void)c;
    (void)d;
    return atomic_load((const atomic_bool *)arg) ? 1 : 0;
}

static void set_options(CURL *easy, const struct mail_settings *s)
{
    static const long use_ssl[] = {[MAIL_TLS_REQUIRED] = CURLUSESSL_ALL, [MAIL_TLS_TRY] = CURLUSESSL_TRY,
                                   [MAIL_TLS_OFF] = CURLUSESSL_NONE};

    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)MAIL_CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)MAIL_TOTAL_MS);
    curl_easy_setopt(easy, CURLOPT_URL, s->url);
    curl_easy_setopt(easy, CURLOPT_USE_SSL, use_ssl[s->tls]);
    if (s->user[0]) {
        curl_easy_setopt(easy, CURLOPT_USERNAME, s->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, s->password);
    }
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
}

/*
 * The server's 5xx is its last word, but not about us: whether a password or a certificate is wrong the office can
 * mend, and the mail then goes out.
 */
static enum mail_end judge(CURLcode code, long status, char ret_reason[MAIL_REASON_BYTES])
{
    bool ours = code == CURLE_LOGIN_DENIED || code == CURLE_USE_SSL_FAILED || status == 530 || status == 535;

    if (code == CURLE_OK) {
        ret_reason[0] = 0;
        return MAIL_ENDED_SENT;
    }
    if (status >= 400)
        snprintf(ret_reason, MAIL_REASON_BYTES, "the server answered %ld", status);
    else
        snprintf(ret_reason, MAIL_REASON_BYTES, "%s", curl_easy_strerror(code));
    return status >= 500 && status <= 599 && !ours ? MAIL_ENDED_REFUSED : MAIL_ENDED_LATER;
}

static bool open_easy(struct mailer *m)
{
    if (m->easy)
        return true;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return false;
    m->easy = curl_easy_init();
    if (m->easy)
        set_options(m->easy, &m->settings);
    else
        curl_global_cleanup();
    return m->easy != NULL;
}

enum mail_end mailer_send(struct mailer *m, const struct mail_message *message, const atomic_bool *stop,
                          char ret_reason[MAIL_REASON_BYTES])
{
    char *bytes = mail_bytes(&m->settings, message), address[MAIL_TEXT_BYTES + 2];
    struct upload upload = {bytes, strlen(bytes)};
    struct curl_slist *to = NULL;
    enum mail_end end = MAIL_ENDED_LATER;
    long status = 0;
    CURLcode code = CURLE_OUT_OF_MEMORY;

    snprintf(address, sizeof address, "<%s>", message->to);
    to = curl_slist_append(NULL, address);
    if (to && open_easy(m)) {
        snprintf(address, sizeof address, "<%s>", m->settings.from);
        curl_easy_setopt(m->easy, CURLOPT_MAIL_FROM, address);
        curl_easy_setopt(m->easy, CURLOPT_MAIL_RCPT, to);
        curl_easy_setopt(m->easy, CURLOPT_READDATA, &upload);
        curl_easy_setopt(m->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)upload.left);
        curl_easy_setopt(m->easy, CURLOPT_XFERINFODATA, stop);
        code = curl_easy_perform(m->easy);
        curl_easy_getinfo(m->easy, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_setopt(m->easy, CURLOPT_MAIL_RCPT, NULL);
    }
    end = judge(code, status, ret_reason);
    curl_slist_free_all(to);
    free(bytes);
    return end;
}
