/* SPDX-License-Identifier: MIT */
/* What a run tells of the machine at other times; see again.h. */
#include "harness/insight/again.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/base.h"
#include "harness/insight/between.h"
#include "harness/insight/compare.h"
#include "harness/stats/distribution.h"

/* Room for one cell's logarithms and its visits' values. */
struct room {
    double *logs, *values, *scratch;
};

/* The t interval of the visits' medians; the median itself stays what it is and is inside. */
static void by_visits(const struct summary *s, const struct between_side *side, unsigned cell, const struct room *room)
{
    struct estimate *e = &s->cells[cell].throughput;
    const double *x = s->throughput + (size_t)cell * s->plan->blocks;
    for (unsigned i = 0; i < s->plan->blocks; i++)
        room->logs[i] = x[i] > 0 ? log(x[i]) : (double)NAN;
    unsigned n = between_values(side, room->logs, room->values, room->scratch);
    if (n < AGAIN_LEAST_VISITS)
        return;
    struct stats_two all = stats_two_groups(room->values, n, &(double){0}, 1); /* own: about their mean */
    double half = BETWEEN_STRETCH * sqrt(all.own.s2 / n) * stats_t_quantile((1 + INTERVAL_LEVEL) / 2, all.own.df);
    *e = (struct estimate){
        e->median, fmin(e->median, exp(all.shift - half)), fmax(e->median, exp(all.shift + half)), INTERVAL_LEVEL, e->n,
        NULL};
}

int again_by_visits(struct summary *s)
{
    struct between b;
    size_t n = (size_t)s->plan->blocks + 1;
    CLEANUP_FREE double *memory = malloc(3 * n * sizeof *memory);
    int rc = between_init_again(&b, s, AGAIN_AFTER_S);
    const struct between_side *side = &b.side[0];
    if (!memory)
        rc = -ENOMEM;
    if (!rc && side->n) {
        s->covers.visits = side->visits;
        s->covers.span_s = side->at_s[side->n - 1];
        s->covers.machine = side->visits >= AGAIN_LEAST_VISITS && !plan_is_sequential(s->plan);
    }
    for (unsigned i = 0; !rc && s->covers.machine && i < s->plan->n_cells; i++)
        by_visits(s, side, i, &(struct room){memory, memory + n, memory + 2 * n});
    between_release(&b);
    return rc;
}

/* As noisy as the floor itself, so that only that and the time between the two counts. */
static void take(struct again *a, unsigned cell, const struct between *b, const struct between_known *k)
{
    const struct stats_two one = {.scale = 2. / b->side[0].visits};
    struct between_spread s = between_judge(b, &one, (struct stats_spread){NAN, 0}, k, k->inside);
    struct stats_interval i;
    between_ratio(&one, &s, INTERVAL_LEVEL, &i);
    double share = i.upper - 1;
    if (isnan(share)) {
        a->unknown++;
        return;
    }
    if (!(a->least <= share)) {
        a->least = share;
        a->least_cell = cell;
    }
    if (!(a->most >= share)) {
        a->most = share;
        a->most_cell = cell;
    }
}

int again_find(struct summary *s, const struct runs_floor *floor)
{
    struct again *a = &s->again;
    struct between b;
    *a = (struct again){.least = NAN, .most = NAN};
    snprintf(a->why, sizeof a->why, "no floor: %.380s", floor->why);
    if (!floor->kept)
        return 0;
    int rc = between_init_again(&b, s, AGAIN_AFTER_S);
    snprintf(a->floor, sizeof a->floor, "%.16sZ, %.0f min", floor->kept->started,
             floor->kept->at_s[floor->kept->n - 1] / 60);
    snprintf(a->why, sizeof a->why, "the floor of %.60s knows nothing of these cells", a->floor);
    for (unsigned i = 0; !rc && i < s->plan->n_cells; i++) {
        struct between_known k;
        if (s->cells[i].status != TRIAL_OK)
            continue;
        rc = between_ask_cell(floor->kept, s->plan->cells[i].workload, &b, &k);
        if (!rc)
            take(a, i, &b, &k);
    }
    between_release(&b);
    return rc;
}
