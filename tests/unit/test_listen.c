/* Listening sockets: what is taken, what is refused, and what a crash left behind. */
#include "web/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[32];

static int setup(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/kepu-listen-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
    char path[64];

    (void)state;
    snprintf(path, sizeof path, "%s/s", dir);
    unlink(path);
    return rmdir(dir);
}

static void port_0_takes_a_free_port_and_tells_it(void **state)
{
    static const struct { const char *where, *host; } cases[] = {
        {"127.0.0.1:0", "127.0.0.1:"}, {"localhost:0", "127.0.0.1:"}, {":0", "0.0.0.0:"}, {"*:0", "0.0.0.0:"}};
    char name[LISTEN_NAME_BYTES];
    struct err e;
    int fd;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(listen_tcp(cases[i].where, &fd, &e), 0);
        assert_int_equal(listen_name(fd, name, &e), 0);
        assert_memory_equal(name, cases[i].host, strlen(cases[i].host));
        assert_true(atoi(name + strlen(cases[i].host)) > 0);
        assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
        assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
        close(fd);
    }
}

static void ipv6_addresses_stand_in_brackets(void **state)
{
    char name[LISTEN_NAME_BYTES];
    struct err e;
    int fd;

    (void)state;
    if (listen_tcp("[::1]:0", &fd, &e) < 0) {
        print_message("no IPv6 here\n");
        skip();
    }
    assert_int_equal(listen_name(fd, name, &e), 0);
    assert_memory_equal(name, "[::1]:", 6);
    close(fd);
}

static void what_is_no_address_and_port_is_refused(void **state)
{
    static const char *const bad[] = {"", "127.0.0.1", "8080", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:-1",
                                      "127.0.0.1:70000", "::1:80", "[::1:80", "[]:80", "[", "example.org:80",
                                      "[::1]80", "127.0.0.1:80 "};
    struct err e;
    int fd = -7;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(listen_tcp(bad[i], &fd, &e), -1);
        assert_int_equal(e.msg, MSG_LISTEN_ADDRESS_BAD);
        assert_int_equal(fd, -7);
    }
}

static void a_port_in_use_is_said_so(void **state)
{
    char name[LISTEN_NAME_BYTES];
    struct err e;
    int fd, other;

    (void)state;
    assert_int_equal(listen_tcp("127.0.0.1:0", &fd, &e), 0);
    assert_int_equal(listen_name(fd, name, &e), 0);
    assert_int_equal(listen_tcp(name, &other, &e), -1);
    assert_int_equal(e.code, ERR_EXISTS);
    assert_string_equal(e.args[0], name);
    close(fd);
}

static void a_unix_socket_is_for_owner_and_group(void **state)
{
    char path[64], name[LISTEN_NAME_BYTES];
    struct stat st;
    struct err e;
    mode_t before = umask(0);
    int fd;

    (void)state;
    snprintf(path, sizeof path, "%s/s", dir);
    assert_int_equal(listen_unix(path, &fd, &e), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0660);
    assert_int_equal(umask(before), 0);
    assert_int_equal(listen_name(fd, name, &e), 0);
    assert_string_equal(name, path);
    listen_unix_remove(fd, path);
    assert_int_equal(stat(path, &st), -1);
    close(fd);
}

static void a_socket_left_by_a_crash_is_replaced(void **state)
{
    char path[64];
    struct err e;
    int fd;

    (void)state;
    snprintf(path, sizeof path, "%s/s", dir);
    assert_int_equal(listen_unix(path, &fd, &e), 0);
    close(fd);                 /* the file stays, as after kill -9 */
    assert_int_equal(listen_unix(path, &fd, &e), 0);
    close(fd);
}

static void a_socket_in_use_and_other_files_are_left_alone(void **state)
{
    char path[64];
    struct stat st;
    struct err e;
    int fd, other;

    (void)state;
    snprintf(path, sizeof path, "%s/s", dir);
    assert_int_equal(listen_unix(path, &fd, &e), 0);
    assert_int_equal(listen_unix(path, &other, &e), -1);
    assert_int_equal(e.msg, MSG_LISTEN_IN_USE);
    close(fd);
    unlink(path);
    fd = open(path, O_CREAT | O_WRONLY, 0600);
    assert_int_equal(listen_unix(path, &other, &e), -1);
    assert_int_equal(e.msg, MSG_LISTEN_NOT_SOCKET);
    listen_unix_remove(fd, path);
    assert_int_equal(stat(path, &st), 0);
    close(fd);
}

static void a_path_that_would_be_cut_is_refused(void **state)
{
    char path[200] = "/tmp/";
    struct err e;
    int fd;

    (void)state;
    memset(path + 5, 'a', 150);
    assert_int_equal(listen_unix(path, &fd, &e), -1);
    assert_int_equal(e.msg, MSG_LISTEN_PATH_TOO_LONG);
    assert_string_equal(e.args[1], "107");
}

/* In a child: it needs descriptor 3 for itself. */
static int inherit_in_child(const char *path, bool as_listener, bool for_us)
{
    struct listen_inherited got[LISTEN_INHERITED_MAX];
    size_t count = 99;
    char number[20];
    struct err e;
    int fd;

    if (as_listener ? listen_unix(path, &fd, &e) < 0 : (fd = socket(AF_UNIX, SOCK_DGRAM, 0)) < 0)
        return 10;
    if (fd != 3 && dup2(fd, 3) < 0)
        return 11;
    snprintf(number, sizeof number, "%d", (int)getpid() + !for_us);
    setenv("LISTEN_PID", number, 1);
    setenv("LISTEN_FDS", "1", 1);
    if (listen_inherited(got, &count, &e) < 0)
        return 1;
    if (getenv("LISTEN_FDS") || getenv("LISTEN_PID"))
        return 12;
    if (count == 0)
        return 2;
    return count == 1 && got[0].fd == 3 && got[0].is_unix && fcntl(3, F_GETFD) == FD_CLOEXEC ? 0 : 13;
}

static int child_result(bool as_listener, bool for_us)
{
    char path[64];
    int status;
    pid_t pid;

    snprintf(path, sizeof path, "%s/s", dir);
    pid = fork();
    if (pid == 0)
        _exit(inherit_in_child(path, as_listener, for_us));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void sockets_of_systemd_are_taken_over(void **state)
{
    (void)state;
    assert_int_equal(child_result(true, true), 0);
}

static void sockets_for_another_process_are_not(void **state)
{
    (void)state;
    assert_int_equal(child_result(true, false), 2);
}

static void what_does_not_listen_is_refused(void **state)
{
    (void)state;
    assert_int_equal(child_result(false, true), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(port_0_takes_a_free_port_and_tells_it),
        cmocka_unit_test(ipv6_addresses_stand_in_brackets),
        cmocka_unit_test(what_is_no_address_and_port_is_refused),
        cmocka_unit_test(a_port_in_use_is_said_so),
        cmocka_unit_test_setup_teardown(a_unix_socket_is_for_owner_and_group, setup, teardown),
        cmocka_unit_test_setup_teardown(a_socket_left_by_a_crash_is_replaced, setup, teardown),
        cmocka_unit_test_setup_teardown(a_socket_in_use_and_other_files_are_left_alone, setup, teardown),
        cmocka_unit_test(a_path_that_would_be_cut_is_refused),
        cmocka_unit_test_setup_teardown(sockets_of_systemd_are_taken_over, setup, teardown),
        cmocka_unit_test_setup_teardown(sockets_for_another_process_are_not, setup, teardown),
        cmocka_unit_test_setup_teardown(what_does_not_listen_is_refused, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
