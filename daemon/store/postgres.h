/* The PostgreSQL driver's own: a connection, how it is made, and waiting for what other daemons tell. */
#ifndef KEPU_STORE_POSTGRES_H
#define KEPU_STORE_POSTGRES_H

#include "driver.h"

#define POSTGRES_VERSION_MIN 140000
#define POSTGRES_CONNECT_MS 5000
#define POSTGRES_STATEMENT_MS 10000       /* a statement, a transaction left alone: no longer */
#define POSTGRES_LOCK_MS 8000             /* a wait for a row */
#define POSTGRES_ANSWER_MS 12000          /* a server that says nothing for so long is taken for gone */
#define POSTGRES_SENT_MAX 50              /* answers that wait on the way are few bytes each: no buffer fills */
#define POSTGRES_START_LOCK_MS 120000     /* another daemon's migrations and seeds take no longer */

struct pg_conn;                           /* libpq's PGconn */

struct postgres_db {
    struct db base;
    struct pg_conn *connection;
    char *url;
    unsigned prepared;                    /* names given to statements of this connection */
    const char *sent[POSTGRES_SENT_MAX];  /* SQL of what was sent ahead: the connection is in pipeline mode */
    int sent_count;
    int64_t answer_ms;                    /* POSTGRES_ANSWER_MS, or what postgres_set_patience said */
};

/* A connection that is checked and set up; NULL with one sentence that says what to do. */
struct pg_conn *postgres_connect(const char *url, struct err *e);

/* The SQLSTATE in a verbose message of a server's ("28P01"); "" if there is none. */
void postgres_state_of(const char *message, char ret[6]);

/* The first line of what went wrong, without its end. */
void postgres_first_line(const char *message, char *ret, size_t size);

/* Stars in place of whatever of the address's password stands in the line. */
void postgres_hide_password(const char *url, char *line);

/* How long an answer may take on this connection. */
void postgres_set_patience(struct db *db, int64_t answer_ms);

/*
 * Waits until another connection notifies of `kepu`, `wake_fd` is readable, or timeout_ms are over: 1 if notified, 0 if
 * not, -1 if the connection is gone.
 */
int postgres_wait(struct db *db, int wake_fd, int timeout_ms);

#endif
