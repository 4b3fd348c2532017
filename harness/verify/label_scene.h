/* SPDX-License-Identifier: MIT */
/*
 * Trials that are disturbed on purpose, one kind of disturbance at a time, to see whether they are labelled. The trials
 * are run by a process of their own, and disturbed by another, which outlives this one for as long as it must: what it
 * has stopped, it makes go on.
 */
#ifndef CONTEND_VERIFY_LABEL_SCENE_H
#define CONTEND_VERIFY_LABEL_SCENE_H

#include <stdatomic.h>
#include <sys/types.h>

#include "harness/insight/disturbance.h"
#include "harness/record/plan.h"
#include "harness/verify/label_loss.h"
#include "harness/verify/verify.h"

enum { LABEL_TRIALS_MOST = 256 };

/* What the processes of a scene share: all of it lies in one mapping. */
struct label_scene {
    int cpu, other; /* of the worker; another one, -1: there is none */
    char group[256];
    pid_t runner;          /* who runs the trials, for who disturbs them */
    _Atomic unsigned made; /* trials that were disturbed, counted before that is done */
    _Atomic unsigned over; /* 1: the trials are */

    /* By the runner: */
    int rc;
    char error[256];
    char why[160];   /* why the kind can't be made here; "": it can */
    unsigned trials; /* that were disturbed and ended as they should; where nothing is made, all of these */
    unsigned failed; /* these did not */
    char reason[200];
    unsigned labelled; /* of the trials: with one of the right labels */
    unsigned by[DISTURBANCES];
    double most[DISTURBANCES];                  /* the largest share that a trial lost */
    double others;                              /* CPUs that others used on average meanwhile; NaN: not known */
    struct label_trial each[LABEL_TRIALS_MOST]; /* the first n_each of the trials */
    unsigned n_each;
};

/* How trials are disturbed. */
struct label_kind {
    const char *name; /* "load" */
    unsigned labels;  /* bits of enum disturbance of which a disturbed trial has one */
    bool two_cpus;
    const char *what; /* is done */
    /* All may be NULL. Before the first trial, in this process: false: it can't be made here, and `why` says why. */
    bool (*prepare)(struct label_scene *s, char *why, size_t n);
    bool (*enter)(struct label_scene *s);   /* in the runner, before its first trial */
    void (*disturb)(struct label_scene *s); /* in a process of its own, until s->over */
    void (*done)(struct label_scene *s);    /* after the last trial, in this process */
    bool load;                              /* beside the load of load.h */
};

enum { LABEL_KINDS = 5 };
extern const struct label_kind label_kinds[LABEL_KINDS];

/* Runs trials of the plan's cells in turn until `wanted` were disturbed, or twice that many were run; of kind NULL, as
 * many as wanted. 0, -EINTR when *v->stop, or another -errno. Shared memory that munmap(sizeof) gives back. */
int label_scene_play(struct verify *v, const struct label_kind *k, const struct plan *p, unsigned wanted,
                     struct label_scene *s, struct err *e);

#endif
