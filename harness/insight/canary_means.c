/* SPDX-License-Identifier: MIT */
/* The canaries by block; see canary_means.h. */
#include "harness/insight/canary_means.h"

#include <math.h>
#include <stdlib.h>

struct canary_means {
    struct sum {
        double log; /* of the logarithms */
        unsigned n;
    } * of[CANARIES]; /* [block] */
};

struct canary_means *canary_means_new(unsigned blocks, double *mean[CANARIES])
{
    struct canary_means *m = calloc(1, sizeof *m);
    bool whole = m != NULL;
    for (unsigned k = 0; k < CANARIES; k++) {
        mean[k] = malloc((blocks + 1) * sizeof *mean[k]);
        if (m)
            m->of[k] = calloc(blocks + 1, sizeof *m->of[k]);
        whole = whole && mean[k] && m->of[k];
        for (unsigned b = 0; mean[k] && b < blocks; b++)
            mean[k][b] = NAN;
    }
    if (whole)
        return m;
    canary_means_free(m);
    return NULL;
}

void canary_means_free(struct canary_means *m)
{
    for (unsigned k = 0; m && k < CANARIES; k++)
        free(m->of[k]);
    free(m);
}

static void add(struct sum *s, const struct metric *m, double *mean)
{
    if (m->why || m->value <= 0)
        return;
    s->log += log((double)m->value);
    s->n++;
    *mean = exp(s->log / s->n);
}

void canary_means_add(struct canary_means *m, const struct trial_record *r, double *const mean[CANARIES])
{
    for (unsigned k = 0; k < CANARIES; k++) {
        add(&m->of[k][r->block], &r->canaries[k].before_ns, &mean[k][r->block]);
        add(&m->of[k][r->block], &r->canaries[k].after_ns, &mean[k][r->block]);
    }
}
