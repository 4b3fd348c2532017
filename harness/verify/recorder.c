/* SPDX-License-Identifier: MIT */
/*
 * recorder: what a record in the histogram costs, how far its quantiles are from the sorted truth, how large it is, and
 * whether anything is lost when the worker that records is killed.
 */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/child.h"
#include "harness/measure/clock.h"
#include "harness/measure/histogram.h"
#include "harness/stats/order.h"
#include "harness/stats/quantile.h"
#include "harness/stats/rng.h"
#include "harness/verify/verify.h"

enum { VALUES = 4096, PASSES = 64, TIMINGS = 201, KILLS = 300, KILLS_QUICK = 40 };

/* Log-uniform over 1 ns to 1 h, so that each octave has its share. */
static uint64_t any_duration(struct stats_rng *r)
{
    return (uint64_t)exp(stats_rng_uniform(r) * log(3.6e12));
}

static uint64_t consume(const uint64_t *x)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < VALUES; i++) {
        uint64_t v = x[i];
        __asm__ volatile("" : "+r"(v)); /* each is read on its own, as where it is recorded */
        sum += v;
    }
    return sum;
}

static void record(const uint64_t *x, struct histogram *h)
{
    for (unsigned i = 0; i < VALUES; i++) {
        uint64_t v = x[i];
        __asm__ volatile("" : "+r"(v));
        histogram_record(h, v);
        __asm__ volatile("" ::: "memory"); /* as between two units, nothing stays in registers */
    }
}

