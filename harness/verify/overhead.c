/* SPDX-License-Identifier: MIT */
/*
 * overhead: what `run` itself takes next to what it measures, with trials of 100 ms: per trial (process, pins,
 * canaries, record, reaping), and over a whole run from the command to its end, with its pilots, checks, statistics and
 * figures. What a trial may cost depends on what a process costs on the machine: bare starts of this program are timed
 * around it.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/child.h"
#include "harness/base/self.h"
#include "harness/insight/disturbance.h"
#include "harness/measure/clock.h"
#include "harness/record/journal.h"
#include "harness/stats/order.h"
#include "harness/stats/quantile.h"
#include "harness/verify/verify.h"

extern char **environ;

enum { BLOCKS = 200, BLOCKS_QUICK = 10, BLOCKS_USUAL = 10, MODELS = 3, PATH_MOST = 4096 };
/* A trial may cost the larger of the two: on one machine a process of this size starts in 0.8 ms, on another in 3.5. */
static const double cost_most_ms = 5, cost_most_starts = 3;
enum { STARTS = 50 };      /* before the run, and as many after it */
enum { LEAST_QUIET = 20 }; /* trials, below which they say nothing of a median */

struct totals {
    const struct plan *plan;
    double cost_ms[BLOCKS * MODELS]; /* of each quiet trial: what it took beside its run */
    double start_ms[2 * STARTS];     /* of each bare start */
    double run_ns, took_ns;          /* of all */
    unsigned n, quiet, starts;
    char first[40]; /* when the first trial began, RFC 3339 */
};

static int add(void *arg, struct trial_record *r)
{
    struct totals *t = arg;
    if (!t->first[0])
        snprintf(t->first, sizeof t->first, "%s", r->started);
    if (r->status != TRIAL_OK || !r->run_ns || t->n == ARRAY_LEN(t->cost_ms))
        return 0;
    t->n++;
    /* Where others run, each start and each wake-up waits for its turn: not the program's cost. Told by the CPU time of
     * others alone: what a trial waited may be for this program's own processes, which are its cost. */
    const struct cell *c = &t->plan->cells[r->cell];
    if (!r->foreign_cpu_ns.why && !trial_has_company(c, r) && !(trial_disturbances(c, r) & 1 << DISTURBED_STEAL))
        t->cost_ms[t->quiet++] = (double)(r->took_ns - r->run_ns) / 1e6;
    t->run_ns += (double)r->run_ns;
    t->took_ns += (double)r->took_ns;
    return 0;
}

/* A process of this program that ends at once, from before it is made until it is reaped. */
static int bare_start(double *ms, struct err *e)
{
    const struct self *self = self_find(e);
    if (!self)
        return -e->code;
    char version[] = "--version", *argv[SELF_BEFORE_MOST + 2] = {NULL};
    int status;
    pid_t pid;
    memcpy(argv, self->before, self->n_before * sizeof *argv);
    argv[self->n_before] = version;
    posix_spawn_file_actions_t fa;
    posix_spawn_file_actions_init(&fa);
    posix_spawn_file_actions_addopen(&fa, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    uint64_t begin = now_ns();
    int rc = posix_spawn(&pid, self->file, &fa, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&fa);
    if (rc)
        return err_call(e, rc, "posix_spawn", "this program can't be started");
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return err_call(e, errno, "waitpid", "the end of a process can't be seen");
    *ms = (double)(now_ns() - begin) / 1e6;
    return status ? err_set(e, EIO, "this program, started anew, ended with status 0x%x", (unsigned)status) : 0;
}

static int bare_starts(struct totals *t, struct err *e)
{
    int rc = 0;
    for (unsigned i = 0; i < STARTS && !rc; i++)
        rc = bare_start(&t->start_ms[t->starts++], e);
    return rc;
}

static pid_t start(const struct self *self, char *dir, unsigned blocks, pid_t parent)
{
    char count[16], run[] = "run", quiet[] = "--quiet", workload[] = "--workload", primes[] = "primes",
                    by[] = "--models", three[] = "serial,threads,async", trial[] = "--trial", ms[] = "100ms",
                    b[] = "--blocks", out[] = "--out";
    char *argv[] = {run, quiet, workload, primes, by, three, trial, ms, b, count, out, dir, NULL};
    char *whole[SELF_BEFORE_MOST + ARRAY_LEN(argv)];
    unsigned n = 0;
    snprintf(count, sizeof count, "%u", blocks);
    for (; n < self->n_before; n++)
        whole[n] = self->before[n];
    memcpy(whole + n, argv, sizeof argv);
    pid_t pid = fork();
    if (pid)
        return pid;
    child_in_order(parent);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* a run that is told to stop ends its trials */
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (getppid() != parent || null < 0 || dup2(null, STDOUT_FILENO) < 0)
        _exit(1);
    execv(self->file, whole);
    _exit(1);
}

/* The whole command; its wall time, and when it began. */
static int whole_run(struct verify *v, char *dir, unsigned blocks, double *ns, char began[40], struct err *e)
{
    uint64_t begin = now_ns();
    wall_rfc3339(began);
    int status;
    const struct self *self = self_find(e);
    if (!self)
        return -e->code;
    pid_t pid = start(self, dir, blocks, getpid());
    if (pid < 0)
        return err_call(e, errno, "fork", "a run can't be started");
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return err_call(e, errno, "waitpid", "the end of a run can't be read");
        if (*v->stop)
            kill(pid, SIGTERM);
    }
    *ns = (double)(now_ns() - begin);
    if (*v->stop)
        return -EINTR;
    return status ? err_set(e, EIO, "a run of %u blocks ended with status 0x%x", blocks, (unsigned)status) : 0;
}

