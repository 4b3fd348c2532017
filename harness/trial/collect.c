/* SPDX-License-Identifier: MIT */
/* Puts the record together from the slots, the histograms, the kernel's accounts and the noise; see collect.h. */
#include "harness/trial/collect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/measure/clock.h"
#include "harness/trial/accounts.h"
#include "harness/trial/canaries.h"
#include "harness/trial/golden.h"

enum { WORKERS_KEPT = 64, SERVICE_SATURATED_PPM = 900000, CONNECTIONS_SHORT = 10 };

static struct usage usage_of(struct collector *k, int who)
{
    struct rusage r = {0};
    if (getrusage(who, &r))
        k->usage_rc = -errno;
    return (struct usage){(uint64_t)r.ru_utime.tv_sec * NS_PER_S + (uint64_t)r.ru_utime.tv_usec * NS_PER_US,
                          (uint64_t)r.ru_stime.tv_sec * NS_PER_S + (uint64_t)r.ru_stime.tv_usec * NS_PER_US,
                          r.ru_nvcsw,
                          r.ru_nivcsw,
                          r.ru_minflt,
                          r.ru_majflt};
}

/* CPU time of this process and of the children that it has reaped. */
static uint64_t own_cpu_ns(struct collector *k)
{
    struct rusage self = {0}, children = {0};
    if (getrusage(RUSAGE_SELF, &self) || getrusage(RUSAGE_CHILDREN, &children))
        k->usage_rc = -errno;
    const struct timeval *tv[] = {&self.ru_utime, &self.ru_stime, &children.ru_utime, &children.ru_stime};
    uint64_t own = 0;
    for (unsigned i = 0; i < ARRAY_LEN(tv); i++)
        own += (uint64_t)tv[i]->tv_sec * NS_PER_S + (uint64_t)tv[i]->tv_usec * NS_PER_US;
    return own;
}

static bool has_service(const struct trial *t)
{
    return t->engine.workload->service && t->note;
}

/* Asks the service, if there is one and it has always answered so far. */
static void ask_service(struct collector *k, const struct trial *t, struct service_usage *u)
{
    if (t->engine.workload->service && !k->service_rc)
        k->service_rc = service_usage(&t->note->service, u);
}

void collect_begin(struct collector *k, struct trial *t, struct trial_record *r)
{
    k->peak_before = memory_peak();
    canaries_before(t->engine.cell, r);
    memory_forget_peak();
    ask_service(k, t, &k->service_before);
    k->own_before = own_cpu_ns(k);
    noise_cpus(&k->cpus, t->engine.cell);
    stops_mark(t->note ? &t->note->stops : NULL, &k->stops);
    noise_mark(&k->before, &k->cpus);
}

void collect_open(struct collector *k, const struct trial *t)
{
    ask_service(k, t, &k->service_at_open);
    if (has_service(t))
        net_mark(&k->net_at_open);
    k->sched = malloc((t->engine.cell->workers + 1u) * sizeof *k->sched);
    if (k->sched)
        sched_read(t, k->sched);
    sampler_begin(t->note ? &t->note->sampler : NULL);
    k->dispatcher_at_open = usage_of(k, RUSAGE_SELF);
    k->reaped_at_open = usage_of(k, RUSAGE_CHILDREN);
}

static void add_usage(struct trial_record *r, const struct usage *end, const struct usage *open)
{
    r->cpu_user_ns += end->user_ns - open->user_ns;
    r->cpu_system_ns += end->system_ns - open->system_ns;
    r->voluntary += end->voluntary - open->voluntary;
    r->involuntary += end->involuntary - open->involuntary;
}

static bool workers_are_reaped(const struct trial *t)
{
    return (t->model->traits & MODEL_FORKS) && (t->model->traits & MODEL_EACH);
}

void collect_done(struct collector *k, struct trial *t, struct trial_record *r)
{
    struct usage now = usage_of(k, RUSAGE_SELF), reaped = usage_of(k, RUSAGE_CHILDREN);
    sampler_end(t->note ? &t->note->sampler : NULL);
    ask_service(k, t, &k->service_at_end);
    if (has_service(t))
        net_mark(&k->net_at_end);
    r->cpu_user_ns = r->cpu_system_ns = 0;
    r->voluntary = r->involuntary = 0;
    add_usage(r, &now, &k->dispatcher_at_open);
    /* What a process costs after it read its own account, giving back its memory above all, is part of a run that ends
     * when the last has been reaped. */
    if (workers_are_reaped(t))
        add_usage(r, &reaped, &k->reaped_at_open);
    sched_fill(t, k->sched, r);
    free(k->sched);
    memory_fill(t, k->peak_before, r);
}

