/* SPDX-License-Identifier: MIT */
/* New threads and processes, and what is said when there can be none; see pool.h. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/single_threaded.h>
#include <unistd.h>

#include "harness/engine/pool.h"

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

int thread_spawn(struct engine *e, pthread_t *out, void *(*fn)(void *), void *arg)
{
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, WORKER_STACK);
    int rc = pthread_create(out, &attr, fn, arg);
    pthread_attr_destroy(&attr);
    if (rc) {
        char limits[224];
        limits_text(limits, sizeof limits);
        engine_fail(e, "a thread can't be created: %s (%s)", strerror(rc), limits);
    }
    return -rc;
}

pid_t process_spawn(struct engine *e)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        worker_child_init(parent);
        if (process_libc_threads(e))
            _exit(1);
    } else if (pid < 0) {
        int code = errno;
        char limits[224];
        limits_text(limits, sizeof limits);
        engine_fail(e, "a process can't be forked: %s (%s)", strerror(code), limits);
        return -code;
    }
    return pid;
}

static void *idle(void *arg)
{
    for (;;)
        pause(); /* with all signals blocked: for ever */
    return arg;
}

int process_libc_threads(struct engine *e)
{
    if (e->cell->libc_threads == LIBC_SINGLE && !__libc_single_threaded)
        return engine_fail(
            e, "libc_threads=single: this process has been multi-threaded for its libc before any worker began");
    if (e->cell->libc_threads != LIBC_MULTI || !__libc_single_threaded)
        return 0;
    sigset_t all, was;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &was);
    int rc = thread_spawn(e, &thread, idle, NULL);
    if (!rc)
        pthread_detach(thread);
    pthread_sigmask(SIG_SETMASK, &was, NULL);
    return rc ? -ECANCELED : 0;
}
