/* What volunteers' commands do beyond the usual way. */
#include "hooks.h"
#include "session.h"
#include "shapes.h"

/* One person's whole file, or the list of all. */
int hook_run_volunteer_export(struct session *s)
{
    struct command row = *s->inv->command;

    row.run = NULL;
    if (!args_positional(s->inv, 0))
        return session_run_as(s, &row);
    row.path = "/volunteers/{id}/export";
    row.shape = &shape_any;
    row.traits = 0;
    if (!s->settings->format_named)
        s->settings->format = FORMAT_JSON;
    return session_run_as(s, &row);
}

/* Filters choose among all; one person's file is whole. */
int hook_check_volunteer_export(const struct invocation *inv, struct err *e)
{
    static const char *const choosing[] = {"reveal", "limit", "search", "source", "org", "town", "skill", "status"};

    for (size_t i = 0; args_positional(inv, 0) && i < sizeof choosing / sizeof choosing[0]; i++)
        if (given_text(inv, choosing[i]))
            return err_set(e, ERR_USAGE, MSG_CTL_FLAGS_EXCLUDE, choosing[i], "ID", choosing[i], choosing[i], NULL);
    return 0;
}
