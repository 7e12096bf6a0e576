#include "server.h"

#include "base/clock.h"
#include "base/log.h"
#include "calendar/zone.h"
#include "notify/notify.h"
#include "service/attendance.h"
#include "service/backup.h"
#include "service/call.h"
#include "service/feed.h"
#include "service/notice.h"
#include "service/office.h"
#include "service/seeds.h"
#include "state.h"
#include "store/store.h"
#include "systemd.h"
#include "web/web.h"

#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#define EXIT_INTERRUPTED 130
#define DAILY_FIRST_MS 1000
#define DAILY_EVERY_MS 3600000
#define CLOSE_FIRST_MS 2000
#define CLOSE_EVERY_MS 60000

enum { ON_TERM, ON_INT, ON_HUP, SIGNALS };

struct server {
    const struct conf *conf;
    int argc;
    char *const *argv;
    uv_loop_t loop;
    uv_signal_t signals[SIGNALS];
    int lock_fd;
    struct crypto_keys keys;
    struct settings settings;
    struct store *store;
    struct service *service;
    struct notify *notify;
    struct web *web;
    bool web_started;
    bool started;
    uv_timer_t daily;
    struct call daily_call;
    bool daily_under_way;
    uv_timer_t close;        /* shifts whose end nobody wrote down */
    struct call close_call;
    bool close_under_way;
    bool close_again;        /* something changed since the last look began */
    bool stop_asked;         /* a signal came; before `started` it waits */
    bool stopping;
};

static void stop(struct server *s);

/* Checking */

static int find_group(const char *name, gid_t *ret, struct err *e)
{
    const struct group *group = name ? getgrnam(name) : NULL;

    if (name && !group)
        return err_set(e, ERR_INVALID, MSG_GROUP_UNKNOWN, "server.socket_group", name, NULL);
    *ret = group ? group->gr_gid : (gid_t)-1;
    return 0;
}

static int check_store_url(const char *url, struct err *e)
{
    static const char *const schemes[] = {"sqlite:", "postgresql://", "postgres://"};
    char scheme[64];

    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (strncmp(url, schemes[i], strlen(schemes[i])) == 0)
            return 0;
    /* No more of it: a password may follow. */
    snprintf(scheme, sizeof scheme, "%.*s%s", (int)strcspn(url, ":"), url, strchr(url, ':') ? ":…" : "");
    return err_set(e, ERR_INVALID, MSG_STORE_URL, "store.url", strchr(url, '@') ? scheme : url, NULL);
}

static int check_listen(const char *where, struct err *e)
{
    const char *colon = strrchr(where, ':');
    size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;

    if (!colon || digits == 0 || digits > 5 || colon[1 + digits] || atoi(colon + 1) > 65535)
        return err_set(e, ERR_INVALID, MSG_LISTEN_ADDRESS_BAD, "http.listen", where, NULL);
    return 0;
}

/* Hours in rising order. */
static int read_stars(const struct conf *conf, struct settings *to, struct err *e)
{
    size_t most = sizeof to->star_hours / sizeof to->star_hours[0];
    char *end, number[24];
    long before = 0;

    snprintf(number, sizeof number, "%zu", most);
    for (size_t i = 0; i < conf->hours_stars.count; i++) {
        long hours = strtol(conf->hours_stars.items[i], &end, 10);
        if (*end || hours <= before || hours > 1000000 || i == most)
            return err_set(e, ERR_INVALID, MSG_HOURS_STARS_BAD, "hours.stars", number, conf->hours_stars.items[i],
                           NULL);
        to->star_hours[i] = before = hours;
        to->star_count = (int)i + 1;
    }
    return 0;
}

static int read_mail(const struct conf *conf, struct mail_settings *ret, struct err *e)
{
    return mail_settings_read(conf->mail_url, conf->mail_from, conf->mail_user, conf->mail_password_file,
                              (enum mail_tls)conf->mail_tls, ret, e);
}

int server_check(const struct conf *conf, struct err *e)
{
    struct settings unused = {0};
    struct mail_settings mail;
    gid_t gid;

    if (read_mail(conf, &mail, e))
        return -1;
    if (check_store_url(conf->store_url, e) || check_listen(conf->listen, e))
        return -1;
    if (!zone_find(conf->office_tz, e))
        return -1;
    for (size_t i = 0; i < conf->trusted_proxies.count; i++)
        if (http_proxy_check(conf->trusted_proxies.items[i], e))
            return -1;
    return read_stars(conf, &unused, e) || find_group(conf->socket_group, &gid, e) ? -1 : 0;
}

