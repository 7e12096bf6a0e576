/* Presets: the plan's recurring events, ready to be scheduled. */
#ifndef KEPU_SERVICE_PRESET_H
#define KEPU_SERVICE_PRESET_H

#include "call.h"
#include "domain/office.h"

/* input: struct slug_ref (list: none); result: struct preset (list: struct list of it). */
extern const struct operation op_preset_list, op_preset_show;
/* input: struct event_input (preset_input_fields); result: struct event. */
extern const struct operation op_preset_apply;

#endif
