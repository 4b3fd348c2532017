/* SPDX-License-Identifier: MIT */
/* What all models stand on: numbers of lanes that all workers agree on, and code on a stack of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* cmocka's header needs those before it */
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/engine/coroutine.h"
#include "harness/engine/engine.h"

/* Each number below the concurrency is one worker's, in order, and shares differ by one at most. */
static void test_lane_numbers(void **state)
{
    (void)state;
    for (unsigned concurrency = 1; concurrency <= 70; concurrency++)
        for (unsigned workers = 1; workers <= concurrency; workers++) {
            struct cell c = {.concurrency = concurrency, .workers = workers};
            unsigned next = 0;
            for (unsigned w = 0; w < workers; w++) {
                assert_int_equal(lanes_first(&c, w), next);
                assert_true(lanes_of(&c, w) - concurrency / workers <= 1);
                next += lanes_of(&c, w);
            }
            assert_int_equal(next, concurrency);
        }
}

enum { COROUTINES = 50, STEPS = 200, DEEP = 100 };

struct counter {
    struct coroutine *self;
    unsigned index, steps;
    uint64_t sum;
    bool ended;
};

/* Yields from deep inside, where locals of many frames must still be what they were. */
static uint64_t count_down(struct counter *c, unsigned depth)
{
    volatile uint64_t here = mix64(c->index * DEEP + depth);
    if (depth == 0)
        coroutine_yield(c->self);
    else
        c->sum += count_down(c, depth - 1);
    return here;
}

static void run_counter(void *arg)
{
    struct counter *c = arg;
    for (; c->steps < STEPS; c->steps++)
        c->sum += count_down(c, DEEP);
    c->ended = true;
}

static void test_coroutines(void **state)
{
    (void)state;
    static struct counter all[COROUTINES];
    for (unsigned i = 0; i < COROUTINES; i++) {
        all[i] = (struct counter){.index = i};
        assert_int_equal(coroutine_new(&all[i].self, run_counter, &all[i]), 0);
        assert_int_equal(all[i].steps, 0); /* made, not begun */
    }
    for (unsigned step = 0; step <= STEPS; step++)
        for (unsigned i = 0; i < COROUTINES; i++) {
            assert_false(all[i].ended);
            coroutine_resume(all[i].self);
            assert_int_equal(all[i].steps, step);
        }
    for (unsigned i = 0; i < COROUTINES; i++) {
        uint64_t each = 0;
        for (unsigned depth = 0; depth <= DEEP; depth++)
            each += mix64(i * DEEP + depth);
        assert_true(all[i].ended && all[i].sum == STEPS * each);
        coroutine_free(all[i].self);
    }
    coroutine_free(NULL);
}

static pid_t waiting_child(void)
{
    pid_t parent = getpid(), pid = fork();
    assert_true(pid >= 0);
    while (pid == 0) {
        sleep(1);
        if (getppid() != parent)
            _exit(1);
    }
    return pid;
}

static void signals_of_children(int how)
{
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(how, &child, NULL);
}

/* The change is there, and its signal has been made. */
static void change(pid_t pid, int sig, int what)
{
    siginfo_t i;
    assert_int_equal(kill(pid, sig), 0);
    assert_int_equal(waitid(P_PID, (id_t)pid, &i, what | WNOWAIT), 0);
}

/* A worker's end and another's going on, seen in one signal, which tells of the end alone. */
static void test_halts(void **state)
{
    (void)state;
    static struct halts h;
    struct engine e = {.halts = &h};
    engine_watch_children(&e);
    pid_t ends = waiting_child(), stops = waiting_child();
    signals_of_children(SIG_BLOCK);
    change(stops, SIGSTOP, WSTOPPED);
    signals_of_children(SIG_UNBLOCK);
    assert_int_equal(atomic_load(&h.now), 1);
    nanosleep(&(struct timespec){.tv_nsec = 2 * (long)NS_PER_MS}, NULL);
    signals_of_children(SIG_BLOCK);
    change(ends, SIGKILL, WEXITED);
    change(stops, SIGCONT, WCONTINUED);
    signals_of_children(SIG_UNBLOCK);
    assert_int_equal(atomic_load(&h.now), 0);
    assert_true(atomic_load(&h.total_ns) >= 2 * NS_PER_MS);
    kill(stops, SIGKILL);
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        continue;
    signal(SIGCHLD, SIG_DFL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lane_numbers), cmocka_unit_test(test_coroutines),
                                       cmocka_unit_test(test_halts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
