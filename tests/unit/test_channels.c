/* What each kind of channel is sent, and what its answers mean. */
#include "notify/channel.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "notify/sign.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW_MS 1700000000000
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define SECRET_OLD "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define KINDS(i) for (int i = 0; i < CHANNEL_KIND_COUNT; i++)

static struct arena arena;

static int clean(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct message science_day(void)
{
    return (struct message){
        .kind = "upcoming", .title = "全国科普日", .text = "明天 09:00 开始\n- 地点：体育馆 <B区> & \"东门\"",
        .url = "https://kepu.example/events/science-day/2026-09-19", .event = "science-day",
        .recurrence_id = "2026-09-19T09:00:00+08:00", .start = "2026-09-19T09:00:00+08:00", .venue = "体育馆",
        .timestamp_ms = 1789693200000,
    };
}

static struct channel_target target_of(enum channel_kind kind, const char *url)
{
    return (struct channel_target){.kind = kind, .url = url, .delivery = "d-7k2m9q4xwd"};
}

static struct fetch_request build(const struct channel_target *target, const struct message *message)
{
    struct fetch_request r;
    struct err e;

    assert_int_equal(channel_build(target, message, NOW_MS, &arena, &r, &e), 0);
    assert_int_equal(strlen(r.body), r.body_bytes);
    assert_true(utf8_valid(r.body, r.body_bytes));
    assert_string_equal(r.headers[0], "Content-Type: application/json; charset=utf-8");
    return r;
}

static const char *header(const struct fetch_request *r, const char *name)
{
    size_t len = strlen(name);

    for (int i = 0; r->headers[i]; i++)
        if (strncmp(r->headers[i], name, len) == 0 && strncmp(r->headers[i] + len, ": ", 2) == 0)
            return r->headers[i] + len + 2;
    return NULL;
}

static void the_vendors_vectors_hold(void **state)
{
    (void)state;
    assert_string_equal(sign_webhook(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                                     "{\"test\": 2432232314}", &arena),
                        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    assert_string_equal(sign_dingtalk("this is secret", NOW_MS, &arena),
                        "sSFWELbV2YwjdDQhWZwTcWlX5BWUx5J6TPpsZmuPii0=");
    assert_string_equal(sign_feishu("demo", 100, &arena), "jquNHnVOwmDRfw+vqTIrY5dooJAgi5EcRtLsQE4wfXg=");
}

static void every_kind_sends_what_its_vendor_asks_for(void **state)
{
    static const struct {
        enum channel_kind kind;
        const char *url, *sent_method, *sent_url, *body;
    } cases[] = {
        {CHANNEL_WECOM, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=UUID", "POST",
         "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=UUID",
         "{\"msgtype\":\"markdown\",\"markdown\":{\"content\":\"### 全国科普日\\n明天 09:00 开始\\n- 地点：体育馆 ＜B区> & "
         "\\\"东门\\\"\\n[https://kepu.example/events/science-day/2026-09-19]"
         "(https://kepu.example/events/science-day/2026-09-19)\"}}"},
        {CHANNEL_DINGTALK, "https://oapi.dingtalk.com/robot/send?access_token=T", "POST",
         "https://oapi.dingtalk.com/robot/send?access_token=T",
         "{\"msgtype\":\"markdown\",\"markdown\":{\"title\":\"全国科普日\",\"text\":\"### 全国科普日\\n\\n明天 09:00 开始  \\n- "
         "地点：体育馆 ＜B区> & \\\"东门\\\"  \\n[https://kepu.example/events/science-day/2026-09-19]"
         "(https://kepu.example/events/science-day/2026-09-19)\"},\"at\":{\"atMobiles\":[],\"isAtAll\":false}}"},
        {CHANNEL_FEISHU, "https://open.feishu.cn/open-apis/bot/v2/hook/TOKEN", "POST",
         "https://open.feishu.cn/open-apis/bot/v2/hook/TOKEN",
         "{\"msg_type\":\"interactive\",\"card\":{\"header\":{\"title\":{\"tag\":\"plain_text\",\"content\":\"全国科普日\"},"
         "\"template\":\"blue\"},"
         "\"elements\":[{\"tag\":\"div\",\"text\":{\"tag\":\"lark_md\",\"content\":\"明天 09:00 开始\\n- "
         "地点：体育馆 &#60;B区&#62; & \\\"东门\\\"\\n[https://kepu.example/events/science-day/2026-09-19]"
         "(https://kepu.example/events/science-day/2026-09-19)\"}}]}}"},
        {CHANNEL_SLACK, "https://hooks.slack.com/services/T/B/X", "POST", "https://hooks.slack.com/services/T/B/X",
         "{\"text\":\"*全国科普日*\\n明天 09:00 开始\\n- 地点：体育馆 &lt;B区&gt; &amp; \\\"东门\\\"\\n"
         "<https://kepu.example/events/science-day/2026-09-19>\"}"},
        {CHANNEL_DISCORD, "https://discord.com/api/webhooks/1/K", "POST",
         "https://discord.com/api/webhooks/1/K?wait=true",
         "{\"content\":\"**全国科普日**\\n明天 09:00 开始\\n- 地点：体育馆 <B区> & \\\"东门\\\"\\n"
         "<https://kepu.example/events/science-day/2026-09-19>\",\"allowed_mentions\":{\"parse\":[]}}"},
        {CHANNEL_MATRIX, "https://matrix.example/_matrix/client/v3/rooms/!r:matrix.example", "PUT",
         "https://matrix.example/_matrix/client/v3/rooms/!r:matrix.example/send/m.room.message/d-7k2m9q4xwd",
         "{\"msgtype\":\"m.text\",\"body\":\"全国科普日\\n明天 09:00 开始\\n- 地点：体育馆 <B区> & \\\"东门\\\"\\n"
         "https://kepu.example/events/science-day/2026-09-19\"}"},
        {CHANNEL_NTFY, "https://ntfy.example/kepu-xixia", "POST", "https://ntfy.example/",
         "{\"topic\":\"kepu-xixia\",\"title\":\"全国科普日\",\"message\":\"明天 09:00 开始\\n- 地点：体育馆 <B区> & "
         "\\\"东门\\\"\\nhttps://kepu.example/events/science-day/2026-09-19\",\"priority\":3,"
         "\"click\":\"https://kepu.example/events/science-day/2026-09-19\"}"},
        {CHANNEL_TELEGRAM, "https://api.telegram.org/botT:K/sendMessage?chat_id=-100123", "POST",
         "https://api.telegram.org/botT:K/sendMessage?chat_id=-100123",
         "{\"chat_id\":-100123,\"text\":\"全国科普日\\n明天 09:00 开始\\n- 地点：体育馆 <B区> & \\\"东门\\\"\\n"
         "https://kepu.example/events/science-day/2026-09-19\"}"},
    };
    const struct message message = science_day();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct channel_target target = target_of(cases[i].kind, cases[i].url);
        const struct fetch_request r = build(&target, &message);

        assert_string_equal(r.method, cases[i].sent_method);
        assert_string_equal(r.url, cases[i].sent_url);
        assert_string_equal(r.body, cases[i].body);
        assert_false(r.allow_private);
    }
}

static void the_generic_webhook_is_signed_with_both_secrets(void **state)
{
    struct channel_target target = target_of(CHANNEL_WEBHOOK, "http://127.0.0.1:9/hook");
    const struct message message = science_day();
    struct fetch_request r;

    (void)state;
    target.secret = SECRET;
    target.delivery = "d-1.2";
    target.allow_private = true;
    r = build(&target, &message);
    assert_true(r.allow_private);
    assert_string_equal(r.url, "http://127.0.0.1:9/hook");
    assert_string_equal(r.body,
        "{\"type\":\"reminder.upcoming\",\"timestamp\":\"2026-09-18T01:00:00Z\",\"data\":{\"event\":\"science-day\","
        "\"recurrence_id\":\"2026-09-19T09:00:00+08:00\",\"title\":\"全国科普日\",\"start\":\"2026-09-19T09:00:00+08:00\","
        "\"venue\":\"体育馆\",\"text\":\"全国科普日\\n明天 09:00 开始\\n- 地点：体育馆 <B区> & \\\"东门\\\"\","
        "\"url\":\"https://kepu.example/events/science-day/2026-09-19\"}}");
    assert_string_equal(header(&r, "webhook-id"), "d-1_2");
    assert_string_equal(header(&r, "webhook-timestamp"), "1700000000");
    assert_string_equal(header(&r, "webhook-signature"), sign_webhook(SECRET, "d-1_2", 1700000000, r.body, &arena));
    target.secret_old = SECRET_OLD;
    r = build(&target, &message);
    assert_string_equal(header(&r, "webhook-signature"),
                        arena_printf(&arena, "%s %s", sign_webhook(SECRET, "d-1_2", 1700000000, r.body, &arena),
                                     sign_webhook(SECRET_OLD, "d-1_2", 1700000000, r.body, &arena)));
}

static void a_webhook_without_a_usable_secret_is_not_sent(void **state)
{
    struct channel_target target = target_of(CHANNEL_WEBHOOK, "http://h/");
    const struct message message = science_day();
    struct fetch_request r;
    struct err e;

    (void)state;
    assert_int_equal(channel_build(&target, &message, NOW_MS, &arena, &r, &e), -1);
    assert_int_equal(e.code, ERR_INVALID);
    target.secret = "whsec_short";
    assert_int_equal(channel_build(&target, &message, NOW_MS, &arena, &r, &e), -1);
}

static void what_an_occurrence_has_not_is_null_in_the_webhook(void **state)
{
    struct channel_target target = target_of(CHANNEL_WEBHOOK, "http://h/");
    const struct message message = {.kind = "test", .title = "测试", .text = "好"};
    struct fetch_request r;

    (void)state;
    target.secret = SECRET;
    r = build(&target, &message);
    assert_non_null(strstr(r.body, "\"type\":\"reminder.test\",\"timestamp\":\"1970-01-01T00:00:00Z\""));
    assert_non_null(strstr(r.body, "{\"event\":null,\"recurrence_id\":null,\"title\":\"测试\",\"start\":null,"
                                   "\"venue\":null,"
                                   "\"text\":\"测试\\n好\",\"url\":null}"));
}

static void dingtalk_is_signed_in_the_url_for_each_attempt(void **state)
{
    struct channel_target target = target_of(CHANNEL_DINGTALK, "https://oapi.dingtalk.com/robot/send?access_token=T");
    const struct message message = science_day();

    (void)state;
    target.secret = "this is secret";
    assert_string_equal(build(&target, &message).url,
                        "https://oapi.dingtalk.com/robot/send?access_token=T&timestamp=1700000000000"
                        "&sign=sSFWELbV2YwjdDQhWZwTcWlX5BWUx5J6TPpsZmuPii0%3D");
}

static void feishu_and_lark_are_signed_in_the_body(void **state)
{
    const struct message message = science_day();
    static const enum channel_kind kinds[] = {CHANNEL_FEISHU, CHANNEL_LARK};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct channel_target target = target_of(kinds[i], "https://open.larksuite.com/open-apis/bot/v2/hook/TOKEN");
        struct fetch_request r;
        json_t *body;

        target.secret = "demo";
        assert_int_equal(channel_build(&target, &message, 100999, &arena, &r, NULL), 0);
        body = json_loads(r.body, 0, NULL);
        assert_string_equal(json_string_value(json_object_get(body, "timestamp")), "100");
        assert_string_equal(json_string_value(json_object_get(body, "sign")),
                            "jquNHnVOwmDRfw+vqTIrY5dooJAgi5EcRtLsQE4wfXg=");
        json_decref(body);
    }
}

