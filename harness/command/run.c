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
#include "harness/command/run_dir.h"
#include "harness/command/run_files.h"
#include "harness/command/run_options.h"
#include "harness/machine/environment.h"
#include "harness/machine/machine.h"
#include "harness/measure/clock.h"
#include "harness/record/journal.h"
#include "harness/report/report.h"
#include "harness/trial/spawn.h"

static volatile int stop_asked; /* set by SIGINT and SIGTERM */

static void on_stop(int sig)
{
    (void)sig;
    stop_asked = 1;
}

struct session {
    struct run_options o;
    struct plan plan;
    struct journal *journal;
    struct summarizer *summarizer;
    bool *measured; /* [block][cell] */
    unsigned n_measured;
    uint64_t began_ns;
    struct run_dir dir;
    struct environment environment;
    const char *environment_file; /* below dir */
    bool refused;                 /* --strict, and a check is worse than info */
};

enum { SAMPLE_MS = 200 }; /* how long load and steal are watched before and after the trials */

static void say_calibrating(const char *workload)
{
    fprintf(stderr, "calibrating %s\n", workload);
}

/* One line, redrawn on a terminal between trials only; elsewhere a line a block. */
static void progress(const struct session *s, unsigned done, unsigned position)
{
    unsigned all = s->plan.blocks * s->plan.n_runnable;
    bool tty = isatty(STDERR_FILENO);
    if (s->o.quiet || (!tty && position + 1 != s->plan.n_runnable))
        return;
    double spent = (double)(now_ns() - s->began_ns) / 1e9;
    fprintf(stderr, "%strial %u of %u, block %u of %u, %.0f s left%s", tty ? "\r\033[K" : "", done, all,
            (done + s->plan.n_runnable - 1) / s->plan.n_runnable, s->plan.blocks, spent / done * (all - done),
            tty && done < all ? "" : "\n");
}

static bool *mark(struct session *s, unsigned block, unsigned cell)
{
    return &s->measured[(size_t)block * s->plan.n_cells + cell];
}

static int measure_one(struct session *s, unsigned block, unsigned position, struct err *e)
{
    unsigned cell = s->plan.order[block * s->plan.n_runnable + position];
    struct trial_record r;
    int rc = trial_spawn(&s->plan.cells[cell], s->o.scratch, &stop_asked, &r, e);
    r.cell = cell;
    r.block = block;
    r.position = position;
    if (!rc)
        rc = summarizer_add(s->summarizer, &r, e);
    if (!rc)
        rc = journal_append(s->journal, &s->plan, &r, e);
    trial_record_release(&r);
    if (!rc)
        *mark(s, block, cell) = true;
    return rc;
}

static int measure_all(struct session *s, struct err *e)
{
    s->began_ns = now_ns();
    unsigned done = 0;
    for (unsigned b = 0; b < s->plan.blocks; b++) {
        if (s->plan.stop.budget_ns && b && now_ns() - s->began_ns > s->plan.stop.budget_ns) {
            fprintf(stderr, "contend: the budget is used up after %u of %u blocks\n", b, s->plan.blocks);
            return 0;
        }
        for (unsigned i = 0; i < s->plan.n_runnable; i++) {
            done++;
            if (*mark(s, b, s->plan.order[b * s->plan.n_runnable + i]))
                continue;
            int rc = stop_asked ? -EINTR : measure_one(s, b, i, e);
            if (rc)
                return rc;
            progress(s, done, i);
        }
    }
    return 0;
}

/*
 * After the request is known to be sound, since bad input gets one line, and before anything of the run's own loads the
 * machine. 0; -EPERM with `refused` when --strict refuses it, each reason told.
 */
static int look_around(struct session *s, struct err *e)
{
    unsigned worse = 0;
    environment_start(&s->environment, s->o.scratch, SAMPLE_MS);
    for (unsigned i = 0; i < s->environment.n_checks; i++) {
        const struct check_result *c = &s->environment.checks[i];
        if (c->severity < SEVERITY_WARNING)
            continue;
        worse++;
        if (!s->o.quiet || s->o.strict)
            fprintf(stderr, "%s: %s: %s\n", severity_names[c->severity], c->id, c->evidence);
    }
    s->refused = worse && s->o.strict;
    if (s->refused)
        return err_set(e, EPERM, "this machine is refused by --strict; see: contend doctor");
    if (worse && !s->o.quiet)
        fprintf(stderr, "contend doctor tells how to mend %s\n", worse == 1 ? "it" : "them");
    return 0;
}

static int record_start(struct session *s, struct err *e)
{
    s->environment_file = environment_next(s->dir.path);
    if (!s->environment_file)
        return err_set(e, EEXIST, "%s has a thousand environment files: start a new run", s->dir.path);
    return environment_write(s->dir.path, s->environment_file, &s->environment, e);
}

static int begin(struct session *s, struct err *e)
{
    struct topology *t = NULL;
    int rc = look_around(s, e);
    if (!rc)
        rc = run_dir_make(&s->dir, s->o.out, s->plan.name, e);
    if (rc)
        return rc;
    rc = plan_calibrate(&s->plan, &s->o.request, s->o.scratch, &stop_asked, s->o.quiet ? NULL : say_calibrating, e);
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
        rc = journal_create(&s->journal, s->dir.path, &s->plan, e);
    static const char *const ours[] = {"topology.xml", "environment.json", NULL};
    if (rc)
        run_dir_abandon(&s->dir, ours); /* nothing that looks like a run is left */
    return rc;
}

