/* The table of commands, from which parsing, requests, help, "did you mean" and completion all come. */
#ifndef KEPU_CTL_COMMAND_H
#define KEPU_CTL_COMMAND_H

#include "base/catalogue.h"
#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum flag_kind {
    FLAG_BOOL,      /* stands alone */
    FLAG_TEXT,
    FLAG_LIST,      /* may be repeated; a list on the wire */
    FLAG_INT,
    FLAG_NUMBER,    /* a decimal */
    FLAG_FILE,      /* the content of a file, its last newline cut; "-" is standard input */
    FLAG_ROLES      /* NAME=CAPACITY[/MINIMUM][:participant], may be repeated */
};

enum place {
    PLACE_BODY,     /* a member of the JSON body */
    PLACE_QUERY,    /* a query parameter */
    PLACE_PATH,     /* {field} of the path */
    PLACE_IF_MATCH,
    PLACE_FILE,     /* the file whose bytes are the body */
    PLACE_HERE      /* for kepuctl itself; never sent by the usual way */
};

#define REQUIRED 1u
#define OPTIONAL 2u  /* of a positional */
#define MANY 4u      /* of the last positional: the words that follow belong to it */

struct flag {
    const char *name;        /* without the dashes; the same name takes a value in all commands or in none, so
                                that flags may stand before the command is known */
    enum flag_kind kind;
    enum place place;
    const char *field;       /* on the wire; NULL: the name, with _ for - */
    const char *value;       /* what stands for its value in help; NULL for FLAG_BOOL */
    const char *help[2];     /* by enum lang */
    char letter;             /* -x, or 0 */
    unsigned traits;
    char group;              /* at most one of a group; at least one if any of them is REQUIRED */
    const char *constant;    /* FLAG_BOOL in a query: what is sent instead of "true" */
    const char *needs;       /* the flag without which this one means nothing */
    const char *choices;     /* "a|b|c", for help and completion */
};

struct positional {
    const char *name;        /* in help: "SLUG"; NULL ends the list */
    enum flag_kind kind;     /* FLAG_TEXT or FLAG_INT */
    enum place place;
    const char *field;
    unsigned traits;
};

#define POSITIONALS_MAX 3

/* How objects of a kind are shown; lists of wire names with a space between them. */
struct shape {
    const char *key;         /* what `-o name` prints */
    const char *columns;     /* of a table */
    const char *fields;      /* of CSV; what --fields knows beside what an answer holds */
};

#define ANSWER_LIST 1u       /* {"items", "next"} */
#define PAGED 2u             /* the list takes ?limit= and ?cursor= */
#define WRITES 4u            /* takes --dry-run, --yes, an Idempotency-Key */
#define NEEDS_CHANGE 8u      /* an edit without anything to change is a usage error */
#define WAITS_LONG 16u       /* answers when an outcome in the world is known */
#define AS_CSV 32u           /* CSV unless a format is named */

struct session;
struct invocation;

struct command {
    const char *noun;
    const char *verb;        /* NULL: a command without verbs */
    const char *method;
    const char *path;        /* below /api/v1, with {field}s */
    struct positional args[POSITIONALS_MAX + 1];
    const struct flag *flags;          /* ended by a row without name; may be NULL */
    const struct shape *shape;
    unsigned traits;
    const char *help[2];
    const char *example;
    const char *content_type;          /* of a body that is a file */
    const char *wanted_state;          /* another `state` in the answer is a failure, exit 1 */
    int (*check)(const struct invocation *inv, struct err *e);           /* before anything is sent */
    void (*complete)(const struct invocation *inv, json_t *body);        /* members that no single flag gives */
    int (*run)(struct session *s);                                       /* NULL: request, answer, print */
};

struct noun {
    const char *name;
    const char *help[2];
};

extern const struct flag global_flags[];           /* ended by a row without name */
extern const struct noun nouns[];                  /* in the order of help; ended by a row without name */

/* All commands, in the order of help; NULL past the last. */
const struct command *command_at(size_t i);
const struct command *command_find(const char *noun, const char *verb); /* verb NULL: the one without verbs */
bool command_noun_known(const char *noun);
const struct flag *flag_of(const struct flag *flags, const char *name);    /* in one list; NULL if there is none */
const struct flag *flag_anywhere(const char *name, char letter);           /* by name, or by letter if name is NULL */
const char *flag_field(const struct flag *f, char *room, size_t bytes);    /* its name on the wire */
bool flag_takes_value(const struct flag *f);

#endif