static void urls_of_several_forms_lead_to_the_same_request(void **state)
{
    static const struct {
        enum channel_kind kind;
        const char *url, *sent;
    } cases[] = {
        {CHANNEL_DISCORD, "https://h/w?thread_id=5", "https://h/w?thread_id=5&wait=true"},
        {CHANNEL_DISCORD, "https://h/w?wait=true", "https://h/w?wait=true"},
        {CHANNEL_MATRIX, "https://h/_matrix/client/v3/rooms/!r:h/send/m.room.message/",
         "https://h/_matrix/client/v3/rooms/!r:h/send/m.room.message/d-7k2m9q4xwd"},
        {CHANNEL_MATRIX, "https://h/#/!r:h",
         "https://h/_matrix/client/v3/rooms/%21r%3Ah/send/m.room.message/d-7k2m9q4xwd"},
        {CHANNEL_MATRIX, "https://h/r?access_token=K", "https://h/r/send/m.room.message/d-7k2m9q4xwd?access_token=K"},
        {CHANNEL_NTFY, "https://h:8443/topic/", "https://h:8443/"},
        {CHANNEL_NTFY, "https://h/below/topic?auth=K", "https://h/below/?auth=K"},
        {CHANNEL_TELEGRAM, "https://h/botT:K?chat_id=@group", "https://h/botT:K/sendMessage?chat_id=@group"},
        {CHANNEL_WECOM, "http://127.0.0.1:9/any/../path%2F?key=a%20b", "http://127.0.0.1:9/any/../path%2F?key=a%20b"},
    };
    const struct message message = science_day();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct channel_target target = target_of(cases[i].kind, cases[i].url);
        assert_string_equal(build(&target, &message).url, cases[i].sent);
    }
}

