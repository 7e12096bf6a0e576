#include "document.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

static struct block *add(struct document *d, enum block_kind kind, const char *text)
{
    struct block *b = arena_alloc(d->arena, sizeof *b);

    b->kind = kind;
    b->text = text;
    if (d->last)
        d->last->next = b;
    else
        d->first = b;
    d->last = b;
    return b;
}

void document_heading(struct document *d, const char *text)
{
    add(d, BLOCK_HEADING, text);
}

void document_subheading(struct document *d, const char *text)
{
    add(d, BLOCK_SUBHEADING, text);
}

void document_text(struct document *d, const char *text)
{
    add(d, BLOCK_TEXT, text);
}

void document_item(struct document *d, const char *text)
{
    add(d, BLOCK_ITEM, text);
}

void document_break(struct document *d)
{
    add(d, BLOCK_BREAK, "");
}

struct block *document_table(struct document *d, const char *caption, const char *const *columns)
{
    struct block *b = add(d, BLOCK_TABLE, caption);

    for (; columns[b->column_count] && b->column_count < DOCUMENT_COLUMNS_MAX; b->column_count++) {
        const char *name = columns[b->column_count];
        b->numbers[b->column_count] = name[0] == '>';
        b->columns[b->column_count] = name + (name[0] == '>');
    }
    return b;
}

void document_row(struct document *d, struct block *t, const char *const *cells)
{
    if (t->row_count == t->row_room) {
        const char **grown;
        t->row_room = t->row_room ? 2 * t->row_room : 16;
        grown = arena_alloc(d->arena, t->row_room * t->column_count * sizeof *grown);
        if (t->row_count)
            memcpy(grown, t->cells, t->row_count * t->column_count * sizeof *grown);
        t->cells = grown;
    }
    memcpy(t->cells + t->row_count++ * t->column_count, cells, t->column_count * sizeof *cells);
}

struct block *document_chart(struct document *d, const char *caption, size_t bars)
{
    struct block *b = add(d, BLOCK_CHART, caption);

    b->bars = arena_alloc(d->arena, (bars + 1) * sizeof *b->bars);
    return b;
}

void document_bar(struct block *chart, const char *label, int64_t value)
{
    chart->bars[chart->bar_count].label = label;
    chart->bars[chart->bar_count++].value = value;
}

#define NUMBER_BYTES 48

static const char *number_text(int64_t milli, char ret[NUMBER_BYTES])
{
    int64_t whole = milli / 1000, tenths = (milli < 0 ? -milli : milli) % 1000 / 100;
    char digits[24];
    size_t len = (size_t)snprintf(digits, sizeof digits, "%lld", (long long)whole), to = 0;

    for (size_t i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
            ret[to++] = ',';
        ret[to++] = digits[i];
    }
    ret[to] = 0;
    if (tenths)
        snprintf(ret + to, NUMBER_BYTES - to, ".%d", (int)tenths);
    return ret;
}

const char *document_number(int64_t milli, struct arena *a)
{
    char text[NUMBER_BYTES];

    return arena_strdup(a, number_text(milli, text));
}

/* Charts */

#define CHART_WIDTH 640
#define CHART_HEIGHT 200
#define CHART_FOOT 24
#define CHART_HEAD 20
#define CHART_LABELS_MAX 12
#define CHART_BAR_MAX 48.0

void document_escape(struct buf *out, const char *text)
{
    for (; text && *text; text++) {
        switch (*text) {
        case '&': buf_adds(out, "&amp;"); break;
        case '<': buf_adds(out, "&lt;"); break;
        case '>': buf_adds(out, "&gt;"); break;
        case '"': buf_adds(out, "&quot;"); break;
        case '\'': buf_adds(out, "&#39;"); break;
        default: buf_addc(out, *text); break;
        }
    }
}

