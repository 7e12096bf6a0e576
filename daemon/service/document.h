/* A document of headings, paragraphs, tables and charts, written as a page to print or as Markdown. */
#ifndef KEPU_SERVICE_DOCUMENT_H
#define KEPU_SERVICE_DOCUMENT_H

#include "base/buf.h"
#include "base/catalogue.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stdint.h>

#define DOCUMENT_COLUMNS_MAX 10
#define DOCUMENT_BYTES_MAX (8 * 1024 * 1024)

enum block_kind { BLOCK_HEADING, BLOCK_SUBHEADING, BLOCK_TEXT, BLOCK_ITEM, BLOCK_TABLE, BLOCK_CHART, BLOCK_BREAK };

struct block {
    enum block_kind kind;
    const char *text;                       /* of a table or chart: its caption */
    const char *columns[DOCUMENT_COLUMNS_MAX];
    bool numbers[DOCUMENT_COLUMNS_MAX];     /* such columns stand to the right */
    size_t column_count;
    const char **cells;                     /* rows, one after another */
    size_t row_count, row_room;
    struct { const char *label; int64_t value; } *bars;
    size_t bar_count;
    struct block *next;
};

/* All texts are borrowed, plain and escaped where they are written. */
struct document {
    struct arena *arena;
    enum lang lang;
    const char *title, *subtitle, *office, *date;
    struct block *first, *last;
};

void document_heading(struct document *d, const char *text);
void document_subheading(struct document *d, const char *text);
void document_text(struct document *d, const char *text);
void document_item(struct document *d, const char *text);
void document_break(struct document *d);    /* the next page */
/* Column names, those of numbers with a '>' before them; NULL ends. */
struct block *document_table(struct document *d, const char *caption, const char *const *columns);
void document_row(struct document *d, struct block *table, const char *const *cells);
struct block *document_chart(struct document *d, const char *caption, size_t bars);
void document_bar(struct block *chart, const char *label, int64_t value);

void document_html(const struct document *d, struct buf *out);
void document_markdown(const struct document *d, struct buf *out);
/* A bar chart alone, in colours of its own (`standalone`) or by classes. */
void document_svg(const struct block *chart, struct buf *out);
void document_escape(struct buf *out, const char *text);

/* "1,234", "12.5". */
const char *document_number(int64_t milli, struct arena *a);

#endif
