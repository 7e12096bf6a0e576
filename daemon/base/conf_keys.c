#include "conf_keys.h"

#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY(section, name, flag, type, member) section, name, flag, type, offsetof(struct conf, member)
#define LEVELS "debug|info|warning|error"

const struct conf_key conf_keys[] = {
    {KEY("server", "state_dir", "state-dir", CONF_PATH, state_dir), "/var/lib/kepu", .help = HELP_STATE_DIR},
    {KEY("server", "socket", "socket", CONF_PATH, socket), "/run/kepu/kepud.sock", .help = HELP_SOCKET},
    {KEY("server", "socket_mode", "socket-mode", CONF_MODE, socket_mode), "0660", 0777, .help = HELP_SOCKET_MODE},
    {KEY("server", "socket_group", "socket-group", CONF_TEXT, socket_group), .help = HELP_SOCKET_GROUP},
    {KEY("server", "seed", "seed", CONF_TEXT, seed), .help = HELP_SEED},
    {KEY("store", "url", "store-url", CONF_TEXT, store_url), .shown = "sqlite:STATE-DIR/kepu.db",
     .help = HELP_STORE_URL},
    {KEY("privacy", "key_file", "privacy-key-file", CONF_TEXT, key_file), .shown = "STATE-DIR/key",
     .help = HELP_KEY_FILE},
    {KEY("privacy", "handler", "privacy-handler", CONF_TEXT, privacy_handler), .help = HELP_PRIVACY_HANDLER},
    {KEY("privacy", "handler_en", "privacy-handler-en", CONF_TEXT, privacy_handler_en), .help = HELP_PRIVACY_HANDLER},
    {KEY("privacy", "contact", "privacy-contact", CONF_TEXT, privacy_contact), .max = 200,
     .help = HELP_PRIVACY_CONTACT},
    {KEY("privacy", "purpose", "privacy-purpose", CONF_TEXT, privacy_purpose), .help = HELP_PRIVACY_PURPOSE},
    {KEY("privacy", "purpose_en", "privacy-purpose-en", CONF_TEXT, privacy_purpose_en), .help = HELP_PRIVACY_PURPOSE},
    {KEY("privacy", "items", "privacy-items", CONF_TEXT, privacy_items), .help = HELP_PRIVACY_ITEMS},
    {KEY("privacy", "items_en", "privacy-items-en", CONF_TEXT, privacy_items_en), .help = HELP_PRIVACY_ITEMS},
    {KEY("privacy", "rights", "privacy-rights", CONF_TEXT, privacy_rights), .help = HELP_PRIVACY_RIGHTS},
    {KEY("privacy", "rights_en", "privacy-rights-en", CONF_TEXT, privacy_rights_en), .help = HELP_PRIVACY_RIGHTS},
    {KEY("privacy", "version", "privacy-version", CONF_TEXT, privacy_version), "2", 40, .help = HELP_PRIVACY_VERSION},
    {KEY("privacy", "retention", "privacy-retention", CONF_SPAN, retention_ms), "180d", CONF_RETENTION_MS_MAX,
     .help = HELP_PRIVACY_RETENTION},
    {KEY("limits", "address", "limits-address", CONF_RATE, limit_address), "600/h", .help = HELP_LIMIT_ADDRESS},
    {KEY("limits", "phone", "limits-phone", CONF_RATE, limit_phone), "60/d", .help = HELP_LIMIT_PHONE},
    {KEY("limits", "event", "limits-event", CONF_RATE, limit_event), "6000/h", .help = HELP_LIMIT_EVENT},
    {KEY("http", "listen", "listen", CONF_TEXT, listen), "127.0.0.1:8280", .help = HELP_LISTEN},
    {KEY("http", "public_url", "public-url", CONF_URL, public_url), .max = 200, .help = HELP_PUBLIC_URL},
    {KEY("http", "metrics", "http-metrics", CONF_CHOICE, metrics), "loopback", .choices = "socket|loopback|public",
     .help = HELP_METRICS},
    {KEY("http", "trusted_proxies", "http-trusted-proxies", CONF_LIST, trusted_proxies), .help = HELP_TRUSTED_PROXIES},
    {KEY("log", "level", "log-level", CONF_CHOICE, log_level), "info", .choices = LEVELS, .help = HELP_LOG_LEVEL},
    {KEY("signup", "waitlist", "signup-waitlist", CONF_CHOICE, waitlist), "promote", .choices = "promote|offer",
     .help = HELP_WAITLIST},
    {KEY("signup", "waitlist_max", "signup-waitlist-max", CONF_COUNT, waitlist_max), "0", CONF_WAITLIST_MAX,
     .help = HELP_WAITLIST_MAX},
    {KEY("signup", "offer_for", "signup-offer-for", CONF_SPAN, offer_ms), "24h", CONF_OFFER_MS_MAX,
     .help = HELP_OFFER_FOR},
    {KEY("signup", "opens", "signup-opens", CONF_SPAN, signup_opens_ms), "0s", CONF_SIGNUP_MS_MAX,
     .help = HELP_SIGNUP_OPENS},
    {KEY("signup", "closes", "signup-closes", CONF_SPAN, signup_closes_ms), "0s", CONF_SIGNUP_MS_MAX,
     .help = HELP_SIGNUP_CLOSES},
    {KEY("signup", "limit", "signup-limit", CONF_COUNT, signup_limit), "0", CONF_LIMIT_MAX, .help = HELP_SIGNUP_LIMIT},
    {KEY("signup", "cancel_until", "signup-cancel-until", CONF_SPAN, cancel_until_ms), "0s", CONF_SIGNUP_MS_MAX,
     .help = HELP_CANCEL_UNTIL},
    {KEY("mail", "url", "mail-url", CONF_TEXT, mail_url), .max = 300, .help = HELP_MAIL_URL},
    {KEY("mail", "from", "mail-from", CONF_TEXT, mail_from), .max = 200, .help = HELP_MAIL_FROM},
    {KEY("mail", "user", "mail-user", CONF_TEXT, mail_user), .max = 200, .help = HELP_MAIL_USER},
    {KEY("mail", "password_file", "mail-password-file", CONF_TEXT, mail_password_file), .help = HELP_MAIL_PASSWORD},
    {KEY("mail", "tls", "mail-tls", CONF_CHOICE, mail_tls), "required", .choices = "required|try|off",
     .help = HELP_MAIL_TLS},
    {KEY("notify", "spread", "notify-spread", CONF_SPAN, spread_ms), "0s", CONF_SPREAD_MS_MAX, .help = HELP_SPREAD},
    {KEY("notify", "on_unknown", "on-unknown", CONF_CHOICE, on_unknown), "resend", .choices = "resend|hold",
     .help = HELP_ON_UNKNOWN},
    {KEY("hours", "round", "hours-round", CONF_SPAN, hours_round_ms), "1m", CONF_ROUND_MS_MAX,
     .help = HELP_HOURS_ROUND},
    {KEY("hours", "rounding", "hours-rounding", CONF_CHOICE, hours_rounding), "nearest", .choices = "nearest|down|up",
     .help = HELP_HOURS_ROUNDING},
    {KEY("hours", "stars", "hours-stars", CONF_LIST, hours_stars), "100,300,600,1000,1500", .help = HELP_HOURS_STARS},
    {KEY("pages", "plan", "pages-plan", CONF_CHOICE, plan_shown), "public", .choices = "public|summary|off",
     .help = HELP_PAGES_PLAN},
    {KEY("office", "name", "office-name", CONF_TEXT, office_name), .max = 200, .help = HELP_OFFICE_NAME},
    {KEY("office", "email", "office-email", CONF_TEXT, office_email), .max = 200, .help = HELP_OFFICE_EMAIL},
    {KEY("office", "tz", "office-tz", CONF_TEXT, office_tz), "Asia/Shanghai", 60, .help = HELP_OFFICE_TZ},
};
const size_t conf_key_count = sizeof conf_keys / sizeof conf_keys[0];

