/* SPDX-License-Identifier: MIT */
/* What all formats of export need of a run: names of cells, parameters with their units, trials by cell. */
#ifndef CONTEND_REPORT_EXPORT_RUN_H
#define CONTEND_REPORT_EXPORT_RUN_H

#include "harness/report/export.h"

/* A workload of the plan. */
struct export_work {
    const struct workload *workload;
    /* What each parameter is called: its name with param_ before and the unit that its values have behind, as in
     * param_wait_ns, param_size_bytes, param_limit; interned. */
    const char *names[WORKLOAD_MAX_PARAMS];
};

struct export_run {
    const char *dir; /* borrowed, as summary and stop */
    const struct summary *summary;
    enum export_what what;
    const volatile int *stop; /* may be NULL */
    char **ids;               /* of each cell, as plan_cell_id */
    unsigned n_works;
    struct export_work *works;
    unsigned *work_of; /* [cell]: its workload's place in works */
    unsigned n_names;
    const char **names; /* of all parameters, each once */
};

/* The formats' `write`. */
#define EXPORT(function, name, summary, tables, traits)                                                                \
    int export_##function(FILE *out, const struct export_run *x, struct err *e);
#include "harness/report/export.def"
#undef EXPORT

/* 0 or -ENOMEM; released in either case. */
int export_run_init(struct export_run *x, struct err *e);
void export_run_release(struct export_run *x);

/* The cell's parameter of this name (by pointer), with its value; NULL: it has none. */
const struct param *export_param(const struct export_run *x, unsigned cell, const char *name, int64_t *value);
/* A value in the base unit of its type: "1000000", "true", a choice's name, a path; VALUE_TEXT_MAX bytes hold any. */
void export_value(const struct param *p, int64_t v, char *buf, size_t n);

/* What is kept of a trial that is ok, for formats that group them by cell; NaN: missing. */
struct good_trial {
    unsigned cell, block;
    double run_ns, units, user_ns, system_ns, startup_ns, teardown_ns, pss_bytes;
    double latency_ns[LATENCY_QUANTILES];
};
/* Those of a run, by cell and then block. */
struct good_trials {
    struct good_trial *all;
    unsigned n, room;
};
/* 0 or as trials_read; released by the caller in either case. */
int good_trials_read(const struct export_run *x, struct good_trials *g, struct err *e);
void good_trials_release(struct good_trials *g);
/* How many, from the index `from` on, are of the same cell. */
unsigned good_trials_of_cell(const struct good_trials *g, unsigned from);

#endif
