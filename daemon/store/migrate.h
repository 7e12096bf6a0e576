/* Numbered migrations: schema/<dialect>/NNNN_name.sql, each applied once, in order, in a transaction of its own. */
#ifndef KEPU_STORE_MIGRATE_H
#define KEPU_STORE_MIGRATE_H

#include "driver.h"

/* Brings the schema up to this program's; refuses a newer one. */
int migrate(struct db *db, struct err *e);
int64_t migrate_latest(const char *dialect); /* this program's schema version */

#endif