static void a_telegram_group_may_have_a_name(void **state)
{
    const struct channel_target target = target_of(CHANNEL_TELEGRAM, "https://h/botT:K/sendMessage?x=1&chat_id=%40g");
    const struct message message = science_day();

    (void)state;
    assert_non_null(strstr(build(&target, &message).body, "{\"chat_id\":\"@g\",\"text\":"));
}

static void matrix_and_ntfy_send_their_token_as_a_header(void **state)
{
    static const enum channel_kind kinds[] = {CHANNEL_MATRIX, CHANNEL_NTFY};
    const struct message message = science_day();

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct channel_target target = target_of(kinds[i], "https://h/x");
        struct fetch_request r = build(&target, &message);
        assert_null(header(&r, "Authorization"));
        target.secret = "syt_token";
        r = build(&target, &message);
        assert_string_equal(header(&r, "Authorization"), "Bearer syt_token");
    }
}

static void a_change_is_more_urgent_on_a_phone(void **state)
{
    const struct channel_target target = target_of(CHANNEL_NTFY, "https://h/t");
    struct message message = science_day();

    (void)state;
    message.kind = "changed";
    assert_non_null(strstr(build(&target, &message).body, "\"priority\":4"));
}

/* The one text that people read, out of a kind's body. */
static const char *text_in(enum channel_kind kind, const char *body)
{
    json_t *json = json_loads(body, 0, NULL), *at = json;
    static const char *const paths[CHANNEL_KIND_COUNT][3] = {
        [CHANNEL_WEBHOOK] = {"data", "text"}, [CHANNEL_WECOM] = {"markdown", "content"},
        [CHANNEL_DINGTALK] = {"markdown", "text"}, [CHANNEL_SLACK] = {"text"}, [CHANNEL_DISCORD] = {"content"},
        [CHANNEL_MATRIX] = {"body"}, [CHANNEL_NTFY] = {"message"}, [CHANNEL_TELEGRAM] = {"text"},
    };
    const char *text;

    assert_non_null(json);
    for (int i = 0; i < 3 && paths[kind][i]; i++)
        at = json_object_get(at, paths[kind][i]);
    if (kind == CHANNEL_FEISHU || kind == CHANNEL_LARK) {
        at = json_array_get(json_object_get(json_object_get(json, "card"), "elements"), 0);
        at = json_object_get(json_object_get(at, "text"), "content");
    }
    text = arena_strdup(&arena, json_string_value(at));
    assert_non_null(text);
    json_decref(json);
    return text;
}

static size_t utf16_units(const char *text)
{
    size_t units = 0, bytes = strlen(text);

    for (size_t i = 0, n; i < bytes; i += n)
        units += utf8_next(text + i, bytes - i, &n) > 0xFFFF ? 2 : 1;
    return units;
}

static const struct { size_t text_bytes, text_units, body_bytes; } limits[CHANNEL_KIND_COUNT] = {
    [CHANNEL_WEBHOOK] = {.body_bytes = 19999}, [CHANNEL_WECOM] = {.text_bytes = 4096},
    [CHANNEL_DINGTALK] = {.body_bytes = 20000}, [CHANNEL_FEISHU] = {.body_bytes = 19000},
    [CHANNEL_LARK] = {.body_bytes = 19000}, [CHANNEL_SLACK] = {.text_bytes = 40000},
    [CHANNEL_DISCORD] = {.text_units = 2000}, [CHANNEL_MATRIX] = {.body_bytes = 60000},
    [CHANNEL_NTFY] = {.text_bytes = 4096}, [CHANNEL_TELEGRAM] = {.text_units = 4096},
};

