/* Connecting to PostgreSQL, and saying in one sentence what is in the way. */
#include "postgres.h"

#include "base/clock.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#define STATE_CHARS 5
#define SECRET_ENDS "/@:?#&[]=%"
#define SECRET_BYTES_MIN 2

/* Five digits and capitals, not capitals alone: "FATAL: " is none. */
static bool is_state(const char *p)
{
    int digits = 0;

    for (int i = 0; i < STATE_CHARS; i++) {
        bool digit = p[i] >= '0' && p[i] <= '9';
        if (!digit && !(p[i] >= 'A' && p[i] <= 'Z'))
            return false;
        digits += digit;
    }
    return digits > 0 && p[STATE_CHARS] == ':' && p[STATE_CHARS + 1] == ' ';
}

void postgres_state_of(const char *message, char ret[6])
{
    ret[0] = 0;
    for (const char *p = strchr(message, ' '); p; p = strchr(p + 1, ' ')) {
        if (is_state(p + 1)) {
            snprintf(ret, 6, "%.5s", p + 1);
            return;
        }
    }
}

void postgres_first_line(const char *message, char *ret, size_t size)
{
    char state[6];
    const char *from = message;

    postgres_state_of(message, state);
    if (state[0]) /* "FATAL:  28P01: the words" */
        from = strstr(message, state) + STATE_CHARS + 2;
    snprintf(ret, size, "%.*s", (int)strcspn(from, "\n"), from);
}

static void hide(char *line, const char *secret, size_t bytes)
{
    for (char *at = line; bytes >= SECRET_BYTES_MIN && (at = memmem(at, strlen(at), secret, bytes)); at += bytes)
        memset(at, '*', bytes);
}

/* What libpq could not read of an address it shows, and a password with an '@' or a '/' in it may be a part of that. */
static void hide_pieces(char *line, const char *from, const char *end)
{
    while (from < end) {
        size_t bytes = strcspn(from, SECRET_ENDS);
        if (from + bytes > end)
            bytes = (size_t)(end - from);
        hide(line, from, bytes);
        from += bytes + 1;
    }
}

void postgres_hide_password(const char *url, char *line)
{
    const char *user = strstr(url, "://"), *at = strrchr(url, '@'), *colon = user ? strchr(user + 3, ':') : NULL;

    if (colon && at && colon < at)
        hide_pieces(line, colon + 1, at);
    for (const char *p = url; (p = strstr(p, "password=")); p++)
        hide_pieces(line, p + strlen("password="), p + strlen(p));
}

/* By SQLSTATE, for the words come in the server's language. */
static int explain(PGconn *c, const char *url, struct err *e)
{
    static const struct { const char *state; enum err_code code; enum msg msg; } table[] = {
        {"28P01", ERR_FAILED, MSG_STORE_LOGIN},       {"28000", ERR_FAILED, MSG_STORE_LOGIN},
        {"3D000", ERR_FAILED, MSG_STORE_NO_DATABASE}, {"42501", ERR_FAILED, MSG_STORE_RIGHTS},
        {"53300", ERR_UNAVAILABLE, MSG_STORE_CONNECTIONS},
    };
    const char *message = PQerrorMessage(c);
    char line[ERR_ARG_BYTES], state[6];

    postgres_state_of(message, state);
    postgres_first_line(message, line, sizeof line);
    postgres_hide_password(url, line);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(state, table[i].state) == 0)
            return err_set(e, table[i].code, table[i].msg, "store.url", line, NULL);
    /* libpq itself misses a password before the server says anything. */
    if (PQconnectionNeedsPassword(c))
        return err_set(e, ERR_FAILED, MSG_STORE_LOGIN, "store.url", line, NULL);
    return err_set(e, ERR_UNAVAILABLE, MSG_STORE_UNREACHABLE, "store.url", line, NULL);
}

static PGconn *begin(const char *url)
{
    /* What stands before dbname is a default for the URL, what stands after it goes before the URL. */
    static const char *const names[] = {"application_name", "keepalives_idle",  "keepalives_interval",
                                        "keepalives_count", "tcp_user_timeout", "dbname",
                                        "client_encoding",  NULL};
    const char *values[] = {"kepud", "10", "5", "3", "15000", url, "UTF8", NULL};

    return PQconnectStartParams(names, values, 1);
}

