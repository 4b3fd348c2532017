/* SPDX-License-Identifier: MIT */
/* run: plan, calibrate, measure block by block, sum up. What is measured is in the journal before the next trial
 * starts. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/command/command.h"
#include "harness/command/dry_run.h"
#include "harness/command/run_dir.h"
#include "harness/command/run_files.h"
#include "harness/command/run_keep.h"
#include "harness/command/run_options.h"
#include "harness/experiment/blocks.h"
#include "harness/experiment/pilot.h"
#include "harness/machine/environment.h"
#include "harness/machine/machine.h"
#include "harness/measure/clock.h"
#include "harness/report/report.h"
#include "harness/report/wrap.h"
#include "harness/trial/plugin.h"
#include "harness/trial/scratch.h"
#include "harness/trial/spawn.h"

static volatile int stop_asked; /* set by SIGINT, SIGTERM and SIGHUP */

static void on_stop(int sig)
{
    (void)sig;
    stop_asked = 1;
}

struct session {
    struct run_options o;
    struct plan plan;
    struct blocks blocks;
    double *expected_ns; /* of a trial of each cell, by the pilots; NULL when resumed */
    double golden_ns;    /* likewise, of all trials' golden values */
    unsigned n_measured;
    struct run_dir dir;
    struct environment environment;
    const char *environment_file; /* below dir */
    bool refused;                 /* --strict, and a check is worse than info */
};

static void say_calibrating(const char *line)
{
    fprintf(stderr, "%s\n", line);
}

/* One line, redrawn on a terminal between trials only; elsewhere a line a block. */
static void progress(void *arg, unsigned done, unsigned block, unsigned position, const struct look *look)
{
    const struct session *s = arg;
    bool tty = isatty(STDERR_FILENO), last = position + 1 == s->plan.n_runnable;
    if (s->o.quiet || (!tty && !last))
        return;
    fprintf(stderr, "%sblock %u of %s%u, trial %u of %u", tty ? "\r\033[K" : "", block + 1,
            plan_is_sequential(&s->plan) || s->plan.stop.budget_ns ? "at most " : "", s->plan.blocks, position + 1,
            s->plan.n_runnable);
    if (look->comparisons && look->widest >= 0)
        fprintf(stderr, ", ratios known to ±%.2g %%", 100 * look->widest);
    if (s->plan.stop.precision > 0)
        fprintf(stderr, " (goal ±%.2g %%)", 100 * s->plan.stop.precision);
    if (s->plan.stop.clear && look->comparisons)
        fprintf(stderr, ", %u of %u comparisons unclear", look->unclear, look->comparisons);
    const struct blocks *b = &s->blocks;
    const struct expected x = {s->expected_ns, s->golden_ns, b->golden_ns, b->golden_looked_ns, b->golden_last_ns};
    fprintf(stderr, ", about %.0f s left%s", blocks_left_s(&s->plan, (double)done / s->plan.n_runnable, &x, look),
            tty ? "" : "\n");
}

/* On a terminal it counts down. */
static void progress_pause(void *arg, unsigned visit, double left_s, bool begins)
{
    const struct session *s = arg;
    bool tty = isatty(STDERR_FILENO);
    if (!s->o.quiet && (tty || begins))
        fprintf(stderr, "%svisit %u of %u, next trial in %.4g s%s", tty ? "\r\033[K" : "", visit + 1, s->plan.visits,
                left_s, tty ? "" : "\n");
}

static int record_start(struct session *s, struct err *e)
{
    s->environment_file = environment_next(s->dir.path);
    if (!s->environment_file)
        return err_set(e, EEXIST, "%s has a thousand environment files: start a new run", s->dir.path);
    run_note_plugins(&s->environment.start, &s->plan);
    return environment_write(s->dir.path, s->environment_file, &s->environment, e);
}

static int calibrate(struct session *s, struct err *e)
{
    s->expected_ns = calloc(s->plan.n_cells + 1, sizeof *s->expected_ns);
    struct pilot pilot = {.scratch = s->o.scratch,
                          .stop = &stop_asked,
                          .say = s->o.quiet ? NULL : say_calibrating,
                          .expected_ns = s->expected_ns,
                          .golden_ns = &s->golden_ns,
                          .try_models = true};
    return s->expected_ns ? plan_calibrate(&s->plan, &s->o.request, &pilot, e) : err_set(e, ENOMEM, "out of memory");
}

