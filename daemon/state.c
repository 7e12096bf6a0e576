#include "state.h"

#include "base/log.h"
#include "store/office.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PID_BYTES 16
#define KEY_CHECK "key_check"
#define PUBLIC_URL "public_url"

static int refuse_second(int fd, const char *dir, struct err *e)
{
    char pid[PID_BYTES] = "";
    ssize_t n = pread(fd, pid, sizeof pid - 1, 0);

    pid[n > 0 ? n : 0] = 0;
    pid[strcspn(pid, "\n")] = 0;
    return err_set(e, ERR_CONFLICT, MSG_SERVER_RUNNING, NULL, dir, pid[0] ? pid : "?", NULL);
}

int state_lock(const char *dir, int *ret_fd, struct err *e)
{
    char path[1100], pid[PID_BYTES];
    int fd, len;

    if (mkdir(dir, 0750) != 0 && errno != EEXIST)
        return err_set(e, ERR_FAILED, MSG_CANNOT_WRITE, "state_dir", dir, strerror(errno), NULL);
    snprintf(path, sizeof path, "%s/kepud.pid", dir);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return err_set(e, ERR_FAILED, MSG_CANNOT_WRITE, "state_dir", path, strerror(errno), NULL);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        refuse_second(fd, dir, e);
        close(fd);
        return -1;
    }
    len = snprintf(pid, sizeof pid, "%d\n", (int)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)len, 0) != len) {
        err_set(e, ERR_FAILED, MSG_CANNOT_WRITE, "state_dir", path, strerror(errno), NULL);
        close(fd);
        return -1;
    }
    *ret_fd = fd;
    return 0;
}

/* Reads a value of the database's, or writes it. */
struct meta {
    struct job job;
    const char *name;
    const char *value;        /* to be written */
    char *found;
    struct arena arena;
};

static int run_get(struct job *job, struct db *db, struct err *e)
{
    struct meta *m = (struct meta *)(void *)job;

    m->found = store_meta_get(db, m->name, &m->arena);
    return db_check(db, e);
}

static int run_set(struct job *job, struct db *db, struct err *e)
{
    struct meta *m = (struct meta *)(void *)job;

    store_meta_set(db, m->name, m->value);
    return db_check(db, e);
}

static void ignore(struct job *job)
{
    (void)job;
}

/* *ret is "" where there is none. */
static int get(struct store *store, const char *name, char *ret, size_t size, struct err *e)
{
    struct meta m = {.job = {.run = run_get, .done = ignore}, .name = name};
    int failed = store_run_now(store, &m.job);

    if (failed)
        *e = m.job.err;
    else
        snprintf(ret, size, "%s", m.found ? m.found : "");
    arena_release(&m.arena);
    return failed;
}

static int set(struct store *store, const char *name, const char *value, struct err *e)
{
    struct meta m = {.job = {.write = true, .run = run_set, .done = ignore}, .name = name, .value = value};
    int failed = store_run_now(store, &m.job);

    if (failed)
        *e = m.job.err;
    return failed;
}

static void check_of(const struct crypto_keys *keys, char ret[2 * CRYPTO_KEY_BYTES + 1])
{
    for (size_t i = 0; i < CRYPTO_KEY_BYTES; i++)
        snprintf(ret + 2 * i, 3, "%02x", keys->check[i]);
}

int state_copy(const char *dir, const char *key_file, const char *from_url, const char *to_url, struct copied *ret,
               struct err *e)
{
    char check[2 * CRYPTO_KEY_BYTES + 1];
    struct crypto_keys keys;
    int fd;

    if (crypto_init())
        return err_set(e, ERR_FAILED, MSG_RANDOMNESS, NULL, NULL);
    if (crypto_keys_load(key_file, false, &keys, e) || state_lock(dir, &fd, e))
        return -1;
    check_of(&keys, check);
    return store_copy(from_url, to_url, check, ret, e);
}

int state_open_keys(struct store *store, const char *key_file, struct crypto_keys *ret, struct err *e)
{
    char known[2 * CRYPTO_KEY_BYTES + 1], check[2 * CRYPTO_KEY_BYTES + 1];
    struct crypto_keys keys;

    if (get(store, KEY_CHECK, known, sizeof known, e) || crypto_keys_load(key_file, !known[0], &keys, e))
        return -1;
    check_of(&keys, check);
    if (known[0] && strcmp(known, check) != 0)
        return err_set(e, ERR_CONFLICT, MSG_STORE_OTHER_KEY, "key_file", NULL);
    if (!known[0] && set(store, KEY_CHECK, check, e))
        return -1;
    *ret = keys;
    return 0;
}

int state_daemon(const char *dir, char ret[STATE_DAEMON_BYTES], struct err *e)
{
    char path[1100], text[STATE_DAEMON_BYTES + 1] = "";
    ssize_t n;
    int fd;

    snprintf(path, sizeof path, "%s/daemon", dir);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return err_set(e, ERR_FAILED, MSG_CANNOT_WRITE, "state_dir", path, strerror(errno), NULL);
    n = read(fd, text, STATE_DAEMON_BYTES - 1);
    if (n != STATE_DAEMON_BYTES - 1) {
        crypto_code(STATE_DAEMON_BYTES - 1, text);
        n = pwrite(fd, text, STATE_DAEMON_BYTES - 1, 0);
    }
    close(fd);
    if (n != STATE_DAEMON_BYTES - 1)
        return err_set(e, ERR_FAILED, MSG_CANNOT_WRITE, "state_dir", path, strerror(errno), NULL);
    memcpy(ret, text, STATE_DAEMON_BYTES);
    return 0;
}

/* Nobody can follow a link to "every address". */
static void guess_url(const char *listener, char ret[STATE_URL_BYTES])
{
    const char *port = strrchr(listener, ':');
    bool any = strncmp(listener, "0.0.0.0:", 8) == 0 || strncmp(listener, "[::]:", 5) == 0;

    snprintf(ret, STATE_URL_BYTES, "http://%s%s", any ? "localhost" : "", any && port ? port : listener);
}

int state_public_url(struct store *store, const char *said, const char *listener, char ret[STATE_URL_BYTES],
                     struct err *e)
{
    char kept[STATE_URL_BYTES];

    if (get(store, PUBLIC_URL, kept, sizeof kept, e))
        return -1;
    if (said)
        snprintf(ret, STATE_URL_BYTES, "%s", said);
    else if (kept[0])
        snprintf(ret, STATE_URL_BYTES, "%s", kept);
    else
        guess_url(listener, ret);
    if (strcmp(kept, ret) == 0)
        return 0;
    if (kept[0])
        log_warning("the public address is now %s; it was %s: links sent before lead to the old one", ret, kept);
    return set(store, PUBLIC_URL, ret, e);
}

int state_read_file(const char *path, size_t bytes_max, struct buf *ret, struct err *e)
{
    FILE *f = fopen(path, "re");
    char block[65536];
    size_t n;
    bool failed;

    if (!f)
        return err_set(e, ERR_FAILED, MSG_CANNOT_OPEN, "restore", path, strerror(errno), NULL);
    while ((n = fread(block, 1, sizeof block, f)) > 0 && ret->len + n <= bytes_max)
        buf_add(ret, block, n);
    failed = ferror(f) || n > 0;
    fclose(f);
    return failed ? err_set(e, ERR_INVALID, MSG_BACKUP_BAD, "restore", NULL) : 0;
}