static int set_text(struct conf *c, const struct conf_key *key, const char *value, char *at, struct err *e)
{
    size_t most = key->max ? (size_t)key->max : CONF_VALUE_BYTES_MAX;
    char number[24];

    if (strlen(value) > most) {
        snprintf(number, sizeof number, "%zu", most);
        return err_set(e, ERR_INVALID, MSG_CONF_LONG, NULL, key->name, number, NULL);
    }
    *(const char **)(void *)at = arena_strdup(&c->arena, value);
    return 0;
}

static int set_url(struct conf *c, const struct conf_key *key, const char *value, char *at, struct err *e)
{
    size_t len = strlen(value);
    const char *host = NULL;
    char *copy;

    if (strncmp(value, "http://", 7) == 0)
        host = value + 7;
    else if (strncmp(value, "https://", 8) == 0)
        host = value + 8;
    if (!host || !*host || *host == '/' || strpbrk(value, "?#\"<> \t\\"))
        return err_set(e, ERR_INVALID, MSG_CONF_URL, NULL, key->name, value, NULL);
    while (value[len - 1] == '/')
        len--;
    copy = arena_strndup(&c->arena, value, len);
    return set_text(c, key, copy, at, e);
}

static int set_list(struct conf *c, const char *value, char *at)
{
    struct conf_list list = {arena_alloc(&c->arena, (strlen(value) / 2 + 1) * sizeof list.items[0]), 0};
    char *rest = arena_strdup(&c->arena, value), *item;

    while ((item = strsep(&rest, ", \t")))
        if (*item)
            list.items[list.count++] = item;
    *(struct conf_list *)(void *)at = list;
    return 0;
}