void document_svg(const struct block *c, struct buf *out)
{
    double slot = c->bar_count ? (double)CHART_WIDTH / (double)c->bar_count : CHART_WIDTH;
    double width = slot * 0.7 > CHART_BAR_MAX ? CHART_BAR_MAX : slot * 0.7;
    size_t every = c->bar_count / CHART_LABELS_MAX + 1;
    int64_t most = 1;
    char number[NUMBER_BYTES];

    for (size_t i = 0; i < c->bar_count; i++)
        most = c->bars[i].value > most ? c->bars[i].value : most;
    buf_printf(out, "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", CHART_WIDTH,
               CHART_HEIGHT + CHART_FOOT + CHART_HEAD);
    document_escape(out, c->text);
    buf_adds(out, "\" xmlns=\"http://www.w3.org/2000/svg\" font-size=\"12\">\n");
    for (size_t i = 0; i < c->bar_count; i++) {
        double height = (double)c->bars[i].value / (double)most * CHART_HEIGHT, x = slot * (double)i;
        buf_printf(out, "<rect class=\"bar\" fill=\"#0a6b62\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
                   x + (slot - width) / 2, CHART_HEAD + CHART_HEIGHT - height, width, height);
        if (i % every)
            continue;
        buf_printf(out, "<text class=\"axis\" fill=\"#56646a\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">",
                   x + slot / 2, CHART_HEAD + CHART_HEIGHT + 16);
        document_escape(out, c->bars[i].label);
        buf_printf(out, "</text>\n<text class=\"axis\" fill=\"#56646a\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">"
                        "%s</text>\n",
                   x + slot / 2, CHART_HEAD + CHART_HEIGHT - height - 5, number_text(c->bars[i].value * 1000, number));
    }
    buf_printf(out, "<line class=\"ground\" stroke=\"#56646a\" x1=\"0\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n</svg>\n",
               CHART_HEAD + CHART_HEIGHT, CHART_WIDTH, CHART_HEAD + CHART_HEIGHT);
}

/* HTML: A4, the form of official papers (GB/T 9704): title in the middle, 仿宋 text, 黑体 and 楷体 headings. */

static const char style[] =
    "@page{size:A4;margin:37mm 26mm 35mm 28mm;@bottom-center{content:counter(page)}}*{box-sizing:border-box}"
    "body{margin:0 auto;max-width:170mm;padding:10mm 6mm;color:#111;background:#fff;font:12pt/1.75 "
    "FangSong,STFangsong,\"FangSong_GB2312\",\"Noto Serif CJK SC\",serif}h1{font:700 20pt/1.4 \"FZXiaoBiaoSong-B05S\","
    "\"STZhongsong\",SimSun,\"Noto Serif CJK SC\",serif;text-align:center;margin:0 0 4mm}.sub{text-align:center;"
    "margin:0 0 8mm;font-family:KaiTi,STKaiti,\"Noto Serif CJK SC\",serif}h2{font:400 14pt/1.6 "
    "SimHei,STHeiti,\"Noto Sans CJK SC\",sans-serif;margin:6mm 0 2mm}h3{font:700 12.5pt/1.6 KaiTi,"
    "STKaiti,\"Noto Serif CJK SC\",serif;margin:4mm 0 1mm}p{text-indent:2em;margin:0 0 2mm}ul{margin:0 "
    "0 2mm;padding-left:2em}table{border-collapse:collapse;width:100%;font-size:9.5pt;line-height:1.4;"
    "margin:1mm 0 4mm}caption{text-align:left;font-size:10pt;padding:1mm 0}th,td{border:.5pt solid "
    "#444;padding:1mm 1.5mm;text-align:left;vertical-align:top;overflow-wrap:anywhere}thead{display:table-header-group}"
    ".s{white-space:nowrap}"
    "tr{break-inside:avoid}thead th{background:#eee;text-align:center;white-space:nowrap;font-weight:400}"
    "tbody th{font-weight:400}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    "figure{margin:2mm 0 4mm;break-inside:avoid}figcaption{font-size:10pt}svg{width:100%;height:auto}"
    "h2,h3{break-after:avoid}.sign{text-align:right;text-indent:0;margin-top:12mm}.next{break-before:page}"
    "@media print{body{max-width:none;padding:0}}";

#define SHORT_CHARS 4                       /* a word that stays on its line */

static void html_cell(const struct block *t, size_t column, const char *text, struct buf *out)
{
    const char *open = t->numbers[column] ? "<td class=\"n\">" : "<td>";

    if (!t->numbers[column] && utf8_length(text) <= SHORT_CHARS)
        open = "<td class=\"s\">";
    buf_adds(out, column == 0 ? "<th scope=\"row\">" : open);
    document_escape(out, text);
    buf_adds(out, column == 0 ? "</th>" : "</td>");
}

static void html_table(const struct block *t, struct buf *out)
{
    buf_adds(out, "<table>\n");
    if (t->text && *t->text) {
        buf_adds(out, "<caption>");
        document_escape(out, t->text);
        buf_adds(out, "</caption>\n");
    }
    buf_adds(out, "<thead><tr>");
    for (size_t i = 0; i < t->column_count; i++) {
        buf_adds(out, "<th scope=\"col\">");
        document_escape(out, t->columns[i]);
        buf_adds(out, "</th>");
    }
    buf_adds(out, "</tr></thead>\n<tbody>\n");
    for (size_t r = 0; r < t->row_count; r++) {
        buf_adds(out, "<tr>");
        for (size_t i = 0; i < t->column_count; i++)
            html_cell(t, i, t->cells[r * t->column_count + i], out);
        buf_adds(out, "</tr>\n");
    }
    buf_adds(out, "</tbody>\n</table>\n");
}

