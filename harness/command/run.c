/* SPDX-License-Identifier: MIT */
/* run: plan, calibrate, measure block by block, sum up. What is measured is in the journal before the next trial
 * starts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/command/report_file.h"
#include "harness/command/run_files.h"
#include "harness/command/run_keep.h"
#include "harness/command/session.h"
#include "harness/figure/draw.h"
#include "harness/report/report.h"
#include "harness/report/wrap.h"

/* Both formats; without gnuplot the run is whole all the same. False: it was interrupted. */
static bool draw_figures(const struct session *s, const struct summary *sum)
{
    char dir[4200];
    struct err e = {0};
    unsigned made;
    snprintf(dir, sizeof dir, "%s/figures", s->dir.path);
    const struct figure_source of = {.summary = sum};
    int rc = figures_files(&of, dir, "svg,png", NULL, s->stop, &made, &e);
    if (rc && rc != -EINTR)
        fprintf(stderr, "contend: %s; then: contend plot %s\n", e.text, command_operand(s->dir.path));
    rmdir(dir); /* stays unless it is empty */
    return rc != -EINTR;
}

/* The report stands next to the figures. False: there is none; told. */
static bool write_report(const struct session *s, const struct summary *sum, const char *to)
{
    struct err e = {0};
    int rc = report_file_of_run(sum, s->dir.path, to, true, s->stop, &e);
    if (rc && rc != -EINTR)
        fprintf(stderr, "contend: %s; then: contend report %s\n", e.text, command_operand(s->dir.path));
    return !rc;
}

/* An exit with an error has a line on standard error, wherever the tables go. */
static void tell_none_ok(const struct summary *sum)
{
    for (unsigned i = 0; !sum->ok && !sum->work_differs && i < sum->plan->n_cells; i++)
        if (sum->cells[i].failed) {
            fprintf(stderr, "contend: no trial succeeded; of %s under %s: %s\n", sum->plan->cells[i].workload,
                    sum->plan->cells[i].model, sum->cells[i].reason);
            return;
        }
}

/* How far what follows the trials has come. */
struct outcome {
    bool drawn, reported; /* the figures, the report: not where the run was interrupted before */
};

static struct outcome draw_and_report(const struct session *s, int ended, const struct summary *sum, const char *report)
{
    struct outcome o = {.drawn = ended == -EINTR || draw_figures(s, sum)};
    o.reported = ended != -EINTR && o.drawn && write_report(s, sum, report);
    return o;
}

static void tell_end(const struct session *s, int ended, const struct summary *sum, struct outcome o)
{
    const char *dir = command_operand(s->dir.path);
    if (ended == -EINTR)
        fprintf(stderr, "contend: interrupted; what was measured is saved, go on with: contend run --resume %s\n", dir);
    else if (!o.drawn)
        fprintf(stderr, "contend: interrupted; the run is complete, its figures are not: contend plot %s\n", dir);
    else if (!o.reported && *s->stop)
        fprintf(stderr, "contend: interrupted; the run is complete, its report is not: contend report %s\n", dir);
    else
        tell_none_ok(sum);
}

/* What a run has come to is told and kept. */
static int tell(struct session *s, int ended, const struct summary *sum)
{
    const char *dir = s->dir.path;
    const unsigned width = report_page_width(STDOUT_FILENO, STDERR_FILENO);
    char report[sizeof s->dir.path + 16];
    if (s->o.json)
        summary_to_json(stdout, sum);
    else
        report_tables(stdout, sum, width, isatty(STDOUT_FILENO) && !getenv("NO_COLOR"));
    snprintf(report, sizeof report, "%s/report.html", dir);
    const struct outcome o = draw_and_report(s, ended, sum, report);
    const struct machine_id machine = facts_machine(&s->run[0].environment.start);
    bool more = sum->ok + sum->failed + sum->voided > s->run[0].n_measured;
    if (!ended && more) /* resumed with nothing left: it is kept already */
        run_keep(sum, &machine, s->o.quiet);
    tell_end(s, ended, sum, o);
    if (!s->o.json) {
        const char *const name = command_operand(dir);
        wrap_print(stdout, width, 2, "\n%s: every trial, the machine, the summary, figures where there are any", name);
        wrap_print(stdout, width, 2, "again: contend show %s", name);
    }
    if (!s->o.json && o.reported)
        report_file_tell(report);
    return ended || !o.drawn || (*s->stop && !o.reported) ? EXIT_INTERRUPTED
           : sum->work_differs                            ? EXIT_WORK_DIFFERS
           : sum->ok                                      ? EXIT_DONE
                                                          : EXIT_ERROR;
}

/* Sums up what there is, whatever ended the run. */
static int finish(struct session *s, int ended, const struct err *e)
{
    struct summary sum;
    struct err second = {0};
    session_end(s, ended != 0);
    int rc = session_sum_up(s, 0, &sum, &second);
    bool failed = ended && ended != -EINTR;
    if (isatty(STDERR_FILENO) && !s->o.quiet)
        fputc('\n', stderr);
    int code = failed || rc ? command_fail(failed ? e : &second, EXIT_ERROR) : tell(s, ended, &sum);
    if (!rc)
        summary_release(&sum);
    return code;
}

static int resume(struct session *s, struct err *e)
{
    int rc = session_replay(s, e);
    if (rc == -ENOENT && run_is_pair(s->o.resume))
        return err_set(e, ENOENT, "%s holds a live comparison, go on with it: contend compare --live --resume %s",
                       s->o.resume, command_operand(s->o.resume));
    if (!rc && s->plan.pair.id)
        rc = err_set(e, EPERM,
                     "%s is one side of a live comparison, go on with both: contend compare --live --resume %s/..",
                     s->dir.path, s->dir.path);
    return rc ? rc : session_go_on(s, e);
}

static int whole_run(struct session *s)
{
    struct err e = {0};
    int rc = session_start(s, &e);
    if (rc)
        return command_fail(&e, EXIT_ERROR);
    if (s->o.resume) {
        rc = resume(s, &e);
    } else {
        int code = session_plan(s);
        if (code >= 0)
            return code;
        if (s->o.dry_run)
            return session_dry_run(s);
        rc = session_begin(s, s->plan.name, &e);
    }
    return rc ? session_fail(s, rc, &e) : finish(s, blocks_measure(&s->blocks, &e), &e);
}

static int run(const struct command *self, int argc, char **argv)
{
    static struct session s = {.n = 1};   /* large: it holds facts and paths */
    s.command = command_line(argc, argv); /* before getopt puts it in another order */
    int code = run_options_read(self, argc, argv, &s.o);
    if (code >= 0)
        return code;
    code = whole_run(&s);
    session_release(&s);
    return code;
}

const struct command command_run = {
    .name = "run",
    .usage = "run [SUITE | FILE.json] [options]",
    .summary = "measure a suite, or the cells that the options name",
    .options = run_option_table,
    .operands = (const char *const[]){"SUITE", NULL},
    .run = run,
};
