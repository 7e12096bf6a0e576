/* The inside of importing: from components of a file to drafts of events, and from drafts to the database. */
#ifndef KEPU_SERVICE_IMPORT_PRIVATE_H
#define KEPU_SERVICE_IMPORT_PRIVATE_H

#include "calendar/ical_tzid.h"
#include "import.h"
#include "occurrence.h"

#define IMPORT_UID_BYTES_MAX 1000

/* One import under way. */
struct import {
    struct call *c;
    struct db *db;
    struct ical_file *file;
    struct import_component *rows;         /* beside file->components */
    const struct zone *office;
    const struct zone *home;               /* where the file's author lives: for dates said in UTC */
    struct objects categories;             /* struct entry, read once */
};

/* What a file says of one occurrence. */
struct import_override {
    const struct ical_component *from;
    struct import_component *row;
    int64_t original_s;                    /* wall time in the event's zone */
    bool placed;                           /* original_s is set: the series was split and its dates shifted */
    int64_t start_s, end_s;
    bool dated;                            /* an instance of its rule; else it has only its own row */
    struct series_date date;               /* where the rule has it */
    const char *title, *description, *venue; /* NULL: the event's */
};

/* What a file says of one event: master and overrides. */
struct import_draft {
    const struct ical_component *from;     /* the master; NULL: the file has only overrides of an event that is here */
    struct import_component *row;          /* the master's */
    struct event *existing;                /* NULL: new */
    struct event *want;                    /* the event as it shall be */
    struct series *series;                 /* of `want` */
    bool own;                              /* an export of ours: everything that it doesn't say is empty */
    struct import_override *overrides;
    size_t override_count;
    struct import_draft *split_from;       /* the earlier part; split by RANGE=THISANDFUTURE */
    struct import_draft *next;             /* the later part, if it was split */
};

/* import_report.c: what is said about a component, in the request's language. */
void import_note(struct import *m, struct import_component *row, enum msg msg, const char *arg0, const char *arg1);
int import_refuse(struct import *m, struct import_component *row, const struct err *e);   /* -1 */
void import_outcome(struct import_component *row, enum import_outcome outcome, char *slug);
/* Text as kepu keeps it: no control characters but, with `lines`, line feeds; cut at the limit, with a note. */
char *import_text(struct import *m, struct import_component *row, const char *text, size_t chars_max, bool lines);

/* import_time.c: a time of the file as wall time of a zone; of an all-day series its day. */
int64_t import_wall(struct import *m, const struct ical_time *t, const struct zone *z, bool all_day);
/* The zone that a component's start is kept in; notes say what was guessed. */
int import_zone(struct import *m, const struct ical_component *from, struct import_component *row,
                const struct zone **ret, struct err *e);
/* Start, end and whether it is all day, into want. */
int import_times(struct import *m, const struct ical_component *from, struct import_component *row,
                 const struct zone *z, struct event *want, struct err *e);
/* Start and end of an override; its length is the series' where it gives none. */
void import_override_times(struct import *m, struct import_override *o, const struct series *s);

/* import_rule.c: RRULE, RDATE, EXRULE and EXDATE into want, as one rule and dates. */
int import_rules(struct import *m, const struct ical_component *from, struct import_component *row,
                 const struct zone *z, struct event *want, struct err *e);
/* Whether the start is an instance that the rule doesn't have, into want; a note if so. */
int import_settle_start(struct import *m, struct import_component *row, struct event *want, struct err *e);
/* Every instance of a rule of `want` from from_s on, shifted, as a date of its own. */
int import_spell_out(struct import *m, const struct event *want, const char *rule, int64_t from_s, int64_t shift_s,
                     struct texts *list, struct err *e);
/* The rule in one form, for comparing: UNTIL can be said in three. */
char *import_rule_plain(struct import *m, const struct event *ev);
int import_add_date(struct import *m, struct texts *list, int64_t wall_s, bool date, struct err *e);
void import_sort_dates(struct texts *list);

/* import_draft.c: one event of the file, from its master and overrides. */
struct import_override *import_override_new(struct import *m, struct import_draft *d,
                                            const struct ical_component *from);
int import_draft_make(struct import *m, struct import_draft *d, const char *uid, struct err *e);
/* Where an override belongs; a date that the rule doesn't have becomes one. */
int import_draft_settle(struct import *m, struct import_draft *d, struct err *e);

/* Roles as an export of ours says them, struct role; none where one of them is wrong. */
struct objects import_roles(struct import *m, const struct ical_component *from, struct import_component *row);

/* import_split.c: RANGE=THISANDFUTURE; *d becomes the earlier part and d->next the later. */
int import_draft_split(struct import *m, struct import_draft *d, struct err *e);

/* import_apply.c: a draft into the database, its components' outcomes into their rows. */
int import_apply(struct import *m, struct import_draft *d, struct err *e);

#endif
