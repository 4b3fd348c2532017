/* SPDX-License-Identifier: MIT */
/* Detects work that the compiler removed, by trials with more and more of it; the rule is in growth.h. CPU time is
 * compared, which waiting changes little and a busy machine less than the time on the wall. */
#include "harness/experiment/grows.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/experiment/growth.h"

/* One multiple of the work, in so many times the pilot's units. */
struct stage {
    int64_t times,
        times_least; /* less than `times` where the parameter's range has no room for it: then it only clears */
    uint64_t units_times;
    unsigned pairs;
    double clearly;
    bool accuses; /* when it finds that the work does not grow, and so has every other of these */
};

static const struct stage stages[] = {
    {2, 2, 1, 2, 1.6, false}, {8, 8, 4, GROWTH_PAIRS, 3, true}, {64, 16, 1, GROWTH_PAIRS, 3, true}};

enum { WAITS_TIMES = 4 };
#define WAITS_NS (0.25 * PILOT_LEAST_NS)      /* of CPU time at most */
#define LONG_ENOUGH_NS (4.0 * PILOT_LEAST_NS) /* of CPU time */
/* Of a stage's trials; then it can't be told. CPU time, since a busy machine must not change the answer; the other is
 * for one that hardly runs us at all. */
#define MOST_CPU_NS 15e9
#define MOST_NS (180 * NS_PER_S)

/* The two sides of a pair, and what their trials took. */
struct sides {
    struct cell less, more;
    int64_t times; /* how much more */
    uint64_t units, each;
    bool long_enough; /* the pilot's units: what a trial costs once is little against them */
    bool waits;       /* they compute little, and noise is much of it */
    double cpu_ns, took_ns;
    bool spent; /* the stage was given up for what its trials took */
};

/* The workload at its defaults, or less of what is in question, and with a multiple of it; false where the range has no
 * room for that, or by default there is none of it. */
static bool two_amounts(const struct workload *w, int at, const struct stage *stage, struct sides *s)
{
    const struct param *p = &w->params[at];
    int64_t least = p->least > 0 ? p->least : 1;
    s->times = p->most / least < stage->times ? p->most / least : stage->times;
    if (s->times < stage->times_least || p->fallback <= 0)
        return false;
    if (s->less.p[at] > p->most / s->times) {
        s->less.p[at] = p->most / s->times;
        s->long_enough = false;
    }
    s->more = s->less;
    s->more.p[at] *= s->times;
    return true;
}

static int cpu_time(const struct cell *c, struct sides *s, const struct pilot *pilot, double *ns, struct err *e)
{
    struct trial_record r;
    int rc = pilot_trial(c, s->units, s->each, 0, pilot, &r, e);
    if (rc)
        return rc;
    *ns = (double)(r.cpu_user_ns + r.cpu_system_ns) + 1;
    s->cpu_ns += *ns;
    s->took_ns += (double)r.took_ns;
    trial_record_release(&r);
    return 0;
}

static int measure_pair(struct sides *s, bool more_first, const struct pilot *pilot, double *less, double *more,
                        struct err *e)
{
    int rc = more_first ? cpu_time(&s->more, s, pilot, more, e) : 0;
    if (!rc)
        rc = cpu_time(&s->less, s, pilot, less, e);
    if (!rc && !more_first)
        rc = cpu_time(&s->more, s, pilot, more, e);
    return rc;
}

/* Pairs until there is an answer. The limit of a trial is for the run's own; these hold a multiple of the work. */
static int try_stage(struct sides *s, const struct pilot *pilot, struct growth *g, enum growth_answer *answer,
                     struct err *e)
{
    *answer = GROWTH_OPEN;
    while (*answer == GROWTH_OPEN) {
        double less, more;
        int rc = measure_pair(s, growth_more_first(g), pilot, &less, &more, e);
        if (!rc && growth_add(g, less, more, answer))
            rc = err_set(e, ENOMEM, "out of memory");
        if (rc)
            return rc;
        s->spent = s->cpu_ns > MOST_CPU_NS || s->took_ns > MOST_NS;
        if (*answer == GROWTH_OPEN && s->spent)
            *answer = GROWTH_CANNOT_TELL;
    }
    return 0;
}