static int set_mode(const struct conf_key *key, const char *value, char *at, struct err *e)
{
    char *end;
    long mode = strtol(value, &end, 8);

    if (*end || mode < 0 || mode > key->max)
        return err_set(e, ERR_INVALID, MSG_CONF_MODE, NULL, key->name, value, NULL);
    *(int64_t *)(void *)at = mode;
    return 0;
}

static int set_span(const struct conf_key *key, const char *value, char *at, struct err *e)
{
    static const struct { const char *name; int64_t ms; } units[] = {
        {"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000},
        {"w", 7 * 86400000}};
    char *end, most[24];
    long long n = strtoll(value, &end, 10);

    for (size_t i = 0; i < sizeof units / sizeof units[0] && end != value; i++) {
        if (strcmp(end, units[i].name) != 0 || n < 0 || n > key->max / units[i].ms)
            continue;
        *(int64_t *)(void *)at = n * units[i].ms;
        return 0;
    }
    snprintf(most, sizeof most, "%lld", (long long)key->max);
    return err_set(e, ERR_INVALID, MSG_CONF_SPAN, NULL, key->name, value, most, NULL);
}

/* "600/h"; "0": none. */
static int set_rate(const struct conf_key *key, const char *value, char *at, struct err *e)
{
    static const struct { const char *name; int64_t ms; } periods[] = {
        {"/s", 1000}, {"/m", 60000}, {"/h", 3600000}, {"/d", 86400000}};
    char *end;
    long long most = strtoll(value, &end, 10);

    if (most == 0 && strcmp(value, "0") == 0) {
        *(struct conf_rate *)(void *)at = (struct conf_rate){0, 0};
        return 0;
    }
    for (size_t i = 0; i < sizeof periods / sizeof periods[0]; i++) {
        if (strcmp(end, periods[i].name) != 0 || most < 1 || most > CONF_RATE_MAX)
            continue;
        *(struct conf_rate *)(void *)at = (struct conf_rate){most, periods[i].ms};
        return 0;
    }
    return err_set(e, ERR_INVALID, MSG_CONF_RATE, NULL, key->name, value, NULL);
}

static int set_count(const struct conf_key *key, const char *value, char *at, struct err *e)
{
    char *end, most[24];
    long long n = strtoll(value, &end, 10);

    snprintf(most, sizeof most, "%lld", (long long)key->max);
    if (end == value || *end || n < 0 || n > key->max)
        return err_set(e, ERR_INVALID, MSG_CONF_COUNT, NULL, key->name, value, most, NULL);
    *(int64_t *)(void *)at = n;
    return 0;
}

static int set_choice(const struct conf_key *key, const char *value, char *at, struct err *e)
{
    size_t len = strlen(value);
    int64_t n = 0;

    for (const char *p = key->choices; p; n++) {
        size_t choice = strcspn(p, "|");
        if (choice == len && strncmp(p, value, len) == 0) {
            *(int64_t *)(void *)at = n;
            return 0;
        }
        p = p[choice] ? p + choice + 1 : NULL;
    }
    return err_set(e, ERR_INVALID, MSG_CONF_CHOICE, NULL, key->name, value, key->choices, NULL);
}

int conf_set(struct conf *c, const struct conf_key *key, const char *value, struct err *e)
{
    char *at = (char *)c + key->offset;

    if (!*value)
        value = key->fallback;
    if (!value)
        return 0;
    switch (key->type) {
    case CONF_TEXT:
    case CONF_PATH:
        return set_text(c, key, value, at, e);
    case CONF_URL:
        return set_url(c, key, value, at, e);
    case CONF_LIST:
        return set_list(c, value, at);
    case CONF_MODE:
        return set_mode(key, value, at, e);
    case CONF_SPAN:
        return set_span(key, value, at, e);
    case CONF_RATE:
        return set_rate(key, value, at, e);
    case CONF_COUNT:
        return set_count(key, value, at, e);
    case CONF_CHOICE:
        return set_choice(key, value, at, e);
    }
    return 0;
}
