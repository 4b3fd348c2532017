/* SPDX-License-Identifier: MIT */
/* Which latencies are shown; see latencies.h. */
#include "harness/figure/latencies.h"

#include <stdio.h>

#include "harness/base/base.h"
#include "harness/figure/filename.h"
#include "harness/figure/quantity.h"
#include "harness/figure/sweep.h"
#include "harness/insight/findings.h"

const struct histogram *latencies_of(const struct summary *s, unsigned cell)
{
    const struct histogram *h = s->cells[cell].latency;
    return h && h->count >= LATENCIES_LEAST && !cell_late_after(&s->plan->cells[cell]) ? h : NULL;
}

static bool has_latencies(const struct summary *s, unsigned point)
{
    const struct plan_point *t = &s->plan->points[point];
    for (unsigned i = 0; i < t->n_cells; i++)
        if (!model_is_serial(s->plan->cells[t->cells[i]].model) && latencies_of(s, t->cells[i]))
            return true;
    return false;
}

/* Do the two differ in nothing but the tasks in flight? */
static bool same_but_tasks(const struct plan *p, unsigned i, unsigned j)
{
    const struct cell *a = &p->cells[p->points[i].cells[0]], *b = &p->cells[p->points[j].cells[0]];
    return cell_same_work(a, b) && p->points[i].offered == p->points[j].offered && a->libc_threads == b->libc_threads;
}

/* Is there another one of its kind with more in flight, or as many and before it? */
static bool is_outdone(const struct summary *s, unsigned point)
{
    const struct plan *p = s->plan;
    for (unsigned i = 0; i < p->n_points; i++)
        if (i != point && p->points[i].n_cells && same_but_tasks(p, i, point) && has_latencies(s, i) &&
            (p->points[i].concurrency > p->points[point].concurrency ||
             (p->points[i].concurrency == p->points[point].concurrency && i < point)))
            return true;
    return false;
}

unsigned latencies_point(const struct summary *s, unsigned from)
{
    while (from < s->plan->n_points &&
           (!s->plan->points[from].n_cells || !has_latencies(s, from) || is_outdone(s, from)))
        from++;
    return from;
}

bool latencies_compared(const struct summary *s, unsigned point, unsigned cell)
{
    return s->plan->cells[cell].concurrency == s->plan->points[point].concurrency;
}

void latencies_name(char *buf, size_t n, const struct summary *s, unsigned point, unsigned cell)
{
    const struct cell *c = &s->plan->cells[cell];
    snprintf(buf, n, "%s", c->model);
    if (!latencies_compared(s, point, cell))
        text_append(buf, n, ", %u in flight", c->concurrency);
}

void latencies_texts(struct chart *c, const struct summary *s, unsigned point)
{
    const struct plan_point *t = &s->plan->points[point];
    const struct cell *of = &s->plan->cells[t->cells[0]];
    filename_of_work(c->file, sizeof c->file, s->plan, sweep_first_cell(s->plan, of));
    text_append(c->tag, sizeof c->tag, "-o%u", t->offered);
    if (of->libc_threads != LIBC_AS_MADE)
        text_append(c->tag, sizeof c->tag, "-%s", libc_threads_names[of->libc_threads]);
    sweep_work_text(c->subtitle, sizeof c->subtitle, of, NULL);
    text_append(c->subtitle, sizeof c->subtitle, "; %u in flight; on %u CPU%s; all units that were timed in ",
                t->concurrency, t->offered, t->offered == 1 ? "" : "s");
    quantity_blocks(c->subtitle, sizeof c->subtitle, s->look.blocks);
    if (of->mode == MODE_CLOSED)
        text_append(c->subtitle, sizeof c->subtitle, "; closed: without the time that units would have queued");
}