static void tell_ratio(char *buf, size_t n, const struct workload *w, int64_t times, const struct growth *g)
{
    snprintf(buf, n, "a unit with %lld times the %s takes %.2f times the CPU time", (long long)times, w->scales,
             g->ratio.estimate);
    if (g->ratio.lower > 0)
        text_append(buf, n, " (%.2f … %.2f, %u pairs)", g->ratio.lower, g->ratio.upper, g->n);
    else
        text_append(buf, n, " (%u pairs)", g->n);
}

/* All stages until the work is seen to grow; `ratio` tells what the last one saw. */
static int try_stages(const struct workload *w, int at, const struct sides *begin, const struct pilot *pilot,
                      enum growth_answer *answer, char *ratio, size_t n, struct err *e)
{
    int rc = 0;
    bool none = true;
    for (unsigned i = 0; !rc && i < ARRAY_LEN(stages); i++) {
        struct sides s = *begin;
        struct growth g;
        if (!two_amounts(w, at, &stages[i], &s)) {
            *answer = GROWTH_CANNOT_TELL;
            text_append(ratio, n, "%sthe range of the %s has no room for %lld times its default", ratio[0] ? "; " : "",
                        w->scales, (long long)stages[i].times_least);
            return 0;
        }
        uint64_t units_times = s.long_enough ? 1 : s.waits && stages[i].accuses ? WAITS_TIMES : stages[i].units_times;
        s.units *= units_times;
        s.less.limit_ns *= units_times;
        s.more.limit_ns = s.less.limit_ns * (uint64_t)s.times;
        if (stages[i].accuses && s.more.limit_ns > MOST_NS)
            s.more.limit_ns = begin->less.limit_ns > MOST_NS ? begin->less.limit_ns : MOST_NS;
        rc = growth_init(&g, stages[i].pairs, stages[i].clearly);
        rc = rc ? err_set(e, ENOMEM, "out of memory") : try_stage(&s, pilot, &g, answer, e);
        if (!rc)
            tell_ratio(ratio, n, w, s.times, &g);
        growth_release(&g);
        if (rc || *answer == GROWTH_IS_DONE)
            return rc;
        none &= (*answer == GROWTH_IS_NONE && s.times == stages[i].times) || !stages[i].accuses;
        if (*answer == GROWTH_CANNOT_TELL && s.spent)
            return 0;
    }
    *answer = none ? GROWTH_IS_NONE : GROWTH_CANNOT_TELL;
    return rc;
}

int pilot_work_grows(const struct cell *like, const struct pilot *pilot, char *doubt, size_t n, struct err *e)
{
    const struct workload *w = workload_find(like->workload);
    int at = w->scales ? workload_param(w, w->scales) : -1;
    enum growth_answer answer = GROWTH_CANNOT_TELL;
    struct cost cost;
    char ratio[WORK_DOUBT_MAX - 128] = "";
    doubt[0] = 0;
    if (at < 0)
        return 0;
    CLEANUP_FREE struct sides *s = calloc(1, sizeof *s); /* two cells: too large for a small stack */
    if (!s)
        return err_set(e, ENOMEM, "out of memory");
    s->less = *like;
    s->less.golden_known = true; /* its pilots look at the time alone */
    for (unsigned i = 0; w->params[i].name; i++)
        s->less.p[i] = w->params[i].fallback;
    int rc = pilot_cost(&s->less, pilot, &cost, e);
    if (!rc) {
        s->units = cost.units;
        s->each = cost.each;
        double cpu_ns = cost.unit_ns * cost.busy * (double)cost.units;
        s->long_enough = cpu_ns > LONG_ENOUGH_NS;
        s->waits = cpu_ns < WAITS_NS;
        rc = try_stages(w, at, s, pilot, &answer, ratio, sizeof ratio, e);
    }
    if (rc == -EIO) { /* a trial failed: if it is the workload's fault, the run will say so */
        answer = GROWTH_CANNOT_TELL;
        snprintf(ratio, sizeof ratio, "%s", e->text);
    } else if (rc)
        return rc;
    if (answer == GROWTH_IS_NONE)
        return err_set(e, EBADE, "%s: the work is not done: %s, so the compiler may have found its result unused",
                       w->name, ratio);
    if (answer == GROWTH_CANNOT_TELL)
        snprintf(doubt, n, "%s: it can't be told whether the compiler removed its work: %s", w->name, ratio);
    return 0;
}
