/* Calendar feeds: the text of each, when it last changed, and the list of them all. */
#ifndef KEPU_SERVICE_FEED_H
#define KEPU_SERVICE_FEED_H

#include "call.h"
#include "domain/feed.h"

#define FEED_BYTES_MAX (32 * 1024 * 1024)
#define FEED_MAKER "-//kepu//kepu//"        /* PRODID of all feeds, before the language; an export's has the version */

/* input: struct feed_ref; result: struct feed_text. A wrong and a revoked token are both ERR_NOT_FOUND. Public. */
extern const struct operation op_feed_render;
/* input: struct feed_stamp; result: struct feed_stamped. For renderings with FEED_MODIFIED_UNKNOWN. Public. */
extern const struct operation op_feed_stamp;
/* input: none; result: struct list of struct feed_entry: the feed of all, of everything in use, and of each event. */
extern const struct operation op_feed_list;
/* input: struct feed_name; result: struct feed_entry. Of a volunteer's own calendar nothing can be shown. */
extern const struct operation op_feed_show;
/* input: struct volunteer_ref; result: struct feed_entry: a volunteer's own calendar at a new address, shown once. */
extern const struct operation op_feed_rotate;
/*
 * The same by the volunteer, whose whole page the token opens; input: struct person_ref. Renewing gives a struct
 * feed_entry; ending the address gives nothing.
 */
extern const struct operation op_feed_rotate_web, op_feed_revoke_web;
/*
 * input: none. Writes down the office's day, by which windows are reckoned: at the start and once a day, soon after the
 * office's midnight. Until it has run for the first time feeds go by the day of the request.
 */
extern const struct operation op_feed_day;

/* The ways a feed's address is written: as it is, for programs that subscribe, for Google's calendar. */
enum feed_address { FEED_ADDRESS_URL, FEED_ADDRESS_WEBCAL, FEED_ADDRESS_GOOGLE };
/* Appends that of the feed at `path` below the public URL. */
void feed_put_address(enum feed_address form, const char *public_url, const char *path, struct buf *out);

/* "/feeds/category/science-day.ics"; in the arena. Of a volunteer the slug is the token. */
char *feed_path(enum feed_kind kind, const char *slug, struct arena *a);

#endif