int server_copy(const struct conf *conf, struct copied *ret, struct err *e)
{
    if (check_store_url(conf->store_url, e))
        return -1;
    if (check_store_url(conf->copy_to, e)) {
        err_field(e, "--copy-to");
        return -1;
    }
    return state_copy(conf->state_dir, conf->key_file, conf->store_url, conf->copy_to, ret, e);
}

/* Signals */

static void on_stop_signal(uv_signal_t *handle, int number)
{
    struct server *s = handle->data;

    if (s->stop_asked && number == SIGINT)
        _exit(EXIT_INTERRUPTED);
    s->stop_asked = true;
    if (s->started)
        stop(s);
}

static void on_reload(uv_signal_t *handle, int number)
{
    struct server *s = handle->data;
    struct conf fresh;
    struct err e = {0};

    (void)number;
    if (conf_read(s->argc, s->argv, &fresh, &e)) {
        log_err("the configuration stays as it was", &e);
    } else {
        log_set_level((enum log_level)fresh.log_level);
        log_info("configuration read again");
    }
    conf_release(&fresh);
}

static void start_signals(struct server *s)
{
    static const struct { int number; uv_signal_cb handle; } table[SIGNALS] = {
        [ON_TERM] = {SIGTERM, on_stop_signal},
        [ON_INT] = {SIGINT, on_stop_signal},
        [ON_HUP] = {SIGHUP, on_reload},
    };

    signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < SIGNALS; i++) {
        uv_signal_init(&s->loop, &s->signals[i]);
        s->signals[i].data = s;
        uv_signal_start(&s->signals[i], table[i].handle, table[i].number);
    }
}

/* Stopping, in the reverse order of the start; takes what is not there */

static void on_store_closed(void *arg)
{
    struct server *s = arg;

    s->store = NULL;
    for (int i = 0; i < SIGNALS; i++)
        uv_close((uv_handle_t *)&s->signals[i], NULL);
    uv_close((uv_handle_t *)&s->daily, NULL);
    uv_close((uv_handle_t *)&s->close, NULL);
}

static void stop_store(struct server *s)
{
    if (s->store)
        store_close(s->store, on_store_closed, s);
    else
        on_store_closed(s);
}

static void on_notify_stopped(void *arg)
{
    struct server *s = arg;

    s->notify = NULL;
    stop_store(s);
}

static void on_web_stopped(void *arg)
{
    struct server *s = arg;

    if (s->notify)
        notify_stop(s->notify, on_notify_stopped, s);
    else
        stop_store(s);
}

static void stop(struct server *s)
{
    if (s->stopping)
        return;
    s->stopping = true;
    uv_timer_stop(&s->daily);
    uv_timer_stop(&s->close);
    systemd_notify("STOPPING=1");
    if (s->web_started)
        web_stop(s->web, on_web_stopped, s);
    else
        on_web_stopped(s);
}

static void release(struct server *s)
{
    web_free(s->web);
    service_free(s->service);
    uv_loop_close(&s->loop);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
}

/* Starting */

/* Whether the last commit was kept is unknown: only a new start, which reads the database again, can tell. */
static void on_store_fatal(void *arg, const struct err *e)
{
    (void)arg;
    log_err("the outcome of a commit is unknown, kepud ends", e);
    _exit(1);
}

static int open_state(struct server *s, struct err *e)
{
    if (crypto_init())
        return err_set(e, ERR_FAILED, MSG_RANDOMNESS, NULL, NULL);
    if (state_lock(s->conf->state_dir, &s->lock_fd, e))
        return -1;
    s->store = store_open(&s->loop, s->conf->store_url, on_store_fatal, s, e);
    return s->store ? state_open_keys(s->store, s->conf->key_file, &s->keys, e) : -1;
}

static int open_web(struct server *s, struct err *e)
{
    const struct conf *conf = s->conf;
    struct web_settings settings = {
        .listen = conf->listen,
        .socket = conf->socket,
        .socket_mode = (mode_t)conf->socket_mode,
        .trusted_proxies = conf->trusted_proxies.items,
        .trusted_proxy_count = conf->trusted_proxies.count,
        .metrics = (enum web_metrics)conf->metrics,
    };

    if (find_group(conf->socket_group, &settings.socket_gid, e))
        return -1;
    return web_open(&s->loop, &settings, &s->web, e);
}

