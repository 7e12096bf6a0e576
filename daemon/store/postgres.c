/*
 * The PostgreSQL driver. Statements are prepared once a connection, their parameters typed by what is bound (bigint,
 * text, bytea), so that a NULL needs no cast; rows come in the binary format, whole.
 */
#include "postgres.h"

#include "base/clock.h"
#include "base/log.h"

#include <endian.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define PARAMS_MAX 40
#define NAME_BYTES 16
#define LOGGED_SQL_BYTES 300              /* a migration is a whole file */
#define NOTICES_MAX 200                   /* bytes of a notice in the log */

/* OIDs of pg_type that never change. */
enum { OID_BYTEA = 17, OID_INT8 = 20, OID_TEXT = 25, OID_NUMERIC = 1700 };

struct postgres_stmt {
    struct stmt base;
    char name[NAME_BYTES];                /* "" until it is prepared, when the types of its parameters are known */
    PGresult *rows;
    int row;
    int64_t changes;
};

static struct postgres_db *own(const struct db *db)
{
    return (struct postgres_db *)(uintptr_t)db;
}

static struct postgres_stmt *own_stmt(struct stmt *s)
{
    return (struct postgres_stmt *)(void *)s;
}

/* Failing */

static const struct failure {
    const char *state;                    /* an SQLSTATE or its class */
    enum db_trouble trouble;
    enum err_code code;
    enum msg msg;
} failures[] = {
    {"40001", DB_AGAIN, ERR_UNAVAILABLE, MSG_STORE_BUSY},       /* serialization_failure */
    {"40P01", DB_AGAIN, ERR_UNAVAILABLE, MSG_STORE_BUSY},       /* deadlock_detected */
    /* What was looked for and not found a moment ago is there by now: the next run finds it. */
    {"23505", DB_AGAIN, ERR_UNAVAILABLE, MSG_STORE_BUSY},       /* unique_violation */
    {"23503", DB_AGAIN, ERR_UNAVAILABLE, MSG_STORE_BUSY},       /* foreign_key_violation */
    {"55P03", DB_BROKEN, ERR_UNAVAILABLE, MSG_STORE_BUSY},      /* lock_not_available */
    {"57014", DB_BROKEN, ERR_UNAVAILABLE, MSG_STORE_BUSY},      /* query_canceled: a timeout */
    {"42501", DB_BROKEN, ERR_FAILED, MSG_STORE_RIGHTS},         /* insufficient_privilege */
    {"3F000", DB_BROKEN, ERR_FAILED, MSG_STORE_RIGHTS},         /* no USAGE on any schema of the search path */
    {"42P07", DB_BROKEN, ERR_FAILED, MSG_STORE_FOREIGN},        /* duplicate_table: somebody else's */
    {"25006", DB_LOST, ERR_UNAVAILABLE, MSG_STORE_READ_ONLY},   /* the primary became a standby */
    {"26000", DB_LOST, ERR_UNAVAILABLE, MSG_STORE_AWAY},        /* another session than ours: a pooler's */
    {"0A000", DB_LOST, ERR_UNAVAILABLE, MSG_STORE_AWAY},        /* a cached plan that a migration made wrong */
    {"08", DB_LOST, ERR_UNAVAILABLE, MSG_STORE_AWAY},           /* connection_exception */
    {"57P", DB_LOST, ERR_UNAVAILABLE, MSG_STORE_AWAY},          /* the server goes down, or comes up */
    {"25P03", DB_LOST, ERR_UNAVAILABLE, MSG_STORE_AWAY},        /* idle_in_transaction_session_timeout */
    {"53", DB_BROKEN, ERR_UNAVAILABLE, MSG_STORE_DISK},         /* insufficient_resources: disk, memory */
    {"58", DB_BROKEN, ERR_UNAVAILABLE, MSG_STORE_DISK},         /* system_error: I/O */
    {"", DB_BROKEN, ERR_FAILED, MSG_INTERNAL},
};

static const struct failure *failure_of(PGconn *c, const char *state)
{
    const struct failure *f = failures;

    if (PQstatus(c) != CONNECTION_OK)
        state = "08";
    while (strncmp(state, f->state, strlen(f->state)) != 0)
        f++;
    return f;
}

