/* SPDX-License-Identifier: MIT */
/* Pairs of trials in random order, until the rule has seen enough; see pairs.h. */
#include "harness/experiment/pairs.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/base.h"
#include "harness/experiment/blocks.h"
#include "harness/stats/order.h"

struct pairing;

/* Whose trials they are. */
struct teller {
    struct pairing *pairing;
    unsigned side;
};

struct pairing {
    const struct pairs *asked;
    struct pairs_result *out;
    struct stats_looks *looks;
    double *sorted;   /* log ratios so far */
    double speed[2];  /* in the pair under way; NaN: the trial was not ok */
    double before_ns; /* out->took_ns when the pair began */
    struct teller teller[2];
};

static void note_trial(void *arg, const struct trial_record *r)
{
    const struct teller *t = arg;
    struct pairing *s = t->pairing;
    s->out->took_ns += (double)r->took_ns;
    s->speed[t->side] = NAN;
    if (r->status == TRIAL_OK && r->run_ns)
        s->speed[t->side] = 1 / (double)r->run_ns;
    else
        snprintf(s->out->reason, sizeof s->out->reason, "%s", r->reason[0] ? r->reason : "the run took no time");
    if (s->asked->each)
        s->asked->each(s->asked->arg, r->block, t->side, r);
}

/* Another pair of its length would be too much: then this was the last look. */
static double used_up(const struct pairs *p, unsigned pairs, double took_ns, double last_ns)
{
    double of_budget = took_ns + last_ns > p->rule.budget ? 1 : took_ns / p->rule.budget;
    return fmax((double)pairs / p->most, of_budget);
}

static int after_pair(void *arg, unsigned pairs, struct look *look, struct err *e)
{
    struct pairing *s = arg;
    struct pairs_result *out = s->out;
    double x = log(s->speed[1] / s->speed[0]), last = out->took_ns - s->before_ns;
    s->before_ns = out->took_ns;
    if (!isfinite(x)) { /* one of the two has no speed */
        out->failed++;
        return 0;
    }
    stats_insert(s->sorted, out->pairs, x);
    out->log_ratio[out->pairs++] = x;
    if (stats_looks_add(s->looks, used_up(s->asked, pairs, out->took_ns, last)))
        return err_set(e, ENOMEM, "out of memory");
    stats_sequence_interval(s->looks, s->sorted, out->pairs, &out->confidence);
    look->stop = out->ended_by = stats_stop(&out->confidence, out->took_ns, last, &s->asked->rule);
    return 0;
}

static int measure(struct pairing *s, struct plan plan[2], struct err *e)
{
    const struct pairs *p = s->asked;
    struct blocks b = {.plan = &plan[0], .n_sides = 2, .stop = p->stop, .look = after_pair, .look_arg = s};
    int rc = 0;
    for (unsigned i = 0; i < 2 && !rc; i++) {
        b.side[i] = (struct side){.how = {.scratch = p->scratch, .stop = p->stop},
                                  .plan = &plan[i],
                                  .tell = note_trial,
                                  .arg = &s->teller[i]};
        rc = side_init(&b.side[i], e);
    }
    if (!rc)
        rc = blocks_measure(&b, e);
    blocks_release(&b);
    return rc;
}

int pairs_measure(const struct pairs *p, struct pairs_result *out, struct err *e)
{
    struct cell cell[2] = {*p->cell[0], *p->cell[1]};
    const size_t most = (size_t)p->most + 1;
    CLEANUP_FREE unsigned *order = calloc(most, sizeof *order); /* the one cell, each time */
    CLEANUP_FREE double *sorted = malloc(most * sizeof *sorted);
    struct pairing s = {.asked = p, .out = out, .looks = stats_looks_new(p->level), .sorted = sorted};
    struct plan plan[2];
    *out = (struct pairs_result){.confidence = {NAN, NAN, NAN, NAN}};
    out->log_ratio = malloc(most * sizeof *out->log_ratio);
    for (unsigned i = 0; i < 2; i++) {
        s.teller[i] = (struct teller){&s, i};
        plan[i] = (struct plan){.seed = p->seed,
                                .blocks = p->most,
                                .visits = 1,
                                .n_cells = 1,
                                .n_runnable = 1,
                                .cells = &cell[i],
                                .order = order};
    }
    int rc = order && sorted && s.looks && out->log_ratio ? measure(&s, plan, e) : err_set(e, ENOMEM, "out of memory");
    stats_looks_free(s.looks);
    return rc;
}

void pairs_release(struct pairs_result *r)
{
    free(r->log_ratio);
    r->log_ratio = NULL;
}
