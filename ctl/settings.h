/* What the global flags and the environment say. */
#ifndef KEPU_CTL_SETTINGS_H
#define KEPU_CTL_SETTINGS_H

#include "args.h"

#include <stdbool.h>

enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_JSONL, FORMAT_CSV, FORMAT_NAME };

struct settings {
    enum format format;
    bool format_named;        /* by a flag, not by default */
    const char *document;     /* "html" or "md", of reports; NULL: another format */
    enum lang lang;
    bool colour;              /* of standard output */
    bool headers;
    bool verbose, dry_run, yes;
    const char *fields;       /* "a,b", or NULL */
    const char *socket;       /* NULL: `server` */
    const char *server;
    const char *token_file;   /* NULL: none */
};

/* Filled as far as it goes even where it returns -1, so that the error is told in the right language and form. */
int settings_read(const struct invocation *inv, struct settings *ret, struct err *e);

#endif
