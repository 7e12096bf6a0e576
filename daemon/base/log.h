/* The log: one line an entry on stderr, with level and time. Never phone numbers, addresses of channels, or secrets. */
#ifndef KEPU_BASE_LOG_H
#define KEPU_BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

void log_set_level(enum log_level level);      /* before threads start; default info */
bool log_level_parse(const char *text, enum log_level *ret);

/* Thread-safe; one write(2) a line, with the syslog prefix (<6>) that systemd reads when stderr is a journal. */
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

struct err;
void log_err(const char *what, const struct err *e); /* "what: the error in English", at level error */

#endif
