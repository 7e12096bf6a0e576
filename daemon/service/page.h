/* What the public pages show, each read in one job. Everybody may. */
#ifndef KEPU_SERVICE_PAGE_H
#define KEPU_SERVICE_PAGE_H

#include "call.h"
#include "domain/event.h"
#include "domain/office.h"
#include "domain/target.h"
#include "report.h"
#include "progress.h"

#define PAGE_HOME_ROWS 10
#define PAGE_LIST_ROWS 24          /* a page stays within 40 kB, whatever titles hold */
#define PAGE_LIST_PAGES_MAX 10
#define PAGE_EVENT_DATES 12
#define PAGE_TOWNS 60

/* What is asked for; NULL and 0 where it was not said. */
struct page_ref {
    char *slug, *on;
    char *category, *audience, *lead, *town, *day;   /* day: "2027-05-12" */
    int64_t page;                          /* of the list, from 1 */
};

/* Where it is, with the address if the venue is a registered one; "" if unknown. */
struct page_place {
    const char *name, *address;
};

struct page_row {
    const struct occurrence *occurrence;
    struct page_place place;
    bool several;                          /* the event has another one on that date */
};

struct page_rows {
    struct page_row *items;
    size_t count;
};

struct home_page {
    struct page_rows rows;
    struct people_progress progress;
};

struct choices {
    const struct entry *items;
    size_t count;
};

struct list_page {
    struct page_rows rows;
    struct choices categories, audiences, departments;
    struct texts towns;                    /* of the venues */
    int64_t page;
    bool more;
};

/* Titles in the request's language; "" and empty where there are none. */
struct event_page {
    const struct event *event;
    const struct occurrence *occurrence;   /* of an occurrence's page; NULL on an event's */
    struct page_rows dates;                /* of an event's page: what is ahead */
    struct page_place place, place_en;     /* place_en: of a poster, which is in both languages */
    const char *category, *lead;
    struct texts partners, audiences;
    bool past;
    struct moment opens, closes;           /* of sign-ups for the occurrence; not set: any time */
    bool early, late;                      /* not open yet; closed */
};

struct plan_page {
    struct people_progress progress;
    struct report *report;                 /* NULL: there is no plan */
    bool departments;                      /* their pages are public too */
};

/* Results as named; ERR_NOT_FOUND for slugs, dates and filters that aren't there. */
extern const struct operation op_home_page, op_list_page, op_event_page, op_occurrence_page, op_poster_page,
    op_plan_page;
/* input: struct slug_ref, a department's; result: struct plan_page. */
extern const struct operation op_plan_department_page;
/* op_person_page's (signup.h), with the venues' titles in the request's language. */
extern const struct operation op_own_page;
/* input and result: none. For a page that is only words. */
extern const struct operation op_nothing_page;

#endif
