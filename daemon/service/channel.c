/* Operations on channels. */
#include "notice.h"

#include "domain/event.h"
#include "event.h"
#include "event_resolve.h"
#include "overdue.h"
#include "planner.h"

#include <stdio.h>
#include <string.h>

#define URL_CONTEXT "channel.url"
#define SECRET_CONTEXT "channel.secret"
#define ROTATION_MS (24LL * 3600000)     /* the old secret signs too for so long */

int channel_find(struct call *c, struct db *db, const char *name, struct channel_row **ret, struct err *e)
{
    struct texts names;
    const char *near;

    *ret = store_channel_by_name(db, name, &c->out);
    if (*ret || db_check(db, e))
        return *ret ? 0 : -1;
    names = store_channel_names(db, &c->out);
    near = names_nearest(name, (const char *const *)names.items, names.count);
    if (near)
        return err_set(e, ERR_NOT_FOUND, MSG_THING_NOT_FOUND_NEAR, "channel", "channel", name, near, NULL);
    return err_set(e, ERR_NOT_FOUND, MSG_THING_NOT_FOUND, "channel", "channel", name, NULL);
}

static int check_filters(struct call *c, struct db *db, const struct texts *filters, struct err *e)
{
    static const struct { const char *kind, *table; } kinds[] = {
        {"category", "category"}, {"lead", "department"}, {"audience", "audience"}};

    if (filters->count > CHANNEL_FILTERS_MAX)
        return err_set(e, ERR_INVALID, MSG_TOO_LONG, "filters", "filters", "20", NULL);
    for (size_t i = 0; i < filters->count; i++) {
        const char *slug = strchr(filters->items[i], '=');
        size_t k = 0;
        while (slug && k < 3 && (strlen(kinds[k].kind) != (size_t)(slug - filters->items[i]) ||
                                 strncmp(kinds[k].kind, filters->items[i], strlen(kinds[k].kind)) != 0))
            k++;
        if (!slug || k == 3)
            return err_set(e, ERR_INVALID, MSG_FILTER_BAD, "filters", filters->items[i], NULL);
        if (check_slug(c, db, kinds[k].table, "filters", slug + 1, e))
            return -1;
    }
    return 0;
}

static void show_address(struct call *c, struct channel_row *ch)
{
    char *url;

    if (crypto_open(service_keys(c->service), URL_CONTEXT, ch->url_sealed, &c->out, &url, NULL) == 0)
        ch->shown.address = (char *)(uintptr_t)service_robots(c->service)->mask(url, &c->out);
}

static int take_url(struct call *c, const struct channel_input *in, struct channel_row *ch, struct err *e)
{
    if (!in->url)
        return 0;
    if (service_robots(c->service)->check_url(ch->shown.kind, in->url, ch->shown.allow_private, e))
        return -1;
    ch->url_sealed = crypto_seal(service_keys(c->service), URL_CONTEXT, in->url, &c->out);
    return 0;
}

/* A webhook always signs: without a secret it gets one, shown once. */
static int take_secret(struct call *c, const char *secret, struct channel_row *ch, struct err *e)
{
    const struct robots *robots = service_robots(c->service);

    if (!secret && robots->makes_secret(ch->shown.kind))
        secret = ch->shown.secret = (char *)(uintptr_t)robots->secret_new(&c->out);
    if (!secret)
        return 0;
    if (robots->check_secret(ch->shown.kind, secret, e))
        return -1;
    ch->secret_sealed = crypto_seal(service_keys(c->service), SECRET_CONTEXT, secret, &c->out);
    return 0;
}

static int take_rest(struct call *c, struct db *db, const struct channel_input *in, struct channel *ch, struct err *e)
{
    struct quiet quiet;
    enum lang lang;

    if (in->keyword && in->keyword[0] && service_robots(c->service)->check_keyword(in->keyword, e))
        return -1;
    if (in->lang && !lang_parse(in->lang, &lang))
        return err_set(e, ERR_INVALID, MSG_LANG_BAD, "lang", in->lang, NULL);
    if (in->quiet && !quiet_parse(in->quiet, &quiet))
        return err_set(e, ERR_INVALID, MSG_QUIET_BAD, "quiet", in->quiet, NULL);
    if (in->filters.given && check_filters(c, db, &in->filters, e))
        return -1;
    if (in->keyword)
        ch->keyword = in->keyword;
    if (in->lang)
        ch->lang = (char *)(uintptr_t)lang_name(lang);
    if (in->quiet)
        ch->quiet = in->quiet;
    if (in->alerts >= 0)
        ch->alerts = in->alerts == 1;
    if (in->filters.given)
        ch->filters = in->filters;
    return 0;
}