/* Takes the failed result. */
static void fail(struct db *db, PGresult *r, const char *what)
{
    PGconn *c = own(db)->connection;
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    const char *words = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    const struct failure *f = failure_of(c, state ? state : "");
    char line[ERR_ARG_BYTES];

    postgres_first_line(words ? words : PQerrorMessage(c), line, sizeof line);
    if (db->trouble == DB_SOUND && f->trouble != DB_AGAIN)
        log_error("postgresql: %s (%s): %.*s", line, state ? state : "no answer", LOGGED_SQL_BYTES, what);
    db_fail(db, f->trouble, f->code, f->msg, line);
    PQclear(r);
}

static bool is_sound(const PGresult *r)
{
    return PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK;
}

/* Asking */

/* Waits for more from the server; after the time the connection is shut, and libpq finds it broken. */
static void wait_more(PGconn *c, int64_t until_ms)
{
    struct pollfd p = {.fd = PQsocket(c), .events = POLLIN};
    int64_t left_ms = until_ms - clock_monotonic_ms();

    if (left_ms <= 0 || poll(&p, 1, (int)left_ms) == 0) {
        log_error("postgresql: no answer in time");
        shutdown(PQsocket(c), SHUT_RDWR);
    }
}

/* The next result; NULL between the results of two statements and at the end. */
static PGresult *next_result(PGconn *c, int64_t until_ms)
{
    while (PQisBusy(c)) {
        wait_more(c, until_ms);
        if (!PQconsumeInput(c))
            break;
    }
    return PQgetResult(c);
}

static int64_t patience_ends_ms(struct db *db)
{
    return clock_monotonic_ms() + own(db)->answer_ms;
}

/* The answer to what was sent: the last result, or the first that failed. NULL if there is no connection. */
static PGresult *answer(struct db *db, int sent)
{
    PGconn *c = own(db)->connection;
    int64_t until_ms = patience_ends_ms(db);
    PGresult *kept = NULL, *r;

    if (!sent)
        return NULL;
    do {
        r = next_result(c, until_ms);
        if (r && kept && !is_sound(kept)) {
            PQclear(r);
        } else if (r) {
            PQclear(kept);
            kept = r;
        }
    } while (r);
    return kept;
}

/*
 * Sending ahead: what db_later was given goes out without waiting, in libpq's pipeline mode, together with the next
 * statement that somebody waits for. After a failure the server passes over the rest.
 */

/* The failure of one that was sent ahead. */
static void fail_sent(struct db *db, PGresult *r, int at)
{
    fail(db, r, own(db)->sent[at]);
}

/* The result of the last of `own(db)->sent`; NULL after db_fail. Ends the pipeline. */
static PGresult *last_result(struct db *db)
{
    struct postgres_db *p = own(db);
    PGconn *c = p->connection;
    int64_t until_ms = patience_ends_ms(db);
    PGresult *last = NULL, *r;
    int at = 0;

    while (at < p->sent_count || PQstatus(c) == CONNECTION_OK) {
        r = next_result(c, until_ms);
        if (!r && ++at > p->sent_count)
            break;
        if (r && PQresultStatus(r) == PGRES_PIPELINE_SYNC) {
            PQclear(r);
            break;
        }
        if (is_sound(r) && at == p->sent_count - 1)
            last = r;
        else if (r && !is_sound(r) && at < p->sent_count)
            fail_sent(db, r, at);
        else
            PQclear(r);
    }
    p->sent_count = 0;
    PQexitPipelineMode(c);
    if (!last || db->trouble) {
        fail(db, NULL, "what was sent ahead");
        PQclear(last);
        return NULL;
    }
    return last;
}

/* `sent`: whether libpq took what belongs to `sql`. */
static bool note_sent(struct db *db, const char *sql, int sent)
{
    struct postgres_db *p = own(db);

    if (!sent) {
        fail(db, NULL, sql);
        return false;
    }
    p->sent[p->sent_count++] = sql;
    return true;
}

/* Its result, or NULL after db_fail; what was sent ahead has its answers by then. */
static PGresult *wait_for(struct db *db, const char *sql, int sent)
{
    PGresult *r;

    if (own(db)->sent_count > 0) {
        if (!note_sent(db, sql, sent && PQpipelineSync(own(db)->connection)))
            return NULL;
        return last_result(db);
    }
    r = answer(db, sent);
    if (is_sound(r))
        return r;
    fail(db, r, sql);
    return NULL;
}