static int begin(struct session *s, struct err *e)
{
    struct topology *t = NULL;
    scratch_sweep(s->o.scratch); /* what a killed run left there */
    int rc = run_look_around(&s->environment, &s->o, &s->refused, e);
    if (!rc)
        rc = run_dir_make(&s->dir, s->o.out, s->plan.name, e);
    if (rc)
        return rc;
    rc = calibrate(s, e);
    if (!rc)
        rc = plan_order(&s->plan, e);
    if (!rc)
        rc = topology_load(&t, NULL, e);
    char path[4200];
    snprintf(path, sizeof path, "%s/topology.xml", s->dir.path);
    if (!rc)
        rc = topology_export_xml(t, path, e);
    topology_free(t);
    if (!rc)
        rc = record_start(s, e);
    if (!rc)
        rc = journal_create(&s->blocks.journal, s->dir.path, &s->plan, e);
    static const char *const ours[] = {"topology.xml", "environment.json", NULL};
    if (rc)
        run_dir_abandon(&s->dir, ours); /* nothing that looks like a run is left */
    return rc;
}

static int allocate(struct session *s, struct err *e)
{
    s->blocks = (struct blocks){.plan = &s->plan,
                                .journal = s->blocks.journal,
                                .scratch = s->o.scratch,
                                .stop = &stop_asked,
                                .tell = progress,
                                .tell_pause = progress_pause,
                                .arg = s};
    s->blocks.summarizer = summarizer_new(&s->plan);
    return s->blocks.summarizer ? blocks_init(&s->blocks, e) : err_set(e, ENOMEM, "out of memory");
}

struct replay {
    struct session *session;
    struct err *e;
};

static int replay_one(void *arg, struct trial_record *r)
{
    struct replay *p = arg;
    struct session *s = p->session;
    int rc = s->blocks.measured ? 0 : allocate(s, p->e);
    if (rc || !blocks_mark(&s->blocks, r->block, r->cell))
        return rc;
    s->n_measured++;
    s->blocks.golden_before_ns += (double)r->golden_ns;
    s->golden_ns += (double)r->golden_ns; /* nothing of it is kept: it is found out again */
    return summarizer_add(s->blocks.summarizer, r, p->e);
}

static int resume(struct session *s, struct err *e)
{
    bool torn;
    struct replay p = {s, e};
    scratch_sweep(s->o.scratch);
    int rc = run_dir_open(&s->dir, s->o.resume, e);
    if (rc)
        return rc;
    rc = journal_read(s->dir.path, &s->plan, replay_one, &p, &torn, e);
    if (!rc)
        rc = plugins_unchanged(&s->plan, e);
    if (!rc && !s->blocks.measured)
        rc = allocate(s, e);
    if (!rc)
        rc = run_look_around(&s->environment, &s->o, &s->refused, e);
    if (!rc)
        rc = run_same_machine(s->dir.path, &s->environment, e);
    if (!rc)
        rc = journal_reopen(&s->blocks.journal, s->dir.path, e);
    if (!rc)
        rc = record_start(s, e);
    if (!rc && !s->o.quiet)
        fprintf(stderr, "%s: %u of %u trials are there%s\n", s->dir.path, s->n_measured,
                s->plan.blocks * s->plan.n_runnable, torn ? "; an unfinished last line was cut off" : "");
    return rc;
}

/* Both formats; without gnuplot the run is whole all the same. */
static void draw_figures(const struct session *s, const struct summary *sum)
{
    char dir[4200];
    struct err e = {0};
    unsigned made;
    snprintf(dir, sizeof dir, "%s/figures", s->dir.path);
    if (report_figures(sum, dir, "svg", NULL, &made, &e) || report_figures(sum, dir, "png", NULL, &made, &e))
        fprintf(stderr, "contend: %s; then: contend plot %s\n", e.text, s->dir.path);
    rmdir(dir); /* stays unless it is empty */
}