static void check_limits(enum channel_kind kind, const struct fetch_request *r, const char *text)
{
    if (limits[kind].body_bytes && r->body_bytes > limits[kind].body_bytes)
        fail_msg("%s: a body of %zu bytes", channel_kind_name(kind), r->body_bytes);
    if (limits[kind].text_bytes && strlen(text) > limits[kind].text_bytes)
        fail_msg("%s: a text of %zu bytes", channel_kind_name(kind), strlen(text));
    if (limits[kind].text_units && utf16_units(text) > limits[kind].text_units)
        fail_msg("%s: a text of %zu characters", channel_kind_name(kind), utf16_units(text));
}

static char *repeat(const char *unit, size_t count)
{
    size_t len = strlen(unit);
    char *text = arena_alloc(&arena, len * count + 1);

    for (size_t i = 0; i < count; i++)
        memcpy(text + i * len, unit, len);
    return text;
}

static void a_long_text_is_cut_between_characters_and_keeps_link_and_keyword(void **state)
{
    static const char *const units[] = {"a", "科", "🌧", "\"", "<", "\n", "科🌧a", "&"};

    (void)state;
    KINDS(kind) {
        for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
            struct channel_target target = target_of((enum channel_kind)kind, "https://h/botT/x?chat_id=1");
            struct message message = science_day();
            struct fetch_request r;
            const char *text;

            target.secret = SECRET;
            target.keyword = "科普通知";
            message.text = repeat(units[u], 70000);
            message.title = repeat("题\"", 100);
            r = build(&target, &message);
            text = text_in(target.kind, r.body);
            check_limits(target.kind, &r, text);
            assert_non_null(strstr(text, "…"));
            assert_non_null(strstr(r.body, message.url));
            assert_string_equal(text + strlen(text) - strlen(target.keyword), target.keyword);
        }
        arena_release(&arena);
    }
}

static void a_text_of_just_the_limit_is_whole(void **state)
{
    const struct channel_target target = target_of(CHANNEL_WECOM, "https://h/");
    struct message message = {.kind = "notice", .title = "", .text = repeat("a", 4096)};
    const char *text;

    (void)state;
    text = text_in(CHANNEL_WECOM, build(&target, &message).body);
    assert_string_equal(text, message.text);
    message.text = repeat("科", 1366);   /* 4098 bytes */
    text = text_in(CHANNEL_WECOM, build(&target, &message).body);
    assert_int_equal(strlen(text), 4095);
    assert_string_equal(text + 4092, "…");
}

static void the_keyword_is_added_only_where_it_is_missing(void **state)
{
    (void)state;
    KINDS(kind) {
        struct channel_target target = target_of((enum channel_kind)kind, "https://h/botT/x");
        struct message message = {.kind = "test", .title = "测试", .text = "一切正常"};
        const char *with, *without;

        target.secret = SECRET;
        target.keyword = "";
        without = text_in(target.kind, build(&target, &message).body);
        target.keyword = "正常";
        assert_string_equal(text_in(target.kind, build(&target, &message).body), without);
        target.keyword = "<科普>";
        with = text_in(target.kind, build(&target, &message).body);
        assert_non_null(strstr(with, "<科普>"));
        assert_int_equal(strncmp(with, without, strlen(without)), 0);
    }
}

static void a_title_that_the_text_begins_with_is_not_said_twice(void **state)
{
    const struct channel_target target = target_of(CHANNEL_WECOM, "https://h/");
    const struct message message = {.kind = "upcoming", .title = "科普日", .text = "【科普日】明天开始"};

    (void)state;
    assert_string_equal(text_in(CHANNEL_WECOM, build(&target, &message).body), "【科普日】明天开始");
}

static void what_is_no_text_does_not_go_out(void **state)
{
    const struct channel_target target = target_of(CHANNEL_TELEGRAM, "https://h/");
    const struct message message = {.kind = "notice", .title = "t", .text = "a\x01\x1b[31mb\tc\xff\xe7\xa7"};

    (void)state;
    assert_string_equal(text_in(CHANNEL_TELEGRAM, build(&target, &message).body), "t\na[31mb c\uFFFD\uFFFD\uFFFD");
}

static void a_link_too_long_for_any_words_is_left_out(void **state)
{
    const struct channel_target target = target_of(CHANNEL_DISCORD, "https://h/");
    struct message message = science_day();

    (void)state;
    message.url = repeat("u", 1900);
    assert_string_equal(text_in(CHANNEL_DISCORD, build(&target, &message).body),
                        "**全国科普日**\n明天 09:00 开始\n- 地点：体育馆 <B区> & \"东门\"");
}

