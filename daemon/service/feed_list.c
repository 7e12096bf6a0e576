/* Which feeds there are, and the address of one's own. */
#include "event.h"
#include "feed_write.h"
#include "store/register.h"
#include "store/volunteer.h"

#include <string.h>

char *feed_path(enum feed_kind kind, const char *slug, struct arena *a)
{
    if (kind == FEED_ALL)
        return arena_strdup(a, "/feeds/all.ics");
    return arena_printf(a, "/feeds/%s/%s.ics", feed_kind_name(kind), slug);
}

bool feed_register_of(enum feed_kind kind, enum register_kind *ret)
{
    if (kind != FEED_CATEGORY && kind != FEED_AUDIENCE && kind != FEED_DEPARTMENT)
        return false;
    *ret = kind == FEED_CATEGORY ? REGISTER_CATEGORY : kind == FEED_AUDIENCE ? REGISTER_AUDIENCE : REGISTER_DEPARTMENT;
    return true;
}

static void fill_entry(struct call *c, enum feed_kind kind, char *slug, char *title, struct feed_entry *x)
{
    const char *public_url = service_settings(c->service)->public_url, *scheme = strstr(public_url, "://");
    const char *path = feed_path(kind, slug, &c->out);

    x->kind = (char *)(uintptr_t)feed_kind_name(kind);
    x->slug = kind == FEED_ALL ? NULL : slug;
    x->title = title;
    x->url = arena_printf(&c->out, "%s%s", public_url, path);
    x->webcal = arena_printf(&c->out, "webcal://%s%s", scheme ? scheme + 3 : public_url, path);
}

static void list_feed(struct call *c, struct list_builder *items, enum feed_kind kind, char *slug, char *title)
{
    fill_entry(c, kind, slug, title, list_add(c, items, sizeof(struct feed_entry)));
}

static void list_entries(struct call *c, struct db *db, struct list_builder *items, enum feed_kind kind)
{
    struct feed_ref ref = {.kind = kind, .slug = "", .lang = c->req.lang};
    struct feed_writer w = {.c = c, .db = db, .ref = &ref};
    enum register_kind list;
    struct entry *entries;
    size_t count;

    if (!feed_register_of(kind, &list))
        return;
    count = store_entries(db, list, &c->out, &entries);
    for (size_t i = 0; i < count; i++)
        if (store_feed_in_use(db, kind, entries[i].slug))
            list_feed(c, items, kind, entries[i].slug, arena_strdup(&c->out, feed_title(&w, &entries[i])));
}

static int run_list(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct list_builder items = {0};
    struct stmt *s;

    (void)input;
    list_feed(c, &items, FEED_ALL, (char *)(uintptr_t)"",
              arena_strdup(&c->out, catalogue_text(WORD_FEED_ALL, c->req.lang)));
    for (enum feed_kind kind = FEED_CATEGORY; kind <= FEED_DEPARTMENT; kind++)
        list_entries(c, db, &items, kind);
    s = store_feed_titles(db);
    while (stmt_row(s)) {
        char *slug = stmt_text(s, 0, &c->out), *title = stmt_text(s, 1, &c->out);
        list_feed(c, &items, FEED_EVENT, slug, title);
    }
    *ret = list_end(c, &items, NULL);
    return db_check(db, e);
}

/* A new address; the old one is gone with it. */
static int run_rotate(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct volunteer_ref *in = input;
    struct feed_entry *x = arena_alloc(&c->out, sizeof *x);
    unsigned char hash[CRYPTO_HASH_BYTES];
    char token[CRYPTO_TOKEN_BYTES];
    struct volunteer_id who;

    if (!store_volunteer_lock(db, in->id, &c->out, &who))
        return db_check(db, e) ? -1 : err_set(e, ERR_NOT_FOUND, MSG_VOLUNTEER_NOT_FOUND, "volunteer", in->id, NULL);
    crypto_token(token);
    crypto_token_hash(token, hash);
    store_feed_set_token(db, who.id, hash);
    call_audit(c, who.code, "calendar address renewed");
    call_changed(c, CHANGE_PERSON, who.id);
    fill_entry(c, FEED_VOLUNTEER, arena_strdup(&c->out, token),
               arena_strdup(&c->out, catalogue_text(WORD_FEED_VOLUNTEER, c->req.lang)), x);
    x->slug = who.code;
    *ret = x;
    return db_check(db, e);
}

const struct operation op_feed_list = {"feed list", ROLE_PUBLIC, false, run_list};
const struct operation op_feed_rotate = {"feed rotate", ROLE_ORGANIZER, true, run_rotate};
