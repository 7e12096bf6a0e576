/* The road to the target: a picture, and its numbers. */
#include "pages.h"

#include "codec.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROAD_LEFT 22.0
#define ROAD_RIGHT 338.0
#define ROAD_MIDDLE 66.0
#define ROAD_SWING 22.0
#define ROAD_STEPS 60
#define STONES 4                          /* milestones, the last at the target */
#define LABEL_ABOVE 17.0
#define TAU 6.283185307179586

/* The road swings once up and once down on its way. `part` 0–1. */
static void point_at(double part, double *ret_x, double *ret_y)
{
    *ret_x = ROAD_LEFT + (ROAD_RIGHT - ROAD_LEFT) * part;
    *ret_y = ROAD_MIDDLE - ROAD_SWING * sin(TAU * part);
}

static void put_road(json_t *to, const char *name, double part)
{
    int steps = (int)(ROAD_STEPS * part) + 1;
    struct buf b = {0};

    for (int i = 0; i <= steps; i++) {
        double x, y;
        point_at(part * i / steps, &x, &y);
        buf_printf(&b, "%s%.1f,%.1f", i ? " " : "", x, y);
    }
    page_put(to, name, buf_text(&b));
    buf_release(&b);
}

static void put_point(json_t *to, double part)
{
    char text[24];
    double x, y;

    point_at(part, &x, &y);
    snprintf(text, sizeof text, "%.1f", x);
    page_put(to, "x", text);
    snprintf(text, sizeof text, "%.1f", y);
    page_put(to, "y", text);
    snprintf(text, sizeof text, "%.1f", y - LABEL_ABOVE);
    page_put(to, "label_y", text);
}

static double part_of(const struct people_progress *progress)
{
    double part = progress->target > 0 ? (double)progress->value / (double)progress->target : 0;

    return part < 0 ? 0 : part > 1 ? 1 : part;
}

static void put_stones(json_t *to, const struct people_progress *progress)
{
    json_t *list = page_put_list(to, "stones");
    char number[PAGE_NUMBER_BYTES];

    for (int i = 1; i <= STONES; i++) {
        json_t *one = page_add(list);
        put_point(one, (double)i / STONES);
        page_put(one, "number", page_number(progress->target * i / STONES, number));
        json_object_set_new(one, "passed", json_boolean(progress->value >= progress->target * i / STONES));
        page_put(one, "anchor", i == STONES ? "end" : "middle");
    }
}

static void put_colours(const struct page *p, json_t *to)
{
    const char *theme = http_query_find(p->x, "theme");
    bool dark = theme && strcmp(theme, "dark") == 0;

    page_put(to, "ink", dark ? "#e6ecec" : "#1d2b2f");
    page_put(to, "muted", dark ? "#a3b1b5" : "#56646a");
    page_put(to, "ground", dark ? "#33444a" : "#d9dfdd");
    page_put(to, "paper", dark ? "#1a2326" : "#ffffff");
    page_put(to, "accent", dark ? "#6ad0c0" : "#0a6b62");
}

static void put_picture(json_t *to, const struct people_progress *progress)
{
    double part = part_of(progress);

    put_road(to, "road_points", 1);
    put_road(to, "done_points", part);
    put_stones(to, progress);
    put_point(to, part);
    page_put(to, "anchor", part < 0.12 ? "start" : part > 0.88 ? "end" : "middle");
}

/* Within a page: the style's colours count, which are the reader's, light or dark. */
void page_put_picture(json_t *to, const struct page *p, const struct people_progress *progress)
{
    json_t *picture = json_object();

    json_object_set_new(to, "picture", picture);
    put_colours(p, picture);
    put_picture(picture, progress);
}

static void fill_svg(const struct page *p, const void *result, json_t *to)
{
    const struct people_progress *progress = result;

    page_put_progress(to, p, progress);
    put_colours(p, to);
    put_picture(to, progress);
}

void page_progress_svg(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_progress, .template = "progress.svg", .fill = fill_svg,
                                          .content_type = "image/svg+xml"};
    const char *theme = http_query_find(x, "theme");
    struct page *p = page_new(w, x, &kind, NULL);

    (void)r;
    (void)params;
    p->filter = theme && strcmp(theme, "dark") == 0 ? "theme=dark" : "";
    page_show(p, x->path);
}

static void done(struct call *c)
{
    struct page *p = c->data;
    struct http_answer_header headers[] = {{"Content-Type", "application/json"}, {"Cache-Control", "no-cache"}};
    struct buf body = {0};
    struct err e = c->err;

    if (c->status) {
        call_release(c);
        web_answer_error(p->web, p->x, &e);
        return;
    }
    codec_encode(&people_progress_fields, c->result, p->web->zone, &body);
    call_release(c);
    http_answer(p->x, 200, headers, 2, &body);
}

void page_progress_json(struct web *w, struct exchange *x, const struct route *r, const struct params *params)
{
    static const struct page_kind kind = {.op = &op_progress};
    struct page *p = page_new(w, x, &kind, NULL);

    (void)r;
    (void)params;
    p->call.done = done;
    p->call.data = p;
    service_call(w->service, &p->call);
}
