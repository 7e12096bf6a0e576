#include "conf_keys.h"

#include "ini.h"
#include "names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLAGS_MAX 64
#define NAME_BYTES (2 * INI_NAME_BYTES + 2)

/* Flags that are no keys. */
static const struct {
    const char *flag;
    enum conf_action action;    /* takes: CONF_RUN the configuration's path, CONF_RESTORE a backup's, CONF_COPY a URL */
    enum msg help;
} others[] = {
    {"config", CONF_RUN, HELP_CONFIG},
    {"check-config", CONF_CHECK, HELP_CHECK_CONFIG},
    {"restore", CONF_RESTORE, HELP_RESTORE},
    {"copy-to", CONF_COPY, HELP_COPY_TO},
    {"help", CONF_HELP, HELP_HELP},
    {"version", CONF_VERSION, HELP_VERSION},
};
#define OTHERS (sizeof others / sizeof others[0])

/* A flag of the command line, split. */
struct flag {
    char name[INI_NAME_BYTES];
    const char *value;
};

struct flags {
    struct { const struct conf_key *key; const char *value; } given[FLAGS_MAX];
    size_t count;
    const char *file, *backup, *copy_to;
    enum conf_action action;
};

static int unknown_flag(const char *name, struct err *e)
{
    const char *names[CONF_KEYS_MAX + OTHERS], *nearest;
    enum msg msg;
    char asked[INI_NAME_BYTES + 2], meant[INI_NAME_BYTES + 2];
    size_t n = 0;

    for (size_t i = 0; i < conf_key_count; i++)
        names[n++] = conf_keys[i].flag;
    for (size_t i = 0; i < OTHERS; i++)
        names[n++] = others[i].flag;
    nearest = names_nearest(name, names, n);
    snprintf(asked, sizeof asked, "--%s", name);
    snprintf(meant, sizeof meant, "--%s", nearest ? nearest : "");
    msg = nearest ? MSG_CONF_FLAG_UNKNOWN_NEAR : MSG_CONF_FLAG_UNKNOWN;
    return err_set(e, ERR_USAGE, msg, asked, asked, meant, NULL);
}

static int take_key(struct flags *f, const struct conf_key *key, const char *value, struct err *e)
{
    if (f->count == FLAGS_MAX)
        return err_set(e, ERR_USAGE, MSG_CONF_WORD, NULL, value, NULL);
    f->given[f->count].key = key;
    f->given[f->count++].value = value;
    return 0;
}

static int take_flag(struct flags *f, const struct flag *flag, struct err *e)
{
    for (size_t i = 0; i < conf_key_count; i++)
        if (strcmp(conf_keys[i].flag, flag->name) == 0)
            return flag->value ? take_key(f, &conf_keys[i], flag->value, e)
                               : err_set(e, ERR_USAGE, MSG_CONF_FLAG_VALUE, flag->name, flag->name, NULL);
    if (flag->value && strcmp(flag->name, "restore") == 0)
        f->backup = flag->value;
    else if (flag->value && strcmp(flag->name, "copy-to") == 0)
        f->copy_to = flag->value;
    else if (flag->value)
        f->file = flag->value;
    return 0;
}

static bool takes_file(enum conf_action action)
{
    return action == CONF_RUN || action == CONF_RESTORE;
}

/* Whether a flag takes a value, or -1 with e set if there is no such flag. */
static int takes_value(const char *name, struct flags *f, struct err *e)
{
    for (size_t i = 0; i < conf_key_count; i++)
        if (strcmp(conf_keys[i].flag, name) == 0)
            return 1;
    for (size_t i = 0; i < OTHERS; i++) {
        if (strcmp(others[i].flag, name) != 0)
            continue;
        if (others[i].action != CONF_RUN)
            f->action = others[i].action;
        return takes_file(others[i].action) || others[i].action == CONF_COPY;
    }
    return unknown_flag(name, e);
}