/* Sending inward is for administrators to allow: it reaches what a firewall keeps from others. */
static int take_private(struct call *c, const struct channel_input *in, struct channel *ch, struct err *e)
{
    bool stays = ch->allow_private && in->allow_private != 0 && in->url;

    if ((in->allow_private == 1 || stays) && c->req.principal.role < ROLE_ADMIN)
        return err_set(e, ERR_NOT_ALLOWED, MSG_ROLE_NEEDED, "allow_private", principal_role_name(ROLE_ADMIN), NULL);
    if (in->allow_private >= 0)
        ch->allow_private = in->allow_private == 1;
    return 0;
}

static int run_add(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct channel_input *in = input;
    struct channel_row *ch = arena_alloc(&c->out, sizeof *ch);

    if (!in->name || text_check(in->name, "name", CHANNEL_NAME_CHARS_MAX, false, e))
        return in->name ? -1 : err_set(e, ERR_USAGE, MSG_EMPTY, "name", "name", NULL);
    if (service_robots(c->service)->check_kind(in->kind ? in->kind : "", e))
        return -1;
    if (!in->url)
        return err_set(e, ERR_USAGE, MSG_EMPTY, "url", "url", NULL);
    ch->shown = (struct channel){.name = in->name, .kind = in->kind, .keyword = (char *)(uintptr_t)"",
                                 .lang = (char *)(uintptr_t)"zh", .quiet = (char *)(uintptr_t)"",
                                 .created_ms = c->req.now_ms};
    if (take_private(c, in, &ch->shown, e) || take_url(c, in, ch, e) || take_secret(c, in->secret, ch, e) ||
        take_rest(c, db, in, &ch->shown, e))
        return -1;
    if (!store_channel_insert(db, ch))
        return db_check(db, e) ? -1 : err_set(e, ERR_EXISTS, MSG_CHANNEL_TAKEN, "name", in->name, NULL);
    planner_everything(c, db);
    call_audit(c, in->name, "%s%s", in->kind, ch->shown.allow_private ? ", private addresses allowed" : "");
    call_changed(c, CHANGE_CHANNELS, 0);
    *ret = store_channel_by_name(db, in->name, &c->out);
    if (*ret)
        show_address(c, *ret);
    if (*ret)
        ((struct channel_row *)*ret)->shown.secret = ch->shown.secret;
    return db_check(db, e);
}

static int run_show(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct channel_input *in = input;
    struct channel_row *ch;

    if (channel_find(c, db, in->name, &ch, e))
        return -1;
    show_address(c, ch);
    *ret = &ch->shown;
    return 0;
}

static int run_list(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    struct texts names = store_channel_names(db, &c->out);
    struct list_builder items = {0};

    (void)input;
    for (size_t i = 0; i < names.count; i++) {
        struct channel_row *ch = store_channel_by_name(db, names.items[i], &c->out);
        show_address(c, ch);
        *(struct channel *)list_add(c, &items, sizeof(struct channel)) = ch->shown;
    }
    *ret = list_end(c, &items, NULL);
    return db_check(db, e);
}

static int find_to_change(struct call *c, struct db *db, const char *name, struct channel_row **ret, struct err *e)
{
    return channel_find(c, db, name, ret, e) || call_check_version(c, name, (*ret)->shown.version, e) ? -1 : 0;
}

static int saved(struct call *c, struct db *db, struct channel_row *ch, const char *what, void **ret, struct err *e)
{
    char *secret = ch->shown.secret;

    store_channel_update(db, ch);
    call_audit(c, ch->shown.name, "%s", what);
    call_changed(c, CHANGE_CHANNELS, 0);
    ch = store_channel_by_id(db, ch->shown.id, &c->out);
    if (!ch)
        return db_check(db, e);
    show_address(c, ch);
    ch->shown.secret = secret;
    *ret = &ch->shown;
    return db_check(db, e);
}

static int run_edit(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct channel_input *in = input;
    struct channel_row *ch;

    if (find_to_change(c, db, in->name, &ch, e) || take_private(c, in, &ch->shown, e) || take_url(c, in, ch, e) ||
        (in->secret && take_secret(c, in->secret, ch, e)) || take_rest(c, db, in, &ch->shown, e))
        return -1;
    if (saved(c, db, ch, in->url ? "address and settings" : "settings", ret, e))
        return -1;
    planner_everything(c, db);
    if (in->quiet)
        planner_channel_quiet(c, db, ch->shown.id);
    return db_check(db, e);
}

static int run_rotate(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct channel_input *in = input;
    struct channel_row *ch;

    if (find_to_change(c, db, in->name, &ch, e))
        return -1;
    if (!in->secret && !service_robots(c->service)->makes_secret(ch->shown.kind))
        return err_set(e, ERR_USAGE, MSG_EMPTY, "secret", "secret", NULL);
    ch->secret_old_sealed = ch->secret_sealed;
    ch->secret_old_until_ms = c->req.now_ms + ROTATION_MS;
    return take_secret(c, in->secret, ch, e) || saved(c, db, ch, "secret rotated", ret, e) ? -1 : 0;
}

