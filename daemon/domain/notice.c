#include "notice.h"

#include <string.h>

#define COUNT(array) (sizeof array / sizeof array[0])
#define SECOND_MS 1000LL
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)

static const struct { const char *name; bool asked; } kinds[] = {
#define X(kind, name, asked) [kind] = {name, asked},
    NOTICE_KINDS(X)
#undef X
};

static const struct { const char *name; bool final; } states[] = {
#define X(state, name, final) [state] = {name, final},
    DELIVERY_STATES(X)
#undef X
};

static const char *const outcomes[] = {
    [ATTEMPT_OK] = "ok", [ATTEMPT_RETRY] = "retry", [ATTEMPT_PERMANENT] = "permanent", [ATTEMPT_UNKNOWN] = "unknown",
};

const char *notice_kind_name(enum notice_kind kind)
{
    return kinds[kind].name;
}

bool notice_kind_parse(const char *text, enum notice_kind *ret)
{
    for (size_t i = 0; i < COUNT(kinds); i++) {
        if (strcmp(kinds[i].name, text) == 0) {
            *ret = (enum notice_kind)i;
            return true;
        }
    }
    return false;
}

bool notice_kind_is_asked_for(enum notice_kind kind)
{
    return kinds[kind].asked;
}

bool notice_kind_has_offset(enum notice_kind kind)
{
    return kind == NOTICE_UPCOMING || kind == NOTICE_UNDERSTAFFED || kind == NOTICE_THANKS;
}

bool notice_kind_is_weekly(enum notice_kind kind)
{
    return kind == NOTICE_DIGEST || kind == NOTICE_ASK;
}

bool notice_kind_has_occurrence(enum notice_kind kind)
{
    return kinds[kind].asked && !notice_kind_is_weekly(kind) && kind != NOTICE_MILESTONE;
}

bool notice_kind_is_at_once(enum notice_kind kind)
{
    return kind == NOTICE_TEST || kind == NOTICE_NOTICE;
}

const char *delivery_state_name(enum delivery_state state)
{
    return states[state].name;
}

bool delivery_state_parse(const char *text, enum delivery_state *ret)
{
    for (size_t i = 0; i < COUNT(states); i++) {
        if (strcmp(states[i].name, text) == 0) {
            *ret = (enum delivery_state)i;
            return true;
        }
    }
    return false;
}

bool delivery_is_final(enum delivery_state state)
{
    return states[state].final;
}

#define TO(state) (1u << (state))
#define TO_AN_END \
    (TO(DELIVERY_EXPIRED) | TO(DELIVERY_CANCELLED) | TO(DELIVERY_SUPERSEDED) | TO(DELIVERY_FAILED))

static const unsigned moves[DELIVERY_STATE_COUNT] = {
    [DELIVERY_SCHEDULED] = TO(DELIVERY_SENDING) | TO_AN_END,
    [DELIVERY_SENDING] = TO(DELIVERY_DELIVERED) | TO(DELIVERY_RETRYING) | TO(DELIVERY_AMBIGUOUS) | TO_AN_END,
    [DELIVERY_RETRYING] = TO(DELIVERY_SENDING) | TO_AN_END,
    [DELIVERY_AMBIGUOUS] = TO(DELIVERY_SENDING) | TO_AN_END,
};

bool delivery_may_move(enum delivery_state from, enum delivery_state to)
{
    return moves[from] & TO(to);
}

const char *attempt_outcome_name(enum attempt_outcome outcome)
{
    return outcomes[outcome];
}

bool attempt_outcome_parse(const char *text, enum attempt_outcome *ret)
{
    for (size_t i = 0; i < COUNT(outcomes); i++) {
        if (strcmp(outcomes[i], text) == 0) {
            *ret = (enum attempt_outcome)i;
            return true;
        }
    }
    return false;
}

