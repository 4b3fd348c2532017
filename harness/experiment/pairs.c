/* SPDX-License-Identifier: MIT */
/* Pairs of trials in random order, until the rule has seen enough; see pairs.h. */
#include "harness/experiment/pairs.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/workload.h"
#include "harness/base/base.h"
#include "harness/trial/spawn.h"

/* One trial: how fast it was, in any unit that is the same for both sides; NaN when it was not ok. */
static int measure_side(const struct pairs *p, unsigned pair, unsigned which, double *speed, struct pairs_result *out,
                        struct err *e)
{
    struct trial_record r;
    int rc = trial_spawn_as(p->side[which].program, p->side[which].cell, p->scratch, p->stop, &r, e);
    if (rc) {
        trial_record_release(&r);
        return rc;
    }
    out->took_ns += (double)r.took_ns;
    *speed = NAN;
    if (r.status == TRIAL_OK && r.run_ns)
        *speed = (p->throughput ? (double)r.units : 1) / (double)r.run_ns;
    else
        snprintf(out->reason, sizeof out->reason, "%s", r.reason[0] ? r.reason : "the run took no time");
    rc = p->each ? p->each(p->arg, pair, which, &r) : 0;
    trial_record_release(&r);
    return rc;
}

unsigned pairs_first(uint64_t seed, unsigned pair)
{
    return (unsigned)(mix64(seed + pair) >> 63);
}

static int measure_pair(const struct pairs *p, unsigned pair, double *log_ratio, struct pairs_result *out,
                        struct err *e)
{
    unsigned first = pairs_first(p->seed, pair);
    double speed[2];
    int rc = measure_side(p, pair, first, &speed[first], out, e);
    if (!rc)
        rc = measure_side(p, pair, !first, &speed[!first], out, e);
    if (!rc)
        *log_ratio = log(speed[1] / speed[0]);
    return rc;
}

int pairs_measure(const struct pairs *p, struct pairs_result *out, struct err *e)
{
    *out = (struct pairs_result){.confidence = {NAN, NAN, NAN, NAN}};
    out->log_ratio = malloc(((size_t)p->most + 1) * sizeof *out->log_ratio);
    CLEANUP_FREE double *memory = malloc(((size_t)p->most + 1) * 3 * sizeof *memory);
    if (!out->log_ratio || !memory)
        return err_set(e, ENOMEM, "out of memory");
    struct stats_sequence sequence;
    stats_sequence_init(&sequence, memory, p->most);
    for (unsigned pair = 0; pair < p->most && !out->ended_by; pair++) {
        double x, before = out->took_ns;
        int rc = *p->stop ? -EINTR : measure_pair(p, pair, &x, out, e);
        if (rc)
            return rc;
        if (stats_sequence_add(&sequence, x)) { /* not finite: one of the two has no speed */
            out->failed++;
            continue;
        }
        out->log_ratio[out->pairs++] = x;
        stats_sequence_interval(&sequence, p->assumption, p->level, &out->confidence);
        out->ended_by = stats_stop(&out->confidence, out->took_ns, out->took_ns - before, &p->rule);
    }
    return 0;
}

void pairs_release(struct pairs_result *r)
{
    free(r->log_ratio);
    r->log_ratio = NULL;
}
