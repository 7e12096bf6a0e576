/* Reports: one operation for the numbers, and one for each form they are written in. */
#ifndef KEPU_SERVICE_REPORT_H
#define KEPU_SERVICE_REPORT_H

#include "call.h"
#include "document.h"
#include "domain/report.h"

/* One kind of report, in its forms. input: struct report_input; result of `data`: struct report, else const char *. */
struct report_operations {
    struct operation data, html, markdown;
};
enum report_kind { REPORT_PLAN, REPORT_DEPARTMENT, REPORT_VOLUNTEERS, REPORT_EVENTS, REPORT_COUNT };
extern const struct report_operations report_operations[REPORT_COUNT];
extern const char *const report_kind_names[REPORT_COUNT];

/* The numbers, for pages too. */
int report_read(struct call *c, struct db *db, enum report_kind kind, const struct report_input *in,
                struct report **ret, struct err *e);
/* The words (report_words.c). */
void report_write(const struct report *r, enum report_kind kind, enum lang lang, struct document *d);
const char *report_text(enum msg msg, enum lang lang, struct arena *a, ...) __attribute__((sentinel));

/* Recurring events that have no date in this year yet: announced each year, and nobody has said when. */
struct undated {
    char *slug, *title, *lead;
    struct texts audiences;
};
struct objects presets_undated(struct call *c, struct db *db, enum lang lang);

#endif
