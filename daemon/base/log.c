#include "log.h"

#include "buf.h"
#include "clock.h"
#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_BYTES 2048

static enum log_level threshold = LOG_LEVEL_INFO;

static const struct { const char *name; int syslog; } levels[] = {
    [LOG_LEVEL_DEBUG] = {"debug", 7},
    [LOG_LEVEL_INFO] = {"info", 6},
    [LOG_LEVEL_WARNING] = {"warning", 4},
    [LOG_LEVEL_ERROR] = {"error", 3},
};

void log_set_level(enum log_level level)
{
    threshold = level;
}

bool log_level_parse(const char *text, enum log_level *ret)
{
    for (int i = 0; i < 4; i++) {
        if (strcmp(levels[i].name, text) == 0) {
            *ret = (enum log_level)i;
            return true;
        }
    }
    return false;
}

static int prefix(char *line, size_t size, enum log_level level)
{
    int64_t now_ms = clock_wall_ms();
    time_t now_s = (time_t)(now_ms / 1000);
    struct tm tm;

    if (getenv("JOURNAL_STREAM"))
        return snprintf(line, size, "<%d>", levels[level].syslog);
    gmtime_r(&now_s, &tm);
    return snprintf(line, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ %s ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                    tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(now_ms % 1000), levels[level].name);
}

/* Control characters in an entry would forge lines. */
static void tame(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7F)
            *text = ' ';
}

static void write_line(enum log_level level, const char *format, va_list ap)
{
    char line[LINE_BYTES];
    size_t len;

    if (level < threshold)
        return;
    len = (size_t)prefix(line, sizeof line, level);
    vsnprintf(line + len, sizeof line - len - 1, format, ap);
    tame(line + len);
    len = strlen(line);
    line[len++] = '\n';
    if (write(STDERR_FILENO, line, len) < 0)
        return;
}

#define DEFINE(name, level)                   \
    void name(const char *format, ...)        \
    {                                         \
        va_list ap;                           \
        va_start(ap, format);                 \
        write_line(level, format, ap);        \
        va_end(ap);                           \
    }

DEFINE(log_debug, LOG_LEVEL_DEBUG)
DEFINE(log_info, LOG_LEVEL_INFO)
DEFINE(log_warning, LOG_LEVEL_WARNING)
DEFINE(log_error, LOG_LEVEL_ERROR)

void log_err(const char *what, const struct err *e)
{
    struct buf text = {0};

    err_message(e, LANG_EN, &text);
    log_error("%s: %s%s%s", what, buf_text(&text), e->field[0] ? " in " : "", e->field);
    buf_release(&text);
}
