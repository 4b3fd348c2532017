/* SPDX-License-Identifier: MIT */
/* show: the tables of a run again, from its journal. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/command/command.h"
#include "harness/command/run_files.h"
#include "harness/record/journal.h"
#include "harness/report/report.h"
#include "harness/report/wrap.h"

static const struct command_option options[] = {{"json", NULL, "the summary as JSON"}, {0}};

static int run(const struct command *self, int argc, char **argv)
{
    const char *value;
    bool json = false;
    int o, first;
    while ((o = command_next(self, argc, argv, &value, &first)) >= 0)
        json = true;
    if (o == -3)
        return EXIT_DONE;
    if (o == -2)
        return EXIT_USAGE;
    if (argc - first != 1)
        return command_usage_error(self, "expected one run's directory");
    struct plan plan;
    struct summary s;
    struct err e = {0};
    if (run_load(argv[first], &plan, &s, &e))
        return command_fail(&e, EXIT_ERROR);
    if (json)
        summary_to_json(stdout, &s);
    else
        report_tables(stdout, &s, report_width(STDOUT_FILENO), isatty(STDOUT_FILENO) && !getenv("NO_COLOR"));
    int code = s.work_differs ? EXIT_WORK_DIFFERS : EXIT_DONE;
    summary_release(&s);
    plan_release(&plan);
    return code;
}

const struct command command_show = {
    .name = "show",
    .usage = "show RUN [--json]",
    .summary = "the tables of a run again",
    .options = options,
    .operands = (const char *const[]){"RUN", NULL},
    .run = run,
};