/* Waits for the next step of a connection; false when the time is over. */
static bool wait_step(PGconn *c, PostgresPollingStatusType step, int64_t until_ms)
{
    struct pollfd p = {.fd = PQsocket(c), .events = step == PGRES_POLLING_READING ? POLLIN : POLLOUT};
    int64_t left_ms = until_ms - clock_monotonic_ms();

    return left_ms > 0 && poll(&p, 1, (int)left_ms) > 0;
}

static int finish(PGconn *c, const char *url, struct err *e)
{
    int64_t until_ms = clock_monotonic_ms() + POSTGRES_CONNECT_MS;
    PostgresPollingStatusType step = PGRES_POLLING_WRITING;

    if (PQstatus(c) == CONNECTION_BAD)
        return explain(c, url, e);
    /* So that a refusal carries its SQLSTATE. */
    PQsetErrorVerbosity(c, PQERRORS_VERBOSE);
    while (step != PGRES_POLLING_OK) {
        if (step == PGRES_POLLING_FAILED)
            return explain(c, url, e);
        if (!wait_step(c, step, until_ms))
            return err_set(e, ERR_UNAVAILABLE, MSG_STORE_UNREACHABLE, "store.url", "no answer in time", NULL);
        step = PQconnectPoll(c);
    }
    return 0;
}

static bool is_on(PGconn *c, const char *name)
{
    const char *value = PQparameterStatus(c, name);

    return value && strcmp(value, "on") == 0;
}

static int check(PGconn *c, struct err *e)
{
    const char *encoding = PQparameterStatus(c, "server_encoding");

    if (PQserverVersion(c) < POSTGRES_VERSION_MIN)
        return err_set(e, ERR_FAILED, MSG_STORE_OLD_SERVER, "store.url", PQparameterStatus(c, "server_version"), NULL);
    if (!encoding || strcmp(encoding, "UTF8") != 0)
        return err_set(e, ERR_FAILED, MSG_STORE_ENCODING, "store.url", encoding ? encoding : "?", NULL);
    if (is_on(c, "in_hot_standby") || is_on(c, "default_transaction_read_only"))
        return err_set(e, ERR_UNAVAILABLE, MSG_STORE_READ_ONLY, "store.url", NULL);
    return 0;
}

/* What is acknowledged is on the disk, whatever the server's default. */
static int set_up(PGconn *c, const char *url, struct err *e)
{
    char sql[500];
    PGresult *r;
    bool sound;

    snprintf(sql, sizeof sql,
             "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';"
             "SET statement_timeout = %d; SET lock_timeout = %d; SET idle_in_transaction_session_timeout = %d;"
             "SET standard_conforming_strings = on; SET jit = off; SET client_min_messages = warning",
             POSTGRES_STATEMENT_MS, POSTGRES_LOCK_MS, POSTGRES_STATEMENT_MS);
    r = PQexec(c, sql);
    sound = PQresultStatus(r) == PGRES_COMMAND_OK;
    PQclear(r);
    return sound ? 0 : explain(c, url, e);
}

PGconn *postgres_connect(const char *url, struct err *e)
{
    PGconn *c = begin(url);

    if (c && finish(c, url, e) == 0 && check(c, e) == 0 && set_up(c, url, e) == 0)
        return c;
    PQfinish(c);
    return NULL;
}

int postgres_wait(struct db *db, int wake_fd, int timeout_ms)
{
    PGconn *c = ((struct postgres_db *)(void *)db)->connection;
    struct pollfd fds[2] = {{.fd = PQsocket(c), .events = POLLIN}, {.fd = wake_fd, .events = POLLIN}};
    PGnotify *told;
    int notified = 0;

    poll(fds, 2, timeout_ms);
    if (!PQconsumeInput(c) || PQstatus(c) != CONNECTION_OK)
        return -1;
    while ((told = PQnotifies(c))) {
        notified |= told->be_pid != PQbackendPID(c);
        PQfreemem(told);
    }
    return notified;
}
