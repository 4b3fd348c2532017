/* SPDX-License-Identifier: MIT */
/* From pairs of CPU times to whether the work is done; no trial, no clock. See growth.h. */
#include "harness/experiment/growth.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Waking up and preemption add a fraction of it; where units compute little, that is much. */
enum { CLEAR_NS = 5000000 };

int growth_init(struct growth *g, unsigned most, double clearly)
{
    *g = (struct growth){
        .looks = stats_looks_new(GROWTH_LEVEL), .most = most, .clearly = clearly, .ratio = {.estimate = NAN}};
    g->ratio.lower = g->ratio.upper = NAN;
    return g->looks ? 0 : -ENOMEM;
}

void growth_release(struct growth *g)
{
    stats_looks_free(g->looks);
    g->looks = NULL;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void estimate(struct growth *g)
{
    double sorted[GROWTH_PAIRS];
    struct stats_interval i;
    memcpy(sorted, g->log_ratio, g->n * sizeof *sorted);
    qsort(sorted, g->n, sizeof *sorted, by_value);
    bool known = stats_sequence_interval(g->looks, sorted, g->n, &i);
    g->ratio = (struct stats_interval){.estimate = exp((sorted[g->n / 2] + sorted[(g->n - 1) / 2]) / 2),
                                       .lower = known ? exp(i.lower) : NAN,
                                       .upper = known ? exp(i.upper) : NAN,
                                       .level = GROWTH_LEVEL};
}

bool growth_more_first(const struct growth *g)
{
    return g->n % 2 == 0;
}

int growth_add(struct growth *g, double less_ns, double more_ns, enum growth_answer *answer)
{
    int rc = stats_looks_add(g->looks, (g->n + 1.0) / g->most);
    if (rc)
        return rc;
    bool clear = more_ns > g->clearly * less_ns && more_ns - less_ns > CLEAR_NS, second = g->n & 1;
    bool both = second && clear && g->clear;
    g->clear = clear;
    g->log_ratio[g->n++] = log(more_ns / less_ns);
    estimate(g);
    if (both || g->ratio.lower > GROWTH_LEAST)
        *answer = GROWTH_IS_DONE;
    else if (g->ratio.upper < GROWTH_LEAST)
        *answer = GROWTH_IS_NONE;
    else
        *answer = g->n < g->most ? GROWTH_OPEN : GROWTH_CANNOT_TELL;
    return 0;
}