static int read_flags(int argc, char *const *argv, struct flags *f, struct err *e)
{
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i], *equals = strchr(word, '=');
        struct flag flag = {.value = equals ? equals + 1 : NULL};
        int wants;

        if (strcmp(word, "-h") == 0)
            word = "--help";
        if (strncmp(word, "--", 2) != 0 || !word[2])
            return err_set(e, ERR_USAGE, MSG_CONF_WORD, NULL, word, NULL);
        snprintf(flag.name, sizeof flag.name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
        wants = takes_value(flag.name, f, e);
        if (wants < 0)
            return -1;
        if (!wants && flag.value)
            return err_set(e, ERR_USAGE, MSG_CONF_FLAG_NO_VALUE, word, word, NULL);
        if (wants && !flag.value && !(flag.value = i + 1 < argc ? argv[++i] : NULL))
            return err_set(e, ERR_USAGE, MSG_CONF_FLAG_VALUE, word, word, NULL);
        if (take_flag(f, &flag, e))
            return -1;
    }
    return 0;
}

/* What the reading of a file needs. */
struct reading {
    struct conf *conf;
    bool seen[CONF_KEYS_MAX];
};

static int unknown_key(const char *name, struct err *e)
{
    char full[CONF_KEYS_MAX][NAME_BYTES];
    const char *names[CONF_KEYS_MAX], *nearest;
    enum msg msg;

    for (size_t i = 0; i < conf_key_count; i++) {
        snprintf(full[i], sizeof full[i], "%s.%s", conf_keys[i].section, conf_keys[i].name);
        names[i] = full[i];
    }
    nearest = names_nearest(name, names, conf_key_count);
    msg = nearest ? MSG_CONF_KEY_UNKNOWN_NEAR : MSG_CONF_KEY_UNKNOWN;
    return err_set(e, ERR_INVALID, msg, NULL, name, nearest, NULL);
}

/* Names are written with '_' or '-', as flags are. */
static bool same_name(const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if (*a != *b && !(*a == '-' && *b == '_'))
            return false;
    return *a == *b;
}

static int take_line(void *arg, const char *section, const char *name, char *value, struct err *e)
{
    struct reading *r = arg;
    char full[NAME_BYTES];

    for (size_t i = 0; i < conf_key_count; i++) {
        if (!same_name(section, conf_keys[i].section) || !same_name(name, conf_keys[i].name))
            continue;
        if (r->seen[i])
            return err_set(e, ERR_INVALID, MSG_FIELD_TWICE, NULL, name, NULL);
        r->seen[i] = true;
        return conf_set(r->conf, &conf_keys[i], value, e);
    }
    snprintf(full, sizeof full, "%s.%s", section, name);
    return unknown_key(full, e);
}

static int slurp(const char *path, struct buf *out, struct err *e)
{
    FILE *f = fopen(path, "re");
    char block[4096];
    size_t n;
    int failed;

    if (!f)
        return err_set(e, ERR_FAILED, MSG_CANNOT_OPEN, NULL, path, strerror(errno), NULL);
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        buf_add(out, block, n);
    failed = ferror(f);
    fclose(f);
    if (failed)
        return err_set(e, ERR_FAILED, MSG_CANNOT_OPEN, NULL, path, strerror(EIO), NULL);
    return out->overflow ? err_set(e, ERR_INVALID, MSG_CONF_LONG, NULL, path, "65536", NULL) : 0;
}

static int read_file(struct conf *c, bool must_exist, struct err *e)
{
    struct reading r = {.conf = c};
    struct buf text = {.max_bytes = CONF_FILE_BYTES_MAX};
    struct err why = {0};
    char line[ERR_FIELD_BYTES];
    int failed = slurp(c->file, &text, &why);

    if (failed && !must_exist && errno == ENOENT) {
        buf_release(&text);
        return 0;
    }
    if (!failed && ini_read(buf_text(&text), take_line, &r, &why)) {
        failed = -1;
        memcpy(line, why.field, sizeof line);
        why.field[0] = 0;
        err_field(&why, "%.40s, %.20s", strrchr(c->file, '/') ? strrchr(c->file, '/') + 1 : c->file, line);
    }
    buf_release(&text);
    if (failed)
        *e = why;
    return failed;
}

