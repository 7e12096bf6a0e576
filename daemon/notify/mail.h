/* One mail through libcurl's SMTP, on a thread of its own: it is seldom and may take as long as its server likes. */
#ifndef KEPU_NOTIFY_MAIL_H
#define KEPU_NOTIFY_MAIL_H

#include "base/err.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define MAIL_CONNECT_MS 15000
#define MAIL_TOTAL_MS 60000
#define MAIL_URL_BYTES 304
#define MAIL_TEXT_BYTES 256
#define MAIL_REASON_BYTES 128

enum mail_tls { MAIL_TLS_REQUIRED, MAIL_TLS_TRY, MAIL_TLS_OFF };

struct mail_settings {
    char url[MAIL_URL_BYTES];            /* "" = no mail is sent */
    char from[MAIL_TEXT_BYTES];
    char user[MAIL_TEXT_BYTES], password[MAIL_TEXT_BYTES];
    enum mail_tls tls;                   /* of smtp://; smtps:// is always encrypted */
};

/* What the configuration says, checked: a server, an address to send from, a password file that can be read. `url` NULL
 * is no mail. */
int mail_settings_read(const char *url, const char *from, const char *user, const char *password_file,
                       enum mail_tls tls, struct mail_settings *ret, struct err *e);

struct mail_message {
    const char *to, *subject, *text;     /* UTF-8 */
    const char *id;                      /* the same at every attempt: Message-ID's left part */
    int64_t at_ms;
};

/* As it goes out: headers and body with CRLF, nothing but ASCII. The caller frees it. */
char *mail_bytes(const struct mail_settings *s, const struct mail_message *m);

enum mail_end { MAIL_ENDED_SENT, MAIL_ENDED_LATER, MAIL_ENDED_REFUSED };

/* A connection to the server that is kept from mail to mail. Used by one thread at a time. */
struct mailer;
struct mailer *mailer_new(const struct mail_settings *settings);
void mailer_free(struct mailer *m);      /* takes NULL */
/* Blocks. `stop` set from outside ends it soon. `ret_reason`: short English words without addresses. */
enum mail_end mailer_send(struct mailer *m, const struct mail_message *message, const atomic_bool *stop,
                          char ret_reason[MAIL_REASON_BYTES]);

#endif
