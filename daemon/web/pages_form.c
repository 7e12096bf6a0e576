/* An occurrence with its sign-up form, and what becomes of the form. SPEC.md 5. */
#include "pages.h"

#include "domain/people.h"
#include "domain/phone.h"
#include "domain/signup.h"
#include "form.h"
#include "service/signup.h"

#include <stdio.h>
#include <string.h>

#define KEPT_CHARS 100                   /* of what was typed, when the form is shown again */

enum { NAME, PHONE, ROLE, WAITLIST, AGE, GUARDIAN_NAME, GUARDIAN_PHONE, GUARDIAN_CONSENT, CONSENT, FIELDS };

/* In the form's order. `wrong`: what is said beside it. */
static const struct {
    const char *name;
    enum msg wrong;
} form_fields[FIELDS] = {
    [NAME] = {"name", WORD_ERR_NAME},
    [PHONE] = {"phone", WORD_ERR_PHONE},
    [ROLE] = {"role", WORD_ERR_ROLE},
    [WAITLIST] = {"waitlist", WORD_ERR_FULL},
    [AGE] = {"age", WORD_ERR_AGE},
    [GUARDIAN_NAME] = {"guardian_name", WORD_ERR_GUARDIAN_NAME},
    [GUARDIAN_PHONE] = {"guardian_phone", WORD_ERR_GUARDIAN_PHONE},
    [GUARDIAN_CONSENT] = {"guardian_consent", WORD_ERR_GUARDIAN_CONSENT},
    [CONSENT] = {"consent", WORD_ERR_CONSENT},
};

/* What was typed and what is wrong with it; in the exchange's arena. */
struct filled {
    const char *values[FIELDS];          /* never NULL */
    enum msg wrong[FIELDS];              /* MSG_NONE: nothing */
    enum msg form_wrong;                 /* of the form as a whole */
    const char *sentence;                /* the service's, where none of our words fits */
    bool any_wrong;
};

/* Showing it */

static void put_wrong(const struct page *p, const struct filled *f, json_t *to)
{
    json_t *list = page_put_list(to, "errors");

    json_object_set_new(to, "has_errors", json_true());
    if (f->form_wrong || f->sentence)
        page_put(page_add(list), "error", f->sentence ? f->sentence : catalogue_text(f->form_wrong, p->lang));
    for (int i = 0; i < FIELDS; i++) {
        char name[40];
        json_t *one;
        if (!f->wrong[i])
            continue;
        one = page_add(list);
        page_put(one, "error", catalogue_text(f->wrong[i], p->lang));
        page_put(one, "field", form_fields[i].name);
        snprintf(name, sizeof name, "wrong_%s", form_fields[i].name);
        page_put(to, name, catalogue_text(f->wrong[i], p->lang));
    }
}

static void put_values(const struct filled *f, json_t *to)
{
    char name[64];

    for (int i = 0; i < FIELDS; i++) {
        snprintf(name, sizeof name, "value_%s", form_fields[i].name);
        page_put_cut(to, name, f->values[i], KEPT_CHARS);
    }
    snprintf(name, sizeof name, "age_%.20s", f->values[AGE]);
    if (f->values[AGE][0])
        json_object_set_new(to, name, json_true());
    json_object_set_new(to, "ticked", json_boolean(strcmp(f->values[CONSENT], "1") == 0));
    json_object_set_new(to, "guardian_ticked", json_boolean(strcmp(f->values[GUARDIAN_CONSENT], "1") == 0));
    json_object_set_new(to, "waitlist_ticked", json_boolean(strcmp(f->values[WAITLIST], "1") == 0));
}

static void put_role(json_t *to, const struct page *p, const struct role *role, const char *chosen)
{
    char number[PAGE_NUMBER_BYTES];
    bool full = role->free == 0 || role->waitlisted > 0;

    page_put(to, "role", role->name);
    json_object_set_new(to, "chosen", json_boolean(strcmp(chosen, role->name) == 0));
    if (full)
        page_put(to, "left", catalogue_text(WORD_FULL, p->lang));
    else
        page_put_word(to, "left", p, role->free == 1 ? WORD_FREE_ONE : WORD_FREE, page_number(role->free, number),
                      NULL);
}

/* Roles to choose from, and what is said where all or some are full. */
static void put_roles(const struct page *p, const struct objects *roles, const char *chosen, json_t *to)
{
    const struct role *role = roles->items;
    json_t *list = page_put_list(to, "choices");
    char number[PAGE_NUMBER_BYTES];
    size_t full = 0;
    int64_t waiting = 0;

    for (size_t i = 0; i < roles->count; i++) {
        full += role[i].free == 0 || role[i].waitlisted > 0;
        waiting += role[i].waitlisted;
        put_role(page_add(list), p, &role[i], chosen);
    }
    json_object_set_new(to, "several_roles", json_boolean(roles->count > 1));
    json_object_set_new(to, "all_full", json_boolean(full == roles->count));
    json_object_set_new(to, "some_full", json_boolean(full > 0 && full < roles->count));
    page_put_word(to, "waiting_line", p, WORD_ALL_FULL, page_number(waiting, number), NULL);
}

