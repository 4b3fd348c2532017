/* SPDX-License-Identifier: MIT */
/* Where the time of workers went; see worker_time.h. */
#include "harness/insight/worker_time.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

const char *const worker_part_names[WORKER_PARTS] = {"user", "system", "run queue", "waiting", "idle tail", "not told"};
const char *const worker_part_keys[WORKER_PARTS] = {"user_ns",    "system_ns",    "run_queue_ns",
                                                    "waiting_ns", "idle_tail_ns", "untold_ns"};

static void note(struct worker_time *t, bool *none, const char *why)
{
    *none = true;
    if (!t->why)
        t->why = why;
}

static double known(struct worker_time *t, const struct metric *m, bool *none)
{
    if (!m->why)
        return (double)m->value;
    note(t, none, m->why);
    return 0;
}

static double less(double part, double by)
{
    return fmax(part - fmax(by, 0), 0);
}

/* After its last unit a worker may stand in the run queue, too: that time is of the tail and of the queue, and counts
 * as the queue's. What is told of a worker may also be a little more than the run's time, since it is read after its
 * end; that is taken off the queue. CPU time stays what it is. */
static void add_worker(struct worker_time *t, double ns[WORKER_PARTS], const struct worker_record *k, double wall)
{
    double part[] = {[PART_USER] = (double)k->user_ns,
                     [PART_SYSTEM] = (double)k->system_ns,
                     [PART_RUN_QUEUE] = known(t, &k->queue_wait_ns, &t->no_queue),
                     [PART_WAITING] = 0,
                     [PART_IDLE_TAIL] = known(t, &k->idle_tail_ns, &t->no_tail)};
    const double cpu = part[PART_USER] + part[PART_SYSTEM];
    part[PART_IDLE_TAIL] = less(part[PART_IDLE_TAIL], cpu + part[PART_RUN_QUEUE] + part[PART_IDLE_TAIL] - wall);
    part[PART_RUN_QUEUE] = less(part[PART_RUN_QUEUE], cpu + part[PART_RUN_QUEUE] - wall);
    part[PART_WAITING] = fmax(wall - cpu - part[PART_RUN_QUEUE] - part[PART_IDLE_TAIL], 0);
    for (unsigned i = 0; i < PART_UNTOLD; i++)
        ns[i] += part[i];
}

int worker_time_add(struct worker_time *t, const struct trial_record *r)
{
    if (!r->n_workers)
        return 0;
    if (r->n_workers > t->workers) {
        double(*more)[WORKER_PARTS] = realloc(t->ns, r->n_workers * sizeof *more);
        if (!more)
            return -ENOMEM;
        t->ns = more;
        for (; t->workers < r->n_workers; t->workers++)
            for (unsigned i = 0; i < WORKER_PARTS; i++)
                t->ns[t->workers][i] = 0;
    }
    t->trials++;
    t->worker_count = r->worker_count;
    t->wall_ns += (double)r->run_ns;
    double own = 0;
    for (unsigned i = 0; i < r->n_workers; i++) {
        add_worker(t, t->ns[i], &r->workers[i], (double)r->run_ns);
        own += (double)(r->workers[i].user_ns + r->workers[i].system_ns);
    }
    bool all = r->n_workers == r->worker_count;
    t->other_ns += all ? fmax((double)(r->cpu_user_ns + r->cpu_system_ns) - own, 0) : (double)NAN;
    return 0;
}

bool worker_time_knows(const struct worker_time *t, enum worker_part part)
{
    switch (part) {
    case PART_RUN_QUEUE:
        return !t->no_queue;
    case PART_IDLE_TAIL:
        return !t->no_tail;
    case PART_WAITING:
        return !t->no_queue && !t->no_tail;
    case PART_UNTOLD:
        return t->no_queue || t->no_tail;
    case PART_USER:
    case PART_SYSTEM:
    case WORKER_PARTS:
        break;
    }
    return true;
}

void worker_time_means(const struct worker_time *t, unsigned worker, double ns[WORKER_PARTS])
{
    unsigned of = worker < t->workers ? 1 : t->workers;
    for (unsigned i = 0; i < WORKER_PARTS; i++) {
        ns[i] = 0;
        for (unsigned k = 0; k < t->workers; k++)
            ns[i] += worker >= t->workers || worker == k ? t->ns[k][i] / of / t->trials : 0;
    }
    for (unsigned i = 0; i < PART_UNTOLD; i++) /* a part that is known of some trials alone is not known */
        if (!worker_time_knows(t, (enum worker_part)i)) {
            ns[PART_UNTOLD] += ns[i];
            ns[i] = 0;
        }
}

void worker_time_shares(const struct worker_time *t, unsigned worker, double share[WORKER_PARTS])
{
    double whole = 0;
    worker_time_means(t, worker, share);
    for (unsigned i = 0; i < WORKER_PARTS; i++)
        whole += share[i];
    for (unsigned i = 0; i < WORKER_PARTS; i++)
        share[i] = whole > 0 ? share[i] / whole : 0;
}

void worker_time_release(struct worker_time *t)
{
    free(t->ns);
    *t = (struct worker_time){0};
}
