/* SPDX-License-Identifier: MIT */
/* The table of workloads. */
#include "bench/workload.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

int wl_error(struct wl_env *env, int code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(env->error, sizeof env->error, fmt, ap);
    va_end(ap);
    return -code;
}
