/* SPDX-License-Identifier: MIT */
/* The trials of one cell; see cell_trials.h. */
#include "harness/insight/cell_trials.h"

#include <math.h>

#include "harness/base/base.h"
#include "harness/insight/trials.h"
#include "harness/measure/clock.h"

enum { FIRST_LINE = 2 }; /* of the journal that has a trial */

static double of_metric(const struct metric *m)
{
    return m->why ? (double)NAN : (double)m->value;
}

/* One that lacks the number makes the range unknown. */
static void widen(struct worker_range *w, double v, bool first)
{
    bool known = !isnan(v) && (first || !isnan(w->least));
    w->least = !known ? (double)NAN : first ? v : fmin(w->least, v);
    w->most = !known ? (double)NAN : first ? v : fmax(w->most, v);
}

static void look_at_workers(struct trial_row *w, const struct trial_record *r)
{
    w->workers = r->worker_count;
    w->recorded = r->n_workers;
    w->worker_moves = r->n_workers ? 0 : -1;
    for (unsigned i = 0; i < r->n_workers; i++) {
        const struct worker_record *k = &r->workers[i];
        widen(&w->units, (double)k->units, !i);
        widen(&w->worker_cpu_ns, (double)(k->user_ns + k->system_ns), !i);
        widen(&w->worker_wait_ns, of_metric(&k->queue_wait_ns), !i);
        w->worker_moves = k->migrations.why || w->worker_moves < 0 ? -1 : w->worker_moves + k->migrations.value;
    }
}

static void look_at_losses(struct trial_row *w, const struct cell *c, const struct trial_record *r)
{
    w->capacity_ns = trial_capacity_ns(c, r);
    trial_lost(c, r, w->lost_ns);
    for (unsigned i = 0; i < DISTURBANCES; i++)
        w->lost_ns[i] *= w->capacity_ns;
    w->disturbed = trial_disturbances(c, r);
}

static void look_at_latencies(struct trial_row *w, const struct histogram *h)
{
    for (unsigned i = 0; i < LATENCY_QUANTILES; i++)
        if (histogram_tells(h, latency_quantiles[i].q))
            w->latency_ns[i] = (double)histogram_quantile(h, latency_quantiles[i].q);
    if (h->count)
        w->latest_ns = (double)h->max;
}

static struct trial_row row_of(const struct summary *s, unsigned line, const struct trial_record *r)
{
    static const struct worker_range none = {NAN, NAN};
    struct trial_row w = {
        .line = line,
        .block = r->block,
        .visit = plan_visit_of(s->plan, r->block),
        .position = r->position,
        .since_s = wall_seconds(r->started) - wall_seconds(s->started),
        .rate = NAN,
        .wall_ns = NAN,
        .cpu_ns = NAN,
        .latest_ns = NAN,
        .capacity_ns = NAN,
        .units = none,
        .worker_cpu_ns = none,
        .worker_wait_ns = none,
        .worker_moves = -1,
    };
    for (unsigned i = 0; i < LATENCY_QUANTILES; i++)
        w.latency_ns[i] = NAN;
    for (unsigned i = 0; i < DISTURBANCES; i++)
        w.lost_ns[i] = NAN;
    if (w.since_s < 0)
        w.since_s = NAN;
    if (r->status == TRIAL_FAILED)
        return w;
    w.wall_ns = (double)r->run_ns;
    w.cpu_ns = (double)(r->cpu_user_ns + r->cpu_system_ns);
    if (r->status == TRIAL_OK && r->run_ns)
        w.rate = (double)r->units / (w.wall_ns / 1e9);
    if (r->run_ns)
        look_at_losses(&w, &s->plan->cells[r->cell], r);
    if (r->latency)
        look_at_latencies(&w, r->latency);
    look_at_workers(&w, r);
    return w;
}

struct reading {
    const struct summary *summary;
    unsigned cell, line;
    int (*each)(void *arg, const struct trial_row *row, const struct trial_record *r);
    void *arg;
};

static int one(void *arg, const struct trial_record *r)
{
    struct reading *of = arg;
    const unsigned line = of->line++;
    if (r->cell != of->cell)
        return 0;
    const struct trial_row row = row_of(of->summary, line, r);
    return of->each(of->arg, &row, r);
}

int cell_trials_read(const char *dir, const struct summary *s, unsigned cell, const volatile int *stop,
                     int (*each)(void *arg, const struct trial_row *row, const struct trial_record *r), void *arg,
                     struct err *e)
{
    struct reading of = {.summary = s, .cell = cell, .line = FIRST_LINE, .each = each, .arg = arg};
    return trials_read(dir, s, stop, one, &of, e);
}
