/* SPDX-License-Identifier: MIT */
/* --time: how long a run may take all in all, in place of what its suite says. */
#include <string.h>

#include "harness/base/base.h"
#include "harness/base/value.h"
#include "harness/command/run_options.h"

int run_time_apply(struct request *r, const struct run_flags *f, struct err *e)
{
    const char *time = run_flags_value(f, "time");
    r->blocks_are_kept = !time && run_flags_given(f, "blocks");
    if (time && strcmp(time, "none") == 0)
        r->time_ns = 0;
    else if (time && value_duration(time, "--time", &r->time_ns, e)) {
        text_append(e->text, sizeof e->text, "; none lifts the suite's");
        return -e->code;
    }
    return 0;
}
