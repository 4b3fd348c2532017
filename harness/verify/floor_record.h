/* SPDX-License-Identifier: MIT */
/* Records a floor (record/kept_floor.h): the same cells again and again, for a long time. */
#ifndef CONTEND_VERIFY_FLOOR_RECORD_H
#define CONTEND_VERIFY_FLOOR_RECORD_H

#include "harness/record/kept_floor.h"
#include "harness/verify/verify.h"

enum { FLOOR_LEAST_S = 60, FLOOR_MOST_S = 7 * 24 * 3600 };

/* For `seconds`, until *v->stop or until `keep` fails, which gets what there is every few minutes and at the end, so
 * that little is lost with the process. `out` is released by the caller in any case. 0; -EINTR: stopped before
 * FLOOR_LEAST_S, nothing was kept; another -errno. `out->machine` and commit are the caller's to fill in before. */
int floor_record(struct verify *v, double seconds, int (*keep)(void *arg, const struct kept_floor *f, struct err *e),
                 void *arg, struct kept_floor *out, struct err *e);

#endif