static const struct {
    enum channel_kind kind;
    int status;
    const char *body;
    enum judgement judgement;
    int64_t wait_ms;
    bool robot_waits;
} judgements[] = {
    {CHANNEL_WEBHOOK, 200, "", JUDGE_OK, -1, false},
    {CHANNEL_WEBHOOK, 204, "", JUDGE_OK, -1, false},
    {CHANNEL_WEBHOOK, 299, "<html>", JUDGE_OK, -1, false},
    {CHANNEL_WEBHOOK, 302, "", JUDGE_PERMANENT, -1, false},
    {CHANNEL_WEBHOOK, 400, "", JUDGE_PERMANENT, -1, false},
    {CHANNEL_WEBHOOK, 404, "", JUDGE_PERMANENT, -1, false},
    {CHANNEL_WEBHOOK, 408, "", JUDGE_RETRY, -1, false},
    {CHANNEL_WEBHOOK, 410, "", JUDGE_CHANNEL, -1, false},
    {CHANNEL_WEBHOOK, 429, "", JUDGE_RETRY, -1, true},
    {CHANNEL_WEBHOOK, 500, "", JUDGE_RETRY, -1, false},
    {CHANNEL_WEBHOOK, 503, "", JUDGE_RETRY, -1, false},
    {CHANNEL_WEBHOOK, 101, "", JUDGE_UNKNOWN, -1, false},

    {CHANNEL_WECOM, 200, "{\"errcode\":0,\"errmsg\":\"ok\"}", JUDGE_OK, -1, false},
    {CHANNEL_WECOM, 200, "{\"errcode\":45009,\"errmsg\":\"api freq out of limit\"}", JUDGE_RETRY, 60000, true},
    {CHANNEL_WECOM, 200, "{\"errcode\":45033}", JUDGE_RETRY, -1, false},
    {CHANNEL_WECOM, 200, "{\"errcode\":-1}", JUDGE_RETRY, -1, false},
    {CHANNEL_WECOM, 200, "{\"errcode\":93000}", JUDGE_CHANNEL, -1, false},
    {CHANNEL_WECOM, 200, "{\"errcode\":40058}", JUDGE_PERMANENT, -1, false},
    {CHANNEL_WECOM, 200, "{\"errcode\":40008}", JUDGE_PERMANENT, -1, false},
    {CHANNEL_WECOM, 200, "{\"errcode\":44004}", JUDGE_PERMANENT, -1, false},
    {CHANNEL_WECOM, 200, "{\"errcode\":12345}", JUDGE_RETRY, 60000, false},
    {CHANNEL_WECOM, 502, "<html>Bad Gateway</html>", JUDGE_RETRY, -1, false},
    {CHANNEL_WECOM, 500, "{\"errcode\":0}", JUDGE_RETRY, -1, false},
    {CHANNEL_WECOM, 201, "{\"errcode\":0}", JUDGE_UNKNOWN, -1, false},

    {CHANNEL_DINGTALK, 200, "{\"errcode\":0}", JUDGE_OK, -1, false},
    {CHANNEL_DINGTALK, 200, "{\"errcode\":130101,\"errmsg\":\"send too fast\"}", JUDGE_RETRY, 600000, true},
    {CHANNEL_DINGTALK, 200, "{\"errcode\":410100}", JUDGE_RETRY, 600000, true},
    {CHANNEL_DINGTALK, 200, "{\"errcode\":-1}", JUDGE_RETRY, -1, false},
    {CHANNEL_DINGTALK, 200, "{\"errcode\":310000,\"errmsg\":\"keywords not found\"}", JUDGE_CHANNEL, -1, false},
    {CHANNEL_DINGTALK, 200, "{\"errcode\":400013}", JUDGE_CHANNEL, -1, false},
    {CHANNEL_DINGTALK, 200, "{\"errcode\":400101}", JUDGE_CHANNEL, -1, false},
    {CHANNEL_DINGTALK, 200, "{\"errcode\":400102}", JUDGE_CHANNEL, -1, false},
    {CHANNEL_DINGTALK, 200, "{\"errcode\":400106}", JUDGE_CHANNEL, -1, false},
    {CHANNEL_DINGTALK, 200, "{\"errcode\":400105}", JUDGE_PERMANENT, -1, false},
    {CHANNEL_DINGTALK, 200, "{\"errcode\":400402}", JUDGE_PERMANENT, -1, false},
    {CHANNEL_DINGTALK, 200, "{\"errcode\":40035}", JUDGE_PERMANENT, -1, false},
    {CHANNEL_DINGTALK, 200, "{\"errcode\":43004}", JUDGE_PERMANENT, -1, false},
    {CHANNEL_DINGTALK, 200, "{\"errcode\":430102}", JUDGE_PERMANENT, -1, false},

    {CHANNEL_FEISHU, 200, "{\"code\":0,\"msg\":\"success\",\"data\":{}}", JUDGE_OK, -1, false},
    {CHANNEL_FEISHU, 200, "{\"StatusCode\":0,\"StatusMessage\":\"success\"}", JUDGE_OK, -1, false},
    {CHANNEL_FEISHU, 200, "{\"StatusCode\":0,\"code\":19001}", JUDGE_CHANNEL, -1, false},
    {CHANNEL_FEISHU, 400, "{\"code\":11232,\"msg\":\"frequency limited\"}", JUDGE_RETRY, -1, true},
    {CHANNEL_FEISHU, 429, "{\"code\":99991400}", JUDGE_RETRY, -1, true},
    {CHANNEL_FEISHU, 200, "{\"code\":2200}", JUDGE_RETRY, -1, false},
    {CHANNEL_FEISHU, 400, "{\"code\":9499,\"msg\":\"Bad Request\"}", JUDGE_PERMANENT, -1, false},
    {CHANNEL_FEISHU, 200, "{\"code\":9499,\"msg\":\"too Frequency limited\"}", JUDGE_RETRY, -1, false},
    {CHANNEL_FEISHU, 200, "{\"code\":9499,\"msg\":\"操作频率超限\"}", JUDGE_RETRY, -1, false},
    {CHANNEL_FEISHU, 200, "{\"code\":19021}", JUDGE_CHANNEL, -1, false},
    {CHANNEL_FEISHU, 200, "{\"code\":19022}", JUDGE_CHANNEL, -1, false},
    {CHANNEL_FEISHU, 200, "{\"code\":19024}", JUDGE_CHANNEL, -1, false},
    {CHANNEL_LARK, 200, "{\"code\":19001}", JUDGE_CHANNEL, -1, false},

    {CHANNEL_SLACK, 200, "ok", JUDGE_OK, -1, false},
    {CHANNEL_SLACK, 200, "ok\n", JUDGE_OK, -1, false},
    {CHANNEL_SLACK, 200, "okay", JUDGE_UNKNOWN, -1, false},
    {CHANNEL_SLACK, 429, "rate_limited", JUDGE_RETRY, -1, true},
    {CHANNEL_SLACK, 400, "invalid_payload", JUDGE_PERMANENT, -1, false},
    {CHANNEL_SLACK, 403, "action_prohibited", JUDGE_CHANNEL, -1, false},
    {CHANNEL_SLACK, 404, "no_service", JUDGE_CHANNEL, -1, false},
    {CHANNEL_SLACK, 410, "channel_is_archived", JUDGE_CHANNEL, -1, false},
    {CHANNEL_SLACK, 500, "rollup_error", JUDGE_RETRY, -1, false},

    {CHANNEL_DISCORD, 200, "{\"id\":\"123\",\"content\":\"x\"}", JUDGE_OK, -1, false},
    {CHANNEL_DISCORD, 204, "", JUDGE_UNKNOWN, -1, false},
    {CHANNEL_DISCORD, 200, "{\"id\":123}", JUDGE_UNKNOWN, -1, false},
    {CHANNEL_DISCORD, 429, "{\"message\":\"rate limited\",\"retry_after\":0.65}", JUDGE_RETRY, 651, true},
    {CHANNEL_DISCORD, 429, "{\"retry_after\":1e300}", JUDGE_RETRY, FETCH_RETRY_AFTER_MS_MAX, true},
    {CHANNEL_DISCORD, 429, "{\"retry_after\":-1}", JUDGE_RETRY, -1, true},
    {CHANNEL_DISCORD, 400, "{\"code\":50035}", JUDGE_PERMANENT, -1, false},
    {CHANNEL_DISCORD, 401, "", JUDGE_CHANNEL, -1, false},
    {CHANNEL_DISCORD, 403, "", JUDGE_CHANNEL, -1, false},
    {CHANNEL_DISCORD, 404, "{\"message\":\"Unknown Webhook\",\"code\":10015}", JUDGE_CHANNEL, -1, false},

    {CHANNEL_MATRIX, 200, "{\"event_id\":\"$x\"}", JUDGE_OK, -1, false},
    {CHANNEL_MATRIX, 200, "{}", JUDGE_UNKNOWN, -1, false},
    {CHANNEL_MATRIX, 429, "{\"errcode\":\"M_LIMIT_EXCEEDED\",\"retry_after_ms\":2000}", JUDGE_RETRY, 2001, true},
    {CHANNEL_MATRIX, 401, "{\"errcode\":\"M_UNKNOWN_TOKEN\"}", JUDGE_CHANNEL, -1, false},
    {CHANNEL_MATRIX, 403, "{\"errcode\":\"M_FORBIDDEN\"}", JUDGE_CHANNEL, -1, false},
    {CHANNEL_MATRIX, 502, "", JUDGE_RETRY, -1, false},

    {CHANNEL_NTFY, 200, "{\"id\":\"x\",\"event\":\"message\"}", JUDGE_OK, -1, false},
    {CHANNEL_NTFY, 200, "{\"id\":\"\"}", JUDGE_UNKNOWN, -1, false},
    {CHANNEL_NTFY, 429, "{\"error\":\"limit reached\"}", JUDGE_RETRY, -1, true},
    {CHANNEL_NTFY, 400, "{}", JUDGE_PERMANENT, -1, false},
    {CHANNEL_NTFY, 401, "{}", JUDGE_CHANNEL, -1, false},
    {CHANNEL_NTFY, 403, "{}", JUDGE_CHANNEL, -1, false},
    {CHANNEL_NTFY, 413, "{}", JUDGE_PERMANENT, -1, false},

    {CHANNEL_TELEGRAM, 200, "{\"ok\":true,\"result\":{}}", JUDGE_OK, -1, false},
    {CHANNEL_TELEGRAM, 200, "{\"ok\":\"true\"}", JUDGE_UNKNOWN, -1, false},
    {CHANNEL_TELEGRAM, 429, "{\"ok\":false,\"parameters\":{\"retry_after\":31}}", JUDGE_RETRY, 31001, true},
    {CHANNEL_TELEGRAM, 400, "{\"ok\":false,\"description\":\"Bad Request\"}", JUDGE_PERMANENT, -1, false},
    {CHANNEL_TELEGRAM, 401, "{\"ok\":false}", JUDGE_CHANNEL, -1, false},
    {CHANNEL_TELEGRAM, 403, "{\"ok\":false}", JUDGE_CHANNEL, -1, false},
};