static int64_t min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t max(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t notice_deadline_ms(enum notice_kind kind, int64_t due_ms, int64_t lead_ms, int64_t start_ms, int64_t end_ms)
{
    switch (kind) {
    case NOTICE_UPCOMING:
    case NOTICE_UNDERSTAFFED:
        return min(due_ms + max(10 * MINUTE_MS, lead_ms / 4), max(start_ms, due_ms + 2 * MINUTE_MS));
    case NOTICE_CHANGED:
        return min(due_ms + 24 * HOUR_MS, end_ms);
    case NOTICE_FILLED:
        return start_ms;
    case NOTICE_THANKS:
    case NOTICE_MILESTONE:
    case NOTICE_DIGEST:
    case NOTICE_ASK:
        return due_ms + 24 * HOUR_MS;
    case NOTICE_TEST:
    case NOTICE_NOTICE:
        return due_ms + HOUR_MS;
    case NOTICE_KIND_COUNT:
        break;
    }
    return due_ms;
}

int64_t delivery_backoff_ms(int64_t attempt, uint32_t random)
{
    static const int64_t waits_ms[] = {5 * SECOND_MS,  30 * SECOND_MS, 2 * MINUTE_MS, 5 * MINUTE_MS,
                                       10 * MINUTE_MS, 20 * MINUTE_MS, 40 * MINUTE_MS};
    int64_t last = (int64_t)COUNT(waits_ms) - 1, n = max(attempt - 1, 0);
    int64_t wait_ms = waits_ms[min(n, last)];

    return wait_ms * (800 + (int64_t)random * 400 / 1000) / 1000;
}

static const struct field channel_table[] = {
    FIELD(FIELD_TEXT, channel, name, NULL),
    FIELD(FIELD_TEXT, channel, kind, "wecom, dingtalk, feishu, lark, slack, discord, matrix, ntfy, telegram, webhook"),
    FIELD(FIELD_TEXT, channel, state, "enabled, paused"),
    FIELD(FIELD_TEXT, channel, reason, "why it is paused"),
    FIELD(FIELD_TEXTS, channel, filters, "category=SLUG, lead=SLUG, audience=SLUG"),
    FIELD(FIELD_TEXT, channel, keyword, "what every message must hold"),
    FIELD(FIELD_TEXT, channel, lang, "zh, en"),
    FIELD(FIELD_TEXT, channel, quiet, "hours of the office's day when nothing is sent: 22:00-07:00"),
    FIELD(FIELD_BOOL, channel, alerts, "told of the troubles of other channels"),
    FIELD(FIELD_TEXT, channel, address, "scheme and host only"),
    FIELD(FIELD_BOOL, channel, allow_private, NULL),
    FIELD_AS("last_success", FIELD_MS, channel, last_success_ms, NULL),
    FIELD(FIELD_TEXT, channel, last_error, NULL),
    FIELD(FIELD_INT, channel, pending, "deliveries due and not yet final"),
    FIELD_AS("created", FIELD_MS, channel, created_ms, NULL),
    FIELD(FIELD_INT, channel, version, NULL),
    FIELD(FIELD_ONCE, channel, secret, "only when it was made"),
};
const struct fields channel_fields = FIELDS("channel", channel, channel_table);

static const struct field reminder_table[] = {
    FIELD_AS("id", FIELD_TEXT, reminder, code, NULL),
    FIELD(FIELD_TEXT, reminder, event, "an event's slug, or null"),
    FIELD(FIELD_TEXT, reminder, category, "a category's slug, or null; both null: every event"),
    FIELD(FIELD_TEXT, reminder, kind, "upcoming, understaffed, thanks, changed, filled, milestone, digest, ask"),
    FIELD(FIELD_TEXT, reminder, before, "a span before the start"),
    FIELD(FIELD_TEXT, reminder, after, "a span after the end"),
    FIELD(FIELD_TEXTS, reminder, channels, "channels' names; empty: all that want it"),
    FIELD(FIELD_TEXT, reminder, weekly, "the time of the week of a digest or an ask"),
    FIELD(FIELD_TEXT, reminder, target, "of a milestone: a target's slug; empty: every target"),
    FIELD(FIELD_TEXT, reminder, steps, "of a milestone: percentages of the target"),
    FIELD(FIELD_TEXT, reminder, lang, "zh, en; empty: the channel's"),
    FIELD(FIELD_TEXT, reminder, template, "the message, as Mustache; empty: the default"),
    FIELD_AS("created", FIELD_MS, reminder, created_ms, NULL),
    FIELD(FIELD_INT, reminder, version, NULL),
};
const struct fields reminder_fields = FIELDS("reminder", reminder, reminder_table);

static const struct field preview_table[] = {
    FIELD(FIELD_TEXT, reminder_preview, reminder, "the rule's id"),
    FIELD(FIELD_TEXT, reminder_preview, kind, NULL),
    FIELD(FIELD_TEXT, reminder_preview, channel, NULL),
    FIELD(FIELD_TEXT, reminder_preview, event, "an event's slug, or null"),
    FIELD(FIELD_MOMENT, reminder_preview, recurrence_id, NULL),
    FIELD_AS("due", FIELD_MS, reminder_preview, due_ms, "null: when it happens"),
    FIELD_AS("at", FIELD_MS, reminder_preview, at_ms, "when it is sent, after quiet hours and spread"),
    FIELD(FIELD_TEXT, reminder_preview, state, "planned, filtered, paused, overruled, nothing"),
    FIELD(FIELD_TEXT, reminder_preview, reason, "why it is not sent, or not when due"),
    FIELD(FIELD_TEXT, reminder_preview, title, NULL),
    FIELD(FIELD_TEXT, reminder_preview, text, NULL),
    FIELD(FIELD_TEXT, reminder_preview, payload, "the request's body as it would go out, without signature"),
    FIELD(FIELD_INT, reminder_preview, bytes, "of the payload"),
};
const struct fields reminder_preview_fields = FIELDS("reminder_preview", reminder_preview, preview_table);

static const struct field attempt_table[] = {
    FIELD_AS("at", FIELD_MS, attempt, at_ms, NULL),
    FIELD_AS("ms", FIELD_INT, attempt, took_ms, "how long it took"),
    FIELD(FIELD_INT, attempt, status, "HTTP's"),
    FIELD(FIELD_TEXT, attempt, outcome, "ok, retry, permanent, unknown; null while under way"),
    FIELD(FIELD_TEXT, attempt, reason, NULL),
    FIELD(FIELD_TEXT, attempt, judgement, "the outcome in words"),
};
static const struct fields attempt_fields = FIELDS("attempt", attempt, attempt_table);

static const struct field delivery_table[] = {
    FIELD_AS("id", FIELD_TEXT, delivery, code, NULL),
    FIELD(FIELD_TEXT, delivery, channel, NULL),
    FIELD(FIELD_TEXT, delivery, kind, NULL),
    FIELD(FIELD_TEXT, delivery, event, "an event's slug, or null"),
    FIELD(FIELD_MOMENT, delivery, recurrence_id, NULL),
    FIELD_AS("due", FIELD_MS, delivery, due_ms, NULL),
    FIELD_AS("deadline", FIELD_MS, delivery, deadline_ms, NULL),
    FIELD(FIELD_TEXT, delivery, state,
          "scheduled, sending, retrying, ambiguous; final: delivered, expired, cancelled, superseded, failed"),
    FIELD_OF(FIELD_OBJECTS, delivery, attempts, attempt_fields, NULL),
    FIELD_AS("next_attempt", FIELD_MS, delivery, next_ms, NULL),
    FIELD(FIELD_TEXT, delivery, reason, NULL),
    FIELD(FIELD_BOOL, delivery, late, "its first attempt began more than a minute after it was due"),
    FIELD(FIELD_TEXT, delivery, next_step, "what happens next, in words"),
    FIELD(FIELD_TEXT, delivery, request, "of a test: what was sent, without secrets"),
    FIELD(FIELD_TEXT, delivery, answer, "of a test: what came back, without secrets"),
    FIELD_AS("created", FIELD_MS, delivery, created_ms, NULL),
    FIELD_AS("final", FIELD_MS, delivery, final_ms, NULL),
};
const struct fields delivery_fields = FIELDS("delivery", delivery, delivery_table);

static const struct field channel_input_table[] = {
    FIELD(FIELD_TEXT, channel_input, name, NULL),
    FIELD(FIELD_TEXT, channel_input, kind, NULL),
    FIELD(FIELD_TEXT, channel_input, url, "the robot's address, taken as given"),
    FIELD(FIELD_TEXT, channel_input, secret, "what it signs with"),
    FIELD(FIELD_TEXT, channel_input, keyword, NULL),
    FIELD(FIELD_TEXTS, channel_input, filters, NULL),
    FIELD(FIELD_MAYBE, channel_input, allow_private, "send to private addresses too; administrators only"),
    FIELD(FIELD_TEXT, channel_input, lang, "zh, en"),
    FIELD(FIELD_TEXT, channel_input, text, "of a notice"),
    FIELD(FIELD_TEXT, channel_input, quiet, "22:00-07:00; empty: none"),
    FIELD(FIELD_MAYBE, channel_input, alerts, "tell it of the troubles of other channels"),
};
const struct fields channel_input_fields = FIELDS("channel_input", channel_input, channel_input_table);

static const struct field reminder_input_table[] = {
    FIELD(FIELD_TEXT, reminder_input, id, NULL),
    FIELD(FIELD_TEXT, reminder_input, event, NULL),
    FIELD(FIELD_TEXT, reminder_input, category, NULL),
    FIELD(FIELD_MAYBE, reminder_input, all, "every event"),
    FIELD(FIELD_TEXT, reminder_input, before, NULL),
    FIELD(FIELD_TEXT, reminder_input, after, NULL),
    FIELD(FIELD_TEXT, reminder_input, kind, NULL),
    FIELD(FIELD_TEXTS, reminder_input, channels, NULL),
    FIELD(FIELD_TEXT, reminder_input, template, NULL),
    FIELD(FIELD_INT, reminder_input, count, "of a preview: how many dates"),
    FIELD(FIELD_TEXT, reminder_input, weekly, "of a digest or an ask: every sunday 18:00"),
    FIELD(FIELD_TEXT, reminder_input, target, "of a milestone"),
    FIELD(FIELD_TEXT, reminder_input, steps, "of a milestone: 25,50,75,90,100"),
    FIELD(FIELD_TEXT, reminder_input, lang, "zh, en"),
};
const struct fields reminder_input_fields = FIELDS("reminder_input", reminder_input, reminder_input_table);

static const struct field delivery_filter_table[] = {
    FIELD(FIELD_TEXT, delivery_filter, id, NULL),
    FIELD(FIELD_TEXT, delivery_filter, channel, NULL),
    FIELD(FIELD_TEXT, delivery_filter, event, NULL),
    FIELD(FIELD_TEXT, delivery_filter, state, NULL),
    FIELD(FIELD_TEXT, delivery_filter, cursor, NULL),
    FIELD(FIELD_INT, delivery_filter, limit, NULL),
};
const struct fields delivery_filter_fields = FIELDS("delivery_filter", delivery_filter, delivery_filter_table);
