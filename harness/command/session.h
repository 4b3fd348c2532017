/* SPDX-License-Identifier: MIT */
/*
 * What `run` and `compare --live` do alike: one run, or two side by side, are planned, calibrated and begun, or taken
 * up again where they were cut short, measured by the loop of experiment/blocks.h, and summed up.
 *
 *     session_start
 *     session_plan, then session_dry_run or session_begin; or session_replay, session_go_on
 *     blocks_measure(&s->blocks)
 *     session_end, and session_sum_up for each run
 *     session_release
 */
#ifndef CONTEND_COMMAND_SESSION_H
#define CONTEND_COMMAND_SESSION_H

#include "harness/command/run_dir.h"
#include "harness/command/run_options.h"
#include "harness/experiment/rule.h"
#include "harness/machine/environment.h"
#include "harness/record/plugin.h"

/* One of the runs that are measured. */
struct session_run {
    const char *program; /* that runs its trials; NULL: this one */
    struct plugin_set
        plugins;        /* of a program that was named: its own, and after a resume those that its journal names */
    struct facts own;   /* of the build of a program that was named */
    struct run_dir dir; /* below the session's; of a run by itself unused */
    struct plan plan;   /* borrows all but its pair from the session's */
    struct environment environment;
    const char *environment_file; /* of this session; below its directory */
    unsigned n_measured;          /* trials that were read back */
    bool torn;                    /* an unfinished last line was cut off */
    bool half;                    /* and its last trial, half of a pair */
};

struct session {
    struct run_options o;
    const char *command; /* that was given, for the plan; NULL: not known */
    const volatile int *stop;
    uint64_t began_ns;
    unsigned n; /* runs: 1, or 2 of a live comparison */
    struct session_run run[2];
    struct plan plan;           /* of all runs */
    struct run_dir dir;         /* that the user named, or that has a name of its own */
    double *expected_ns;        /* [cell]: of its trials of one block, by the pilots; NULL when resumed */
    struct golden_cost *golden; /* [cell]: likewise, of one run; NULL when resumed */
    double golden_ns; /* likewise, of all trials' golden values; when resumed, what those there took for theirs */
    struct rule rule;
    struct blocks blocks;
    bool refused; /* --strict, and a check is worse than info */
};

/* With o, n and programs filled in. Signals are heeded from here on. 0 or -errno. */
int session_start(struct session *s, struct err *e);
void session_release(struct session *s);
/* The exit code for an error before the first trial, its message told. */
int session_fail(const struct session *s, int rc, const struct err *e);

/* The request as a plan: -1 to go on, else the exit code, its message told. */
int session_plan(struct session *s);
/* Measures the pilots, by the first run's program, and tells how long it all would take; keeps nothing. The exit code.
 */
int session_dry_run(struct session *s);
/* Tells what is wrong with this machine, makes the directory (`name`: part of its name, where the user gave none),
 * calibrates, and writes what a run begins with. -EPERM with s->refused; another -errno with nothing left behind. */
int session_begin(struct session *s, const char *name, struct err *e);

/* Reads what o.resume holds: the plan, of each run its pair, plug-ins and trials. Changes nothing. */
int session_replay(struct session *s, struct err *e);
/* After session_replay, with the programs' builds known: refuses another machine, build or content of a plug-in, then
 * cuts unfinished lines off and opens the journals. */
int session_go_on(struct session *s, struct err *e);

/* Where run i is. */
const char *session_path(const struct session *s, unsigned i);
/* After the last trial: reads the machine's facts again. `cut`: at once, since the session was cut short. */
void session_end(struct session *s, bool cut);
/* Writes what run i comes to, into its directory and *out, which is released by summary_release when 0 is returned. */
int session_sum_up(struct session *s, unsigned i, struct summary *out, struct err *e);

#endif
