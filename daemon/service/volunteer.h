/* Volunteers: registering, finding, changing, importing them. */
#ifndef KEPU_SERVICE_VOLUNTEER_H
#define KEPU_SERVICE_VOLUNTEER_H

#include "call.h"
#include "domain/people.h"
#include "domain/person.h"
#include "domain/signup.h"
#include "store/volunteer.h"

/* input: struct volunteer_input; result: struct volunteer. One known by phone and name: ERR_EXISTS, with the id. */
extern const struct operation op_volunteer_add, op_volunteer_edit;

/*
 * input: struct volunteer_ref; result: struct volunteer. The revealed ones show whole numbers, are for administrators
 * and write to the audit; the others refuse `reveal`.
 */
extern const struct operation op_volunteer_show, op_volunteer_show_revealed;
/* input: struct volunteer_filter; result: struct list of struct volunteer. */
extern const struct operation op_volunteer_list, op_volunteer_list_revealed;

/* input: struct volunteer_ref; result: struct volunteer_link. */
extern const struct operation op_volunteer_link;

/* input: struct volunteer_import; result: struct volunteer_import_result. All lines or none. */
#define VOLUNTEER_IMPORT_LINES_MAX 200000
extern const struct operation op_volunteer_import;

/* input: struct volunteer_merge; result: struct volunteer_merged. Wants `yes`. */
extern const struct operation op_volunteer_merge;

/*
 * Everything that is held on somebody: result struct person_file, and an entry in the audit. And its end: result struct
 * person_erased; wants `yes`; once more changes nothing. Input: struct volunteer_ref; those of a person, for whoever
 * holds the link of their whole page: struct person_ref.
 */
extern const struct operation op_volunteer_export, op_person_export, op_volunteer_erase, op_person_erase;

/* For other operations, on the store thread */

/* The volunteer of an id; ERR_NOT_FOUND, which says so if it was merged into another. Field "volunteer". */
int volunteer_find(struct call *c, struct db *db, const char *code, struct volunteer_row **ret, struct err *e);
/* Why an id is nobody's: there is none, or it was merged. Field "volunteer". */
int volunteer_unknown(struct call *c, struct db *db, const char *code, struct err *e);
/* The volunteer whose whole page a token opens, their row kept: it is they who ask now. ERR_NOT_FOUND otherwise. */
int volunteer_of_link(struct call *c, struct db *db, const struct person_ref *ref, struct volunteer_row **ret,
                      struct err *e);
/* Without asking and without an entry in the audit; ret in c->out. Of somebody who is erased it only tells. */
int volunteer_erase(struct call *c, struct db *db, const struct volunteer_row *row, struct person_erased *ret,
                    struct err *e);
/* A pattern for LIKE … ESCAPE '\' that finds a text anywhere, and takes % and _ for themselves. */
char *text_like(const char *text, struct arena *a);

/* People neither resting nor erased: what the target `volunteers` counts. */
int people_count(struct db *db);

/* What is known of a new person, checked: everything but consent and links. `row->code` is made. */
int volunteer_prepare(struct call *c, const struct volunteer_input *in, struct volunteer_row *row, struct err *e);
/* consent true: now, to the notice of today; false: basis "organisation". */
void volunteer_consent(struct call *c, bool consent, struct volunteer_row *row);
/* As the wire shows it, in c->out. `reveal`: whole numbers. */
int volunteer_show(struct call *c, struct db *db, const struct volunteer_row *row, bool reveal, struct volunteer *ret,
                   struct err *e);

/* A cursor of ours: the id of the last one shown; 0 for none. */
int cursor_read(const char *cursor, int64_t *ret, struct err *e);

#endif