/* Sums up what there is, whatever ended the run. */
static int finish(struct session *s, int ended, struct err *e)
{
    struct summary sum;
    struct err second = {0};
    int rc = summarizer_finish(s->blocks.summarizer, &sum, &second);
    s->blocks.summarizer = NULL;
    environment_end(&s->environment, s->o.scratch, ended ? 0 : RUN_SAMPLE_MS);
    if (!rc)
        rc = environment_write(s->dir.path, s->environment_file, &s->environment, &second);
    if (!rc)
        rc = run_judge(s->dir.path, &sum, &second);
    if (!rc)
        rc = summary_write(s->dir.path, &sum, &second);
    if (isatty(STDERR_FILENO) && !s->o.quiet)
        fputc('\n', stderr);
    if (ended && ended != -EINTR)
        return command_fail(e, EXIT_ERROR);
    if (rc)
        return command_fail(&second, EXIT_ERROR);
    if (s->o.json)
        summary_to_json(stdout, &sum);
    else
        report_tables(stdout, &sum, report_width(STDOUT_FILENO), isatty(STDOUT_FILENO) && !getenv("NO_COLOR"));
    draw_figures(s, &sum);
    const struct machine_id machine = facts_machine(&s->environment.start);
    if (!ended && sum.ok + sum.failed + sum.voided > s->n_measured) /* resumed with nothing left: it is kept already */
        run_keep(&sum, &machine, s->o.quiet);
    int code = ended == -EINTR    ? EXIT_INTERRUPTED
               : sum.work_differs ? EXIT_WORK_DIFFERS
               : sum.ok           ? EXIT_DONE
                                  : EXIT_ERROR;
    if (ended == -EINTR)
        fprintf(stderr, "contend: interrupted; what was measured is saved, go on with: contend run --resume %s\n",
                s->dir.path);
    summary_release(&sum);
    if (!s->o.json)
        printf("\n%s: every trial, the machine, the summary, figures where there are any; again: contend show %s\n",
               s->dir.path, s->dir.path);
    return code;
}

/* The pilots are measured, to tell how long the run would take; nothing is kept of them. */
static int dry_run(struct session *s)
{
    struct err e = {0};
    uint64_t begin = now_ns();
    if (calibrate(s, &e))
        return stop_asked ? EXIT_INTERRUPTED : command_fail(&e, EXIT_ERROR);
    dry_run_tell(&s->plan, s->expected_ns, s->golden_ns + (double)(now_ns() - begin), 1); /* the run calibrates anew */
    return EXIT_DONE;
}

static int whole_run(struct session *s)
{
    struct err e = {0};
    int rc = trial_supervise(&e);
    struct sigaction sa = {.sa_handler = on_stop};
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
    signal(SIGXFSZ, SIG_IGN);               /* a file that may not grow is an error with its line, as a full disk is */
    if (signal(SIGHUP, SIG_IGN) != SIG_IGN) /* nohup's wish is kept */
        sigaction(SIGHUP, &sa, NULL);
    if (rc)
        return command_fail(&e, EXIT_ERROR);
    if (s->o.resume) {
        rc = resume(s, &e);
    } else {
        rc = plan_build(&s->plan, &s->o.request, &e);
        if (rc)
            return command_fail(&e, rc == -EINVAL || rc == -E2BIG ? EXIT_USAGE : EXIT_ERROR);
        if (s->o.dry_run)
            return dry_run(s);
        rc = begin(s, &e);
        if (!rc)
            rc = allocate(s, &e);
    }
    if (rc)
        return rc == -EINTR && stop_asked ? EXIT_INTERRUPTED
                                          : command_fail(&e, s->refused     ? EXIT_MACHINE_REFUSED
                                                             : rc == -EBADE ? EXIT_WORK_DIFFERS
                                                                            : EXIT_ERROR);
    return finish(s, blocks_measure(&s->blocks, &e), &e);
}

static int run(const struct command *self, int argc, char **argv)
{
    static struct session s; /* large: it holds paths */
    int code = run_options_read(self, argc, argv, &s.o);
    if (code >= 0)
        return code;
    code = whole_run(&s);
    journal_close(s.blocks.journal);
    run_dir_release(&s.dir);
    blocks_release(&s.blocks);
    free(s.expected_ns);
    plan_release(&s.plan);
    request_release(&s.o.request);
    return code;
}

const struct command command_run = {
    .name = "run",
    .usage = "run [SUITE | FILE.json] [options]",
    .summary = "measure a suite, or the cells that the options name",
    .options = run_option_table,
    .run = run,
};
