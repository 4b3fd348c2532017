/* SPDX-License-Identifier: MIT */
/* What a session plans, calibrates and tells while it measures; see session.h. */
#include "harness/command/session.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/command/dry_run.h"
#include "harness/command/session_parts.h"
#include "harness/command/stop.h"
#include "harness/experiment/pilot.h"
#include "harness/measure/clock.h"

int session_start(struct session *s, struct err *e)
{
    s->began_ns = now_ns();
    s->stop = stop_install();
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error with its line, as a full disk is */
    return trial_supervise(e);
}

void session_release(struct session *s)
{
    for (unsigned i = 0; i < s->n; i++) {
        journal_close(s->blocks.side[i].journal);
        summarizer_free(s->blocks.side[i].summarizer);
        run_dir_release(&s->run[i].dir);
    }
    blocks_release(&s->blocks);
    stats_looks_free(s->rule.looks);
    run_dir_release(&s->dir);
    free(s->expected_ns);
    free(s->golden);
    plan_release(&s->plan);
    request_release(&s->o.request);
}

static int interrupted(void)
{
    fprintf(stderr, "contend: interrupted before anything was measured\n");
    return EXIT_INTERRUPTED;
}

int session_fail(const struct session *s, int rc, const struct err *e)
{
    if (rc == -EINTR && *s->stop)
        return interrupted();
    return command_fail(e, s->refused                       ? EXIT_MACHINE_REFUSED
                           : rc == -EBADE || rc == -EBADMSG ? EXIT_WORK_DIFFERS
                                                            : EXIT_ERROR);
}

int session_plan(struct session *s)
{
    struct err e = {0};
    int rc = plan_build(&s->plan, &s->o.request, &e);
    s->plan.command = s->command;
    return rc ? command_fail(&e, rc == -EINVAL || rc == -E2BIG ? EXIT_USAGE : EXIT_ERROR) : -1;
}

static void say(const char *line)
{
    fprintf(stderr, "%s\n", line);
}

/* By the first program, so that the amount of work is one that it has; the same for both. */
int session_calibrate(struct session *s, struct err *e)
{
    const struct session_run *first = &s->run[0];
    s->expected_ns = calloc(s->plan.n_cells + 1, sizeof *s->expected_ns);
    s->golden = calloc(s->plan.n_cells + 1, sizeof *s->golden);
    if (!s->expected_ns || !s->golden)
        return err_set(e, ENOMEM, "out of memory");
    struct pilot pilot = {.how = session_spawn(s, first),
                          .say = s->o.quiet ? NULL : say,
                          .expected_ns = s->expected_ns,
                          .golden = s->golden,
                          .try_models = true};
    int rc = plan_calibrate(&s->plan, &s->o.request, &pilot, e);
    for (unsigned i = 0; i < s->plan.n_cells; i++)
        s->expected_ns[i] *= s->n;
    if (!rc)
        rc = session_keep_time(s, e);
    s->golden_ns = golden_cost_all_ns(&s->plan, s->golden) * s->n;
    return rc;
}

int session_dry_run(struct session *s)
{
    struct err e = {0};
    uint64_t begin = now_ns();
    if (session_calibrate(s, &e))
        return *s->stop ? interrupted() : command_fail(&e, EXIT_ERROR);
    double once_ns = s->golden_ns + (double)(now_ns() - begin); /* what is measured then is calibrated anew */
    dry_run_tell(&s->plan, s->expected_ns, once_ns, s->n);
    return EXIT_DONE;
}

/* One line, redrawn on a terminal between trials only; elsewhere a line a block. */
void session_progress(void *arg, unsigned done, unsigned block, unsigned position, const struct look *look)
{
    const struct session *s = arg;
    const struct plan *p = &s->plan;
    const struct blocks *b = &s->blocks;
    bool tty = isatty(STDERR_FILENO), last = position + 1 == p->n_runnable, two = s->n == 2;
    if (s->o.quiet || (!tty && !last))
        return;
    fprintf(stderr, "%sblock %u of %s%u, %s %u of %u", tty ? "\r\033[K" : "", block + 1,
            two || plan_is_sequential(p) || p->stop.budget_ns ? "at most " : "", p->blocks, two ? "pair" : "trial",
            position + 1, p->n_runnable);
    if (look->comparisons && look->widest >= 0)
        fprintf(stderr, ", ratios known to ±%.2g %%", 100 * look->widest);
    if (p->stop.precision > 0)
        fprintf(stderr, " (goal ±%.2g %%)", 100 * p->stop.precision);
    if ((two || p->stop.clear) && look->comparisons)
        fprintf(stderr, ", %u of %u %s unclear", look->unclear, look->comparisons, two ? "cells" : "comparisons");
    const struct expected x = {s->expected_ns, s->golden_ns, b->golden_ns, b->golden_looked_ns, b->golden_last_ns};
    fprintf(stderr, ", %s %.0f s left%s", two ? "at most" : "about",
            blocks_left_s(p, (double)done / p->n_runnable, &x, look), tty ? "" : "\n");
}

/* On a terminal it counts down. */
void session_progress_pause(void *arg, unsigned visit, double left_s, bool begins)
{
    const struct session *s = arg;
    bool tty = isatty(STDERR_FILENO);
    if (!s->o.quiet && (tty || begins))
        fprintf(stderr, "%svisit %u of %u, next trial in %.4g s%s", tty ? "\r\033[K" : "", visit + 1, s->plan.visits,
                left_s, tty ? "" : "\n");
}
