/* SPDX-License-Identifier: MIT */
/* Pools of threads and of forked processes; see pool.h. */
#include "harness/model/pool.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/base/base.h"

/* What limits the number of threads and processes here, with values, for a message. */
static void limits_text(char *buf, size_t n)
{
    struct rlimit r = {0};
    getrlimit(RLIMIT_NPROC, &r);
    long threads_max = 0, pid_max = 0;
    FILE *f = fopen("/proc/sys/kernel/threads-max", "re");
    if (f) {
        if (fscanf(f, "%ld", &threads_max) != 1)
            threads_max = 0;
        fclose(f);
    }
    f = fopen("/proc/sys/kernel/pid_max", "re");
    if (f) {
        if (fscanf(f, "%ld", &pid_max) != 1)
            pid_max = 0;
        fclose(f);
    }
    struct rlimit space = {.rlim_cur = RLIM_INFINITY};
    getrlimit(RLIMIT_AS, &space);
    char more[64] = "";
    if (space.rlim_cur != RLIM_INFINITY)
        snprintf(more, sizeof more, "address space (ulimit -v) %llu KiB, ", (unsigned long long)space.rlim_cur / 1024);
    snprintf(buf, n, "limits: %snproc %llu, kernel.threads-max %ld, kernel.pid_max %ld; see also the cgroup's pids.max",
             more, (unsigned long long)r.rlim_cur, threads_max, pid_max);
}

int thread_spawn(struct trial *t, pthread_t *out, void *(*fn)(void *), void *arg)
{
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 1 << 20);
    int rc = pthread_create(out, &attr, fn, arg);
    pthread_attr_destroy(&attr);
    if (rc) {
        char limits[224];
        limits_text(limits, sizeof limits);
        trial_fail(t, "a thread can't be created: %s (%s)", strerror(rc), limits);
    }
    return -rc;
}

pid_t process_spawn(struct trial *t)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        worker_child_init(parent);
        if (model_libc_threads(t))
            _exit(1);
    } else if (pid < 0) {
        int code = errno;
        char limits[224];
        limits_text(limits, sizeof limits);
        trial_fail(t, "a process can't be forked: %s (%s)", strerror(code), limits);
        return -code;
    }
    return pid;
}

struct thread_pool {
    struct trial *trial;
    unsigned made;
    struct member {
        struct thread_pool *pool;
        pthread_t thread;
        unsigned index;
    } * members;
    pool_body *body;
    void *arg;
};

static void *thread_main(void *arg)
{
    struct member *m = arg;
    struct worker w;
    if (worker_init(&w, m->pool->trial, m->index) == 0)
        m->pool->body(&w, m->pool->arg);
    return NULL;
}

int thread_pool_start(struct trial *t, struct thread_pool **out, pool_body *body, void *arg)
{
    struct thread_pool *p = calloc(1, sizeof *p);
    if (p)
        p->members = calloc(t->cell->workers, sizeof *p->members);
    if (!p || !p->members) {
        free(p);
        trial_fail(t, "out of memory for %u workers", t->cell->workers);
        return -ECANCELED;
    }
    *p = (struct thread_pool){.trial = t, .members = p->members, .body = body, .arg = arg};
    *out = p;
    for (; p->made < t->cell->workers; p->made++) {
        struct member *m = &p->members[p->made];
        m->pool = p;
        m->index = p->made;
        if (thread_spawn(t, &m->thread, thread_main, m))
            return -ECANCELED;
    }
    return trial_await_ready(t, t->cell->workers);
}

void thread_pool_stop(struct thread_pool *p)
{
    if (!p)
        return;
    for (unsigned i = 0; i < p->made; i++)
        pthread_join(p->members[i].thread, NULL);
    free(p->members);
    free(p);
}

struct process_pool {
    unsigned made;
};

int process_pool_start(struct trial *t, struct process_pool **out, pool_body *body, void *arg)
{
    struct process_pool *p = calloc(1, sizeof *p);
    if (!p) {
        trial_fail(t, "out of memory");
        return -ECANCELED;
    }
    *out = p;
    fflush(NULL); /* what is buffered would be written once by each child */
    for (; p->made < t->cell->workers; p->made++) {
        pid_t pid = process_spawn(t);
        if (pid < 0)
            return -ECANCELED;
        if (pid == 0) {
            struct worker w;
            if (worker_init(&w, t, p->made) == 0) {
                w.own_process = true;
                body(&w, arg);
            }
            _exit(trial_failed(t) ? 1 : 0);
        }
    }
    return trial_await_ready(t, t->cell->workers);
}

int process_pool_stop(struct trial *t, struct process_pool *p)
{
    if (!p)
        return 0;
    int rc;
    while ((rc = trial_reap(t, true)) == 0)
        ;
    free(p);
    return rc == -ECHILD ? 0 : rc;
}

static void checkpoint_yield(struct cpu_ctx *cx)
{
    struct worker *w = (struct worker *)((char *)cx - offsetof(struct worker, cx));
    gil_yield(w->gil);
}

void blocking_body(struct worker *w, void *arg)
{
    struct lane l;
    if (lane_init(&l, w->workload)) {
        trial_fail(w->trial, "out of memory for a task of %zu bytes", w->workload->task_size);
        return;
    }
    w->gil = arg;
    if (w->gil)
        w->cx = (struct cpu_ctx){.wanted = gil_wanted(w->gil), .yield = checkpoint_yield};
    if (worker_enter(w) == 0 && blocking_tasks(w, &l) == 0)
        worker_leave(w);
    lane_release(&l);
}

void loop_body(struct worker *w, void *arg)
{
    (void)arg;
    struct loop *l = NULL;
    if (loop_new(&l, w, loop_lanes(w->trial->cell, w->index), false) == 0 && worker_enter(w) == 0 && loop_run(l) == 0)
        worker_leave(w);
    loop_free(l);
}
