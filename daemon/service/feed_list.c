/* Which feeds there are, and the address of one's own. */
#include "domain/signup.h"
#include "event.h"
#include "feed_write.h"
#include "register.h"
#include "store/register.h"
#include "store/volunteer.h"
#include "volunteer.h"

#include <string.h>

#define GOOGLE_ADD "https://calendar.google.com/calendar/r?cid="

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

/* A value in a query (RFC 3986 2.3). */
static void put_escaped(struct buf *out, const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    for (; *text; text++) {
        if (strchr(plain, *text))
            buf_addc(out, *text);
        else
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)*text);
    }
}

void feed_put_address(enum feed_address form, const char *public_url, const char *path, struct buf *out)
{
    const char *scheme = strstr(public_url, "://"), *host = scheme ? scheme + 3 : public_url;
    struct buf webcal = {0};

    switch (form) {
    case FEED_ADDRESS_URL:
        buf_printf(out, "%s%s", public_url, path);
        break;
    case FEED_ADDRESS_WEBCAL:
        buf_printf(out, "webcal://%s%s", host, path);
        break;
    case FEED_ADDRESS_GOOGLE:
        feed_put_address(FEED_ADDRESS_WEBCAL, public_url, path, &webcal);
        buf_adds(out, GOOGLE_ADD);
        put_escaped(out, buf_text(&webcal));
        buf_release(&webcal);
        break;
    }
}

static char *address(struct call *c, enum feed_address form, const char *path)
{
    struct buf text = {0};
    char *kept;

    feed_put_address(form, service_settings(c->service)->public_url, path, &text);
    kept = arena_strdup(&c->out, buf_text(&text));
    buf_release(&text);
    return kept;
}

static void fill_entry(struct call *c, enum feed_kind kind, char *slug, char *title, struct feed_entry *x)
{
    const char *path = feed_path(kind, slug, &c->out);

    x->kind = (char *)(uintptr_t)feed_kind_name(kind);
    x->slug = kind == FEED_ALL ? NULL : slug;
    x->title = title;
    x->url = address(c, FEED_ADDRESS_URL, path);
    x->webcal = address(c, FEED_ADDRESS_WEBCAL, path);
    x->google = address(c, FEED_ADDRESS_GOOGLE, path);
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

static bool parse_kind(const char *text, enum feed_kind *ret)
{
    for (enum feed_kind kind = FEED_ALL; kind <= FEED_VOLUNTEER; kind++) {
        if (strcmp(text, feed_kind_name(kind)) != 0)
            continue;
        *ret = kind;
        return true;
    }
    return false;
}

/* What a feed's calendar is called, by what it is of. */
static int read_title(struct call *c, struct db *db, enum feed_kind kind, const char *slug, char **ret, struct err *e)
{
    struct feed_ref ref = {.kind = kind, .slug = slug, .lang = c->req.lang};
    struct feed_writer w = {.c = c, .db = db, .ref = &ref};
    enum register_kind list;
    struct entry *entry;
    struct event *ev;

    if (kind == FEED_ALL) {
        *ret = arena_strdup(&c->out, catalogue_text(WORD_FEED_ALL, c->req.lang));
        return 0;
    }
    if (!feed_register_of(kind, &list)) {
        if (event_find(c, db, slug, &ev, e))
            return -1;
        *ret = ev->title;
        return 0;
    }
    if (register_find(c, db, list, slug, &entry, e))
        return -1;
    *ret = arena_strdup(&c->out, feed_title(&w, entry));
    return 0;
}

static int run_show(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct feed_name *in = input;
    struct feed_entry *x = arena_alloc(&c->out, sizeof *x);
    char *slug = in->slug ? in->slug : (char *)(uintptr_t)"", *title;
    enum feed_kind kind;

    if (!parse_kind(in->kind ? in->kind : "", &kind) || (kind == FEED_ALL) != !slug[0])
        return err_set(e, ERR_NOT_FOUND, MSG_FEED_KIND_UNKNOWN, "kind", in->kind, slug[0] ? "/" : "", slug, NULL);
    if (kind == FEED_VOLUNTEER)
        return err_set(e, ERR_NOT_FOUND, MSG_FEED_OWN_UNKNOWN, "kind", slug, NULL);
    if (read_title(c, db, kind, slug, &title, e))
        return -1;
    fill_entry(c, kind, slug, title, x);
    *ret = x;
    return db_check(db, e);
}

/* A new address; the old one is gone with it. */
static struct feed_entry *rotate(struct call *c, struct db *db, int64_t volunteer_id, char *code)
{
    struct feed_entry *x = arena_alloc(&c->out, sizeof *x);
    unsigned char hash[CRYPTO_HASH_BYTES];
    char token[CRYPTO_TOKEN_BYTES];

    crypto_token(token);
    crypto_token_hash(token, hash);
    store_feed_set_token(db, volunteer_id, hash);
    call_audit(c, code, "calendar address renewed");
    call_changed(c, CHANGE_PERSON, volunteer_id);
    fill_entry(c, FEED_VOLUNTEER, arena_strdup(&c->out, token),
               arena_strdup(&c->out, catalogue_text(WORD_FEED_VOLUNTEER, c->req.lang)), x);
    x->slug = code;
    return x;
}

static int run_rotate(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct volunteer_ref *in = input;
    struct volunteer_id who;

    if (!store_volunteer_lock(db, in->id, &c->out, &who))
        return db_check(db, e) ? -1 : volunteer_unknown(c, db, in->id, e);
    *ret = rotate(c, db, who.id, who.code);
    return db_check(db, e);
}

/* Only a link that opens the whole page: that of one sign-up may have been passed on. */
static int find_by_link(struct call *c, struct db *db, const struct person_ref *in, struct volunteer_row **ret,
                        struct err *e)
{
    unsigned char hash[CRYPTO_HASH_BYTES];

    crypto_token_hash(in->token ? in->token : "", hash);
    *ret = store_volunteer_by_link(db, hash, &c->out);
    if (*ret)
        return 0;
    return db_check(db, e) ? -1 : err_set(e, ERR_NOT_FOUND, MSG_LINK_UNKNOWN, NULL, NULL);
}

static int run_rotate_web(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct volunteer_row *who;

    if (find_by_link(c, db, input, &who, e))
        return -1;
    *ret = rotate(c, db, who->id, who->code);
    return db_check(db, e);
}

static int run_revoke_web(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct volunteer_row *who;

    *ret = NULL;
    if (find_by_link(c, db, input, &who, e))
        return -1;
    store_feed_drop_token(db, who->id);
    call_audit(c, who->code, "calendar address ended");
    call_changed(c, CHANGE_PERSON, who->id);
    return db_check(db, e);
}

const struct operation op_feed_list = {"feed list", ROLE_PUBLIC, false, run_list};
const struct operation op_feed_show = {"feed show", ROLE_PUBLIC, false, run_show};
const struct operation op_feed_rotate = {"feed rotate", ROLE_ORGANIZER, true, run_rotate};
const struct operation op_feed_rotate_web = {"feed rotate on the web", ROLE_PUBLIC, true, run_rotate_web};
const struct operation op_feed_revoke_web = {"feed revoke on the web", ROLE_PUBLIC, true, run_revoke_web};