/* The answers to what was sent ahead, where nothing more is to be sent. */
static bool settle(struct db *db)
{
    PGresult *r;

    if (own(db)->sent_count == 0)
        return true;
    if (!PQpipelineSync(own(db)->connection)) {
        fail(db, NULL, "what was sent ahead");
        return false;
    }
    r = last_result(db);
    PQclear(r);
    return r;
}

void postgres_set_patience(struct db *db, int64_t answer_ms)
{
    own(db)->answer_ms = answer_ms;
}

/* Opening */

static void on_notice(void *arg, const PGresult *r)
{
    (void)arg;
    log_warning("postgresql: %.*s", NOTICES_MAX, PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY));
}

static int reopen(struct db *db, struct err *e)
{
    struct postgres_db *p = own(db);

    PQfinish(p->connection);
    p->connection = NULL;
    p->sent_count = 0;
    db_forget_statements(db);
    p->connection = postgres_connect(p->url, e);
    if (!p->connection)
        return -1;
    PQsetNoticeReceiver(p->connection, on_notice, NULL);
    return 0;
}

static void close_connection(struct db *db)
{
    PQfinish(own(db)->connection);
    free(own(db)->url);
    free(db);
}

static struct db *open_connection(const char *url, bool writer, struct err *e)
{
    struct postgres_db *p = mem_alloc(sizeof *p);

    (void)writer;
    db_init(&p->base, &db_postgres);
    p->url = mem_strdup(url);
    p->answer_ms = POSTGRES_ANSWER_MS;
    if (reopen(&p->base, e) == 0)
        return &p->base;
    close_connection(&p->base);
    return NULL;
}

/* Statements */

static struct stmt *make_stmt(struct db *db, const char *sql)
{
    struct postgres_stmt *s = mem_alloc(sizeof *s);

    (void)db;
    (void)sql;
    return &s->base;
}

/* The server forgets it with the connection; statements are only forgotten then. */
static void finalize(struct stmt *s)
{
    PQclear(own_stmt(s)->rows);
    free(s);
}

/*
 * Where the dialects differ and the SQL is written for both: SQLite's LIKE does not tell ASCII's capitals apart, which
 * with COLLATE "C" is what ILIKE does; DB_SKIP_LOCKED.
 */
static char *translate(const char *sql)
{
    static const struct { const char *ours, *theirs; } words[] = {
        {" LIKE ", " ILIKE "}, {DB_SKIP_LOCKED, " FOR UPDATE SKIP LOCKED"}};
    char *text = mem_alloc(strlen(sql) * 2 + 1), *to = text;

    while (*sql) {
        size_t i = 0;
        while (i < sizeof words / sizeof words[0] && strncmp(sql, words[i].ours, strlen(words[i].ours)) != 0)
            i++;
        if (i == sizeof words / sizeof words[0]) {
            *to++ = *sql++;
            continue;
        }
        to = stpcpy(to, words[i].theirs);
        sql += strlen(words[i].ours);
    }
    return text;
}

static Oid type_of(const struct param *p)
{
    return p->type == PARAM_INT ? OID_INT8 : p->type == PARAM_TEXT ? OID_TEXT : OID_BYTEA;
}

static bool prepare(struct postgres_stmt *s, const struct param *params)
{
    struct postgres_db *p = own(s->base.db);
    Oid types[PARAMS_MAX];
    char name[NAME_BYTES], *text;
    int count = 0;
    PGresult *r;

    if (!settle(s->base.db))
        return false;
    for (; params[count].type != PARAM_END; count++)
        types[count] = type_of(&params[count]);
    snprintf(name, sizeof name, "k%u", ++p->prepared);
    text = translate(s->base.sql);
    r = wait_for(s->base.db, s->base.sql, PQsendPrepare(p->connection, name, text, count, types));
    free(text);
    if (!r)
        return false;
    PQclear(r);
    memcpy(s->name, name, sizeof name);
    return true;
}