static int allocate(struct session *s, struct err *e)
{
    s->measured = calloc((size_t)s->plan.blocks * s->plan.n_cells + 1, sizeof *s->measured);
    s->summarizer = summarizer_new(&s->plan);
    return s->measured && s->summarizer ? 0 : err_set(e, ENOMEM, "out of memory");
}

struct replay {
    struct session *session;
    struct err *e;
};

static int replay_one(void *arg, struct trial_record *r)
{
    struct replay *p = arg;
    struct session *s = p->session;
    int rc = s->measured ? 0 : allocate(s, p->e);
    if (rc || *mark(s, r->block, r->cell))
        return rc;
    *mark(s, r->block, r->cell) = true;
    s->n_measured++;
    return summarizer_add(s->summarizer, r, p->e);
}

static int resume(struct session *s, struct err *e)
{
    bool torn;
    struct replay p = {s, e};
    int rc = run_dir_open(&s->dir, s->o.resume, e);
    if (rc)
        return rc;
    rc = journal_read(s->dir.path, &s->plan, replay_one, &p, &torn, e);
    if (!rc && !s->measured)
        rc = allocate(s, e);
    if (!rc)
        rc = look_around(s, e);
    if (!rc)
        rc = run_same_machine(s->dir.path, &s->environment, e);
    if (!rc)
        rc = journal_reopen(&s->journal, s->dir.path, e);
    if (!rc)
        rc = record_start(s, e);
    if (!rc && !s->o.quiet)
        fprintf(stderr, "%s: %u of %u trials are there%s\n", s->dir.path, s->n_measured, s->plan.blocks * s->plan.n_runnable,
                torn ? "; an unfinished last line was cut off" : "");
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
    int rc = summarizer_finish(s->summarizer, &sum, &second);
    s->summarizer = NULL;
    environment_end(&s->environment, s->o.scratch, ended ? 0 : SAMPLE_MS);
    if (!rc)
        rc = environment_write(s->dir.path, s->environment_file, &s->environment, &second);
    if (!rc)
        rc = run_judge(s->dir.path, &sum, &second);
    if (!rc)
        rc = summary_write(s->dir.path, &sum, &second);
    if (isatty(STDERR_FILENO) && !s->o.quiet && ended)
        fputc('\n', stderr);
    if (ended && ended != -EINTR)
        return command_fail(e, EXIT_ERROR);
    if (rc)
        return command_fail(&second, EXIT_ERROR);
    if (s->o.json)
        summary_to_json(stdout, &sum);
    else
        report_tables(stdout, &sum, isatty(STDOUT_FILENO) && !getenv("NO_COLOR"));
    draw_figures(s, &sum);
    int code = ended == -EINTR    ? EXIT_INTERRUPTED
               : sum.work_differs ? EXIT_WORK_DIFFERS
               : sum.ok           ? EXIT_DONE
                                  : EXIT_ERROR;
    if (ended == -EINTR)
        fprintf(stderr, "contend: interrupted; what was measured is saved, go on with: contend run --resume %s\n",
                s->dir.path);
    summary_release(&sum);
    if (!s->o.json)
        printf("\n%s\n", s->dir.path);
    return code;
}

static int dry_run(struct session *s)
{
    double seconds = 0;
    for (unsigned i = 0; i < s->plan.n_cells; i++) {
        char id[256];
        const char *reason = NULL;
        plan_cell_id(&s->plan, i, id, sizeof id);
        bool skip = plan_skipped(&s->plan, i, &reason);
        printf("%s%s%s\n", id, skip ? "  skipped: " : "", skip ? reason : "");
        const struct sweep *w = &s->o.request.sweeps[s->plan.sweep_of[i]];
        /* 10 ms to start and stop; waiting work ends sooner with more in flight */
        seconds += skip ? 0 : (double)(w->mode == MODE_CLOSED ? w->duration_ns : w->trial_ns) / 1e9 + 0.01;
    }
    printf("%u cells, %u skipped, %u blocks: %u trials, about %.0f s; nothing was measured or written\n",
           s->plan.n_cells, s->plan.n_skips, s->plan.blocks, (s->plan.n_cells - s->plan.n_skips) * s->plan.blocks,
           seconds * s->plan.blocks);
    return EXIT_DONE;
}

static int whole_run(struct session *s)
{
    struct err e = {0};
    int rc = trial_supervise(&e);
    struct sigaction sa = {.sa_handler = on_stop};
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
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
                                          : command_fail(&e, s->refused ? EXIT_MACHINE_REFUSED : EXIT_ERROR);
    return finish(s, measure_all(s, &e), &e);
}

static int run(const struct command *self, int argc, char **argv)
{
    static struct session s; /* large: it holds paths */
    int code = run_options_read(self, argc, argv, &s.o);
    if (code >= 0)
        return code;
    code = whole_run(&s);
    journal_close(s.journal);
    run_dir_release(&s.dir);
    free(s.measured);
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
