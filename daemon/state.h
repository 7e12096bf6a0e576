/* The state directory and what the database remembers of its daemon: the lock, the office's key, the public address. */
#ifndef KEPU_STATE_H
#define KEPU_STATE_H

#include "base/conf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "store/copy.h"
#include "store/store.h"

#define STATE_URL_BYTES 256
#define STATE_DAEMON_BYTES 17

/*
 * Makes the directory where it is missing, and holds kepud.pid in it, locked while the descriptor is open and with our
 * pid inside. Another daemon on the same state: ERR_CONFLICT, with its pid.
 */
int state_lock(const char *dir, int *ret_fd, struct err *e);

/*
 * The office's key. It is made only while the database has none; a database that knows another one is refused. Before
 * the loop runs.
 */
int state_open_keys(struct store *store, const char *key_file, struct crypto_keys *ret, struct err *e);

/* A whole file, no larger than `bytes_max`. */
int state_read_file(const char *path, size_t bytes_max, struct buf *ret, struct err *e);

/* Copies all of a state that nobody works on into an empty database (store/copy.h); the key file has to be its own. */
int state_copy(const char *dir, const char *key_file, const char *from_url, const char *to_url, struct copied *ret,
               struct err *e);

/* The name of this state directory's daemon among those of a shared database, made at the first start (DIR/daemon). */
int state_daemon(const char *dir, char ret[STATE_DAEMON_BYTES], struct err *e);

/*
 * The address people see: the one that was said, else the one kept in the database, else http:// and the listener's.
 * It is kept from then on, so that links and calendars stay the same whatever port is taken next time.
 */
int state_public_url(struct store *store, const char *said, const char *listener, char ret[STATE_URL_BYTES],
                     struct err *e);

#endif
