/* SPDX-License-Identifier: MIT */
/*
 * To be loaded before others (LD_PRELOAD): pins the two sides of a program that can't do so itself to a processing unit
 * each, from their first instruction. PEER_APART has the two units ("0,1"). Threads go to them in the order in which
 * they are made; a program that forks stays on the first one, with its first child on the second.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef int create_fn(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
typedef pid_t fork_fn(void);

static void pin(unsigned side)
{
    int units[2];
    const char *text = getenv("PEER_APART");
    cpu_set_t set;
    CPU_ZERO(&set);
    if (text && sscanf(text, "%d,%d", &units[0], &units[1]) == 2 && units[0] >= 0 && units[1] >= 0) {
        CPU_SET((size_t)units[side], &set);
        if (sched_setaffinity(0, sizeof set, &set) == 0)
            return;
    }
    fprintf(stderr, "peer_apart: PEER_APART=%s does not name two units that may be used\n", text ? text : "");
    _exit(1);
}

struct start {
    void *(*fn)(void *);
    void *arg;
    unsigned side;
};

static void *pinned(void *arg)
{
    struct start s = *(struct start *)arg;
    free(arg);
    pin(s.side);
    return s.fn(s.arg);
}

int pthread_create(pthread_t *out, const pthread_attr_t *attr, void *(*fn)(void *), void *arg)
{
    static unsigned made;
    create_fn *real = (create_fn *)dlsym(RTLD_NEXT, "pthread_create");
    struct start *s = malloc(sizeof *s);
    if (!s)
        abort();
    *s = (struct start){fn, arg, made++ % 2};
    return real(out, attr, pinned, s);
}

pid_t fork(void)
{
    fork_fn *real = (fork_fn *)dlsym(RTLD_NEXT, "fork");
    pid_t pid = real();
    if (pid >= 0)
        pin(pid == 0);
    return pid;
}