/* Parameters as libpq wants them. */
struct bound {
    const char *values[PARAMS_MAX];
    int lengths[PARAMS_MAX], formats[PARAMS_MAX];
    int64_t integers[PARAMS_MAX];         /* in network order */
    int count;
};

static void bind_param(struct bound *b, const struct param *p)
{
    int i = b->count++;

    b->formats[i] = 1;
    switch (p->type) {
    case PARAM_INT:
        b->integers[i] = (int64_t)htobe64((uint64_t)p->integer);
        b->values[i] = p->integer == DB_NULL_INT ? NULL : (const char *)&b->integers[i];
        b->lengths[i] = (int)sizeof b->integers[i];
        break;
    case PARAM_TEXT:
        b->values[i] = p->text;
        b->lengths[i] = p->text ? (int)strlen(p->text) : 0;
        break;
    case PARAM_BLOB:
        b->values[i] = p->blob.data;
        b->lengths[i] = (int)p->blob.len;
        break;
    case PARAM_END:
        break;
    }
}

/* Whether libpq took it. */
static int send_stmt(struct postgres_stmt *s, const struct param *params)
{
    struct bound b = {.count = 0};

    for (int i = 0; params[i].type != PARAM_END; i++) {
        if (i == PARAMS_MAX)
            abort();
        bind_param(&b, &params[i]);
    }
    return PQsendQueryPrepared(own(s->base.db)->connection, s->name, b.count, b.values, b.lengths, b.formats, 1);
}

static bool start(struct stmt *s, const struct param *params)
{
    struct postgres_stmt *x = own_stmt(s);
    PGresult *r;

    if (!x->name[0] && !prepare(x, params))
        return false;
    r = wait_for(s->db, s->sql, send_stmt(x, params));
    if (!r)
        return false;
    x->rows = r;
    x->row = -1;
    x->changes = strtoll(PQcmdTuples(r), NULL, 10);
    return true;
}

static bool later(struct stmt *s, const struct param *params)
{
    struct postgres_stmt *x = own_stmt(s);
    PGconn *c = own(s->db)->connection;

    if (!x->name[0] && !prepare(x, params))
        return false;
    if (own(s->db)->sent_count == POSTGRES_SENT_MAX - 1 && !settle(s->db))
        return false;
    if (own(s->db)->sent_count == 0 && !PQenterPipelineMode(c))
        return note_sent(s->db, s->sql, 0);
    return note_sent(s->db, s->sql, send_stmt(x, params));
}

static bool row(struct stmt *s)
{
    struct postgres_stmt *x = own_stmt(s);

    return ++x->row < PQntuples(x->rows);
}

static void reset(struct stmt *s)
{
    PQclear(own_stmt(s)->rows);
    own_stmt(s)->rows = NULL;
}

static struct bytes text(struct stmt *s, int column)
{
    struct postgres_stmt *x = own_stmt(s);

    if (PQgetisnull(x->rows, x->row, column))
        return (struct bytes){NULL, 0};
    return (struct bytes){PQgetvalue(x->rows, x->row, column), (size_t)PQgetlength(x->rows, x->row, column)};
}

static int of_numeric(const unsigned char *p, int i)
{
    return (int16_t)(uint16_t)(p[2 * i] << 8 | p[2 * i + 1]);
}

/*
 * A sum of bigints: the count of its digits to base 10,000, the first one's power, a sign, the decimals, the digits.
 * What stands behind the point is left out; nothing that is counted here is too large.
 */
static int64_t numeric(struct bytes b)
{
    const unsigned char *p = b.data;
    int digits = of_numeric(p, 0), power = of_numeric(p, 1);
    uint64_t value = 0;

    for (int i = 0; i <= power; i++)
        value = value * 10000 + (i < digits ? (uint64_t)of_numeric(p, 4 + i) : 0);
    return of_numeric(p, 2) == 0x4000 ? (int64_t)-value : (int64_t)value;
}

