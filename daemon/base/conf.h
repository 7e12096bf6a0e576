/* The configuration: one table of keys (SPEC.md 9) with defaults, read from a file, each a flag too. */
#ifndef KEPU_BASE_CONF_H
#define KEPU_BASE_CONF_H

#include "buf.h"
#include "catalogue.h"
#include "err.h"
#include "mem.h"

#include <stddef.h>
#include <stdint.h>

#define CONF_FILE_DEFAULT "/etc/kepu/kepud.conf"
#define CONF_FILE_BYTES_MAX (64 * 1024)
#define CONF_VALUE_BYTES_MAX 1000
#define CONF_SPREAD_MS_MAX 600000
#define CONF_SIGNUP_MS_MAX (366LL * 86400000)
#define CONF_OFFER_MS_MAX (30LL * 86400000)
#define CONF_WAITLIST_MAX 100000
#define CONF_LIMIT_MAX 1000
#define CONF_RATE_MAX 1000000
#define CONF_RETENTION_MS_MAX (3650LL * 86400000)
#define CONF_ROUND_MS_MAX 86400000

enum conf_action { CONF_RUN, CONF_CHECK, CONF_COPY, CONF_HELP, CONF_VERSION, CONF_RESTORE };
/* In the order of the choices in the table. */
enum conf_metrics { CONF_METRICS_SOCKET, CONF_METRICS_LOOPBACK, CONF_METRICS_PUBLIC };
enum conf_plan { CONF_PLAN_PUBLIC, CONF_PLAN_SUMMARY, CONF_PLAN_OFF };
enum conf_waitlist { CONF_WAITLIST_PROMOTE, CONF_WAITLIST_OFFER };
enum conf_mail_tls { CONF_MAIL_TLS_REQUIRED, CONF_MAIL_TLS_TRY, CONF_MAIL_TLS_OFF };
enum conf_on_unknown { CONF_UNKNOWN_RESEND, CONF_UNKNOWN_HOLD };

struct conf_list {
    const char **items;
    size_t count;
};

/* So many in so long; `most` 0: no limit. */
struct conf_rate {
    int64_t most;
    int64_t period_ms;
};

/* All texts live in the arena; a text that was not given and has no default is NULL. */
struct conf {
    enum conf_action action;
    const char *copy_to;            /* CONF_COPY: the other database */
    const char *file;               /* the file that was read, or CONF_FILE_DEFAULT */
    const char *backup;             /* CONF_RESTORE: the file to restore */

    const char *store_url;          /* default: kepu.db in the state directory */
    const char *key_file;           /* default: key in the state directory */
    const char *state_dir;
    const char *socket;
    int64_t socket_mode;
    const char *socket_group;       /* NULL: the process's own */
    const char *seed;               /* a directory, "none", or NULL: what travels inside the program */
    const char *listen;
    const char *public_url;         /* without a trailing slash; NULL: not said */
    int64_t metrics;                /* enum conf_metrics */
    struct conf_list trusted_proxies;
    int64_t log_level;              /* enum log_level */
    int64_t plan_shown;             /* enum conf_plan */
    int64_t waitlist;               /* enum conf_waitlist */
    int64_t waitlist_max;           /* people in line for a role; 0: any number */
    int64_t offer_ms;               /* how long an offer stands */
    int64_t signup_opens_ms, signup_closes_ms, cancel_until_ms;  /* before the start; 0: no rule */
    int64_t signup_limit;           /* sign-ups ahead of one person for one event; 0: any number */
    const char *mail_url, *mail_from, *mail_user, *mail_password_file;
    int64_t mail_tls;               /* enum conf_mail_tls */
    int64_t spread_ms;
    int64_t on_unknown;             /* enum conf_on_unknown */
    int64_t hours_round_ms;
    int64_t hours_rounding;         /* in the order of enum hours_rounding */
    struct conf_list hours_stars;
    const char *office_name, *office_email, *office_tz;

    /* The privacy notice; NULL: the words that kepu comes with. */
    const char *privacy_handler, *privacy_handler_en, *privacy_contact, *privacy_purpose, *privacy_purpose_en,
        *privacy_items, *privacy_items_en, *privacy_rights, *privacy_rights_en;
    const char *privacy_version;
    int64_t retention_ms;           /* 0: nothing is erased by itself */
    struct conf_rate limit_address, limit_phone, limit_event;

    struct arena arena;
};

/*
 * Flags over the file over the defaults. A default file that is missing counts as empty. Errors: ERR_USAGE for flags,
 * ERR_INVALID for values, with the flag, or the file's line, as field. To be released after an error too.
 */
int conf_read(int argc, char *const *argv, struct conf *ret, struct err *e);
void conf_release(struct conf *c);

void conf_help(enum lang lang, struct buf *out);

#endif
