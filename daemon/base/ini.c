#include "ini.h"

#include "mem.h"

#include <stdlib.h>
#include <string.h>

static char *trim(char *text)
{
    char *end;

    while (*text == ' ' || *text == '\t')
        text++;
    end = text + strlen(text);
    while (end > text && strchr(" \t\r", end[-1]))
        *--end = 0;
    return text;
}

static char *unquote(char *value)
{
    size_t len = strlen(value);

    if (len < 2 || value[0] != '"' || value[len - 1] != '"')
        return value;
    value[len - 1] = 0;
    return value + 1;
}

static int read_section(char *line, char section[INI_NAME_BYTES], struct err *e)
{
    size_t len = strlen(line);

    if (len < 3 || line[len - 1] != ']' || len - 2 >= INI_NAME_BYTES)
        return err_set(e, ERR_INVALID, MSG_CONF_SYNTAX, NULL, NULL);
    memcpy(section, line + 1, len - 2);
    section[len - 2] = 0;
    return 0;
}

static int read_line(char *line, char section[INI_NAME_BYTES], ini_take *take, void *arg, struct err *e)
{
    char *equals;

    line = trim(line);
    if (!*line || *line == '#' || *line == ';')
        return 0;
    if (*line == '[')
        return read_section(line, section, e);
    equals = strchr(line, '=');
    if (!equals || equals == line)
        return err_set(e, ERR_INVALID, MSG_CONF_SYNTAX, NULL, NULL);
    *equals = 0;
    line = trim(line);
    if (!section[0])
        return err_set(e, ERR_INVALID, MSG_CONF_NO_SECTION, NULL, line, NULL);
    return take(arg, section, line, unquote(trim(equals + 1)), e);
}

int ini_read(const char *text, ini_take *take, void *arg, struct err *e)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    char section[INI_NAME_BYTES] = "";
    char *copy, *rest;
    int failed = 0;

    if (strncmp(text, byte_order_mark, 3) == 0)
        text += 3;
    rest = copy = mem_strdup(text);
    for (unsigned line = 1; rest && !failed; line++) {
        char *now = strsep(&rest, "\n");
        failed = read_line(now, section, take, arg, e);
        if (failed)
            err_field(e, "line %u", line);
    }
    free(copy);
    return failed ? -1 : 0;
}
