/* SPDX-License-Identifier: MIT */
/* Buffers of tasks: as many tasks as were said to be in flight always get one each, however they race for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "bench/support/buffers.h"

enum { WORKERS = 4, ROUNDS = 100000 };

struct racer {
    const struct wl_env *env;
    unsigned index, failed, shared;
};

static _Atomic unsigned begun;

/* Takes and gives buffers as the tasks of one worker do; each writes into its own, and nobody else may. */
static void *race(void *arg)
{
    struct racer *r = arg;
    atomic_fetch_add(&begun, 1);
    while (atomic_load(&begun) < WORKERS)
        ;
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct share share = {.task = r->index + i * WORKERS * 7 / 3};
        struct buffer b = {0};
        if (buffer_take(&b, r->env, &share)) {
            r->failed++;
            continue;
        }
        *(volatile unsigned *)b.at = r->index;
        r->shared += *(volatile unsigned *)b.at != r->index;
        buffer_give(&b);
    }
    return NULL;
}

static void test_race(void **state)
{
    (void)state;
    struct wl_env env = {.concurrency = WORKERS};
    pthread_t threads[WORKERS];
    struct racer racers[WORKERS];
    assert_int_equal(buffers_make(&env, 64, 64, 0), 0);
    for (unsigned i = 0; i < WORKERS; i++) {
        racers[i] = (struct racer){.env = &env, .index = i};
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (unsigned i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    for (unsigned i = 0; i < WORKERS; i++) {
        assert_int_equal(racers[i].failed, 0);
        assert_int_equal(racers[i].shared, 0);
    }
    wl_unmap(&env);
}

/* More than were said to be in flight: told, not waited for. */
static void test_too_many(void **state)
{
    (void)state;
    struct wl_env env = {.concurrency = 2};
    struct buffer b[3] = {{0}};
    assert_int_equal(buffers_make(&env, 4096, 4096, 7), 0);
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(buffer_take(&b[i], &env, &(struct share){.task = 5}), 0);
    assert_true(b[0].at != b[1].at && (size_t)b[0].at % 4096 == 0 && b[1].at[4095] == 7);
    assert_int_equal(buffer_take(&b[2], &env, &(struct share){.task = 5}), -ENOMEM);
    buffer_give(&b[2]);
    buffer_give(&b[0]);
    assert_int_equal(buffer_take(&b[2], &env, &(struct share){.task = 8}), 0);
    wl_unmap(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_race), cmocka_unit_test(test_too_many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