static void add(struct metric *sum, const struct metric *m)
{
    if (m->why && !sum->why)
        *sum = *m;
    else if (!sum->why)
        sum->value += m->value;
}

static void sum_slots(struct trial *t, struct trial_record *r)
{
    for (unsigned i = 0; i < t->engine.cell->workers; i++) {
        const struct slot *s = &t->engine.slots[i];
        r->units += s->tally.units;
        r->resumed += s->tally.resumed;
        r->bytes += s->tally.bytes;
        r->checksum += s->tally.checksum;
        for (unsigned o = 0; o < OP_KINDS; o++)
            r->ops[o] += s->tally.ops[o];
        if ((t->model->traits & MODEL_FORKS) && !workers_are_reaped(t))
            add_usage(r, &s->process, &(struct usage){0});
        add(&r->migrations, &s->migrations);
        add(&r->queue_wait_ns, &s->queue_wait_ns);
    }
}

/* A dispatcher's run ends with the last answer, which may be before a worker's own end: that one had no tail. */
static struct metric idle_tail(const struct trial *t, const struct slot *s, const struct trial_record *r)
{
    uint64_t end = t->engine.shared->opened_ns + r->run_ns;
    if (!s->end_ns)
        return (struct metric){.why = "no task came to this place"};
    return (struct metric){.value = s->end_ns < end ? (int64_t)(end - s->end_ns) : 0};
}

static void keep_workers(const struct trial *t, struct trial_record *r)
{
    r->worker_count = t->engine.cell->workers;
    unsigned n = t->engine.cell->workers < WORKERS_KEPT ? t->engine.cell->workers : WORKERS_KEPT;
    r->workers = calloc(n, sizeof *r->workers);
    if (!r->workers)
        return;
    r->n_workers = n;
    for (unsigned i = 0; i < n; i++) {
        const struct slot *s = &t->engine.slots[i];
        const struct usage *u = &s->thread;
        r->workers[i] = (struct worker_record){
            .pu = s->pu,
            .units = s->tally.units,
            .user_ns = u->user_ns,
            .system_ns = u->system_ns,
            .voluntary = u->voluntary,
            .involuntary = u->involuntary,
            .minor_faults = u->minor_faults,
            .major_faults = u->major_faults,
            .migrations = s->migrations,
            .queue_wait_ns = s->queue_wait_ns,
            .idle_tail_ns = idle_tail(t, s, r),
            .single_threaded = s->single_threaded,
            .wakeups = s->tally.wakeups,
            .events = s->tally.events,
        };
    }
}

static void merge_latency(const struct trial *t, struct trial_record *r)
{
    if (!t->engine.cell->latency_stride) {
        r->latency_why = "a unit is too short for the clock: timing each would measure the clock";
        return;
    }
    r->latency = malloc(sizeof *r->latency);
    if (!r->latency) {
        r->latency_why = "out of memory";
        return;
    }
    histogram_init(r->latency);
    for (unsigned i = 0; i < t->engine.cell->workers; i++)
        histogram_merge(r->latency, &t->engine.recorders[i].histogram);
    r->latency_why = r->latency->count ? NULL : "too few units for one of them to be timed";
    if (r->latency_why) {
        free(r->latency);
        r->latency = NULL;
    }
}

static void merge_slices(const struct trial *t, struct trial_record *r)
{
    r->slices_why = !t->engine.cell->latency_stride
                        ? "a unit is too short for the clock: timing each would measure the clock"
                        : NULL;
    slices_init(&r->slices);
    for (unsigned i = 0; i < t->engine.cell->workers && !r->slices_why; i++)
        slices_merge(&r->slices, &t->engine.recorders[i].slices);
    r->n_slices = slices_whole(&r->slices, r->run_ns);
    if (!r->slices_why && r->n_slices < SLICES_LEAST)
        r->slices_why = "the run is too short for 8 whole slices of 65.5 us";
}

/* A service with turns is there for its idle connections: a task that is done before others have connected leaves fewer
 * than were asked for. */