/* Durations as a trial has them: about 10 µs, a few far longer. */
static void cost(struct verify *v, struct histogram *h, struct stats_rng *rng)
{
    static uint64_t x[VALUES];
    double ns[TIMINGS];
    struct bar_row r = {.bar = "recorder", .unit = "ns", .name = "recorder cost", .least = -INFINITY, .most = 5};
    for (unsigned i = 0; i < VALUES; i++)
        x[i] = (uint64_t)(10000 * exp(-0.2 * log(stats_rng_uniform(rng))));
    for (unsigned t = 0; t < TIMINGS; t++) {
        uint64_t begin = now_ns(), sum = 0;
        for (unsigned i = 0; i < PASSES; i++)
            sum += consume(x);
        __asm__ volatile("" ::"r"(sum));
        uint64_t middle = now_ns();
        for (unsigned i = 0; i < PASSES; i++)
            record(x, h);
        uint64_t end = now_ns();
        ns[t] = ((double)(end - middle) - (double)(middle - begin)) / (PASSES * VALUES);
    }
    struct stats_interval i, sure;
    stats_sort(ns, TIMINGS);
    stats_quantile_interval(ns, TIMINGS, 0.5, 0.95, &i);
    stats_quantile_interval(ns, TIMINGS, 0.5, SURE_LEVEL, &sure);
    row_estimate(&r, &i, &sure, 1);
    snprintf(r.how, sizeof r.how, "median of %d timings of %d records less the same loop without them", TIMINGS,
             PASSES * VALUES);
    verify_row(v, &r);
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void error(struct verify *v, struct histogram *h, struct stats_rng *rng)
{
    enum { SAMPLES = 40, N = 20000 };
    static uint64_t x[N];
    static const double quantiles[] = {0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999, 1};
    struct bar_row r = {.bar = "recorder", .unit = "%", .name = "recorder quantile error", .most = 0.5};
    double worst = 0;
    for (unsigned s = 0; s < SAMPLES; s++) {
        double middle = exp(stats_rng_uniform(rng) * log(1e12));
        histogram_init(h);
        for (unsigned i = 0; i < N; i++) {
            x[i] = s % 2 ? any_duration(rng) : 1 + (uint64_t)(middle * -log(stats_rng_uniform(rng)) / 10);
            histogram_record(h, x[i]);
        }
        qsort(x, N, sizeof *x, ascending);
        for (unsigned q = 0; q < ARRAY_LEN(quantiles); q++) {
            double want = ceil(quantiles[q] * N), is = (double)x[want < 1 ? 0 : (unsigned)want - 1];
            worst = fmax(worst, fabs((double)histogram_quantile(h, quantiles[q]) - is) / is);
        }
    }
    row_exact(&r, 100 * worst);
    r.least = -INFINITY;
    snprintf(r.how, sizeof r.how, "the worst of %zu quantiles of %d samples of %d durations from 1 ns to 1 h, sorted",
             ARRAY_LEN(quantiles), SAMPLES, N);
    verify_row(v, &r);
}

struct mapped {
    _Atomic uint64_t finished; /* records that were whole; release, after each */
    struct histogram histogram;
};

static void record_for_ever(struct mapped *m, uint64_t seed, pid_t parent)
{
    struct stats_rng rng;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    stats_rng_init(&rng, seed);
    for (uint64_t n = 1;; n++) {
        histogram_record(&m->histogram, any_duration(&rng));
        /* Release: the record is in the mapping before the count of those finished is. */
        atomic_store_explicit(&m->finished, n, memory_order_release);
    }
}

static uint64_t in_buckets(const struct histogram *h)
{
    uint64_t sum = h->overflow;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
        sum += h->bucket[i];
    return sum;
}

/* What is there after the kill, against the same values recorded without one: at most the record under way may be
 * there in part. 0 when nothing is lost. */
static int compare(const struct mapped *m, uint64_t seed)
{
    struct stats_rng rng;
    static struct histogram whole;
    uint64_t n = atomic_load(&m->finished);
    stats_rng_init(&rng, seed);
    histogram_init(&whole);
    for (uint64_t i = 0; i < n; i++)
        histogram_record(&whole, any_duration(&rng));
    const struct histogram *h = &m->histogram;
    uint64_t there = in_buckets(h);
    bool lost = h->count < n || h->count > n + 1 || there < n || there > n + 1 || h->sum < whole.sum ||
                h->min > whole.min || h->max < whole.max;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
        lost |= h->bucket[i] < whole.bucket[i];
    return lost;
}

static int kill_one(struct mapped *m, uint64_t seed, struct stats_rng *rng, unsigned *backwards, struct err *e)
{
    memset(m, 0, sizeof *m);
    histogram_init(&m->histogram);
    pid_t parent = getpid(), pid = fork();
    if (pid < 0)
        return err_call(e, errno, "fork", "a worker can't be forked");
    if (pid == 0)
        record_for_ever(m, seed, parent);
    uint64_t until = now_ns() + stats_rng_below(rng, 2000000), last = 0;
    while (now_ns() < until) { /* seen from outside it only grows */
        uint64_t n = atomic_load_explicit(&m->finished, memory_order_acquire);
        uint64_t count = __atomic_load_n(&m->histogram.count, __ATOMIC_RELAXED);
        *backwards += n < last || count < n;
        last = n;
    }
    kill(pid, SIGKILL);
    child_wait_gone(pid);
    return 0;
}

static int killed(struct verify *v, struct stats_rng *rng, struct err *e)
{
    struct mapped *m = mmap(NULL, sizeof *m, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    unsigned kills = v->quick ? KILLS_QUICK : KILLS, lost = 0, backwards = 0, begun = 0;
    uint64_t records = 0;
    int rc = m == MAP_FAILED ? err_call(e, errno, "mmap", "shared memory can't be mapped") : 0;
    for (unsigned i = 0; !rc && i < kills; i++) {
        uint64_t seed = stats_rng_next(rng);
        rc = *v->stop ? -EINTR : kill_one(m, seed, rng, &backwards, e);
        if (rc)
            break;
        lost += (unsigned)compare(m, seed);
        records += m->finished;
        begun += m->finished > 0;
    }
    if (m != MAP_FAILED)
        munmap(m, sizeof *m);
    if (rc)
        return rc;
    struct bar_row r = {
        .bar = "recorder", .unit = "count", .name = "recorder lost at a kill", .least = -INFINITY, .most = 0};
    row_exact(&r, begun ? (double)(lost + backwards) : (double)NAN);
    snprintf(
        r.how, sizeof r.how,
        "%u forked workers killed at random while recording into shared memory, %llu records: histograms that lack "
        "one that was finished, or were seen to shrink",
        kills, (unsigned long long)records);
    verify_row(v, &r);
    return 0;
}

static int run(struct verify *v, struct err *e)
{
    struct stats_rng rng;
    struct histogram *h = malloc(sizeof *h);
    if (!h)
        return err_set(e, ENOMEM, "out of memory");
    stats_rng_init(&rng, v->seed);
    histogram_init(h);
    cost(v, h, &rng);
    error(v, h, &rng);
    free(h);
    struct bar_row size = {.bar = "recorder", .unit = "KiB", .name = "recorder size", .least = -INFINITY, .most = 64};
    row_exact(&size, sizeof(struct histogram) / 1024.);
    snprintf(size.how, sizeof size.how, "%d buckets, 128 an octave, one histogram a worker", HISTOGRAM_BUCKETS);
    verify_row(v, &size);
    return killed(v, &rng, e);
}

const struct bar bar_recorder = {
    .name = "recorder",
    .summary =
        "the latency histogram: cost of a record, error of quantiles, size, and records lost when a worker is killed",
    .run = run,
};