static void answers_mean_what_the_vendors_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof judgements / sizeof judgements[0]; i++) {
        const struct fetch_result result = {
            .end = FETCH_ANSWERED, .status = judgements[i].status, .body = judgements[i].body,
            .body_bytes = strlen(judgements[i].body), .retry_after_ms = -1,
            .reason = arena_printf(&arena, "HTTP %d", judgements[i].status),
        };
        struct verdict v = channel_judge(judgements[i].kind, &result, &arena);

        if (v.judgement != judgements[i].judgement || v.retry_after_ms != judgements[i].wait_ms ||
            v.robot_waits != judgements[i].robot_waits)
            fail_msg("%s %d %s: %s, %lld ms, robot waits %d", channel_kind_name(judgements[i].kind),
                     judgements[i].status, judgements[i].body, judgement_name(v.judgement),
                     (long long)v.retry_after_ms, v.robot_waits);
        assert_true(v.reason && v.reason[0]);
    }
}

static void an_answer_that_is_none_is_never_a_success(void **state)
{
    static const char *const bodies[] = {
        "", "<html>Please log in</html>", "{", "null", "[]", "{}", "0", "\"ok\"", "{\"errcode\":\"0\",\"code\":\"0\"}",
        "{\"errcode\":0.0,\"code\":0.0}", "{\"errcode\":null,\"code\":null}", "{\"errcode\":false,\"code\":false}",
        "{\"errcode\":0,\"code\":0} x", "{\"errcode\":1,\"errcode\":0,\"code\":1,\"code\":0}", "{\"ok\":1,\"id\":7}",
    };

    (void)state;
    for (int kind = CHANNEL_WECOM; kind < CHANNEL_KIND_COUNT; kind++) {
        for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
            const struct fetch_result r = {.end = FETCH_ANSWERED, .status = 200, .body = bodies[i],
                                           .body_bytes = strlen(bodies[i]), .retry_after_ms = -1, .reason = "HTTP 200"};
            if (channel_judge((enum channel_kind)kind, &r, &arena).judgement != JUDGE_UNKNOWN)
                fail_msg("%s takes %s for an answer", channel_kind_name((enum channel_kind)kind), bodies[i]);
        }
    }
}