static int run_pause(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct channel_input *in = input;
    struct channel_row *ch;

    if (find_to_change(c, db, in->name, &ch, e))
        return -1;
    ch->shown.state = (char *)(uintptr_t)"paused";
    ch->shown.reason = (char *)(uintptr_t)"";
    return saved(c, db, ch, "paused", ret, e);
}

/* What waited for the channel is looked at again at once. */
static int run_resume(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct channel_input *in = input;
    struct channel_row *ch;

    if (find_to_change(c, db, in->name, &ch, e))
        return -1;
    ch->shown.state = (char *)(uintptr_t)"enabled";
    ch->shown.reason = (char *)(uintptr_t)"";
    db_exec(db, "UPDATE delivery SET next_ms = due_ms WHERE channel_id = $1 AND next_ms IS NOT NULL",
            p_int(ch->shown.id));
    overdue_gather(c, db);
    call_changed(c, CHANGE_DELIVERIES, 0);
    return saved(c, db, ch, "resumed", ret, e);
}

static int run_remove(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct channel_input *in = input;
    struct channel_row *ch;
    struct ids open;

    if (find_to_change(c, db, in->name, &ch, e))
        return -1;
    open = store_delivery_open_of_channel(db, ch->shown.id, &c->out);
    for (size_t i = 0; i < open.count; i++)
        delivery_move(c, db, store_delivery_by_id(db, open.items[i], &c->out), DELIVERY_CANCELLED, "channel removed");
    store_channel_delete(db, ch->shown.id);
    call_audit(c, ch->shown.name, "%s", ch->shown.kind);
    call_changed(c, CHANGE_CHANNELS, 0);
    *ret = &ch->shown;
    return db_check(db, e);
}

/* A test and a notice are deliveries like any other, due now. */
static int order(struct call *c, struct db *db, const char *name, enum notice_kind kind, const char *text, void **ret,
                 struct err *e)
{
    struct channel_row *ch;
    struct delivery_row d;
    char code[CRYPTO_ID_BYTES];

    if (channel_find(c, db, name, &ch, e))
        return -1;
    if (ch->paused)
        return err_set(e, ERR_CONFLICT, MSG_CHANNEL_PAUSED, "channel", name, NULL);
    crypto_id('d', code);
    d = (struct delivery_row){.code = code, .identity = arena_printf(&c->out, "%s:%s", notice_kind_name(kind), code),
                              .channel_id = ch->shown.id, .channel_name = ch->shown.name,
                              .reminder_id = DB_NULL_INT, .event_id = DB_NULL_INT, .occurrence_id = DB_NULL_INT,
                              .kind = (char *)(uintptr_t)notice_kind_name(kind), .role = (char *)(uintptr_t)"",
                              .text = (char *)(uintptr_t)text, .due_ms = c->req.now_ms, .created_ms = c->req.now_ms};
    d.deadline_ms = notice_deadline_ms(kind, d.due_ms, 0, 0, 0);
    store_delivery_insert(db, &d);
    call_audit(c, name, "%s %s", notice_kind_name(kind), code);
    call_changed(c, CHANGE_DELIVERIES, 0);
    if (db_check(db, e))
        return -1;
    *ret = delivery_view(c, db, store_delivery_by_id(db, d.id, &c->out));
    return db_check(db, e);
}

static int run_test(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct channel_input *in = input;

    return order(c, db, in->name, NOTICE_TEST, "", ret, e);
}

static int run_send(struct call *c, struct db *db, const void *input, void **ret, struct err *e)
{
    const struct channel_input *in = input;

    if (!in->text)
        return err_set(e, ERR_USAGE, MSG_EMPTY, "text", "text", NULL);
    if (text_check(in->text, "text", NOTICE_TEXT_CHARS_MAX, true, e))
        return -1;
    return order(c, db, in->name, NOTICE_NOTICE, in->text, ret, e);
}

const struct operation op_channel_add = {"channel add", ROLE_ORGANIZER, true, run_add};
const struct operation op_channel_list = {"channel list", ROLE_VIEWER, false, run_list};
const struct operation op_channel_show = {"channel show", ROLE_VIEWER, false, run_show};
const struct operation op_channel_edit = {"channel edit", ROLE_ORGANIZER, true, run_edit};
const struct operation op_channel_remove = {"channel remove", ROLE_ORGANIZER, true, run_remove};
const struct operation op_channel_pause = {"channel pause", ROLE_ORGANIZER, true, run_pause};
const struct operation op_channel_resume = {"channel resume", ROLE_ORGANIZER, true, run_resume};
const struct operation op_channel_rotate_secret = {"channel rotate-secret", ROLE_ORGANIZER, true, run_rotate};
const struct operation op_channel_test = {"channel test", ROLE_ORGANIZER, true, run_test};
const struct operation op_channel_send = {"channel send", ROLE_ORGANIZER, true, run_send};
