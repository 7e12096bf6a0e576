/*
 * The Mustache language, for pages and messages: variables, sections, inverted sections, comments, partials,
 * delimiters, dotted names, standalone lines, as its specification has them; no lambdas. On any thread.
 *
 * False are: false, null, what is absent, the empty list and the empty string. Numbers are true, 0 too.
 */
#ifndef KEPU_BASE_MUSTACHE_H
#define KEPU_BASE_MUSTACHE_H

#include "buf.h"
#include "catalogue.h"
#include "err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define MUSTACHE_DEPTH_MAX 32                          /* sections and partials inside one another */
#define MUSTACHE_STEPS_MAX (2 * 1000 * 1000)           /* pieces of templates, each time one is come by */
#define MUSTACHE_TEMPLATE_BYTES_MAX (1024 * 1024)
#define MUSTACHE_PARTIALS_BYTES_MAX (4 * 1024 * 1024)  /* of one rendering, each indentation counted by itself */
#define MUSTACHE_OUTPUT_BYTES_MAX (16 * 1024 * 1024)   /* where the options give none */

struct mustache_options {
    bool escape_html;                 /* {{x}}: & < > " ' escaped; {{{x}}} and {{&x}} never */
    enum lang lang;                   /* of {{WORD_…}}, which the catalogue knows where the context does not */
    /* The text lasts as long as the rendering; NULL if there is none. */
    const char *(*partial)(void *arg, const char *name);
    void *arg;
    size_t output_bytes_max;
};

/*
 * Adds to `out`, which is as it was after an error. Errors name line and column, and in `field` the partial.
 */
int mustache_render(const char *template, const json_t *context, const struct mustache_options *o, struct buf *out,
                    struct err *e);

/* Syntax only. */
int mustache_check(const char *template, struct err *e);

#endif