static void a_cut_answer_proves_nothing(void **state)
{
    const char *body = "{\"errcode\":0}";
    const struct fetch_result r = {.end = FETCH_ANSWERED, .status = 200, .body = body, .body_bytes = strlen(body),
                                   .body_cut = true, .retry_after_ms = -1, .reason = "HTTP 200"};

    (void)state;
    assert_int_equal(channel_judge(CHANNEL_WECOM, &r, &arena).judgement, JUDGE_UNKNOWN);
}

static void a_request_without_an_answer_is_judged_by_how_far_it_came(void **state)
{
    struct fetch_result r = {.end = FETCH_NOT_SENT, .body = "", .retry_after_ms = -1, .reason = "cannot connect"};

    (void)state;
    KINDS(kind) {
        r.end = FETCH_NOT_SENT;
        r.refused_address = false;
        assert_int_equal(channel_judge((enum channel_kind)kind, &r, &arena).judgement, JUDGE_RETRY);
        assert_string_equal(channel_judge((enum channel_kind)kind, &r, &arena).reason, "cannot connect");
        r.refused_address = true;
        assert_int_equal(channel_judge((enum channel_kind)kind, &r, &arena).judgement, JUDGE_CHANNEL);
        r.end = FETCH_UNKNOWN;
        assert_int_equal(channel_judge((enum channel_kind)kind, &r, &arena).judgement, JUDGE_UNKNOWN);
    }
}

static void the_longest_wait_that_was_named_counts(void **state)
{
    const char *body = "{\"errcode\":45009,\"retry_after\":3}";
    struct fetch_result r = {.end = FETCH_ANSWERED, .status = 200, .body = body, .body_bytes = strlen(body),
                             .retry_after_ms = 90000, .reason = "HTTP 200"};

    (void)state;
    assert_int_equal(channel_judge(CHANNEL_WECOM, &r, &arena).retry_after_ms, 90000);
    r.retry_after_ms = 7000;
    assert_int_equal(channel_judge(CHANNEL_WECOM, &r, &arena).retry_after_ms, 60000);
    r.status = 429;
    assert_int_equal(channel_judge(CHANNEL_DISCORD, &r, &arena).retry_after_ms, 7000);
    r.retry_after_ms = 1000;
    assert_int_equal(channel_judge(CHANNEL_DISCORD, &r, &arena).retry_after_ms, 3001);
}

static void a_reason_says_what_the_vendor_said_without_anything_like_a_key(void **state)
{
    const char *body = "{\"errcode\":93000,\"errmsg\":"
                       "\"invalid webhook url, key=693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa\\n"
                       "from ip: 1.2.3.4\"}";
    const struct fetch_result r = {.end = FETCH_ANSWERED, .status = 200, .body = body, .body_bytes = strlen(body),
                                   .retry_after_ms = -1, .reason = "HTTP 200"};

    (void)state;
    assert_string_equal(channel_judge(CHANNEL_WECOM, &r, &arena).reason,
                        "errcode 93000: invalid webhook url, key=*** from ip: 1.2.3.4; "
                        "the robot is gone, or its address is wrong");
}

static void kinds_are_known_by_their_names(void **state)
{
    enum channel_kind kind;
    struct err e;

    (void)state;
    KINDS(i) {
        assert_int_equal(channel_kind_parse(channel_kind_name((enum channel_kind)i), &kind, &e), 0);
        assert_int_equal(kind, i);
    }
    assert_int_equal(channel_kind_parse("telefax", &kind, &e), -1);
    assert_int_equal(e.code, ERR_INVALID);
    assert_string_equal(e.field, "kind");
}

static void only_usable_urls_are_taken(void **state)
{
    static const char *const good[] = {"https://h.example/any?x=1", "http://h.example", "https://u:p@h.example:8443/#f",
                                       "https://h.example/?u=http:///x",
                                       "http://科普.example/", "HTTPS://H.EXAMPLE/"};
    static const char *const bad[] = {"", "h.example", "http://", "file:///etc/passwd", "ftp://h.example/",
                                      "https://a b/", "https://h.example/\n", "gopher://h.example", "//h.example/",
                                      "http://u:p w@h.example/", "mailto:a@h.example",
                                      "https://h.example/\xff", "http:///path", "https:h.example"};
    struct err e;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (channel_check_url(CHANNEL_WECOM, good[i], false, &e) != 0)
            fail_msg("%s is refused", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        err_clear(&e);
        if (channel_check_url(CHANNEL_WECOM, bad[i], true, &e) != -1)
            fail_msg("%s is taken", bad[i]);
        assert_int_equal(e.code, ERR_INVALID);
        assert_string_equal(e.field, "url");
    }
    assert_int_equal(channel_check_url(CHANNEL_WECOM, repeat("https://h.example/", 200), true, &e), -1);
}

