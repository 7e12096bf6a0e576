#include "signup.h"

#include "attendance.h"

#include <string.h>

const char *const signup_state_names[SIGNUP_STATE_COUNT] = {
#define X(state, name) [state] = name,
    SIGNUP_STATES(X)
#undef X
};

#define TO(state) (1u << (state))

/* The picture of signup.h: where each state may go. */
static const unsigned moves[SIGNUP_STATE_COUNT] = {
    [SIGNUP_CONFIRMED] = TO(SIGNUP_CANCELLED) | TO(SIGNUP_ATTENDED) | TO(SIGNUP_NO_SHOW) | TO(SIGNUP_EXCUSED),
    [SIGNUP_WAITLISTED] = TO(SIGNUP_CONFIRMED) | TO(SIGNUP_OFFERED) | TO(SIGNUP_CANCELLED),
    [SIGNUP_OFFERED] = TO(SIGNUP_CONFIRMED) | TO(SIGNUP_CANCELLED),
    [SIGNUP_CANCELLED] = 0,
    [SIGNUP_ATTENDED] = TO(SIGNUP_NO_SHOW) | TO(SIGNUP_EXCUSED),
    [SIGNUP_NO_SHOW] = TO(SIGNUP_ATTENDED) | TO(SIGNUP_EXCUSED),
    [SIGNUP_EXCUSED] = TO(SIGNUP_ATTENDED) | TO(SIGNUP_NO_SHOW),
};

const char *signup_state_name(enum signup_state state)
{
    return signup_state_names[state];
}

bool signup_state_parse(const char *text, enum signup_state *ret)
{
    for (size_t i = 0; i < SIGNUP_STATE_COUNT; i++) {
        if (strcmp(signup_state_names[i], text) == 0) {
            *ret = (enum signup_state)i;
            return true;
        }
    }
    return false;
}

int signup_move(enum signup_state *state, enum signup_state to, const char *id, struct err *e)
{
    if (!(moves[*state] & TO(to)))
        return err_set(e, ERR_CONFLICT, MSG_SIGNUP_MOVE, "state", id, signup_state_name(*state),
                       signup_state_name(to), NULL);
    *state = to;
    return 0;
}

bool signup_holds_place(enum signup_state state)
{
    return state == SIGNUP_CONFIRMED || state == SIGNUP_OFFERED || state == SIGNUP_ATTENDED || state == SIGNUP_NO_SHOW;
}

static const struct field mail_table[] = {
    FIELD(FIELD_TEXT, signup_mail, id, "m-…"),
    FIELD(FIELD_TEXT, signup_mail, kind, "offer, promoted, moved, cancelled"),
    FIELD(FIELD_TEXT, signup_mail, state, "scheduled, sending, retrying, delivered, expired, cancelled, failed"),
    FIELD(FIELD_INT, signup_mail, attempts, NULL),
    FIELD(FIELD_TEXT, signup_mail, reason, "why it failed, or has not gone yet"),
    FIELD_AS("created", FIELD_MS, signup_mail, created_ms, NULL),
    FIELD_AS("next_attempt", FIELD_MS, signup_mail, next_ms, NULL),
    FIELD_AS("final", FIELD_MS, signup_mail, final_ms, "delivered: when the server took it"),
};
static const struct fields signup_mail_fields = FIELDS("signup_mail", signup_mail, mail_table);

static const struct field signup_table[] = {
    FIELD(FIELD_TEXT, signup, id, "s-…"),
    FIELD(FIELD_TEXT, signup, volunteer, "the volunteer's id"),
    FIELD(FIELD_TEXT, signup, name, "the volunteer's name"),
    FIELD(FIELD_TEXT, signup, event, "the event's slug"),
    FIELD(FIELD_TEXT, signup, title, "the occurrence's"),
    FIELD(FIELD_MOMENT, signup, recurrence_id, "the occurrence's original start"),
    FIELD(FIELD_MOMENT, signup, start, "the occurrence's"),
    FIELD(FIELD_MOMENT, signup, end, "the occurrence's"),
    FIELD(FIELD_TEXT, signup, venue, "the occurrence's"),
    FIELD(FIELD_TEXT, signup, role, NULL),
    FIELD_AS("state", FIELD_TEXT, signup, state_name,
             "confirmed, waitlisted, offered, cancelled, attended, no_show, excused"),
    FIELD(FIELD_INT, signup, position, "in line, from 1"),
    FIELD_AS("offer_until", FIELD_MS, signup, offer_until_ms, "an offer: till when it can be taken"),
    FIELD(FIELD_TEXT, signup, reason, "of its last move"),
    FIELD_AS("created", FIELD_MS, signup, created_ms, NULL),
    FIELD_AS("checked_in", FIELD_MS, signup, checked_in_ms, NULL),
    FIELD_AS("checked_out", FIELD_MS, signup, checked_out_ms, NULL),
    FIELD(FIELD_BOOL, signup, closed, "nobody checked out: the end of the shift did"),
    FIELD(FIELD_INT, signup, minutes, "of service, as in the ledger"),
    FIELD_OF(FIELD_OBJECTS, signup, history, attendance_step_fields, "of one that is shown: who wrote what down, when"),
    FIELD_OF(FIELD_OBJECTS, signup, mail, signup_mail_fields, "of one that is shown: what its volunteer was sent"),
    FIELD(FIELD_INT, signup, version, "for If-Match"),
    FIELD(FIELD_TEXT, signup, url, "the occurrence's page"),
};
const struct fields signup_fields = FIELDS("signup", signup, signup_table);

