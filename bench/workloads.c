/* SPDX-License-Identifier: MIT */
/* The table of workloads, and what the contract offers them beyond its header. */
#include "bench/workload.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define WORKLOAD(x) extern const struct workload workload_##x;
#include "bench/workloads.def"
#undef WORKLOAD

#define WORKLOAD(x) &workload_##x,
const struct workload *const workloads[] = {
#include "bench/workloads.def"
    NULL};
#undef WORKLOAD

const struct workload *workload_find(const char *name)
{
    for (size_t i = 0; workloads[i]; i++)
        if (strcmp(workloads[i]->name, name) == 0)
            return workloads[i];
    return NULL;
}

int workload_param(const struct workload *w, const char *name)
{
    for (int i = 0; w->params && w->params[i].name; i++)
        if (strcmp(w->params[i].name, name) == 0)
            return i;
    return -1;
}

unsigned workload_needs(const struct workload *w, const int64_t *p)
{
    return w->needs | (w->needs_of ? w->needs_of(p) : 0);
}

int wl_error(struct wl_env *env, int code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(env->error, sizeof env->error, fmt, ap);
    va_end(ap);
    return -code;
}

void *wl_map(struct wl_env *env, size_t bytes)
{
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) {
        wl_error(env, ENOMEM, "%zu MiB can't be mapped; choose less", bytes >> 20);
        return NULL;
    }
    env->shared = at;
    env->shared_bytes = bytes;
    return at;
}

void wl_unmap(struct wl_env *env)
{
    if (env->shared)
        munmap(env->shared, env->shared_bytes);
    env->shared = NULL;
}
