/* SPDX-License-Identifier: MIT */
/* compare: two runs, cell by cell; or, with --live, two programs measured side by side (compare_live.c). */
#include "harness/command/compare_runs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/base/value.h"
#include "harness/command/compare_live.h"
#include "harness/command/run_files.h"

enum { LIVE, FAIL_ON, FLOOR, FORMAT };
static const struct command_option options[] = {
    [LIVE] = {"live", NULL, "measure two programs side by side, instead of reading two runs"},
    [FAIL_ON] =
        {"fail-on", "WHAT,…",
         "regression[:PERCENT][,inconclusive]: exit 3 when a cell is slower, 4 when that can't be excluded; see "
         "above"},
    [FLOOR] = {"floor", "FILE",
               "how far identical runs lie apart on this machine, by `verify --long` (default: the one "
               "kept here)"},
    [FORMAT] = {"format", "FORMAT", "table (default), markdown (for a pull request) or json"},
    {0},
};

static int read_fail_on(struct compare_options *o, const char *text, struct err *e)
{
    char copy[64], *rest = copy, *item;
    int rc = 0;
    snprintf(copy, sizeof copy, "%s", text);
    while (!rc && (item = strsep(&rest, ","))) {
        char *percent = strchr(item, ':');
        if (percent)
            *percent++ = 0;
        if (strcmp(item, "regression") == 0) {
            o->fail_on_regression = true;
            rc = percent ? value_percent(percent, "--fail-on regression", &o->least, e) : 0;
        } else if (strcmp(item, "inconclusive") == 0 && !percent) {
            o->fail_on_inconclusive = true;
        } else {
            rc = err_set(e, EINVAL, "--fail-on: expected regression, regression:PERCENT or inconclusive, got '%s'",
                         text);
        }
    }
    return rc;
}

static int own_option(void *arg, int option, const char *value)
{
    static const char *const formats[] = {"table", "markdown", "json"};
    struct compare_options *o = arg;
    struct err e = {0};
    int rc = 0;
    if (option == LIVE) {
        o->live = true;
    } else if (option == FAIL_ON) {
        rc = read_fail_on(o, value, &e);
    } else if (option == FLOOR) {
        o->floor = value;
    } else {
        unsigned i = 0;
        while (i < ARRAY_LEN(formats) && strcmp(formats[i], value) != 0)
            i++;
        o->format = (enum compare_format)i;
        if (i == ARRAY_LEN(formats))
            rc = err_set(&e, EINVAL, "--format: expected table, markdown or json, got '%s'", value);
    }
    return rc ? command_fail(&e, EXIT_USAGE) : -1;
}

static int run(const struct command *self, int argc, char **argv)
{
    static const char *const of_two_runs[] = {"equiv", "json", NULL};
    struct compare_options o = {.command = command_line(argc, argv)};
    struct run_flags f;
    struct run_options run_options;
    int code = run_flags_read(self, argc, argv, &f, own_option, &o);
    if (code >= 0)
        return code;
    if (o.live && o.floor)
        return command_usage_error(self, "--live takes no --floor: there is no time between the two");
    if (o.live)
        return compare_live(self, &f, argc, argv, &o);
    for (const char *const *b = self->but; *b; b++)
        if (run_flags_given(&f, *b))
            return command_usage_error(self, "--%s is for run: two runs are compared as they are", *b);
    const char *other = run_flags_beside(&f, of_two_runs);
    if (other)
        return command_usage_error(self, "--%s is for --live: two runs are compared as they are", other);
    if (argc - f.first == 1 && run_is_pair(argv[f.first])) {
        struct err e;
        err_set(&e, EINVAL, "%s holds the two runs of a comparison; compare them again with: contend compare %s/a %s/b",
                argv[f.first], command_operand(argv[f.first]), command_operand(argv[f.first]));
        return command_fail(&e, EXIT_USAGE);
    }
    if (argc - f.first != 2)
        return command_usage_error(self, "expected the directories of two runs");
    const char *const name[2] = {argv[f.first], argv[f.first + 1]};
    code = run_options_apply(&f, argc, argv, argc, &run_options);
    if (code >= 0)
        return code;
    if (run_options.json)
        o.format = COMPARE_JSON;
    double equiv = run_flags_given(&f, "equiv") ? run_options.request.equiv : -1;
    request_release(&run_options.request);
    return compare_dirs(name, equiv, &o, NULL, NULL);
}

static const char *const details[] = {
    "Best measure both programs at once: with --live trials of both alternate in one experiment, which ends when every",
    "cell is faster, slower or equivalent, unless --blocks or --precision say otherwise. PROGRAM is a contend, or",
    "'contend --plugin FILE.so …'. DIR/a and DIR/b are then runs, and `compare DIR/a DIR/b` gives the same answer "
    "again.",
    "One that was cut short goes on with the programs and the plan that are in DIR: `compare --live --resume DIR`.",
    "Two runs A and B were made at two times, and the machine may have changed its speed between them. There is a "
    "verdict",
    "only where something tells how far identical runs lie apart: visits (`run --visits 5`), or a floor of this "
    "machine",
    "(`verify --long`). Cells are matched by workload, parameters, model, workers, concurrency, mode and placement.",
    "--fail-on regression:10% ends with 0 only if a slow-down of 10 % is excluded in every cell; with 3 if one is "
    "slower by",
    "that much, or fails in B alone; else with 4: it can't be told. Without a percentage it is that of --equiv.",
    NULL};

static const char *const but[] = {"time", "visits", "pause", NULL};

const struct command command_compare = {
    .name = "compare",
    .usage = "compare A B [--floor FILE] [--fail-on WHAT] [--format FORMAT] [--equiv PERCENT] [--json]\n"
             "       contend compare --live 'PROGRAM_A' 'PROGRAM_B' [SUITE] [options]\n"
             "       contend compare --live --resume DIR",
    .summary = "two runs, or two programs side by side: faster, slower, equivalent or inconclusive",
    .details = details,
    .options = options,
    .more = run_option_table,
    .but = but,
    .more_heading =
        "With --live, those of run but --time, --visits and --pause (--equiv and --json go with two runs, too):",
    .operands = (const char *const[]){"A", "B", "SUITE", NULL},
    .run = run,
};