static int unlink_one(const char *path, const struct stat *st, int kind, struct FTW *f)
{
    (void)st;
    (void)kind;
    (void)f;
    return remove(path);
}

static void tell_trials(struct verify *v, struct totals *t)
{
    struct stats_interval i, sure, start;
    stats_sort(t->start_ms, t->starts);
    stats_quantile_interval(t->start_ms, t->starts, 0.5, 0.95, &start);
    double starts = cost_most_starts * start.estimate;
    struct bar_row r = {.bar = "overhead",
                        .unit = "ms",
                        .name = "overhead of a trial",
                        .least = -INFINITY,
                        .most = starts > cost_most_ms ? starts : cost_most_ms};
    stats_sort(t->cost_ms, t->quiet);
    stats_quantile_interval(t->cost_ms, t->quiet, 0.5, 0.95, &i);
    stats_quantile_interval(t->cost_ms, t->quiet, 0.5, SURE_LEVEL, &sure);
    row_estimate(&r, &i, &sure, 1);
    snprintf(r.how, sizeof r.how,
             "median of the %u of %u trials of 100 ms during which others used no CPU time: from before the process is "
             "made until it is reaped, less its run; at most the larger of %g ms and %g bare starts of this program, "
             "which take %.2f ms each (%.2f … %.2f)",
             t->quiet, t->n, cost_most_ms, cost_most_starts, start.estimate, start.lower, start.upper);
    snprintf(r.note, sizeof r.note, "of all trials together %.1f %% of their runs",
             100 * (t->took_ns - t->run_ns) / t->run_ns);
    if (t->quiet < LEAST_QUIET) {
        row_exact(&r, NAN);
        text_append(r.note, sizeof r.note, "; others load this machine: %u trials without them are needed",
                    LEAST_QUIET);
    }
    verify_row(v, &r);
}

/* What is done once weighs little in a run of so many blocks; in one of few, of many workloads, it does. */
static void note_planning(struct bar_row *r, const struct totals *t, const char *began, unsigned blocks)
{
    double plan_s = wall_seconds(t->first) - wall_seconds(began), block_s = t->took_ns / 1e9 / blocks;
    snprintf(r->note, sizeof r->note,
             "planning it (checks of the machine, calibration, pilots of all models) takes %.2f s, for each workload "
             "anew: %.1f %% of the trials of %u blocks, %.0f %% of those of %d",
             plan_s, 100 * plan_s / block_s / blocks, blocks, 100 * plan_s / block_s / BLOCKS_USUAL, BLOCKS_USUAL);
}

static void tell_whole(struct verify *v, const struct totals *t, const char *began, double whole_ns, unsigned blocks)
{
    struct bar_row r = {
        .bar = "overhead", .unit = "%", .name = "overhead of a whole run", .least = -INFINITY, .most = 5};
    double share = 100 * (whole_ns / t->took_ns - 1);
    bool quiet = 2 * t->quiet >= t->n;
    row_exact(&r, quiet ? share : (double)NAN);
    snprintf(
        r.how, sizeof r.how,
        "one run of %u blocks of %d models: what it adds (pilots, checks, statistics, figures) to the time that its "
        "trials take, the start of their processes included; %.1f s from command to end, %.1f s of it trials, %.1f s "
        "of these measured",
        blocks, MODELS, whole_ns / 1e9, t->took_ns / 1e9, t->run_ns / 1e9);
    note_planning(&r, t, began, blocks);
    if (!quiet)
        text_append(r.note, sizeof r.note, "; the run adds %.1f %%, but others loaded this machine during most trials",
                    share);
    verify_row(v, &r);
}

static int run(struct verify *v, struct err *e)
{
    unsigned blocks = v->quick ? BLOCKS_QUICK : BLOCKS;
    char above[PATH_MOST], dir[PATH_MOST + 8], began[40];
    double whole_ns = 0;
    struct plan p = {0};
    bool torn;
    snprintf(above, sizeof above, "%s/verify-XXXXXX", v->scratch);
    if (!mkdtemp(above))
        return err_call(e, errno, "mkdtemp", "%s: a directory can't be made in it", v->scratch);
    snprintf(dir, sizeof dir, "%s/run", above);
    struct totals *t = calloc(1, sizeof *t);
    if (t)
        t->plan = &p;
    if (!t) {
        rmdir(above);
        return err_set(e, ENOMEM, "out of memory");
    }
    int rc = bare_starts(t, e);
    if (!rc)
        rc = whole_run(v, dir, blocks, &whole_ns, began, e);
    if (!rc)
        rc = bare_starts(t, e);
    if (!rc)
        rc = journal_read(dir, &p, add, t, &torn, e);
    if (!rc && !t->n)
        rc = err_set(e, EIO, "no trial of the run succeeded");
    if (!rc)
        tell_trials(v, t);
    if (!rc && !v->quick) /* pilots and figures are once a run: they would be most of one of a few seconds */
        tell_whole(v, t, began, whole_ns, blocks);
    plan_release(&p);
    free(t);
    nftw(above, unlink_one, 16, FTW_DEPTH | FTW_PHYS);
    return rc;
}

const struct bar bar_overhead = {
    .name = "overhead",
    .summary = "what run takes beside what it measures, with trials of 100 ms",
    .run = run,
};
