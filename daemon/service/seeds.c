#include "seeds.h"

#include "base/assets.h"
#include "base/log.h"
#include "holiday.h"
#include "plan.h"
#include "store/register.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct seed {
    const char *name;
    const char *data;
    size_t len;
};

struct seed_list {
    struct arena arena;
    struct seed files[SEED_FILES_MAX];
    size_t count;
};

struct load {
    struct call *c;
    struct db *db;
    const struct seed *file;
    int64_t added;
    bool strict;                  /* somebody's import: a plan that can't be added is an error */
};

static char *text_of(struct load *l, const json_t *o, const char *name)
{
    const char *text = json_string_value(json_object_get(o, name));

    return arena_strdup(&l->c->out, text ? text : "");
}

static struct texts texts_of(struct load *l, const json_t *o, const char *name)
{
    const json_t *array = json_object_get(o, name);
    struct texts list = {arena_alloc(&l->c->out, (json_array_size(array) + 1) * sizeof(char *)), 0, true};

    for (size_t i = 0; i < json_array_size(array); i++)
        if (json_is_string(json_array_get(array, i)))
            list.items[list.count++] = arena_strdup(&l->c->out, json_string_value(json_array_get(array, i)));
    return list;
}

static int wrong(struct load *l, const char *what, struct err *e)
{
    return err_set(e, ERR_INVALID, MSG_SEED_BAD, NULL, l->file->name, what, NULL);
}

/* Every object needs a slug and a title. */
static int check_named(struct load *l, const json_t *o, struct err *e)
{
    if (!json_is_string(json_object_get(o, "slug")) || !json_is_string(json_object_get(o, "title")))
        return wrong(l, "slug, title", e);
    return 0;
}

static int load_entries(struct load *l, const json_t *array, enum register_kind kind, struct err *e)
{
    if (!json_is_array(array))
        return wrong(l, "[", e);
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *o = json_array_get(array, i);
        struct entry x;
        if (check_named(l, o, e))
            return -1;
        x = (struct entry){.slug = text_of(l, o, "slug"), .title = text_of(l, o, "title"),
                           .title_en = text_of(l, o, "title_en"), .aliases = texts_of(l, o, "aliases"),
                           .color = text_of(l, o, "color"), .address = text_of(l, o, "address"),
                           .latitude = text_of(l, o, "latitude"), .longitude = text_of(l, o, "longitude"),
                           .kind = text_of(l, o, "kind"), .town = text_of(l, o, "town")};
        l->added += store_entry_insert(l->db, kind, &x);
    }
    return 0;
}

#define LOADS(name, kind)                                                          \
    static int load_##name(struct load *l, const json_t *array, struct err *e)     \
    {                                                                              \
        return load_entries(l, array, kind, e);                                    \
    }
LOADS(departments, REGISTER_DEPARTMENT)
LOADS(categories, REGISTER_CATEGORY)
LOADS(audiences, REGISTER_AUDIENCE)
LOADS(venues, REGISTER_VENUE)
LOADS(units, REGISTER_UNIT)

static int load_presets(struct load *l, const json_t *array, struct err *e)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *o = json_array_get(array, i);
        char *body;
        if (check_named(l, o, e))
            return -1;
        body = json_dumps(o, JSON_COMPACT | JSON_PRESERVE_ORDER);
        l->added +=
            store_preset_insert(l->db, text_of(l, o, "slug"), text_of(l, o, "title"), text_of(l, o, "title_en"), body);
        free(body);
    }
    return 0;
}

static int load_plan(struct load *l, const json_t *o, struct err *e)
{
    bool added;

    if (plan_read(l->c, l->db, o, !l->strict, &added, e))
        return -1;
    l->added += added;
    return 0;
}

static int load_holidays(struct load *l, struct err *e)
{
    struct holidays days;

    if (holidays_parse(l->file->data, l->file->len, &l->c->out, &days, e))
        return -1;
    holidays_keep(l->db, &days, false);
    return 0;
}

static const struct {
    const char *key;
    int (*load)(struct load *l, const json_t *value, struct err *e);
} kinds[] = {
    {"departments", load_departments}, {"categories", load_categories}, {"audiences", load_audiences},
    {"venues", load_venues},           {"units", load_units},           {"plan", load_plan},
    {"presets", load_presets},
};

static int load_object(struct load *l, const json_t *root, struct err *e)
{
    bool known = false;

    if (json_object_get(root, "days") && json_object_get(root, "year"))
        return load_holidays(l, e);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const json_t *value = json_object_get(root, kinds[i].key);
        if (value && kinds[i].load(l, value, e))
            return -1;
        known |= value != NULL;
    }
    return known ? 0 : wrong(l, "departments, categories, audiences, venues, units, plan, presets, days", e);
}

