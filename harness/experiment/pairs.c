/* SPDX-License-Identifier: MIT */
/* Pairs of trials in random order, until the rule has seen enough; see pairs.h. */
#include "harness/experiment/pairs.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/workload.h"
#include "harness/base/base.h"
#include "harness/stats/order.h"
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

/* Another pair of its length would be too much: then this was the last look. */
static double used_up(const struct pairs *p, unsigned pairs, double took_ns, double last_ns)
{
    double of_budget = took_ns + last_ns > p->rule.budget ? 1 : took_ns / p->rule.budget;
    return fmax((double)pairs / p->most, of_budget);
}

static int measure_all(const struct pairs *p, struct stats_looks *looks, double *sorted, struct pairs_result *out,
                       struct err *e)
{
    for (unsigned pair = 0; pair < p->most && !out->ended_by; pair++) {
        double x, before = out->took_ns;
        int rc = *p->stop ? -EINTR : measure_pair(p, pair, &x, out, e);
        if (rc)
            return rc;
        if (!isfinite(x)) { /* one of the two has no speed */
            out->failed++;
            continue;
        }
        stats_insert(sorted, out->pairs, x);
        out->log_ratio[out->pairs++] = x;
        double last = out->took_ns - before;
        if (stats_looks_add(looks, used_up(p, pair + 1, out->took_ns, last)))
            return err_set(e, ENOMEM, "out of memory");
        stats_sequence_interval(looks, sorted, out->pairs, &out->confidence);
        out->ended_by = stats_stop(&out->confidence, out->took_ns, last, &p->rule);
    }
    return 0;
}

int pairs_measure(const struct pairs *p, struct pairs_result *out, struct err *e)
{
    *out = (struct pairs_result){.confidence = {NAN, NAN, NAN, NAN}};
    out->log_ratio = malloc(((size_t)p->most + 1) * sizeof *out->log_ratio);
    CLEANUP_FREE double *sorted = malloc(((size_t)p->most + 1) * sizeof *sorted);
    struct stats_looks *looks = stats_looks_new(p->level);
    int rc =
        out->log_ratio && sorted && looks ? measure_all(p, looks, sorted, out, e) : err_set(e, ENOMEM, "out of memory");
    stats_looks_free(looks);
    return rc;
}

void pairs_release(struct pairs_result *r)
{
    free(r->log_ratio);
    r->log_ratio = NULL;
}