static void put_form(const struct page *p, const struct event_page *page, json_t *to)
{
    static const struct filled empty = {.values = {"", "", "", "", "", "", "", "", ""}};
    const struct filled *f = p->extra ? p->extra : &empty;
    json_t *form = json_object();

    json_object_set_new(to, "form", form);
    page_put(form, "token", page_form_mark(p));
    page_put_notice(form, p);
    page_put_word(form, "notice_short", p, WORD_PRIVACY_SHORT,
                  json_string_value(json_object_get(form, "notice_who")), NULL);
    put_roles(p, &page->occurrence->roles, f->values[ROLE], form);
    put_values(f, form);
    if (f->any_wrong)
        put_wrong(p, f, form);
    if (f->wrong[WAITLIST])
        json_object_set_new(form, "some_full", json_true());
}

/* Till when, or since when not any more, or from when on. */
static void put_window(const struct page *p, const struct event_page *page, json_t *to)
{
    char text[PAGE_WHEN_BYTES];

    if (page->early) {
        page_when(&page->opens, p->lang, text);
        page_put_word(to, "window", p, WORD_SIGN_UP_EARLY, text, NULL);
    } else if (page->closes.set) {
        page_when(&page->closes, p->lang, text);
        if (page->late && !p->extra)     /* or it is said already */
            page_put_word(to, "window", p, WORD_SIGN_UP_LATE, text, NULL);
        else if (!page->late)
            page_put(to, "sign_up_by", text);
    }
}

static void fill_occurrence(const struct page *p, const void *result, json_t *to)
{
    const struct event_page *page = result;
    const struct occurrence *o = page->occurrence;
    bool takes = o->roles.count > 0 && !page->past && strcmp(o->status_name, "cancelled") != 0;
    bool open = takes && !page->early && !page->late;

    page_put_occurrence(to, p, page);
    page_put(to, "form_path", p->here);
    if (takes)
        put_window(p, page, to);
    if (open)
        put_form(p, page, to);
    else if (p->extra)                   /* it was open when the form was made */
        page_put(to, "closed", ((const struct filled *)p->extra)->sentence);
}

static int64_t event_of(const void *result)
{
    return ((const struct event_page *)result)->event->id;
}

static const struct page_kind occurrence_kind = {
    .op = &op_occurrence_page, .template = "occurrence", .fill = fill_occurrence, .event = event_of, .has_form = true,
    .nav = WORD_EVENTS,
};

static struct page *begin(struct web *w, struct exchange *x, const struct params *params)
{
    struct page *p = page_of_occurrence(w, x, params, &occurrence_kind);

    if (p)
        p->purpose = p->here;
    return p;
}

void page_occurrence(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    struct page *p;

    (void)r;
    p = begin(w, x, params);
    if (p)
        page_show(p, p->here);
}

/* Taking it */

/* One sending of the form. The page is for showing it again. */
struct sending {
    struct page *page;
    struct filled filled;
    struct signup_form input;
    struct call call;
};

static void read_fields(struct sending *s)
{
    struct exchange *x = s->page->x;

    for (int i = 0; i < FIELDS; i++) {
        const char *value = http_form_find(x, form_fields[i].name);
        s->filled.values[i] = value ? value : "";
    }
}

static void wrong(struct filled *f, int field)
{
    f->wrong[field] = form_fields[field].wrong;
    f->any_wrong = true;
}

static void check_person(struct filled *f, struct arena *a, int name, int phone)
{
    char normal[PHONE_BYTES], *trimmed;
    struct err e;

    if (person_name_check(f->values[name], a, &trimmed, &e))
        wrong(f, name);
    if (phone_normalise(f->values[phone], normal, &e))
        wrong(f, phone);
}

/* What can be said at once, all together; the service checks all of it again. */
static void check_fields(struct filled *f, struct arena *a)
{
    enum age_group age = AGE_ADULT;

    check_person(f, a, NAME, PHONE);
    if (!age_group_parse(f->values[AGE], &age)) {
        wrong(f, AGE);
        age = AGE_ADULT;
    }
    if (age == AGE_CHILD)
        check_person(f, a, GUARDIAN_NAME, GUARDIAN_PHONE);
    if (age == AGE_CHILD && strcmp(f->values[GUARDIAN_CONSENT], "1") != 0)
        wrong(f, GUARDIAN_CONSENT);
    if (strcmp(f->values[CONSENT], "1") != 0)
        wrong(f, CONSENT);
}

