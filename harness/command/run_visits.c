/* SPDX-License-Identifier: MIT */
/* --visits and --pause: over how many stretches of time a run is spread, and what that does not go with. */
#include <errno.h>

#include "harness/base/base.h"
#include "harness/base/value.h"
#include "harness/command/run_options.h"

/* A rule ends a run when enough is known inside it. How far the machine moves from visit to visit is seen only in a run
 * that has them all. */
static int check_rules(const struct request *r, const struct run_flags *f, struct err *e)
{
    const struct {
        bool may_end_it;
        const char *option, *key;
    } rules[] = {{r->stop.precision > 0, "precision", "precision"},
                 {r->stop.clear, "until-clear", "until_clear"},
                 {r->stop.budget_ns > 0, "budget", "budget"}};
    for (unsigned i = 0; i < ARRAY_LEN(rules); i++) {
        bool given = run_flags_given(f, rules[i].option);
        if (rules[i].may_end_it)
            return err_set(e, EINVAL,
                           "%s%s%s may end the run before its %u visits; leave it out, and say how long the run is "
                           "with --blocks",
                           given ? "--" : "the suite's \"", given ? rules[i].option : rules[i].key, given ? "" : "\"",
                           r->visits);
    }
    return 0;
}

int run_visits_apply(struct request *r, const struct run_flags *f, struct err *e)
{
    const char *visits = run_flags_value(f, "visits"), *pause = run_flags_value(f, "pause");
    uint64_t n = r->visits;
    int rc = visits ? value_count(visits, "--visits", 2, PLAN_MAX_VISITS, &n, e) : 0;
    r->visits = (unsigned)n;
    if (!rc && pause && !r->visits)
        rc = err_set(e, EINVAL, "--pause is the time between visits; say how many there are with --visits");
    if (!rc && pause)
        rc = request_pause(r, pause, "--pause", e);
    if (rc || !r->visits)
        return rc;
    if (r->blocks && r->visits > r->blocks)
        return err_set(e, EINVAL,
                       "%u visits are more than the run's %u block%s; use --blocks %u or more, or fewer visits",
                       r->visits, r->blocks, r->blocks == 1 ? "" : "s", r->visits);
    return check_rules(r, f, e);
}
