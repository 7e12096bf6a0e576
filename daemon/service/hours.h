/* Hours of service as people ask for them: the ledger's entries, those made by hand, certificates; and the check. */
#ifndef KEPU_SERVICE_HOURS_H
#define KEPU_SERVICE_HOURS_H

#include "call.h"
#include "domain/hours.h"

/* input: struct hours_filter; result: struct list of struct hours_entry. */
extern const struct operation op_hours_list;
/* input: struct hours_input; result: struct hours_entry, which counts once somebody else has approved it. */
extern const struct operation op_hours_add;
/* input: struct hours_ref; result: struct hours_entry, the one approved. */
extern const struct operation op_hours_approve;

/* input: struct certificate_input; result: struct certificate, with the address of the sheet to print. */
extern const struct operation op_hours_certificate;
/* input: struct certificate_ref; result: struct certificate. The public's says "unknown" instead of an error. */
extern const struct operation op_hours_verify, op_certificate_page;
/* input: struct certificate_ref whose code is the token of a sheet; result: struct certificate with everything. */
extern const struct operation op_certificate_sheet;
/* input: struct person_ref (a volunteer's own page); result: struct certificate. */
extern const struct operation op_certificate_own;

/* What the wire shows of an entry beyond its row. */
void hours_dress(struct call *c, struct hours_entry *h);

struct certificate_row;
/* Whether it still says what this office sealed. */
bool certificate_is_sealed(struct call *c, const struct certificate_row *row);
/* And whether the ledger, as it was then, says the same. */
bool certificate_is_backed(struct call *c, struct db *db, const struct certificate_row *row);

/* input: none; result: struct check_report. */
extern const struct operation op_check;

#endif