static int load_file(struct load *l, struct err *e)
{
    json_error_t where;
    json_t *root = json_loadb(l->file->data, l->file->len, JSON_REJECT_DUPLICATES, &where);
    char what[160];
    int failed;

    if (!root) {
        snprintf(what, sizeof what, "%d:%d %.100s", where.line, where.column, where.text);
        return wrong(l, what, e);
    }
    failed = load_object(l, root, e);
    json_decref(root);
    return failed;
}

int seeds_take(struct call *c, struct db *db, const json_t *root, const char *name, int64_t *ret_added, struct err *e)
{
    const struct seed file = {.name = name};
    struct load l = {.c = c, .db = db, .file = &file, .strict = true};

    if (load_object(&l, root, e))
        return -1;
    *ret_added = l.added;
    return 0;
}

static int run_seeds(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct seed_list *list = input;
    struct load l = {.c = c, .db = db};

    (void)ret;
    for (size_t i = 0; i < list->count; i++) {
        l.file = &list->files[i];
        if (load_file(&l, e))
            return -1;
    }
    if (l.added > 0)
        log_info("seeds: %lld added", (long long)l.added);
    return db_check(db, e);
}

static const struct operation op_seeds = {"seeds", ROLE_ADMIN, true, run_seeds};

/* Reading the files */

static int read_file(struct seed_list *list, const char *path, struct err *e)
{
    FILE *f = fopen(path, "r");
    struct stat st;
    char *data;

    if (!f || fstat(fileno(f), &st) != 0) {
        err_set(e, ERR_FAILED, MSG_CANNOT_OPEN, "seed", path, strerror(errno), NULL);
        if (f)
            fclose(f);
        return -1;
    }
    data = st.st_size <= SEED_FILE_BYTES_MAX ? arena_alloc(&list->arena, (size_t)st.st_size + 1) : NULL;
    if (!data || list->count == SEED_FILES_MAX || fread(data, 1, (size_t)st.st_size, f) != (size_t)st.st_size) {
        fclose(f);
        return err_set(e, ERR_FAILED, MSG_CANNOT_OPEN, "seed", path, "too large, or too many files", NULL);
    }
    fclose(f);
    list->files[list->count++] = (struct seed){arena_strdup(&list->arena, path), data, (size_t)st.st_size};
    return 0;
}

static int wanted(const struct dirent *d)
{
    const char *dot = strrchr(d->d_name, '.');

    return d->d_name[0] != '.' && (!dot || strcmp(dot, ".json") == 0);
}

static int read_folder(struct seed_list *list, const char *dir, int depth, struct err *e)
{
    struct dirent **names;
    int count = scandir(dir, &names, wanted, alphasort), failed = 0;

    if (count < 0)
        return err_set(e, ERR_FAILED, MSG_CANNOT_OPEN, "seed", dir, strerror(errno), NULL);
    for (int i = 0; i < count; i++) {
        char path[4096];
        struct stat st;
        snprintf(path, sizeof path, "%s/%s", dir, names[i]->d_name);
        if (!failed && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
            failed = depth > 0 ? read_folder(list, path, depth - 1, e) : 0;
        else if (!failed && strstr(path, ".json"))
            failed = read_file(list, path, e);
        free(names[i]);
    }
    free(names);
    return failed;
}

static void take_embedded(struct seed_list *list)
{
    for (const struct asset *a = asset_next("seeds/", NULL); a && list->count < SEED_FILES_MAX;
         a = asset_next("seeds/", a))
        list->files[list->count++] = (struct seed){a->path, a->data, a->len};
}

int seeds_load(struct service *s, const char *dir, struct err *e)
{
    struct seed_list *list = mem_alloc(sizeof *list);
    struct call *c = mem_alloc(sizeof *c);
    int failed = 0;

    if (dir)
        failed = read_folder(list, dir, 1, e);
    else
        take_embedded(list);
    if (!failed) {
        c->op = &op_seeds;
        c->input = list;
        c->req.principal.role = ROLE_ADMIN;
        snprintf(c->req.principal.name, sizeof c->req.principal.name, "kepud");
        c->req.if_version = FIELD_INT_ABSENT;
        failed = service_call_now(s, c);
        if (failed)
            *e = c->err;
        call_release(c);
    }
    free(c);
    arena_release(&list->arena);
    free(list);
    return failed;
}
