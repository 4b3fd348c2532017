/* SPDX-License-Identifier: MIT */
/*
 * What a run answers to "which model for this work?": for each work the point at which it is done fastest, which models
 * are best there, and by which verdicts. It adds no judgement to those of the comparisons: crossover.h says how the
 * cells of a point stand to each other.
 */
#ifndef CONTEND_INSIGHT_CHOICE_H
#define CONTEND_INSIGHT_CHOICE_H

#include "harness/insight/crossover.h"

enum choice_kind {
    CHOICE_NONE,       /* nothing was measured */
    CHOICE_WON,        /* the first of `best` was shown to be faster than each other cell of the point */
    CHOICE_EQUIVALENT, /* those in `best` are equivalent, each to each, and the first was shown to beat the rest */
    CHOICE_UNSURE,     /* the first was not shown to differ from some in `best`; it was shown to beat the rest */
    CHOICE_ALONE,      /* there is nothing to compare it with */
    CHOICE_IN_TIME,    /* judged by the latest unit: those in `best` had none that was later than allowed */
    CHOICE_LATE        /* likewise; all were late at times, and fewest units of the first of `best` */
};

struct choice_at {
    unsigned point; /* of the plan */
    enum choice_kind is;
    struct crossover_field field; /* of those that are judged by throughput */
    unsigned n_best, best[CROSSOVER_MODELS];
    unsigned n_beaten; /* cells that the first of them was shown to beat */
    double p;          /* the greatest adjusted p of these; NaN: none */
};

/* A work: workload, parameters, mode, libc and order of placement. */
struct choice {
    unsigned n_at;
    struct choice_at *at; /* at[0]: where its fastest cell is (of one that is judged by lateness: its last point); then
                             the others, in the plan's order */
};

/* One for each work of the plan with a point that has cells, in the plan's order: *out is an array for choices_free.
 * Their number, or -ENOMEM. */
int choices_find(const struct summary *s, struct choice **out);
void choices_free(struct choice *a, int n);

#endif
