/* Between measure.c and coverage.c. */
#ifndef KEPU_SERVICE_MEASURE_PRIVATE_H
#define KEPU_SERVICE_MEASURE_PRIVATE_H

#include "measure.h"

enum measure target_measure(const struct target *t);
enum period target_period(const struct target *t);
struct course measuring_course(const struct measuring *m, const struct target *t);
void measuring_judge(const struct measuring *m, struct target *t, const struct course *course);

/* The school term of a day, and a term's first. */
int measure_semester(int64_t day);
int64_t measure_semester_day(int semester);
int64_t measure_later(int64_t a, int64_t b);

int coverage_fill(struct measuring *m, struct target *t, struct err *e);

#endif
