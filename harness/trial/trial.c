/* SPDX-License-Identifier: MIT */
/*
 * One trial, from the cell to the record, inside the trial's process: shared mapping, workload set-up, start, gate,
 * run, stop, and the noise around it.
 */
#include "harness/trial/trial.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/machine/memory_left.h"
#include "harness/machine/touch.h"
#include "harness/engine/pool.h"
#include "harness/measure/clock.h"
#include "harness/trial/collect.h"
#include "harness/trial/plugin.h"

static int env_setup(struct trial *t, const char *scratch, uint64_t left)
{
    const struct cell *c = t->engine.cell;
    const struct workload *w = t->engine.workload;
    struct wl_env *env = &t->engine.env;
    *env = (struct wl_env){.seed = c->seed, .tasks = c->tasks, .scratch = scratch, .memory_left = left};
    env->unknown = &t->unknown;
    env->units = c->mode == MODE_CLOSED ? UINT64_MAX : c->units;
    memcpy(env->p, c->p, sizeof env->p);
    if (w->service && !(t->note && t->note->service.pid))
        return err_set(&t->err, EINVAL, "%s needs its service, and none was started", c->workload);
    env->concurrency = c->concurrency;
    env->port = t->note ? t->note->service.port : 0;
    int rc = w->setup ? w->setup(env) : 0;
    if (rc && env->error[0])
        return err_set(&t->err, -rc, "%s: %s", c->workload, env->error);
    return rc ? err_sys(&t->err, -rc, "%s can't be set up", c->workload) : 0;
}

/* start, run, stop; each timed. The record's times are set only when all went well. */
static int phases(struct trial *t, struct trial_record *r, struct collector *k)
{
    struct engine *e = &t->engine;
    uint64_t t0 = now_ns();
    if (t->model->start(e) || engine_failed(e))
        return -ECANCELED;
    uint64_t t1 = now_ns();
    collect_open(k, t);
    engine_open_gate(e);
    if (t->model->run(e) || engine_failed(e))
        return -ECANCELED;
    uint64_t last = 0;
    for (unsigned i = 0; i < e->cell->workers; i++)
        if (e->slots[i].end_ns > last)
            last = e->slots[i].end_ns;
    collect_done(k, t, r);
    uint64_t t2 = now_ns(); /* letting many workers go is part of the tear-down */
    engine_let_go(e);
    if (t->model->stop(e))
        return -ECANCELED;
    uint64_t t3 = now_ns();
    r->startup_ns = t1 - t0;
    /* With a dispatcher the run ends when it has the last answer; a pool's ends with the last stamp. */
    r->run_ns = (e->answered_ns ? e->answered_ns : last) - e->shared->opened_ns;
    r->teardown_ns = t3 - t2;
    return 0;
}

static int fail(struct trial *t, struct trial_record *r)
{
    r->status = TRIAL_FAILED;
    if (t->engine.shared && atomic_load(&t->engine.shared->failed) != FAILURE_NONE)
        snprintf(r->reason, sizeof r->reason, "%s", t->engine.shared->error);
    else
        snprintf(r->reason, sizeof r->reason, "%s", t->err.text[0] ? t->err.text : "failed without a reason");
    return 0;
}

int trial_run(const struct cell *c, const char *scratch, int fail_fd, struct keeper_note *note, struct trial_record *r)
{
    /* Not on this stack: after a failure workers may still run when this returns, and until the process ends. */
    struct trial *t = calloc(1, sizeof *t);
    if (!t) {
        r->status = TRIAL_FAILED;
        snprintf(r->reason, sizeof r->reason, "out of memory");
        return 0;
    }
    struct engine *e = &t->engine;
    t->model = model_find(c->model);
    t->note = note;
    *e = (struct engine){.cell = c,
                         .fail_fd = fail_fd,
                         .failure = note ? &note->failure : NULL,
                         .halts = note ? &note->stops.workers : NULL};
    e->workload = plugin_workload(c->workload, &t->err);
    if (e->workload && !t->model)
        err_set(&t->err, EINVAL, "unknown model '%s'", c->model);
    if (!e->workload || !t->model)
        return fail(t, r);
    signal(SIGPIPE, SIG_IGN); /* a closed peer reaches the task as -EPIPE */
    uint64_t left = memory_left(""), t0 = now_ns();
    if (engine_map(e, &t->err) || env_setup(t, scratch, left))
        return fail(t, r);
    /* After setup: it may load libraries; and what it left untouched of shared memory, threads would fault in the run.
     */
    if (e->env.shared)
        touch_pages(e->env.shared, e->env.shared_bytes, TOUCH_SHARED);
    e->footprint = footprint_new((const void *const[]){(const void *)(uintptr_t)e->workload->step, &models}, 2);
    r->setup_ns = now_ns() - t0;
    r->lock_kind = t->model->lock_kind;
    struct collector k = {0};
    collect_begin(&k, t, r);
    if ((!(t->model->traits & MODEL_FORKS) && process_libc_threads(e)) || phases(t, r, &k))
        return fail(t, r);
    collect_end(&k, t, r);
    if (k.usage_rc) {
        err_call(&t->err, -k.usage_rc, "getrusage", "what the trial took can't be measured");
        return fail(t, r);
    }
    if (t->unknown) {
        err_sys(&t->err, t->unknown, "what the work should come to can't be found out");
        return fail(t, r);
    }
    if (e->workload->teardown)
        e->workload->teardown(&e->env);
    footprint_free(e->footprint);
    free(t);
    return 0;
}