static void html_chart(const struct block *c, struct buf *out)
{
    buf_adds(out, "<figure>\n");
    document_svg(c, out);
    buf_adds(out, "<figcaption>");
    document_escape(out, c->text);
    buf_adds(out, "</figcaption>\n</figure>\n");
}

static void html_line(struct buf *out, const char *open, const char *text, const char *close)
{
    buf_adds(out, open);
    document_escape(out, text);
    buf_adds(out, close);
}

static void html_block(const struct block *b, bool *in_list, struct buf *out)
{
    if (*in_list != (b->kind == BLOCK_ITEM))
        buf_adds(out, *in_list ? "</ul>\n" : "<ul>\n");
    *in_list = b->kind == BLOCK_ITEM;
    switch (b->kind) {
    case BLOCK_HEADING: html_line(out, "<h2>", b->text, "</h2>\n"); break;
    case BLOCK_SUBHEADING: html_line(out, "<h3>", b->text, "</h3>\n"); break;
    case BLOCK_TEXT: html_line(out, "<p>", b->text, "</p>\n"); break;
    case BLOCK_ITEM: html_line(out, "<li>", b->text, "</li>\n"); break;
    case BLOCK_TABLE: html_table(b, out); break;
    case BLOCK_CHART: html_chart(b, out); break;
    case BLOCK_BREAK: buf_adds(out, "<div class=\"next\"></div>\n"); break;
    }
}

void document_html(const struct document *d, struct buf *out)
{
    bool in_list = false;

    buf_printf(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n<title>",
               d->lang == LANG_EN ? "en" : "zh-CN");
    document_escape(out, d->title);
    buf_printf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n", style);
    html_line(out, "<h1>", d->title, "</h1>\n");
    html_line(out, "<p class=\"sub\">", d->subtitle, "</p>\n");
    for (const struct block *b = d->first; b; b = b->next)
        html_block(b, &in_list, out);
    if (in_list)
        buf_adds(out, "</ul>\n");
    buf_adds(out, "<p class=\"sign\">");
    document_escape(out, d->office);
    buf_adds(out, *d->office ? "<br>" : "");
    document_escape(out, d->date);
    buf_adds(out, "</p>\n</body>\n</html>\n");
}

/* Markdown, with tables as most readers know them. */

static void md_text(struct buf *out, const char *text)
{
    for (; text && *text; text++) {
        if (strchr("\\`*_[]<>|#", *text))
            buf_addc(out, '\\');
        buf_addc(out, *text == '\n' ? ' ' : *text);
    }
}

static void md_table(const struct block *t, struct buf *out)
{
    if (t->text && *t->text) {
        md_text(out, t->text);
        buf_adds(out, "\n\n");
    }
    buf_adds(out, "|");
    for (size_t i = 0; i < t->column_count; i++) {
        buf_addc(out, ' ');
        md_text(out, t->columns[i]);
        buf_adds(out, " |");
    }
    buf_adds(out, "\n|");
    for (size_t i = 0; i < t->column_count; i++)
        buf_adds(out, t->numbers[i] ? " ---: |" : " --- |");
    buf_addc(out, '\n');
    for (size_t r = 0; r < t->row_count; r++) {
        buf_addc(out, '|');
        for (size_t i = 0; i < t->column_count; i++) {
            buf_addc(out, ' ');
            md_text(out, t->cells[r * t->column_count + i]);
            buf_adds(out, " |");
        }
        buf_addc(out, '\n');
    }
    buf_addc(out, '\n');
}

static void md_block(const struct block *b, struct buf *out)
{
    switch (b->kind) {
    case BLOCK_HEADING:
    case BLOCK_SUBHEADING:
        buf_adds(out, b->kind == BLOCK_HEADING ? "## " : "### ");
        break;
    case BLOCK_ITEM:
        buf_adds(out, "- ");
        break;
    case BLOCK_TEXT:
        break;
    case BLOCK_TABLE:
        md_table(b, out);
        return;
    case BLOCK_CHART:                        /* its table follows */
    case BLOCK_BREAK:
        return;
    }
    md_text(out, b->text);
    buf_adds(out, b->kind == BLOCK_ITEM && b->next && b->next->kind == BLOCK_ITEM ? "\n" : "\n\n");
}

void document_markdown(const struct document *d, struct buf *out)
{
    buf_adds(out, "# ");
    md_text(out, d->title);
    buf_adds(out, "\n\n");
    md_text(out, d->subtitle);
    buf_adds(out, "\n\n");
    for (const struct block *b = d->first; b; b = b->next)
        md_block(b, out);
    md_text(out, d->office);
    buf_adds(out, *d->office ? " " : "");
    md_text(out, d->date);
    buf_addc(out, '\n');
}
