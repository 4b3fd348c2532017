/* SPDX-License-Identifier: MIT */
/* report: a run, or a comparison of two, as one HTML file. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/base.h"
#include "harness/base/value.h"
#include "harness/command/command.h"
#include "harness/command/compare_runs.h"
#include "harness/command/report_file.h"
#include "harness/command/run_files.h"
#include "harness/command/stop.h"

enum { OUT, FLOOR, EQUIV };
static const struct command_option options[] = {
    [OUT] = {"out", "FILE", "where to (default: RUN/report.html, of two runs B/comparison.html); -: standard output"},
    [FLOOR] = {"floor", "FILE", "of two runs: how far identical runs lie apart, as for `compare`"},
    [EQUIV] = {"equiv", "PERCENT", "of two runs: ratios within this are equivalent (default: as in A)"},
    {0},
};

struct report_options {
    const char *out, *floor;
    double equiv; /* below 0: not given */
};

static int of_run(const char *dir, const struct report_options *o, const volatile int *stop)
{
    struct plan plan;
    struct summary s;
    struct err e = {0};
    char path[PATH_MAX];
    if (run_load(dir, &plan, &s, &e))
        return command_fail(&e, EXIT_ERROR);
    snprintf(path, sizeof path, "%.4000s/report.html", dir);
    const char *to = o->out ? o->out : path;
    int rc = report_file_of_run(&s, dir, to, false, stop, &e);
    if (!rc)
        report_file_tell(to);
    int code = !rc            ? s.work_differs ? EXIT_WORK_DIFFERS : EXIT_DONE
               : rc == -EINTR ? command_fail(&e, EXIT_INTERRUPTED)
                              : command_fail(&e, EXIT_ERROR);
    summary_release(&s);
    plan_release(&plan);
    return code;
}

static int of_runs(const char *const name[2], const char *to, const struct report_options *o, const volatile int *stop)
{
    struct compared_runs two;
    struct err e = {0};
    int rc = compare_load(&two, name, o->equiv, o->floor, &e);
    to = o->out ? o->out : to;
    if (!rc)
        rc = report_file_of_runs(&two.runs, name, to, stop, &e);
    if (!rc)
        report_file_tell(to);
    compare_release(&two);
    return !rc ? EXIT_DONE
               : command_fail(&e, rc == -EBADMSG ? EXIT_WORK_DIFFERS
                                  : rc == -EINTR ? EXIT_INTERRUPTED
                                                 : EXIT_ERROR);
}

/* The two sides of a live comparison are in one directory, and so is their report. */
static int of_pair(const char *dir, const struct report_options *o, const volatile int *stop)
{
    char a[PATH_MAX], b[PATH_MAX], to[PATH_MAX];
    snprintf(a, sizeof a, "%.4000s/a", dir);
    snprintf(b, sizeof b, "%.4000s/b", dir);
    snprintf(to, sizeof to, "%.4000s/report.html", dir);
    return of_runs((const char *const[]){a, b}, to, o, stop);
}

static int read_options(const struct command *self, int argc, char **argv, struct report_options *o, int *first)
{
    const char *value;
    int i;
    *o = (struct report_options){.equiv = -1};
    while ((i = command_next(self, argc, argv, &value, first)) >= 0) {
        struct err e = {0};
        if (i == OUT)
            o->out = value;
        else if (i == FLOOR)
            o->floor = value;
        else if (value_margin(value, "--equiv", &o->equiv, &e))
            return command_fail(&e, EXIT_USAGE);
    }
    return i == -3 ? EXIT_DONE : i == -2 ? EXIT_USAGE : -1;
}

static int run(const struct command *self, int argc, char **argv)
{
    struct report_options o;
    int first, code = read_options(self, argc, argv, &o, &first);
    if (code >= 0)
        return code;
    const int n = argc - first;
    if (n != 1 && n != 2)
        return command_usage_error(self, "expected one run's directory, or those of two runs");
    const bool pair = n == 1 && run_is_pair(argv[first]);
    if (n == 1 && !pair && (o.floor || o.equiv >= 0))
        return command_usage_error(self, "--%s is for two runs", o.floor ? "floor" : "equiv");
    const volatile int *stop = stop_install();
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error with its line, as a full disk is */
    if (n == 1)
        return pair ? of_pair(argv[first], &o, stop) : of_run(argv[first], &o, stop);
    char to[PATH_MAX];
    snprintf(to, sizeof to, "%.4000s/comparison.html", argv[first + 1]);
    return of_runs((const char *const[]){argv[first], argv[first + 1]}, to, &o, stop);
}

static const char *const details[] = {
    "One file that needs nothing else, and loads nothing: which model for which work, by how much and how sure; then",
    "findings, expectations, figures, tables, the machine, and how to measure it again. It ends with the file's path.",
    "Of two runs, or of the directory of a live comparison, it tells what became faster or slower in B.", NULL};

const struct command command_report = {
    .name = "report",
    .usage = "report RUN [--out FILE]\n       contend report A B [--out FILE] [--floor FILE] [--equiv PERCENT]",
    .summary = "a run, or a comparison of two, as one HTML file",
    .details = details,
    .options = options,
    .operands = (const char *const[]){"RUN", "B", NULL},
    .run = run,
};
