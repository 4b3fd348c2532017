/* SPDX-License-Identifier: MIT */
/* New threads and processes, and what is said when there can be none; see pool.h. */
#include <errno.h>
#include <signal.h>
#include <sys/single_threaded.h>
#include <unistd.h>

#include "harness/engine/pool.h"

int thread_spawn(struct engine *e, pthread_t *out, void *(*fn)(void *), void *arg)
{
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, WORKER_STACK);
    int rc = pthread_create(out, &attr, fn, arg);
    pthread_attr_destroy(&attr);
    if (rc)
        engine_fail_call(e, rc, "pthread_create", "a thread can't be created");
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
        engine_fail_call(e, code, "fork", "a process can't be forked");
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
