/* SPDX-License-Identifier: MIT */
/*
 * What a suite or the command line asks for: sweeps, each one workload over lists of values. build.c makes cells of
 * them.
 */
#ifndef CONTEND_PLAN_SWEEP_H
#define CONTEND_PLAN_SWEEP_H

#include "harness/base/err.h"
#include "harness/model/model.h"
#include "harness/record/plan.h"

enum { SWEEP_MAX_VALUES = 64, SWEEP_MAX_MODELS = 32 };

struct sweep {
    const struct workload *workload;
    struct {
        unsigned n;
        int64_t v[SWEEP_MAX_VALUES];
    } set[WORKLOAD_MAX_PARAMS]; /* n 0: the default */
    unsigned n_models;
    const struct model *models[SWEEP_MAX_MODELS]; /* n 0: all */
    unsigned n_workers, n_concurrency;
    unsigned workers[SWEEP_MAX_VALUES],
        concurrency[SWEEP_MAX_VALUES]; /* n 0: workers 1; concurrency: as many as workers, and as the workload needs */
    enum mode mode;
    enum libc_threads libc_threads;
    uint64_t trial_ns;    /* how long a serial trial should take, batch; 0: found by trials before the run */
    bool trial_is_set;    /* by the user or the suite */
    uint64_t duration_ns; /* closed */
    uint64_t units;       /* 0: calibrated */
    unsigned tasks;       /* 0: from the workload's rounds */
};

/* Do two sweeps of one workload ask for the same amount of work a trial? */
bool sweep_same_amount(const struct sweep *a, const struct sweep *b);

struct request {
    const char *name; /* interned */
    unsigned n_sweeps;
    struct sweep *sweeps;
    unsigned blocks;   /* 0: 10, or PLAN_SEQUENTIAL_BLOCKS when a rule stops it, or 2 a visit where that is more */
    unsigned visits;   /* 0: the run is in one piece */
    uint64_t pause_ns; /* between two visits */
    struct plan_stop stop;
    uint64_t time_ns;     /* that the run is to keep, all in all; 0: none */
    bool blocks_are_kept; /* however long they take: the time is then only told */
    double equiv;
    uint64_t seed;
    const char *order; /* placement */
    const char *list;  /* for order "list"; may be NULL */
    uint64_t limit_ns;
    bool gaps; /* a gap sampler beside each cell that leaves a unit free */
};

void request_init(struct request *r);
void request_release(struct request *r);
struct sweep *request_add(struct request *r, const struct workload *w); /* NULL: out of memory */
/* "10s", "0s", at most PLAN_MAX_PAUSE_S; `what` is how errors call it. 0 or -EINVAL. */
int request_pause(struct request *r, const char *text, const char *what, struct err *e);
int sweep_set(struct sweep *s, const char *name, const char *values, struct err *e); /* "time", "1ms,2ms" */
int sweep_models(struct sweep *s, const char *names, struct err *e);                 /* "all" or "threads,async" */
int sweep_trial(struct sweep *s, const char *text, const char *what, struct err *e); /* "40ms" or "auto" */
int sweep_libc_threads(struct sweep *s, const char *text, struct err *e);            /* "model", "single" or "multi" */
int sweep_numbers(const char *text, const char *what, unsigned *out, unsigned *n, struct err *e);

/* A suite file, or the name of one that ships: adds its sweeps. Errors name file, line, column. */
int suite_read(struct request *r, const char *path, struct err *e);

/* Cells, points and skips; units are 0 where they are to be calibrated. The plan is released by the caller, also on
 * failure. */
int plan_build(struct plan *p, const struct request *r, struct err *e);
/* The order of the blocks; after calibration. */
int plan_order(struct plan *p, struct err *e);

#endif