static int set_defaults(struct conf *c, struct err *e)
{
    for (size_t i = 0; i < conf_key_count; i++)
        if (conf_set(c, &conf_keys[i], "", e))
            return -1;
    return 0;
}

static int apply(struct conf *c, const struct flags *f, struct err *e)
{
    for (size_t i = 0; i < f->count; i++) {
        if (conf_set(c, f->given[i].key, f->given[i].value, e)) {
            err_field(e, "--%s", f->given[i].key->flag);
            return -1;
        }
    }
    return 0;
}

/* What follows from the state directory. */
static void derive(struct conf *c)
{
    if (!c->store_url)
        c->store_url = arena_printf(&c->arena, "sqlite:%s/kepu.db", c->state_dir);
    if (!c->key_file)
        c->key_file = arena_printf(&c->arena, "%s/key", c->state_dir);
}

int conf_read(int argc, char *const *argv, struct conf *ret, struct err *e)
{
    struct flags f = {0};

    *ret = (struct conf){0};
    if (read_flags(argc, argv, &f, e))
        return -1;
    ret->action = f.action;
    ret->copy_to = arena_strdup(&ret->arena, f.copy_to);
    ret->file = arena_strdup(&ret->arena, f.file ? f.file : CONF_FILE_DEFAULT);
    ret->backup = arena_strdup(&ret->arena, f.backup);
    if (f.action == CONF_HELP || f.action == CONF_VERSION)
        return 0;
    if (set_defaults(ret, e) || read_file(ret, f.file != NULL, e) || apply(ret, &f, e))
        return -1;
    derive(ret);
    return 0;
}

void conf_release(struct conf *c)
{
    arena_release(&c->arena);
}

static void help_line(struct buf *out, const char *flag, const char *value, const char *text)
{
    char left[64];

    snprintf(left, sizeof left, "--%s%s%s", flag, *value ? " " : "", value);
    buf_printf(out, "  %-30s %s", left, text);
}

static void help_key(const struct conf_key *key, enum lang lang, struct buf *out)
{
    static const char *const values[] = {
        [CONF_TEXT] = "TEXT", [CONF_PATH] = "PATH", [CONF_URL] = "URL", [CONF_LIST] = "A,B",
        [CONF_MODE] = "MODE", [CONF_SPAN] = "SPAN", [CONF_COUNT] = "N", [CONF_RATE] = "RATE", [CONF_CHOICE] = "WORD",
    };
    const char *shown = key->shown ? key->shown : key->fallback;

    help_line(out, key->flag, values[key->type], catalogue_text(key->help, lang));
    if (key->choices)
        buf_printf(out, ": %s", key->choices);
    if (shown)
        buf_printf(out, " (%s %s)", catalogue_text(WORD_HELP_DEFAULT, lang), shown);
    buf_printf(out, "\n  %-30s [%s] %s\n", "", key->section, key->name);
}

void conf_help(enum lang lang, struct buf *out)
{
    buf_printf(out, "%s\n\n%s\n\n", catalogue_text(WORD_USAGE, lang), catalogue_text(WORD_HELP_INTRO, lang));
    for (size_t i = 0; i < OTHERS; i++) {
        const char *value = takes_file(others[i].action) ? "FILE" : others[i].action == CONF_COPY ? "URL" : "";
        help_line(out, others[i].flag, value, catalogue_text(others[i].help, lang));
        buf_adds(out, "\n");
    }
    for (size_t i = 0; i < conf_key_count; i++)
        help_key(&conf_keys[i], lang, out);
}
