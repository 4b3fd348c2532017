/* SPDX-License-Identifier: MIT */
/* The options of `run`, read into a request. */
#ifndef CONTEND_COMMAND_RUN_OPTIONS_H
#define CONTEND_COMMAND_RUN_OPTIONS_H

#include "harness/command/command.h"
#include "harness/plan/sweep.h"

struct run_options {
    struct request request;
    const char *out, *resume, *scratch;
    bool dry_run, json, quiet, strict;
};

extern const struct command_option run_option_table[];

/* What was given of that table, before it means anything. */
enum { RUN_FLAGS = 40, RUN_FLAGS_SETS = 32, RUN_FLAGS_PLUGINS = 16 };
struct run_flags {
    const char *at[RUN_FLAGS]; /* by index in the table: its last value, "yes" for a flag; NULL: not given */
    const char *set[RUN_FLAGS_SETS];
    const char *plugins[RUN_FLAGS_PLUGINS];
    unsigned n_set, n_plugins;
    int first; /* operand */
};

/* For a command that takes the options of `run` as its `more`: its own go to own(arg, index, value), which returns -1
 * to go on, else the exit code. Returns -1 to go on, else the exit code (after a message, or --help). */
int run_flags_read(const struct command *self, int argc, char **argv, struct run_flags *f,
                   int (*own)(void *arg, int option, const char *value), void *arg);
/* Of --NAME: its last value, "yes" for a flag; NULL: it was not given. */
const char *run_flags_value(const struct run_flags *f, const char *name);
/* Was --NAME given? */
bool run_flags_given(const struct run_flags *f, const char *name);
/* The first that was given and is not among the names; NULL: none. */
const char *run_flags_beside(const struct run_flags *f, const char *const *names);
/* What --set says, to the sweeps of the request: 0, -EINVAL or -ENOMEM. */
int run_sets_apply(struct request *r, const struct run_flags *f, struct err *e);
/* --time, in place of what the suite says, which --blocks turns into what is only told. 0 or -EINVAL. */
int run_time_apply(struct request *r, const struct run_flags *f, struct err *e);
/* --visits and --pause, in place of what the suite says; then whether the request's visits go with the rest of it. 0,
 * or -EINVAL with what to do. */
int run_visits_apply(struct request *r, const struct run_flags *f, struct err *e);
/* The flags, and the suite at argv[first], as a request: -1 to go on (request_release it), else the exit code. */
int run_options_apply(const struct run_flags *f, int argc, char **argv, int first, struct run_options *o);
/* Where the suite of that name is that comes with contend; `path` has room for n bytes. 0, or -ENOENT: there is none.
 */
int run_suite_path(const char *name, char *path, size_t n);
/* Where workloads make files unless --scratch says: TMPDIR, else /tmp. */
const char *run_scratch_default(void);
/* With --resume: -1 when nothing is given that would change the plan of `what` ("run"), else the exit code, told. It
 * takes no operand, either. */
int run_flags_resume(const struct command *self, const struct run_flags *f, int argc, const char *what,
                     const char *operand);
/* -1 to go on, else the exit code (after a message, or --help). */
int run_options_read(const struct command *self, int argc, char **argv, struct run_options *o);

#endif
