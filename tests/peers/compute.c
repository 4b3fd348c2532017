/* SPDX-License-Identifier: MIT */
/*
 * primes or null by hand, under a pthread or a fork pool: workers take tasks from one atomic counter and compute. What
 * a unit does is the workload's own, driven through its public interface by a bare loop, so that both programs run the
 * same code.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/peers/peer.h"

extern const struct workload workload_null, workload_primes;
enum { LINE = 64, PAGE = 4096 };

static const struct workload *w;
static struct wl_env env;

static void body(struct peer *p, unsigned worker)
{
    struct cpu_ctx cx = {0};
    /* What is longer than a page begins at one: elsewhere the sieve of primes was up to 6 % slower (measured). */
    const size_t alignment = w->task_size > PAGE ? PAGE : LINE;
    const size_t size = (w->task_size + alignment - 1) / alignment * alignment;
    void *task = aligned_alloc(alignment, size);
    uint64_t units = 0, sum = 0;
    if (!task)
        peer_die("a task", ENOMEM);
    memset(task, 0, size); /* first touch before the gate */
    peer_enter(p, worker);
    for (unsigned i; (i = peer_take(p)) < p->tasks;) {
        struct share share = {.task = i, .group = i, .first = peer_first(p, i, p->tasks)};
        struct op op = {.fd = -1};
        share.units = peer_first(p, i + 1, p->tasks) - share.first;
        memset(task, 0, size);
        w->task_init(task, &env, &share);
        for (enum step s; (s = w->step(task, &op)) != STEP_DONE;) {
            if (s == STEP_OP)
                op.fn(op.arg, &cx);
            else
                units++;
        }
        sum += w->checksum(task);
    }
    peer_leave(p, worker, units, sum, 0);
    free(task);
}

int main(int argc, char **argv)
{
    struct peer p = peer_init(2, 2, "threads|processes UNITS TASKS CONCURRENCY PUS null|primes LIMIT", argv);
    (void)argc;
    w = strcmp(p.params[0], "null") == 0 ? &workload_null : &workload_primes;
    if (strcmp(p.params[0], w->name) != 0)
        peer_die("expected null or primes", EINVAL);
    env = (struct wl_env){.p = {(int64_t)peer_number(&p, 1, 0, 1000000000)}, .units = p.units, .tasks = p.tasks};
    int rc = w->setup ? w->setup(&env) : 0;
    if (rc)
        peer_die("the set-up", -rc);
    peer_run(&p, argv[1], p.concurrency, body);
    if (w->teardown)
        w->teardown(&env);
    return 0;
}