static void copy(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%s", text ? text : "");
}

/* Read where the configuration keeps it, which lives as long as we do. */
static void set_privacy(const struct conf *conf, struct settings *to)
{
    to->privacy = (struct privacy_settings){
        .handler = {conf->privacy_handler, conf->privacy_handler_en},
        .purpose = {conf->privacy_purpose, conf->privacy_purpose_en},
        .items = {conf->privacy_items, conf->privacy_items_en},
        .rights = {conf->privacy_rights, conf->privacy_rights_en},
        .contact = conf->privacy_contact,
        .version = conf->privacy_version,
        .retention_ms = conf->retention_ms,
    };
    to->limit_address = conf->limit_address;
    to->limit_phone = conf->limit_phone;
    to->limit_event = conf->limit_event;
}

static int open_service(struct server *s, struct err *e)
{
    const struct conf *conf = s->conf;
    struct settings *to = &s->settings;

    if (state_public_url(s->store, conf->public_url, web_address(s->web), to->public_url, e))
        return -1;
    if (store_is_shared(s->store) && state_daemon(conf->state_dir, to->daemon, e))
        return -1;
    copy(to->tz, sizeof to->tz, conf->office_tz);
    copy(to->office, sizeof to->office, conf->office_name);
    copy(to->office_email, sizeof to->office_email, conf->office_email);
    to->plan_shown = (enum plan_shown)conf->plan_shown;
    to->waitlist_offer = conf->waitlist == CONF_WAITLIST_OFFER;
    to->waitlist_max = conf->waitlist_max;
    to->signup_limit = conf->signup_limit;
    to->signup_opens_ms = conf->signup_opens_ms;
    to->signup_closes_ms = conf->signup_closes_ms;
    to->cancel_until_ms = conf->cancel_until_ms;
    to->offer_ms = conf->offer_ms;
    to->mail = conf->mail_url != NULL;
    copy(to->mail_from, sizeof to->mail_from, conf->mail_from);
    to->spread_ms = (int)conf->spread_ms;
    to->hours_step_min = conf->hours_round_ms / 60000;
    to->hours_rounding = (int)conf->hours_rounding;
    if (read_stars(conf, to, e))
        return -1;
    to->hold_unknown = conf->on_unknown == CONF_UNKNOWN_HOLD;
    set_privacy(conf, to);
    s->service = service_new(s->store, &s->keys, to);
    service_set_robots(s->service, &notify_robots);
    if (conf->seed && strcmp(conf->seed, "none") == 0)
        return 0;
    return seeds_load(s->service, conf->seed, e);
}

static void fill_own_request(struct request *r)
{
    r->principal.role = ROLE_ADMIN;
    snprintf(r->principal.name, sizeof r->principal.name, "kepud");
    r->now_ms = clock_wall_ms();
    r->if_version = FIELD_INT_ABSENT;
}

/* The day's work, at the start and every hour: it finds little to do when it has been done. */
static void on_daily_done(struct call *c)
{
    struct server *s = c->data;

    s->daily_under_way = false;
    call_release(c);
}

static void on_daily(uv_timer_t *timer)
{
    struct server *s = timer->data;
    struct call *c = &s->daily_call;

    if (s->daily_under_way)
        return;
    s->daily_under_way = true;
    *c = (struct call){.op = &op_daily, .done = on_daily_done, .data = s};
    fill_own_request(&c->req);
    service_call(s->service, c);
}

/* On time and after any time away: what the database says is open decides. While nobody is in, nobody looks. */
static void on_close_done(struct call *c)
{
    struct server *s = c->data;
    const bool *more = c->result;

    s->close_under_way = false;
    if (c->status == 0 && more && !*more && !s->close_again)
        uv_timer_stop(&s->close);
    call_release(c);
}

static void on_close(uv_timer_t *timer)
{
    struct server *s = timer->data;
    struct call *c = &s->close_call;

    if (s->close_under_way)
        return;
    s->close_under_way = true;
    s->close_again = false;
    *c = (struct call){.op = &op_attendance_close, .done = on_close_done, .data = s};
    fill_own_request(&c->req);
    service_call(s->service, c);
}

