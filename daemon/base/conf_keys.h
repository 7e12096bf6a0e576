/* The table behind the configuration, for conf*.c only. */
#ifndef KEPU_BASE_CONF_KEYS_H
#define KEPU_BASE_CONF_KEYS_H

#include "conf.h"

enum conf_type {
    CONF_TEXT,     /* const char * */
    CONF_PATH,     /* const char *, not empty */
    CONF_URL,      /* const char *, http or https, trailing slashes taken off */
    CONF_LIST,     /* struct conf_list, separated by commas or blanks */
    CONF_MODE,     /* int64_t, octal */
    CONF_SPAN,     /* int64_t, milliseconds */
    CONF_RATE,     /* struct conf_rate */
    CONF_COUNT,    /* int64_t, 0 to max */
    CONF_CHOICE,   /* int64_t, the place among `choices` */
};

struct conf_key {
    const char *section, *name;
    const char *flag;          /* without the dashes */
    enum conf_type type;
    size_t offset;             /* in struct conf */
    const char *fallback;      /* as it would be written; NULL: none */
    int64_t max;               /* CONF_MODE, CONF_SPAN: inclusive; texts: bytes, 0 = CONF_VALUE_BYTES_MAX */
    const char *choices;       /* "a|b|c" */
    const char *shown;         /* in the help instead of `fallback` */
    enum msg help;
};

#define CONF_KEYS_MAX 80

extern const struct conf_key conf_keys[];
extern const size_t conf_key_count;

/* Reads a value into its place; e without a field. The empty text is the default. */
int conf_set(struct conf *c, const struct conf_key *key, const char *value, struct err *e);

#endif
