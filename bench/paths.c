/* SPDX-License-Identifier: MIT */
/*
 * The paths that parameters name. A parameter's value is a number, so a path's is its place in the table of all that
 * this process has named: another process has other numbers, and what lasts (plans, records) holds the paths
 * themselves.
 */
#include "bench/workload.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char **named; /* grows only; path k at k - 1, for as long as the process runs */
static int64_t n_named;

/* 0: it is not there yet. */
static int64_t find(const char *path)
{
    int64_t k = n_named;
    while (k > 0 && strcmp(named[k - 1], path) != 0)
        k--;
    return k;
}

static int64_t add(const char *path)
{
    char **more = realloc(named, ((size_t)n_named + 1) * sizeof *more);
    if (!more)
        return -ENOMEM;
    named = more;
    named[n_named] = strdup(path);
    return named[n_named] ? ++n_named : -ENOMEM;
}

int64_t workload_path(const char *path)
{
    pthread_mutex_lock(&lock);
    int64_t k = find(path);
    if (!k)
        k = add(path);
    pthread_mutex_unlock(&lock);
    return k;
}

const char *wl_path(int64_t value)
{
    pthread_mutex_lock(&lock);
    const char *path = value > 0 && value <= n_named ? named[value - 1] : NULL;
    pthread_mutex_unlock(&lock);
    return path;
}
