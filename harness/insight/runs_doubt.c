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

/* Some kind of canary that resembles the work ran at another speed: the interval then covers the ratio with that speed
 * taken out of it, too, and a verdict stands only if it would there. */
static void allow_for_speed(const struct runs *r, struct comparison *c)
{
    unsigned kinds = canary_kinds_of_cell(&r->run[RUN_A]->plan->cells[c->b]);
    struct estimate *x = &c->ratio;
    const struct estimate was = *x;
    enum verdict own = c->verdict;
    for (unsigned k = 0; k < CANARIES; k++) {
        if (!(kinds >> k & 1) || (r->moved[k] != VERDICT_FASTER && r->moved[k] != VERDICT_SLOWER))
            continue;
        char text[160];
        double speed = r->speed[k].median;
        const struct stats_interval at = {was.median / speed, was.lower / speed, was.upper / speed, was.level};
        snprintf(text, sizeof text,
                 "the machine itself ran at %.3f of A's speed in B by the canary \"%s\", and that may %s", speed,
                 canary_kinds[k].name, own == VERDICT_INCONCLUSIVE ? "be in it" : "be all");
        if (stats_verdict(&at, r->equiv) != own && own != VERDICT_INCONCLUSIVE)
            c->withheld = intern(text);
        c->widened = canary_kinds[k].name;
        x->lower = fmin(x->lower, at.lower);
        x->upper = fmax(x->upper, at.upper);
    }
}

/* Why other processes may be all of a difference; NULL: they aren't. */
static const char *other_load(const struct runs *r)
{
    char text[160];
    if (!r->other_load)
        return NULL;
    snprintf(text, sizeof text,
             "other processes used %.2f CPUs during A's trials and %.2f during B's, and that may be all",
             r->foreign[RUN_A], r->foreign[RUN_B]);
    return intern(text);
}

void runs_doubt(const struct runs *r, struct comparison *c)
{
    if (!r->paired && !isnan(c->ratio.lower)) {
        allow_for_speed(r, c);
        c->withheld = c->withheld ? c->withheld : other_load(r);
    }
    if (!c->ratio.n || (c->verdict == VERDICT_INCONCLUSIVE && !c->withheld))
        return;
    double a = failed_share(&r->run[RUN_A]->cells[c->b]), b = failed_share(&r->run[RUN_B]->cells[c->a]);
    if (b > a && c->verdict != VERDICT_SLOWER)
        c->withheld = "more of B's trials failed, which may have been its slowest";
    else if (a > b && c->verdict != VERDICT_FASTER)
        c->withheld = "more of A's trials failed, which may have been its slowest";
    if (c->withheld)
        c->verdict = VERDICT_INCONCLUSIVE;
}
