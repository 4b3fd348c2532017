/* SPDX-License-Identifier: MIT */
/* Keeps the costs of a run; see run_keep.h. */
#include "harness/command/run_keep.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "harness/base/state.h"
#include "harness/insight/timeline.h"

static int append(const struct summary *s, const struct machine_id *machine, struct err *e)
{
    char path[PATH_MAX];
    struct history_run r = {.machine = *machine, .blocks = s->look.blocks};
    snprintf(r.when, sizeof r.when, "%s", s->finished);
    snprintf(r.name, sizeof r.name, "%.79s", s->plan->name);
    int rc = state_path_make("history.jsonl", path, sizeof path, e);
    if (!rc && timeline_costs(s, r.ns))
        rc = err_set(e, ENOMEM, "out of memory");
    return rc ? rc : history_append(path, &r, e);
}

void run_keep(const struct summary *s, const struct machine_id *machine, bool quiet)
{
    struct err e = {0};
    if (!state_is_off() && append(s, machine, &e) && !quiet)
        fprintf(stderr,
                "contend: the run's costs are not kept for doctor --history: %s; set CONTEND_STATE to a writable "
                "directory, or to nothing to keep nothing\n",
                e.text);
}
