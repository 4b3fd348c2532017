/* SPDX-License-Identifier: MIT */
/* What takes a verdict back, or widens an interval; see runs_doubt.h. */
#include "harness/insight/runs_doubt.h"

#include <math.h>
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/insight/resemblance.h"

static double failed_share(const struct cell_summary *c)
{
    return c->trials ? (double)c->failed / c->trials : 0;
}

/* A canary that resembles the work ran at another speed: the interval then covers the ratio with that speed taken out
 * of it, too. */
static void allow_for_speed(const struct runs *r, struct comparison *c, const struct estimate *was, char *why, size_t n)
{
    unsigned kinds = canary_kinds_of_cell(&r->run[RUN_A]->plan->cells[c->b]);
    for (unsigned k = 0; k < CANARIES; k++) {
        if (!(kinds >> k & 1) || (r->moved[k] != VERDICT_FASTER && r->moved[k] != VERDICT_SLOWER))
            continue;
        double speed = r->speed[k].median;
        c->ratio.lower = fmin(c->ratio.lower, was->lower / speed);
        c->ratio.upper = fmax(c->ratio.upper, was->upper / speed);
        text_append(why, n, "%sby the canary \"%s\" the machine itself ran at %.3f of A's speed in B",
                    why[0] ? "; " : "", canary_kinds[k].name, speed);
    }
}

/* The share of its CPUs' time that the cell computes; not known: all of it. */
static double busy_of(const struct cell *c, const struct cell_summary *s)
{
    unsigned cpus = c->n_pus && c->n_pus < c->workers ? c->n_pus : c->workers;
    double busy = (s->cpu_user_ns.median + s->cpu_system_ns.median) / (s->run_ns.median * (cpus ? cpus : 1));
    return busy < 1 ? busy : 1;
}

/* Other processes used so many CPUs more in one run. With time shared fairly, a CPU that one more process wants is half
 * a CPU for work that computes, and as good as whole for work that waits: the interval then covers a ratio that is
 * larger or smaller by as much. */
static void allow_for_load(const struct runs *r, struct comparison *c, char *why, size_t n)
{
    double x = busy_of(&r->run[RUN_A]->plan->cells[c->b], &r->run[RUN_A]->cells[c->b]);
    double y = busy_of(&r->run[RUN_B]->plan->cells[c->a], &r->run[RUN_B]->cells[c->a]);
    double more = r->foreign[RUN_B] - r->foreign[RUN_A];
    if (!r->other_load)
        return;
    if (more > 0)
        c->ratio.upper *= 1 + more * fmax(x, y);
    else
        c->ratio.lower /= 1 - more * fmax(x, y);
    text_append(why, n, "%sother processes used %.2f CPUs during A's trials and %.2f during B's", why[0] ? "; " : "",
                r->foreign[RUN_A], r->foreign[RUN_B]);
}

/* Below this share the time that workers waited for a CPU is no cause of anything. */
static const double WAITED_LEAST = 0.01;

/* Workers that have a CPU of their own wait for it only when others use it, and lose as much. */
static void allow_for_waiting(struct comparison *c, const struct estimate *was, char *why, size_t n)
{
    double x = c->waited[RUN_A], y = c->waited[RUN_B];
    if (!(fabs(x - y) > fmax(c->waited_seen, WAITED_LEAST)) || x > 0.99 || y > 0.99)
        return;
    double ran = (1 - y) / (1 - x); /* of the time, in B over in A */
    c->ratio.lower = fmin(c->ratio.lower, was->lower / ran);
    c->ratio.upper = fmax(c->ratio.upper, was->upper / ran);
    text_append(why, n, "%sthe workers waited for a CPU %.0f %% of the time in A and %.0f %% in B", why[0] ? "; " : "",
                100 * x, 100 * y);
}

/* The interval grows, never shrinks, and what it no longer supports is taken back. The p are of the narrower one. */
static void widen(const struct runs *r, struct comparison *c)
{
    const struct estimate was = c->ratio;
    char why[360] = "";
    allow_for_speed(r, c, &was, why, sizeof why);
    allow_for_load(r, c, why, sizeof why);
    allow_for_waiting(c, &was, why, sizeof why);
    if (!why[0])
        return;
    const struct stats_interval i = {c->ratio.median, c->ratio.lower, c->ratio.upper, c->ratio.level};
    if (stats_verdict(&i, r->equiv) != c->verdict)
        c->verdict = VERDICT_INCONCLUSIVE;
    c->p = c->p_adjusted = NAN;
    c->widened = intern(why);
}

void runs_doubt(const struct runs *r, struct comparison *c)
{
    if (!c->ratio.n)
        return;
    if (!r->paired && !isnan(c->ratio.lower))
        widen(r, c);
    double a = failed_share(&r->run[RUN_A]->cells[c->b]), b = failed_share(&r->run[RUN_B]->cells[c->a]);
    bool unclear = c->verdict == VERDICT_INCONCLUSIVE;
    if (b > a && c->verdict != VERDICT_SLOWER) /* also where it is unclear: what B's survivors exclude is too little */
        c->withheld = "more of B's trials failed, which may have been its slowest";
    else if (a > b && c->verdict != VERDICT_FASTER && !unclear)
        c->withheld = "more of A's trials failed, which may have been its slowest";
    if (c->withheld)
        c->verdict = VERDICT_INCONCLUSIVE;
}
