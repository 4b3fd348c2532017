/* SPDX-License-Identifier: MIT */
/*
 * The recorder against sorted truth: quantiles of known distributions, merging, the edges of its range, its size, and
 * what a record costs beside reading the clock (a ratio: no absolute time is asserted, the time is printed).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/workload.h"
#include "harness/measure/clock.h"
#include "harness/measure/histogram.h"

enum { N = 100003 };

static uint64_t state_of_draw;

static double uniform(void)
{
    state_of_draw = mix64(state_of_draw);
    return ((double)(state_of_draw >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(void)
{
    return sqrt(-2 * log(uniform())) * cos(6.283185307179586 * uniform());
}

static uint64_t draw(int shape)
{
    switch (shape) {
    case 0: /* exponential, mean 20 µs */
        return (uint64_t)(-20000 * log(uniform()));
    case 1: /* log-normal: a long tail */
        return (uint64_t)exp(10 + 1.5 * normal());
    case 2: /* two modes, of 300 ns and 5 ms */
        return (uint64_t)(uniform() < 0.97 ? 300 + 10 * fabs(normal()) : 5e6 + 1e5 * fabs(normal()));
    case 3: /* Pareto up to the hour */
        return (uint64_t)fmin(1000 * pow(uniform(), -1.5), 3.5e12);
    case 4: /* few values, below the linear part's end */
        return (uint64_t)(uniform() * 255);
    default: /* spread over all octaves from 1 ns to 1 h */
        return (uint64_t)exp(uniform() * log(3.6e12));
    }
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void against_truth(const struct histogram *h, const uint64_t *sorted, unsigned n)
{
    static const double at[] = {0, 1e-5, 0.001, 0.01, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999, 1};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        double need = ceil(at[i] * n);
        uint64_t truth = sorted[need < 1 ? 0 : (unsigned)need - 1], got = histogram_quantile(h, at[i]);
        if (fabs((double)got - (double)truth) > 0.005 * (double)truth)
            fail_msg("quantile %g is %llu, in truth %llu", at[i], (unsigned long long)got, (unsigned long long)truth);
    }
}

static void test_quantiles(void **state)
{
    (void)state;
    static struct histogram h, half[2];
    uint64_t *x = malloc(N * sizeof *x), sum = 0;
    assert_non_null(x);
    for (int shape = 0; shape < 6; shape++) {
        histogram_init(&h);
        histogram_init(&half[0]);
        histogram_init(&half[1]);
        state_of_draw = (uint64_t)shape + 1;
        sum = 0;
        for (int i = 0; i < N; i++) {
            sum += x[i] = draw(shape);
            histogram_record(&h, x[i]);
            histogram_record(&half[i % 3 == 0], x[i]);
        }
        qsort(x, N, sizeof *x, ascending);
        assert_true(h.count == N && h.sum == sum && h.min == x[0] && h.max == x[N - 1] && h.overflow == 0);
        against_truth(&h, x, N);
        histogram_merge(&half[0], &half[1]);
        assert_memory_equal(&half[0], &h, sizeof h);
    }
    free(x);
}

/* Every bucket: its least value and the last before the next fall into it, and its middle is within 0.4 % of both. */
static void test_every_bucket(void **state)
{
    (void)state;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        uint64_t low = histogram_low(i),
                 last = (i + 1 < HISTOGRAM_BUCKETS ? histogram_low(i + 1) : UINT64_C(1) << HISTOGRAM_MAX_BITS) - 1;
        assert_int_equal(histogram_index(low), i);
        assert_int_equal(histogram_index(last), i);
        double middle = (double)histogram_middle(i);
        assert_true(middle - (double)low <= 0.004 * (double)low && (double)last - middle <= 0.004 * (double)last);
    }
    assert_true(histogram_low(HISTOGRAM_BUCKETS - 1) < UINT64_C(1) << HISTOGRAM_MAX_BITS);
    assert_true(3600000000000ull < UINT64_C(1) << HISTOGRAM_MAX_BITS); /* an hour fits */
    assert_true(sizeof(struct histogram) <= 65536);
}

/* What is out of range is counted, and is neither below the range nor lost for the highest quantiles. */
static void test_overflow(void **state)
{
    (void)state;
    static struct histogram h, empty;
    histogram_init(&h);
    histogram_init(&empty);
    assert_int_equal(histogram_quantile(&h, 0.5), 0);
    for (int i = 0; i < 98; i++)
        histogram_record(&h, 1000);
    histogram_record(&h, UINT64_C(1) << HISTOGRAM_MAX_BITS);
    histogram_record(&h, UINT64_C(1) << 50);
    assert_int_equal(h.overflow, 2);
    assert_int_equal(h.count, 100);
    assert_true(histogram_quantile(&h, 0.98) <= 1004 && histogram_quantile(&h, 0.98) >= 1000);
    assert_true(histogram_quantile(&h, 0.985) == UINT64_C(1) << 50);
    histogram_merge(&h, &empty);
    assert_int_equal(h.count, 100);
    assert_int_equal(h.min, 1000);
}

/* A record must cost less than the two readings of the clock that it records; here, less than one. */
static void test_cost(void **state)
{
    (void)state;
    static struct histogram h;
    static uint64_t values[4096];
    double record = 1e9, clock = 1e9;
    histogram_init(&h);
    state_of_draw = 9;
    for (unsigned i = 0; i < 4096; i++)
        values[i] = draw(1);
    for (int batch = 0; batch < 50; batch++) {
        uint64_t begin = now_ns();
        for (unsigned i = 0; i < 4096; i++) {
            histogram_record(&h, values[i]);
            __asm__ volatile("" ::: "memory"); /* as in a worker: the histogram is in memory after each */
        }
        record = fmin(record, (double)(now_ns() - begin) / 4096);
        clock = fmin(clock, clock_cost_ns());
    }
    print_message("a record costs %.2f ns, a reading of the clock %.1f ns\n", record, clock);
#ifdef NDEBUG /* without optimisation it is another program */
    assert_true(record < clock);
#endif
    assert_int_equal(h.count, 50 * 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantiles),
        cmocka_unit_test(test_every_bucket),
        cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_cost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