static const struct field signup_input_table[] = {
    FIELD(FIELD_TEXT, signup_input, volunteer, "a volunteer's id"),
    FIELD(FIELD_TEXT, signup_input, event, "an event's slug"),
    FIELD(FIELD_TEXT, signup_input, on, "the occurrence's original local date"),
    FIELD(FIELD_TEXT, signup_input, role, "may be left out where there is one"),
    FIELD(FIELD_MAYBE, signup_input, waitlist, "join the line if it is full"),
};
const struct fields signup_input_fields = FIELDS("signup_input", signup_input, signup_input_table);

static const struct field signup_form_table[] = {
    FIELD(FIELD_TEXT, signup_form, slug, NULL),
    FIELD(FIELD_TEXT, signup_form, on, NULL),
    FIELD(FIELD_TEXT, signup_form, name, NULL),
    FIELD(FIELD_TEXT, signup_form, phone, NULL),
    FIELD(FIELD_TEXT, signup_form, role, "may be left out where there is one"),
    FIELD(FIELD_TEXT, signup_form, age, "adult, 14-17, under14"),
    FIELD(FIELD_MAYBE, signup_form, consent, NULL),
    FIELD(FIELD_MAYBE, signup_form, waitlist, "join the line if it is full"),
    FIELD(FIELD_TEXT, signup_form, guardian_name, "with under14"),
    FIELD(FIELD_TEXT, signup_form, guardian_phone, "with under14"),
    FIELD(FIELD_MAYBE, signup_form, guardian_consent, "with under14"),
};
const struct fields signup_form_fields = FIELDS("signup_form", signup_form, signup_form_table);

static const struct field signup_form_result_table[] = {
    FIELD(FIELD_TEXT, signup_form_result, token, "of /v/{token}"),
};
const struct fields signup_form_result_fields =
    FIELDS("signup_form_result", signup_form_result, signup_form_result_table);

static const struct field signup_ref_table[] = {
    FIELD(FIELD_TEXT, signup_ref, id, NULL),
    FIELD(FIELD_TEXT, signup_ref, reason, NULL),
};
const struct fields signup_ref_fields = FIELDS("signup_ref", signup_ref, signup_ref_table);

static const struct field signup_filter_table[] = {
    FIELD(FIELD_TEXT, signup_filter, event, "an event's slug"),
    FIELD(FIELD_TEXT, signup_filter, on, "the occurrence's original local date"),
    FIELD(FIELD_TEXT, signup_filter, volunteer, "a volunteer's id"),
    FIELD(FIELD_TEXT, signup_filter, state, NULL),
    FIELD(FIELD_TEXT, signup_filter, cursor, NULL),
    FIELD(FIELD_INT, signup_filter, limit, NULL),
};
const struct fields signup_filter_fields = FIELDS("signup_filter", signup_filter, signup_filter_table);

static const struct field person_ref_table[] = {
    FIELD(FIELD_TEXT, person_ref, token, NULL),
    FIELD(FIELD_TEXT, person_ref, signup, NULL),
};
const struct fields person_ref_fields = FIELDS("person_ref", person_ref, person_ref_table);

static const struct field person_page_table[] = {
    FIELD_OF(FIELD_OBJECT, person_page, person, volunteer_fields, "null: just the sign-ups listed"),
    FIELD_OF(FIELD_OBJECTS, person_page, signups, signup_fields, NULL),
};
const struct fields person_page_fields = FIELDS("person_page", person_page, person_page_table);
