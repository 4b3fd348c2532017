/* SPDX-License-Identifier: MIT */
/* A task in flight: its memory, its units and when they are timed. Whatever waits, and however, counts through these.
 */
#include "harness/engine/lane.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/base/errno_text.h"

enum {
    CHECK_EVERY = 256, /* closed mode with untimed units: how often a lane looks at the clock */
    PAGE = 4096,
    LINES = 128 /* bytes that the prefetcher fetches as a pair: tasks that run side by side share none */
};

/* A task's memory begins at a page, if it is longer than one: where malloc would put it in its page differs between the
 * heap of a process's first thread and those of others, and made threads and loops 2 % faster than serial and processes
 * at a sieve of 32 KiB (measured), which none of them does otherwise. A short one shares its page with others. */
static size_t task_alignment(size_t bytes)
{
    return bytes > PAGE ? PAGE : LINES;
}

static size_t task_bytes(const struct workload *w)
{
    return (w->task_size + LINES - 1) / LINES * LINES;
}

int lane_init(struct engine *e, struct lane *l, unsigned number)
{
    size_t n = task_bytes(e->workload) ? task_bytes(e->workload) : LINES;
    size_t alignment = task_alignment(n);
    *l = (struct lane){.task = aligned_alloc(alignment, (n + alignment - 1) / alignment * alignment), .number = number};
    if (!l->task)
        return engine_fail(e, "out of memory for a task of %zu bytes", e->workload->task_size);
    memset(l->task, 0, n);
    return 0;
}

void lane_release(struct lane *l)
{
    free(l->task);
    l->task = NULL;
}

int lane_begin(struct worker *w, struct lane *l, unsigned task)
{
    const struct cell *c = w->engine->cell;
    l->share = engine_share(w->engine, task);
    memset(l->task, 0, task_bytes(w->workload));
    l->op = (struct op){.fd = -1};
    l->units = l->due_ns = 0;
    int rc = w->workload->task_init(l->task, &w->engine->env, &l->share);
    if (rc)
        return engine_fail_call(w->engine, -rc, NULL, "task %u can't be started", task);
    l->until_check = c->mode == MODE_CLOSED ? CHECK_EVERY : UINT_MAX;
    l->until_timed = UINT_MAX;
    if (c->latency_stride) {
        /* Lanes start at different places of the stride, so that not every first unit of a task is a timed one. */
        l->until_timed = c->latency_stride == 1 ? 1 : (unsigned)(mix64(c->seed ^ task) % c->latency_stride) + 2;
        if (l->until_timed == 1)
            l->started_ns = now_ns();
    }
    return 0;
}

void lane_unit_timed(struct worker *w, struct lane *l)
{
    const struct cell *c = w->engine->cell;
    uint64_t now = now_ns();
    if (!c->latency_stride) {
        l->until_timed = UINT_MAX;
    } else if (l->until_timed == 0) { /* the unit that has just ended was timed */
        histogram_record(w->histogram, now - l->started_ns);
        slices_add(w->slices, now - w->engine->shared->opened_ns, l->units - l->sliced);
        l->sliced = l->units;
        l->until_timed = (unsigned)c->latency_stride;
    }
    if (l->until_timed == 1)
        l->started_ns = now;
    if (c->mode == MODE_CLOSED) {
        l->until_check = CHECK_EVERY;
        if (now >= w->engine->shared->deadline_ns)
            l->op.last = true;
    }
}

void lane_ready(struct worker *w, struct lane *l)
{
    bool closed = w->engine->cell->mode == MODE_CLOSED;
    if (l->until_timed != 1 && !closed)
        return;
    l->started_ns = now_ns();
    if (closed && l->started_ns >= w->engine->shared->deadline_ns)
        l->op.last = true;
}

void lane_finish(struct worker *w, struct lane *l)
{
    struct tally *t = &w->tally;
    t->units += l->units;
    l->sliced -= l->units;
    t->checksum += w->workload->checksum(l->task);
    w->engine->task_units[l->share.task] = l->units;
    if (w->workload->task_fini)
        w->workload->task_fini(l->task);
}

void lane_fail(struct worker *w, struct lane *l)
{
    unsigned kind = (unsigned)l->op.kind;
    char why[ERRNO_TEXT_MAX] = "the result is not what it must be";
    if (l->op.res < 0)
        errno_text(why, sizeof why, kind < OP_KINDS ? op_kinds[kind].name : NULL, (int)-l->op.res);
    engine_fail(w->engine, "task %u failed in unit %llu while %s: %s", l->share.task, (unsigned long long)l->units,
                kind < OP_KINDS ? op_kinds[kind].verb : "asking for an op that there is none of", why);
    if (w->workload->task_fini)
        w->workload->task_fini(l->task);
}