static void service_connections(const struct trial *t, struct trial_record *r)
{
    const struct cell *c = t->engine.cell;
    uint64_t most = atomic_load(&t->note->service.connections.most), asked = c->concurrency;
    r->service_connections = (struct metric){.value = (int64_t)most};
    if (c->mode == MODE_BATCH && c->tasks < asked)
        asked = c->tasks;
    if (c->mode == MODE_BATCH && c->units < asked) /* a task without units doesn't connect */
        asked = c->units;
    if (t->engine.workload->service->active && most < asked - asked / CONNECTIONS_SHORT)
        trial_record_warn(r, "fewer connections were open at once than there were tasks in flight: under nine in ten");
}

/* A connection that found no room waits for a second and more: that is the environment's doing, and no model's. */
static void service_net(const struct collector *k, const struct trial *t, struct trial_record *r)
{
    const struct service_process *p = &t->note->service;
    char text[160];
    net_between(&k->net_at_open, &k->net_at_end, r->net);
    if (!k->service_rc)
        service_net_own(&k->service_at_open, &k->service_at_end, r->net);
    if (!r->net[NET_LISTEN_OVERFLOWS].why && r->net[NET_LISTEN_OVERFLOWS].value)
        trial_record_warn(r, LISTEN_OVERFLOWED ": connections were dropped, and asked for again 1, 3, 7 s later");
    snprintf(text, sizeof text,
             "one listen queue is too short for all tasks in flight (net.core.somaxconn is %lld): the service had %u",
             (long long)p->listener_limit, p->listeners);
    if (p->listeners > 1)
        trial_record_warn(r, text);
}

/* What the service cost in the run. Returns its CPU time since collect_begin, which is none of others' either. */
static uint64_t service_cost(const struct collector *k, const struct trial *t, struct trial_record *r)
{
    if (!has_service(t)) {
        r->service_connections = (struct metric){.why = "there is no service"};
        for (unsigned i = 0; i < NETS; i++)
            r->net[i] = r->service_connections;
        return 0;
    }
    service_connections(t, r);
    service_net(k, t, r);
    if (k->service_rc) {
        r->service_user_ns = r->service_system_ns = r->service_busy_ppm =
            (struct metric){.why = "the service did not tell its CPU time"};
        return 0;
    }
    const struct service_usage *end = &k->service_at_end, *open = &k->service_at_open;
    uint64_t user = end->user_ns - open->user_ns, system = end->system_ns - open->system_ns;
    r->service_user_ns = (struct metric){.value = (int64_t)user};
    r->service_system_ns = (struct metric){.value = (int64_t)system};
    double wall = (double)r->run_ns * t->note->service.loops;
    r->service_busy_ppm = (struct metric){.value = (int64_t)((double)(user + system) / wall * 1e6)};
    if (r->service_busy_ppm.value >= SERVICE_SATURATED_PPM)
        trial_record_warn(r, "the service was the limit: it was busy for 90 % of the run or more");
    if (t->engine.cell->service_shares)
        trial_record_warn(r, "the service shared the workers' processing units: there are no others");
    return end->user_ns + end->system_ns - k->service_before.user_ns - k->service_before.system_ns;
}

void collect_end(struct collector *k, struct trial *t, struct trial_record *r)
{
    struct noise_mark after;
    uint64_t sampler_ns = sampler_fill(t->note ? &t->note->sampler : NULL, t->engine.cell, r);
    noise_mark(&after, &k->cpus);
    r->stopped_ns = stops_since(t->note ? &t->note->stops : NULL, &k->stops);
    sum_slots(t, r);
    uint64_t service_ns = service_cost(k, t, r);
    noise_fill(&k->before, &after, own_cpu_ns(k) - k->own_before + service_ns + sampler_ns, r);
    canaries_after(t->engine.cell, r);
    keep_workers(t, r);
    merge_latency(t, r);
    merge_slices(t, r);
    uint64_t begin = now_ns();
    r->expected = golden_value(t);
    r->golden_ns = now_ns() - begin;
    r->floor_ns = t->engine.workload->floor_ns ? t->engine.workload->floor_ns(t->engine.cell->p) : 0;
    r->task_units = t->engine.workload->task_units ? t->engine.workload->task_units(t->engine.cell->p) : 0;
    if (t->engine.env.warning[0])
        trial_record_warn(r, t->engine.env.warning);
    if (t->engine.cell->n_pus && t->engine.cell->n_pus < model_units(t->engine.cell))
        trial_record_warn(r, "more workers asked for than there are allowed processing units");
    if (r->latency && r->latency->overflow)
        trial_record_warn(r, "some units took longer than the histogram's 73 minutes");
}
