/* SPDX-License-Identifier: MIT */
/* plot: the figures of a run. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "harness/command/command.h"
#include "harness/command/run_files.h"
#include "harness/command/stop.h"
#include "harness/report/report.h"

enum { FORMAT, FIGURE_OPTION, OUT };
static const struct command_option options[] = {
    [FORMAT] = {"format", "FORMAT", "svg (default), png, pdf, or text: in the terminal"},
    [FIGURE_OPTION] = {"figure", "NAME", "only this one: speedup, throughput or crossover"},
    [OUT] = {"out", "DIR", "where to (default: RUN/figures)"},
    {0},
};

static bool is_figure(const char *name)
{
    for (unsigned i = 0; figures[i]; i++)
        if (strcmp(figures[i]->name, name) == 0)
            return true;
    return false;
}

/* Nothing is drawn that was asked for: that is no success. */
static int no_figure(const char *only)
{
    fprintf(stderr,
            "contend: this run has no figure%s%s: one needs two values or more of --workers or --concurrency%s\n",
            only ? " " : "", only ? only : "", only && strcmp(only, "crossover") == 0 ? ", and of a parameter" : "");
    return EXIT_ERROR;
}

static int run(const struct command *self, int argc, char **argv)
{
    const char *value, *format = "svg", *only = NULL, *out = NULL;
    int o, first;
    while ((o = command_next(self, argc, argv, &value, &first)) >= 0) {
        if (o == FORMAT)
            format = value;
        else if (o == FIGURE_OPTION)
            only = value;
        else
            out = value;
    }
    if (o == -3)
        return EXIT_DONE;
    if (o == -2)
        return EXIT_USAGE;
    if (argc - first != 1)
        return command_usage_error(self, "expected one run's directory");
    if (strcmp(format, "svg") != 0 && strcmp(format, "png") != 0 && strcmp(format, "pdf") != 0 &&
        strcmp(format, "text") != 0)
        return command_usage_error(self, "--format: expected svg, png, pdf or text, got '%s'", format);
    if (only && !is_figure(only))
        return command_usage_error(self, "unknown figure '%s'", only);
    struct plan plan;
    struct summary s;
    struct err e = {0};
    char dir[PATH_MAX];
    unsigned made;
    if (run_load(argv[first], &plan, &s, &e))
        return command_fail(&e, EXIT_ERROR);
    if (strcmp(format, "text") == 0) {
        made = report_text_figures(stdout, &s, only);
        summary_release(&s);
        plan_release(&plan);
        return made ? EXIT_DONE : no_figure(only);
    }
    const volatile int *stop = stop_install();
    snprintf(dir, sizeof dir, "%.4000s%s", out ? out : argv[first], out ? "" : "/figures");
    int rc = report_figures(&s, dir, format, only, stop, &made, &e);
    summary_release(&s);
    plan_release(&plan);
    if (rc)
        return command_fail(&e, rc == -EINTR ? EXIT_INTERRUPTED : EXIT_ERROR);
    if (!made)
        return no_figure(only);
    printf("%u figure%s in %s\n", made, made == 1 ? "" : "s", dir);
    return EXIT_DONE;
}

const struct command command_plot = {
    .name = "plot",
    .usage = "plot RUN [options]",
    .summary = "the figures of a run: svg, png, pdf or in the terminal",
    .options = options,
    .run = run,
};
