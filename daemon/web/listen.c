#include "listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define FIRST_INHERITED 3
#define UNIX_MODE 0660
#define PORT_BYTES 6

static int fail(const char *where, int error, struct err *e)
{
    if (error == EADDRINUSE)
        return err_set(e, ERR_EXISTS, MSG_LISTEN_IN_USE, NULL, where, NULL);
    return err_set(e, ERR_FAILED, MSG_LISTEN_FAILED, NULL, where, strerror(error), NULL);
}

/* Takes "host:port" and "[host]:port" apart; the host may be empty. */
static int split(const char *where, char *host, size_t host_size, char port[PORT_BYTES])
{
    const char *colon = strrchr(where, ':'), *start = where, *end = colon;

    if (!colon || strlen(colon + 1) >= PORT_BYTES || colon[1] == 0)
        return -1;
    if (*where == '[') {
        if (colon < where + 3 || colon[-1] != ']')
            return -1;
        start = where + 1;
        end = colon - 1;
    } else if (memchr(where, ':', (size_t)(colon - where))) {
        return -1;             /* an IPv6 address without brackets: where does it end? */
    }
    if ((size_t)(end - start) >= host_size)
        return -1;
    memcpy(host, start, (size_t)(end - start));
    host[end - start] = 0;
    strcpy(port, colon + 1);
    return 0;
}

static bool is_port(const char *port)
{
    return strspn(port, "0123456789") == strlen(port) && atoi(port) <= 65535;
}

static int resolve(const char *where, struct addrinfo **ret, struct err *e)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV};
    char host[LISTEN_NAME_BYTES], port[PORT_BYTES];
    const char *address = host;

    if (split(where, host, sizeof host, port) < 0 || !is_port(port))
        return err_set(e, ERR_INVALID, MSG_LISTEN_ADDRESS_BAD, NULL, where, NULL);
    if (host[0] == 0 || strcmp(host, "*") == 0)
        address = "0.0.0.0";
    else if (strcmp(host, "localhost") == 0)
        address = "127.0.0.1";
    if (getaddrinfo(address, port, &hints, ret) != 0)
        return err_set(e, ERR_INVALID, MSG_LISTEN_ADDRESS_BAD, NULL, where, NULL);
    return 0;
}

static int open_socket(int family)
{
    return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

int listen_tcp(const char *where, int *ret_fd, struct err *e)
{
    struct addrinfo *a;
    int fd, on = 1, off = 0, error;

    if (resolve(where, &a, e) < 0)
        return -1;
    fd = open_socket(a->ai_family);
    if (fd < 0)
        goto fail;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (a->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, a->ai_addr, a->ai_addrlen) < 0 || listen(fd, LISTEN_BACKLOG) < 0)
        goto fail;
    freeaddrinfo(a);
    *ret_fd = fd;
    return 0;
fail:
    error = errno;
    freeaddrinfo(a);
    if (fd >= 0)
        close(fd);
    return fail(where, error, e);
}

