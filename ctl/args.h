/* The command line: words and flags in any order, then the command they mean. */
#ifndef KEPU_CTL_ARGS_H
#define KEPU_CTL_ARGS_H

#include "command.h"

#include <stdbool.h>
#include <stddef.h>

/* One flag as it was given. Texts point into argv. */
struct given {
    const struct flag *flag;   /* the command's own row once args_resolve has run */
    const char *text;          /* NULL for a bare FLAG_BOOL */
};

struct invocation {
    const struct command *command;   /* NULL: just `kepuctl`, or only a noun, with --help or --version */
    const char **words;              /* everything that is not a flag, the noun first */
    size_t word_count;
    size_t args_at;                  /* the first word after noun and verb */
    struct given *given;
    size_t given_count;
    struct err error;                /* the first thing wrong with the line */
    const char *unknown;             /* the first flag that no command has, as typed, or NULL */
};

/* Takes the line apart. What is wrong is kept in inv->error, so that --json and --lang hold for its message too. */
void args_scan(int argc, char **argv, struct invocation *inv);
/* Finds the command that the words begin with; what is mistyped is told with the nearest there is. */
int args_find(struct invocation *inv, struct err *e);
/* Finds the command and checks flags and positionals against its row. */
int args_resolve(struct invocation *inv, struct err *e);
void args_release(struct invocation *inv);

/* The last text given for a flag, NULL if it was not given; "" for a bare FLAG_BOOL. */
const char *given_text(const struct invocation *inv, const char *name);
bool given_true(const struct invocation *inv, const char *name);
/* A FLAG_BOOL's value: bare is true, "false", "no" and "0" are false. */
bool given_bool(const struct given *g);
size_t args_positionals(const struct invocation *inv);
/* The i-th word after noun and verb; NULL past the last. */
const char *args_positional(const struct invocation *inv, size_t i);
/* A whole decimal number, an optional sign, nothing else; within ±10^15. */
bool args_parse_int(const char *text, long long *ret);

#endif
