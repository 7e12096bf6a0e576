/* The daemon: owns the loop and every object, starts them in order and stops them in the reverse order. */
#ifndef KEPU_SERVER_H
#define KEPU_SERVER_H

#include "base/conf.h"
#include "base/err.h"
#include "store/copy.h"

/* What a configuration's values must be beyond their form: zones, addresses, groups that exist. */
int server_check(const struct conf *conf, struct err *e);

/* --copy-to. */
int server_copy(const struct conf *conf, struct copied *ret, struct err *e);

/*
 * Runs until SIGTERM or SIGINT; a second SIGINT ends at once with 130. SIGHUP reads the configuration again (argc,
 * argv) and takes its log level over. 0 after an orderly stop, -1 with e set where the start fails.
 */
int server_run(const struct conf *conf, int argc, char *const *argv, struct err *e);

#endif
