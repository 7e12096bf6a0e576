/* Who came, from when to when: written down by the desk, from a paper list, by the venue's code, or by the clock. */
#ifndef KEPU_SERVICE_ATTENDANCE_H
#define KEPU_SERVICE_ATTENDANCE_H

#include "call.h"
#include "domain/attendance.h"
#include "domain/signup.h"

/* input: struct attendance_input; result: struct signup. `force` lets times of another day pass. */
extern const struct operation op_signup_check_in, op_signup_check_out, op_signup_attend, op_signup_no_show,
    op_signup_excuse;
/* input: struct attendance_list_input; result: struct attendance_list_result. All lines or none. */
extern const struct operation op_attendance_list;
/* input: struct venue_code_input; result: struct venue_code. */
extern const struct operation op_venue_code;
/* Every minute: shifts that have ended with nobody checked out. input and result: none. */
extern const struct operation op_attendance_close;

/*
 * The public's. op_arrive_own and op_arrive_phone, input: struct arrival_input, result: struct arrival; a wrong code is
 * no error, since it is counted. op_venue_screen, input: struct arrival_input, result: struct venue_screen.
 */
extern const struct operation op_arrive_own, op_arrive_phone, op_venue_screen;
struct venue_screen {
    struct occurrence *occurrence;
    char *code;                          /* NULL: not for this reader */
    bool fixed;
};

/* For the other files of attendance, on the store thread */

/* How it came to be known. */
struct attendance_said {
    int64_t at_ms;
    int64_t minutes;                     /* FIELD_INT_ABSENT: not said */
    const char *how;                     /* desk, code, list, auto */
    const char *reason;
    bool corrects;                       /* what is there already may be replaced */
};
/* The sign-up, its volunteer's row taken. ERR_NOT_FOUND, field "id". */
int attendance_find(struct call *c, struct db *db, const char *id, struct signup **ret, struct err *e);
int attendance_in(struct call *c, struct db *db, struct signup *s, const struct attendance_said *said, struct err *e);
int attendance_out(struct call *c, struct db *db, struct signup *s, const struct attendance_said *said, struct err *e);
/* To attended, no_show or excused. */
int attendance_set(struct call *c, struct db *db, struct signup *s, enum signup_state to,
                   const struct attendance_said *said, struct err *e);
/* WHEN, on the day of the sign-up's shift; NULL: now. Field "at". */
int attendance_time(struct call *c, const struct signup *s, const char *text, int64_t *ret_ms, struct err *e);

#endif
