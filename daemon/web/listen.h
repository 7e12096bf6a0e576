/* Opening the sockets that kepu is asked at: TCP, Unix, those systemd hands over. All non-blocking, close-on-exec. */
#ifndef KEPU_WEB_LISTEN_H
#define KEPU_WEB_LISTEN_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define LISTEN_BACKLOG 1024
#define LISTEN_NAME_BYTES 128          /* "[address]:port" or a path, zero included */
#define LISTEN_INHERITED_MAX 8

/*
 * "127.0.0.1:8080", "[::1]:8080", "localhost:8080", ":8080" (every IPv4 address), "[::]:8080" (IPv6 too); port 0 takes
 * a free one. No DNS is asked.
 */
int listen_tcp(const char *where, int *ret_fd, struct err *e);
/* "127.0.0.1:43211": what a TCP socket is bound to, with the port that was taken; a Unix socket's path. */
int listen_name(int fd, char name[LISTEN_NAME_BYTES], struct err *e);

/*
 * Mode 0660. A socket that nobody answers on is left from a crash and removed first; one that is answered, and
 * anything that is no socket, is an error.
 */
int listen_unix(const char *path, int *ret_fd, struct err *e);
/* At the end, before http_stop closes the descriptor; leaves anything else at that path alone. */
void listen_unix_remove(int fd, const char *path);

struct listen_inherited {
    int fd;
    bool is_unix;
};
/*
 * systemd's socket activation: descriptors 3 … of $LISTEN_FDS where $LISTEN_PID is us; both are unset then, so that
 * children are not misled. None is no error.
 */
int listen_inherited(struct listen_inherited ret[LISTEN_INHERITED_MAX], size_t *ret_count, struct err *e);

#endif