/* The hidden fields, and the one that people do not see and leave empty. */
static void check_form(struct sending *s)
{
    struct page *p = s->page;
    const char *token = http_form_find(p->x, "form"), *trap = http_form_find(p->x, "website");

    p->form_token = token;
    switch (form_token_read(service_keys(p->web->service), p->purpose, token, p->x->now_ms)) {
    case FORM_GOOD:
        if (trap && *trap)
            s->filled.form_wrong = WORD_ERR_TRAP;
        break;
    case FORM_SOON:                      /* who has something to mend takes the time */
        s->filled.form_wrong = s->filled.any_wrong ? MSG_NONE : WORD_ERR_SOON;
        break;
    case FORM_OLD:
    case FORM_FORGED:
        s->filled.form_wrong = WORD_ERR_OLD;
        p->form_token = NULL;
        break;
    }
    if (s->filled.form_wrong)
        s->filled.any_wrong = true;
}

static void show_again(struct sending *s, int status)
{
    s->page->status = status;
    s->page->extra = &s->filled;
    page_show(s->page, NULL);
}

static char *writable(const char *text)
{
    return (char *)(uintptr_t)text;      /* inputs are char *, and not written to */
}

static void fill_input(struct sending *s)
{
    const char *const *v = s->filled.values;
    const struct page_ref *ref = s->page->call.input;

    s->input = (struct signup_form){
        .slug = ref->slug, .on = ref->on, .name = writable(v[NAME]), .phone = writable(v[PHONE]),
        .role = writable(v[ROLE]), .age = writable(v[AGE]), .consent = strcmp(v[CONSENT], "1") == 0,
        .waitlist = strcmp(v[WAITLIST], "1") == 0, .guardian_name = writable(v[GUARDIAN_NAME]),
        .guardian_phone = writable(v[GUARDIAN_PHONE]), .guardian_consent = strcmp(v[GUARDIAN_CONSENT], "1") == 0,
    };
}

static int encode_token(struct call *c, const void *result, struct buf *body, struct err *e)
{
    const struct signup_form_result *made = result;

    (void)c;
    (void)e;
    buf_adds(body, made->token);
    return 0;
}

/* To a field of ours, or to the form as a whole in the service's words. */
static void take_error(struct sending *s, const struct err *e)
{
    struct filled *f = &s->filled;
    struct buf b = {0};

    f->any_wrong = true;
    for (int i = 0; i < FIELDS; i++) {
        if (strcmp(e->field, form_fields[i].name) == 0) {
            wrong(f, e->code == ERR_FULL ? WAITLIST : i);
            return;
        }
    }
    err_message(e, s->page->lang, &b);
    f->sentence = arena_strdup(&s->page->x->arena, buf_text(&b));
    buf_release(&b);
}

static bool is_about_form(const struct err *e)
{
    switch (e->code) {
    case ERR_INVALID:
    case ERR_CONFLICT:
    case ERR_FULL:
    case ERR_OVERLAP:
        return true;
    case ERR_NOT_FOUND:
        return strcmp(e->field, "role") == 0;
    case ERR_NONE:
    case ERR_FAILED:
    case ERR_UNAVAILABLE:
    case ERR_TOO_MANY:
    case ERR_USAGE:
    case ERR_METHOD:
    case ERR_NOT_ALLOWED:
    case ERR_UNAUTHENTICATED:
    case ERR_EXISTS:
    case ERR_CHANGED:
    case ERR_MALFORMED:
    case ERR_TOO_LARGE:
    case ERR_UNREACHABLE:
    case ERR_PARTLY:
        break;
    }
    return false;
}

static void on_sent(struct call *c)
{
    struct sending *s = c->data;
    struct page *p = s->page;
    struct err e = c->err;
    bool failed = c->status != 0;
    const char *path = failed ? NULL : arena_printf(&p->x->arena, "/v/%s", buf_text(&c->body));

    call_release(c);
    if (!failed) {
        page_redirect(p, path, NULL);
    } else if (is_about_form(&e)) {
        take_error(s, &e);
        show_again(s, e.code == ERR_INVALID ? 422 : 409);
    } else {
        web_answer_error(p->web, p->x, &e);
    }
}

static void send_form(struct sending *s)
{
    struct page *p = s->page;
    struct call *c = &s->call;

    fill_input(s);
    *c = (struct call){.op = &op_signup_web, .input = &s->input, .encode = encode_token, .done = on_sent, .data = s};
    c->req = p->call.req;
    form_request_id(service_keys(p->web->service), p->form_token, s->filled.values, FIELDS, c->req.id);
    service_call(p->web->service, c);
}

void page_sign_up(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    struct sending *s = arena_alloc(&x->arena, sizeof *s);

    (void)r;
    s->page = begin(w, x, params);
    if (!s->page || page_limit_address(s->page))
        return;
    read_fields(s);
    check_fields(&s->filled, &x->arena);
    check_form(s);
    if (s->filled.any_wrong)
        show_again(s, 422);
    else if (!page_limit_person(s->page, s->filled.values[PHONE], ((struct page_ref *)s->page->call.input)->slug))
        send_form(s);
}
