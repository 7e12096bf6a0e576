/* The parts of the command table, a file each; put together by command.c. */
#ifndef KEPU_CTL_COMMANDS_H
#define KEPU_CTL_COMMANDS_H

#include "command.h"

/* Each ended by a row without noun. */
extern const struct command event_commands[], people_commands[], hours_commands[],
    office_commands[], notify_commands[], top_commands[];

#define END_OF_COMMANDS {.noun = NULL}

#endif