int listen_name(int fd, char name[LISTEN_NAME_BYTES], struct err *e)
{
    union { struct sockaddr any; struct sockaddr_un un; struct sockaddr_storage storage; } u;
    socklen_t size = sizeof u;
    char host[NI_MAXHOST], port[NI_MAXSERV];

    memset(&u, 0, sizeof u);
    if (getsockname(fd, &u.any, &size) < 0)
        return fail("", errno, e);
    if (u.any.sa_family == AF_UNIX) {
        snprintf(name, LISTEN_NAME_BYTES, "%s", u.un.sun_path);
        return 0;
    }
    if (getnameinfo(&u.any, size, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return fail("", EAFNOSUPPORT, e);
    snprintf(name, LISTEN_NAME_BYTES, u.any.sa_family == AF_INET6 ? "[%.100s]:%.8s" : "%.100s:%.8s", host, port);
    return 0;
}

static bool is_answered(const struct sockaddr_un *un)
{
    int fd = open_socket(AF_UNIX);
    bool yes = fd >= 0 && (connect(fd, (const struct sockaddr *)un, sizeof *un) == 0 || errno == EAGAIN);

    if (fd >= 0)
        close(fd);
    return yes;
}

static int remove_stale(const struct sockaddr_un *un, struct err *e)
{
    struct stat st;

    if (lstat(un->sun_path, &st) < 0)
        return errno == ENOENT ? 0 : fail(un->sun_path, errno, e);
    if (!S_ISSOCK(st.st_mode))
        return err_set(e, ERR_EXISTS, MSG_LISTEN_NOT_SOCKET, NULL, un->sun_path, NULL);
    if (is_answered(un))
        return fail(un->sun_path, EADDRINUSE, e);
    return unlink(un->sun_path) == 0 || errno == ENOENT ? 0 : fail(un->sun_path, errno, e);
}

/* bind takes the mode from the umask, so there is no moment in which others could connect. */
static int bind_private(int fd, const struct sockaddr_un *un)
{
    mode_t before = umask(0777 & ~UNIX_MODE);
    int result = bind(fd, (const struct sockaddr *)un, sizeof *un);

    umask(before);
    return result;
}

int listen_unix(const char *path, int *ret_fd, struct err *e)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    char most[12];
    int fd, error;

    if (strlen(path) >= sizeof un.sun_path) {
        snprintf(most, sizeof most, "%zu", sizeof un.sun_path - 1);
        return err_set(e, ERR_INVALID, MSG_LISTEN_PATH_TOO_LONG, NULL, path, most, NULL);
    }
    strcpy(un.sun_path, path);
    if (remove_stale(&un, e) < 0)
        return -1;
    fd = open_socket(AF_UNIX);
    if (fd < 0 || bind_private(fd, &un) < 0 || listen(fd, LISTEN_BACKLOG) < 0) {
        error = errno;
        if (fd >= 0)
            close(fd);
        return fail(path, error, e);
    }
    *ret_fd = fd;
    return 0;
}

void listen_unix_remove(int fd, const char *path)
{
    char name[LISTEN_NAME_BYTES];
    struct stat st;

    if (listen_name(fd, name, NULL) == 0 && strcmp(name, path) == 0 && lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
        unlink(path);
}

static int socket_option(int fd, int option)
{
    int value = 0;
    socklen_t size = sizeof value;

    return getsockopt(fd, SOL_SOCKET, option, &value, &size) < 0 ? -1 : value;
}

static int inherit(int fd, struct listen_inherited *ret, struct err *e)
{
    int domain = socket_option(fd, SO_DOMAIN), flags = fcntl(fd, F_GETFL);
    char number[12];

    if (domain < 0 || flags < 0 || socket_option(fd, SO_TYPE) != SOCK_STREAM || socket_option(fd, SO_ACCEPTCONN) != 1) {
        snprintf(number, sizeof number, "%d", fd);
        return err_set(e, ERR_FAILED, MSG_LISTEN_INHERITED_BAD, NULL, number, NULL);
    }
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    *ret = (struct listen_inherited){.fd = fd, .is_unix = domain == AF_UNIX};
    return 0;
}

/* A whole number from the environment, or -1. */
static long number_of(const char *name)
{
    const char *text = getenv(name);
    char *end;
    long n;

    if (!text || *text < '0' || *text > '9')
        return -1;
    n = strtol(text, &end, 10);
    return *end ? -1 : n;
}

int listen_inherited(struct listen_inherited ret[LISTEN_INHERITED_MAX], size_t *ret_count, struct err *e)
{
    long count = number_of("LISTEN_PID") == (long)getpid() ? number_of("LISTEN_FDS") : 0;
    struct listen_inherited found[LISTEN_INHERITED_MAX];

    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    if (count < 0)
        count = 0;
    if (count > LISTEN_INHERITED_MAX)
        return err_set(e, ERR_FAILED, MSG_LISTEN_INHERITED_BAD, NULL, "LISTEN_FDS", NULL);
    for (long i = 0; i < count; i++)
        if (inherit(FIRST_INHERITED + (int)i, &found[i], e) < 0)
            return -1;
    memcpy(ret, found, (size_t)count * sizeof *ret);
    *ret_count = (size_t)count;
    return 0;
}
