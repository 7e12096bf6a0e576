/* How each kind of object is shown: its columns and fields, by their names on the wire. */
#ifndef KEPU_CTL_SHAPES_H
#define KEPU_CTL_SHAPES_H

#include "command.h"

extern const struct shape shape_event, shape_occurrence, shape_preset, shape_department, shape_category, shape_audience,
    shape_venue, shape_unit, shape_volunteer, shape_signup, shape_hours, shape_certificate,
    shape_target, shape_target_entry, shape_plan,
    shape_channel, shape_reminder,
    shape_preview, shape_delivery, shape_feed, shape_holiday, shape_token, shape_audit, shape_instance, shape_any;

#endif