/* Somebody may have come in. */
static void on_change(void *arg, const struct change *changes, int count)
{
    struct server *s = arg;

    for (int i = 0; i < count; i++) {
        enum change_kind kind = changes[i].kind;
        if (s->stopping || (kind != CHANGE_PERSON && kind != CHANGE_PLACES && kind != CHANGE_EVERYTHING))
            continue;
        s->close_again = true;
        if (!uv_is_active((uv_handle_t *)&s->close))
            uv_timer_start(&s->close, on_close, CLOSE_EVERY_MS, CLOSE_EVERY_MS);
    }
}

/* What has to be right before anything is served. */
static int run_first(struct server *s, const struct operation *op, struct err *e)
{
    struct call *c = &s->daily_call;
    int failed;

    *c = (struct call){.op = op};
    fill_own_request(&c->req);
    failed = service_call_now(s->service, c);
    if (failed)
        *e = c->err;
    call_release(c);
    return failed;
}

static void start_daily(struct server *s)
{
    uv_timer_start(&s->daily, on_daily, DAILY_FIRST_MS, DAILY_EVERY_MS);
    uv_timer_start(&s->close, on_close, CLOSE_FIRST_MS, CLOSE_EVERY_MS);
    service_listen(s->service, on_change, s);
}

/* The state of a backup takes the place of what is there; nothing is served. */
static int restore(struct server *s, struct err *e)
{
    struct restore_input in = {.replace = 1};
    struct call *c = &s->daily_call;
    struct buf file = {0};
    int failed;

    if (server_check(s->conf, e) || open_state(s, e) || state_read_file(s->conf->backup, RESTORE_BYTES_MAX, &file, e))
        return -1;
    in.file = (struct bytes){file.data, file.len};
    s->service = service_new(s->store, &s->keys, &s->settings);
    *c = (struct call){.op = &op_restore, .input = &in};
    fill_own_request(&c->req);
    failed = service_call_now(s->service, c);
    if (failed)
        *e = c->err;
    call_release(c);
    buf_release(&file);
    return failed;
}

static int start(struct server *s, struct err *e)
{
    struct mail_settings mail;

    if (server_check(s->conf, e) || open_state(s, e) || open_web(s, e) || open_service(s, e) ||
        run_first(s, &op_follow_zones, e) || run_first(s, &op_feed_day, e))
        return -1;
    store_started(s->store);
    s->web_started = true;
    if (web_start(s->web, s->service, e))
        return -1;
    if (read_mail(s->conf, &mail, e) || notify_start(&s->loop, s->service, &mail, &s->notify, e))
        return -1;
    if (s->settings.waitlist_offer && !s->settings.mail)
        log_warning("offers wait for organisers: [mail] url is not set, nobody is written to");
    start_daily(s);
    return 0;
}

static void tell(const struct server *s)
{
    const char *url = s->settings.public_url;

    printf("listening on %s\n", web_address(s->web));
    printf("%-7s %s/\n%-7s %s/feeds/all.ics\n%-7s %s\n", "pages", url, "feeds", url, "socket", s->conf->socket);
    fflush(stdout);
    systemd_notify("READY=1");
    log_info("kepud " KEPU_VERSION " serves %s from %s (%s)", url, s->conf->state_dir, store_kind(s->store));
}

int server_run(const struct conf *conf, int argc, char *const *argv, struct err *e)
{
    struct server s = {.conf = conf, .argc = argc, .argv = argv, .lock_fd = -1};
    int failed;

    log_set_level((enum log_level)conf->log_level);
    uv_loop_init(&s.loop);
    start_signals(&s);
    uv_timer_init(&s.loop, &s.daily);
    uv_timer_init(&s.loop, &s.close);
    s.daily.data = s.close.data = &s;
    failed = conf->action == CONF_RESTORE ? restore(&s, e) : start(&s, e);
    if (!failed && conf->action == CONF_RUN)
        tell(&s);
    s.started = true;
    if (failed || s.stop_asked || conf->action == CONF_RESTORE)
        stop(&s);
    uv_run(&s.loop, UV_RUN_DEFAULT);
    release(&s);
    if (!failed)
        log_info("kepud stopped");
    return failed;
}