/* bigint, and what expressions make of it: numeric, integer, smallint, boolean. */
static int64_t integer(struct stmt *s, int column)
{
    struct bytes b = text(s, column);
    const unsigned char *p = b.data;
    uint64_t value = 0;

    if (!p)
        return DB_NULL_INT;
    if (PQftype(own_stmt(s)->rows, column) == OID_NUMERIC && b.len >= 8)
        return numeric(b);
    if (b.len != 1 && b.len != 2 && b.len != 4 && b.len != 8) {
        log_error("postgresql: column %d is no integer: %s", column, s->sql);
        db_fail(s->db, DB_BROKEN, ERR_FAILED, MSG_INTERNAL, "a column that is no integer");
        return 0;
    }
    if (b.len > 1 && p[0] & 0x80)
        value = UINT64_MAX;
    for (size_t i = 0; i < b.len; i++)
        value = value << 8 | p[i];
    return (int64_t)value;
}

static int64_t changes(struct stmt *s)
{
    return own_stmt(s)->changes;
}

/* Transactions */

static void script(struct db *db, const char *sql)
{
    if (settle(db))
        PQclear(wait_for(db, sql, PQsendQuery(own(db)->connection, sql)));
}

/* Goes out with the transaction's first statement. */
static void begin(struct db *db, enum db_mode mode)
{
    switch (mode) {
    case DB_READ:
        db_later(db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        break;
    case DB_WRITE:
        db_later(db, "BEGIN ISOLATION LEVEL SERIALIZABLE");
        break;
    case DB_WRITE_ROWS:
        db_later(db, "BEGIN ISOLATION LEVEL READ COMMITTED");
        break;
    }
}

/* A COMMIT that was sent and not answered may have been done. */
static enum db_commit commit(struct db *db)
{
    PGconn *c = own(db)->connection;
    PGresult *r = wait_for(db, "COMMIT", PQsendQueryParams(c, "COMMIT", 0, NULL, NULL, NULL, NULL, 1));
    bool committed = r && strcmp(PQcmdStatus(r), "COMMIT") == 0;

    if (committed) {
        PQclear(r);
        return DB_COMMITTED;
    }
    if (r)                                /* "ROLLBACK": it had failed before */
        fail(db, r, "COMMIT");
    return db->trouble == DB_LOST ? DB_COMMIT_UNKNOWN : DB_COMMIT_REFUSED;
}

static bool in_transaction(const struct db *db)
{
    return PQtransactionStatus(own(db)->connection) == PQTRANS_INTRANS;
}

static void rollback(struct db *db)
{
    PGTransactionStatusType status;

    settle(db);
    status = PQtransactionStatus(own(db)->connection);
    db_reset(db);
    if (status == PQTRANS_INTRANS || status == PQTRANS_INERROR)
        PQclear(answer(db, PQsendQuery(own(db)->connection, "ROLLBACK")));
}

/* Schema and upkeep */

static int64_t schema_version(struct db *db)
{
    if (db_int(db, 0, "SELECT 1 WHERE to_regclass('schema_version') IS NOT NULL") == 0)
        return 0;
    return db_int(db, 0, "SELECT version FROM schema_version");
}

static void set_schema_version(struct db *db, int64_t version)
{
    db_exec(db, "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)");
    db_exec(db, "DELETE FROM schema_version");
    db_exec(db, "INSERT INTO schema_version (version) VALUES ($1)", p_int(version));
}

/* A session's lock, so that it goes with the session. */
static void start_alone(struct db *db)
{
    char sql[120];

    postgres_set_patience(db, INT32_MAX);
    snprintf(sql, sizeof sql,
             "SET lock_timeout = %d; SET statement_timeout = %d; SELECT pg_advisory_lock(hashtext('kepu'), 1)",
             POSTGRES_START_LOCK_MS, POSTGRES_START_LOCK_MS);
    script(db, sql);
}

static int64_t size_bytes(struct db *db)
{
    return db_int(db, 0, "SELECT pg_database_size(current_database())");
}

const struct db_driver db_postgres = {
    .dialect = "postgres",
    .shared = true,
    .open = open_connection,
    .reopen = reopen,
    .close = close_connection,
    .prepare = make_stmt,
    .finalize = finalize,
    .start = start,
    .later = later,
    .row = row,
    .reset = reset,
    .integer = integer,
    .text = text,
    .blob = text,
    .changes = changes,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .in_transaction = in_transaction,
    .script = script,
    .schema_version = schema_version,
    .set_schema_version = set_schema_version,
    .start_alone = start_alone,
    .size_bytes = size_bytes,
};
