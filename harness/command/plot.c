/* SPDX-License-Identifier: MIT */
/* plot: the figures of a run. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/command/command.h"
#include "harness/command/compare_runs.h"
#include "harness/command/run_files.h"
#include "harness/command/stop.h"
#include "harness/figure/draw.h"
#include "harness/report/report.h"
#include "harness/report/wrap.h"

enum { FORMAT, FIGURE_OPTION, OUT };
static const struct command_option options[] = {
    [FORMAT] = {"format", "FORMAT", "svg (default), png, pdf, or text: in the terminal"},
    [FIGURE_OPTION] = {"figure", "NAME", "only this one, as list figures names it"},
    [OUT] = {"out", "DIR", "where to (default: RUN/figures; of two runs B/figures)"},
    {0},
};

/* Nothing is drawn that was asked for: that is no success. */
static int no_figure(const char *only)
{
    const struct figure *f = only ? figure_find(only) : NULL;
    if (f)
        fprintf(stderr, "contend: this run has no figure %s: it needs %s; as in: %s\n", f->name, f->needs, f->command);
    else
        fprintf(stderr, "contend: this run has no figure: contend list figures says which cells each needs\n");
    return EXIT_ERROR;
}

static int to_terminal(const struct figure_source *of, const char *only)
{
    struct err e = {0};
    int made = report_text_figures(stdout, of, only, report_width(STDOUT_FILENO));
    if (made < 0)
        return command_fail((err_set(&e, -made, "out of memory"), &e), EXIT_ERROR);
    return made ? EXIT_DONE : no_figure(only);
}

static int to_files(const struct figure_source *of, const char *run, const char *out, const char *format,
                    const char *only)
{
    struct err e = {0};
    char dir[PATH_MAX];
    unsigned made;
    const volatile int *stop = stop_install();
    snprintf(dir, sizeof dir, "%.4000s%s", out ? out : run, out ? "" : "/figures");
    int rc = figures_files(of, dir, format, only, stop, &made, &e);
    if (rc)
        return command_fail(&e, rc == -EINTR ? EXIT_INTERRUPTED : EXIT_ERROR);
    if (!made)
        return no_figure(only);
    printf("%u figure%s in %s\n", made, made == 1 ? "" : "s", dir);
    return EXIT_DONE;
}

static int plot(const struct figure_source *of, const char *run, const char *out, const char *format, const char *only)
{
    return strcmp(format, "text") == 0 ? to_terminal(of, only) : to_files(of, run, out, format, only);
}

static int plot_run(const char *run, const char *out, const char *format, const char *only)
{
    struct plan plan;
    struct summary s;
    struct err e = {0};
    if (run_load(run, &plan, &s, &e))
        return command_fail(&e, EXIT_ERROR);
    int code = plot(&(struct figure_source){.summary = &s}, run, out, format, only);
    if (code == EXIT_DONE && s.work_differs)
        code = EXIT_WORK_DIFFERS;
    summary_release(&s);
    plan_release(&plan);
    return code;
}

/* Two runs, or the two sides of a live comparison: `dir` is where the figures go by default. */
static int plot_two(const char *const name[2], const char *dir, const char *out, const char *format, const char *only)
{
    struct compared_runs c;
    struct err e = {0};
    int rc = compare_load(&c, name, -1, NULL, &e);
    const struct figure_source of = {.summary = &c.s[RUN_A], .runs = &c.runs, .name = {name[RUN_A], name[RUN_B]}};
    int code =
        rc ? command_fail(&e, rc == -EBADMSG ? EXIT_WORK_DIFFERS : EXIT_ERROR) : plot(&of, dir, out, format, only);
    compare_release(&c);
    return code;
}

static int plot_live(const char *dir, const char *out, const char *format, const char *only)
{
    char side[2][PATH_MAX];
    for (unsigned i = 0; i < 2; i++)
        snprintf(side[i], sizeof side[i], "%.4000s/%c", dir, 'a' + (int)i);
    return plot_two((const char *const[]){side[RUN_A], side[RUN_B]}, dir, out, format, only);
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
    if (argc - first != 1 && argc - first != 2)
        return command_usage_error(self, "expected one run's directory, or two to compare");
    if (strcmp(format, "svg") != 0 && strcmp(format, "png") != 0 && strcmp(format, "pdf") != 0 &&
        strcmp(format, "text") != 0)
        return command_usage_error(self, "--format: expected svg, png, pdf or text, got '%s'", format);
    if (only && !figure_find(only))
        return command_usage_error(self, "unknown figure '%s'; contend list figures has them all", only);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error with its line, as a full disk is */
    if (argc - first == 2)
        return plot_two((const char *const[]){argv[first], argv[first + 1]}, argv[first + 1], out, format, only);
    return run_is_pair(argv[first]) ? plot_live(argv[first], out, format, only)
                                    : plot_run(argv[first], out, format, only);
}

const struct command command_plot = {
    .name = "plot",
    .usage = "plot RUN [options]\n"
             "       contend plot A B [options]",
    .summary = "the figures of a run, or of two compared: svg, png, pdf or in the terminal",
    .options = options,
    .operands = (const char *const[]){"RUN", "B", NULL},
    .run = run,
};
