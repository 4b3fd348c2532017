/* SPDX-License-Identifier: MIT */
/* show: the tables of a run again, from its journal. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/command/command.h"
#include "harness/command/run_files.h"
#include "harness/report/report.h"
#include "harness/report/wrap.h"

enum { PLAIN, JSON };
static const struct command_option options[] = {
    [PLAIN] = {"plain", NULL, "for logs and grep: one record a line, ASCII, no colour"},
    [JSON] = {"json", NULL, "the summary as JSON"},
    {0},
};

/* How it is to be shown. */
struct view {
    const char *dir;
    bool json, plain;
};

static bool colours(void)
{
    return isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
}

static unsigned width(void)
{
    unsigned columns = report_page_width(STDOUT_FILENO, STDERR_FILENO);
    return columns ? columns : WIDTH_PAGE;
}

/* Commands are not broken, so that they can be copied. */
static void tell_what_next(const char *dir, bool complete)
{
    static const struct {
        const char *what, *command, *behind;
        bool cut_short; /* only of a run that was */
    } next[] = {{"what is missing of this run", "run --resume", "", true},
                {"figures", "plot", "", false},
                {"a table for pandas, R or a spreadsheet", "export", " >trials.csv", false}};
    wrap_print(stdout, width(), 2, "\nnext:");
    for (size_t i = 0; i < ARRAY_LEN(next); i++) {
        if (next[i].cut_short && complete)
            continue;
        wrap_print(stdout, width(), 4, "  %s:", next[i].what);
        wrap_print_marked(stdout, 0, 0, "", "", "    contend %s %s%s", next[i].command, dir, next[i].behind);
    }
}

static void show_run(const struct view *v, const struct summary *s)
{
    if (v->json) {
        summary_to_json(stdout, s);
    } else if (v->plain) {
        report_plain(stdout, s);
    } else {
        report_tables(stdout, s, width(), colours());
        tell_what_next(v->dir, s->complete);
    }
}

static int show(const struct view *v)
{
    struct plan plan;
    struct summary s;
    struct err e = {0};
    if (run_load(v->dir, &plan, &s, &e))
        return command_fail(&e, EXIT_ERROR);
    show_run(v, &s);
    int code = s.work_differs ? EXIT_WORK_DIFFERS : EXIT_DONE;
    summary_release(&s);
    plan_release(&plan);
    return code;
}

static int run(const struct command *self, int argc, char **argv)
{
    const char *value;
    struct view v = {0};
    int o, first;
    while ((o = command_next(self, argc, argv, &value, &first)) >= 0) {
        v.json |= o == JSON;
        v.plain |= o == PLAIN;
    }
    if (o == -3)
        return EXIT_DONE;
    if (o == -2)
        return EXIT_USAGE;
    if (argc - first != 1)
        return command_usage_error(self, "expected one run's directory");
    if (v.json && v.plain)
        return command_usage_error(self, "--json and --plain are two forms: give one of them");
    v.dir = argv[first];
    return show(&v);
}

static const char *const details[] = {
    "Tables are as wide as COLUMNS says, else as the terminal of standard output; in a pipe, as into a pager, as the",
    "terminal that standard error shows; where there is none, 80 columns.", NULL};

const struct command command_show = {
    .name = "show",
    .usage = "show RUN [--plain | --json]",
    .summary = "the tables of a run again",
    .details = details,
    .options = options,
    .operands = (const char *const[]){"RUN", NULL},
    .run = run,
};