static void a_special_address_needs_to_be_allowed(void **state)
{
    struct err e;

    (void)state;
    assert_int_equal(channel_check_url(CHANNEL_WEBHOOK, "http://127.0.0.1:9/hook", false, &e), -1);
    assert_int_equal(e.code, ERR_INVALID);
    assert_string_equal(e.field, "url");
    assert_int_equal(channel_check_url(CHANNEL_WEBHOOK, "http://127.0.0.1:9/hook", true, &e), 0);
}

static void only_usable_secrets_are_taken(void **state)
{
    static const struct { enum channel_kind kind; const char *secret; bool good; } cases[] = {
        {CHANNEL_WEBHOOK, SECRET, true}, {CHANNEL_WEBHOOK, SECRET_OLD, true},
        {CHANNEL_WEBHOOK, "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", true},
        {CHANNEL_WEBHOOK, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", false}, {CHANNEL_WEBHOOK, "whsec_not base64!", false},
        {CHANNEL_WEBHOOK, "whsec_", false}, {CHANNEL_WEBHOOK, "whsec_AAAA", false}, {CHANNEL_WEBHOOK, "", false},
        {CHANNEL_DINGTALK, "SECabc123", true}, {CHANNEL_DINGTALK, "", false},
        {CHANNEL_DINGTALK, "this is secret", true}, {CHANNEL_FEISHU, "a\tb", false},
        {CHANNEL_MATRIX, "token\r\nX-Evil: 1", false}, {CHANNEL_NTFY, "tk_x", true}, {CHANNEL_NTFY, "\xff", false},
    };
    const char *long_key = arena_printf(&arena, "whsec_%s", repeat("AAAA", 22));
    struct err e;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        err_clear(&e);
        if ((channel_check_secret(cases[i].kind, cases[i].secret, &e) == 0) != cases[i].good)
            fail_msg("'%s' is %s", cases[i].secret, cases[i].good ? "refused" : "taken");
        assert_string_equal(e.field, cases[i].good ? "" : "secret");
    }
    assert_int_equal(channel_check_secret(CHANNEL_WEBHOOK, long_key, &e), -1);
    assert_int_equal(channel_check_secret(CHANNEL_DINGTALK, repeat("x", CHANNEL_SECRET_BYTES_MAX + 1), &e), -1);
}

static void a_new_secret_is_a_good_one_and_never_the_same(void **state)
{
    const char *a = channel_secret_new(&arena), *b = channel_secret_new(&arena);
    unsigned char key[SIGN_WEBHOOK_KEY_MAX];
    size_t bytes;

    (void)state;
    assert_int_equal(channel_check_secret(CHANNEL_WEBHOOK, a, NULL), 0);
    assert_int_equal(sign_webhook_key(a, key, &bytes), 0);
    assert_int_equal(bytes, 32);
    assert_string_not_equal(a, b);
    assert_true(channel_makes_secret(CHANNEL_WEBHOOK));
    assert_false(channel_makes_secret(CHANNEL_WECOM));
}

static void keywords_are_one_short_line(void **state)
{
    struct err e;

    (void)state;
    assert_int_equal(channel_check_keyword("科普通知", &e), 0);
    assert_int_equal(channel_check_keyword("", &e), 0);
    assert_int_equal(channel_check_keyword("a\nb", &e), -1);
    assert_string_equal(e.field, "keyword");
    assert_int_equal(channel_check_keyword("\xff", &e), -1);
    assert_int_equal(channel_check_keyword(repeat("科", 34), &e), -1);
}

static void a_shown_url_has_scheme_and_host_only(void **state)
{
    (void)state;
    assert_string_equal(channel_mask("https://user:KEY@qyapi.weixin.qq.com:443/KEY?key=KEY#KEY", &arena),
                        "https://qyapi.weixin.qq.com");
    assert_string_equal(channel_mask("http://[::1]:99/KEY", &arena), "http://[::1]");
    assert_string_equal(channel_mask("no url KEY", &arena), "?");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, clean)
    const struct CMUnitTest tests[] = {
        TEST(the_vendors_vectors_hold),
        TEST(every_kind_sends_what_its_vendor_asks_for),
        TEST(the_generic_webhook_is_signed_with_both_secrets),
        TEST(a_webhook_without_a_usable_secret_is_not_sent),
        TEST(what_an_occurrence_has_not_is_null_in_the_webhook),
        TEST(dingtalk_is_signed_in_the_url_for_each_attempt),
        TEST(feishu_and_lark_are_signed_in_the_body),
        TEST(urls_of_several_forms_lead_to_the_same_request),
        TEST(a_telegram_group_may_have_a_name),
        TEST(matrix_and_ntfy_send_their_token_as_a_header),
        TEST(a_change_is_more_urgent_on_a_phone),
        TEST(a_long_text_is_cut_between_characters_and_keeps_link_and_keyword),
        TEST(a_text_of_just_the_limit_is_whole),
        TEST(the_keyword_is_added_only_where_it_is_missing),
        TEST(a_title_that_the_text_begins_with_is_not_said_twice),
        TEST(what_is_no_text_does_not_go_out),
        TEST(a_link_too_long_for_any_words_is_left_out),
        TEST(answers_mean_what_the_vendors_say),
        TEST(an_answer_that_is_none_is_never_a_success),
        TEST(a_cut_answer_proves_nothing),
        TEST(a_request_without_an_answer_is_judged_by_how_far_it_came),
        TEST(the_longest_wait_that_was_named_counts),
        TEST(a_reason_says_what_the_vendor_said_without_anything_like_a_key),
        TEST(kinds_are_known_by_their_names),
        TEST(only_usable_urls_are_taken),
        TEST(a_special_address_needs_to_be_allowed),
        TEST(only_usable_secrets_are_taken),
        TEST(a_new_secret_is_a_good_one_and_never_the_same),
        TEST(keywords_are_one_short_line),
        TEST(a_shown_url_has_scheme_and_host_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
