/* Structs described by tables: the names on the wire, from which JSON is read and written and the OpenAPI document
 * made. */
#ifndef KEPU_DOMAIN_FIELDS_H
#define KEPU_DOMAIN_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A list of texts; in an input, `given` tells an empty list from an absent one. */
struct texts {
    char **items;
    size_t count;
    bool given;
};

/* A moment as people see it: wall time, its offset from UTC, or just a date. `set` false is null on the wire. */
struct moment {
    int64_t wall_s;      /* seconds from 1970-01-01T00:00:00 on a wall clock */
    int32_t offset_s;    /* east of UTC */
    bool date;           /* "2027-09-18", without a time */
    bool set;
};

/* A list of structs described by a table of their own. */
struct objects {
    void *items;
    size_t count;
    bool given;
};

#define FIELD_INT_ABSENT INT64_MIN

enum field_type {
    FIELD_TEXT,    /* char *; NULL is null, and absent in an input */
    FIELD_ONCE,    /* char *, of a result: what is shown once and never again; NULL: not there at all */
    FIELD_INT,     /* int64_t; FIELD_INT_ABSENT is null, and absent in an input */
    FIELD_BOOL,    /* bool; false when absent */
    FIELD_MAYBE,   /* int8_t: -1 absent/null, 0 false, 1 true */
    FIELD_TEXTS,   /* struct texts */
    FIELD_OBJECTS, /* struct objects, described by `of` */
    FIELD_MOMENT,  /* struct moment; RFC 3339 with the offset on the wire */
    FIELD_MS,      /* int64_t, milliseconds UTC; RFC 3339 in the office's zone on the wire; FIELD_INT_ABSENT is null */
    FIELD_MILLI,   /* int64_t, thousandths; a decimal number on the wire; FIELD_INT_ABSENT is null */
    FIELD_OBJECT,  /* a pointer to one struct described by `of`; NULL is null */
};

struct fields;

struct field {
    const char *name;          /* on the wire */
    enum field_type type;
    size_t offset;
    const struct fields *of;   /* FIELD_OBJECTS, FIELD_OBJECT */
    const char *doc;           /* for the OpenAPI document, English; may be NULL */
};

struct fields {
    const char *name;          /* of the schema: "event" */
    const struct field *items;
    size_t count;
    size_t bytes;              /* sizeof the struct described */
};

#define FIELD(type, struct_name, member, doc_text) \
    {#member, type, offsetof(struct struct_name, member), NULL, doc_text}
#define FIELD_AS(wire, type, struct_name, member, doc_text) \
    {wire, type, offsetof(struct struct_name, member), NULL, doc_text}
#define FIELD_OF(type, struct_name, member, fields_of, doc_text) \
    {#member, type, offsetof(struct struct_name, member), &(fields_of), doc_text}
#define FIELDS(wire, struct_name, table) \
    {wire, table, sizeof table / sizeof table[0], sizeof(struct struct_name)}

/* Every optional member set to its "absent" value. */
void fields_clear(const struct fields *f, void *object);
const struct field *fields_find(const struct fields *f, const char *name); /* NULL if there is none */

#endif
