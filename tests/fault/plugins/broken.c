/* SPDX-License-Identifier: MIT */
/* Plug-ins that must be refused, one for each value of CASE: what is wrong with it is the name of the case. */
#include <contend/workload.h>

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    FINE,
    ABI,
    SIZE,
    NO_SYMBOL,
    MISSING_SYMBOL,
    NO_WORKLOAD,
    NO_STEP,
    BAD_NAME,
    CLASH,
    TWICE,
    BAD_RANGE,
    CRASH,
    HANG,
    ENDS,
    CHILD,
    CONTROL,
    NOISE,
    NEEDS_OF,
    UNEVEN_OF,
    SAME_PARAM,
    OLD_ABI,
    KINDS,
    OP_SIZE,
    NEW_STRUCT,
    OLDER
};

void not_there_at_all(void);

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    (void)env;
    span_init(task, share);
#if CASE == 4
    not_there_at_all();
#endif
    return 0;
}

static enum step step(void *task, struct op *op)
{
    return span_next(task, op) ? STEP_UNIT : STEP_DONE;
}

static uint64_t checksum(const void *task)
{
    return ((const struct span *)task)->next * 0;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    return (uint64_t)env->tasks * 0 + first * 0 + n * 0;
}

__attribute__((constructor)) static void at_load(void)
{
    switch (CASE) {
    case CRASH:
        raise(SIGSEGV);
        break;
    case HANG:
        for (;;)
            pause();
    case ENDS:
        _exit(0);
    case CHILD:
        if (fork() == 0 && setsid() > 0)
            for (;;)
                pause();
        break;
    case NOISE:
        if (write(1, "noise\n", 6) < 0)
            abort();
        break;
    }
}

static unsigned needs_of(const int64_t *p)
{
    return (unsigned)p[0];
}

static bool uneven_of(const int64_t *p)
{
    return p[0] > 5;
}

static const struct param params[] = {
    {"n", "a number", PARAM_COUNT, CASE == BAD_RANGE ? 10 : 5, 1, 9, NULL},
#if CASE == 19
    {"n", "another", PARAM_COUNT, 5, 1, 9, NULL},
#endif
    {0},
};

#if CASE == 24
/* As an older workload.h would have it: without the last member of param, and of workload without those from floor_ns
 * on. What lies there is not its own. */
static const struct old_param {
    const char *name, *summary;
    enum param_type type;
    int64_t fallback, least, most;
} old_params[] = {{"n", "a number", PARAM_COUNT, 5, 1, 9}, {"m", "another", PARAM_COUNT, 7, 6, 8}, {0}};

static uint64_t an_hour(const int64_t *p)
{
    return p[0] ? 3600000000000 : 0;
}
#endif

static const struct workload broken = {
    .name = CASE == BAD_NAME ? "two words"
            : CASE == CLASH  ? "sleep"
                             : "broken",
    .family = "test",
    .summary = CASE == CONTROL ? "clears\x1b[2J the screen" : "does nothing",
    .lesson = "none",
    .unit = "nothing",
#if CASE == 24
    .params = (const struct param *)(const void *)old_params,
    .floor_ns = an_hour,
#else
    .params = params,
#endif
    .needs_of = CASE == NEEDS_OF ? needs_of : NULL,
    .uneven_of = CASE == UNEVEN_OF ? uneven_of : NULL,
    .task_size = sizeof(struct span),
    .task_init = task_init,
    .step = CASE == NO_STEP ? NULL : step,
    .checksum = checksum,
    .expected = expected,
};

#if CASE == 1 || CASE == 2 || CASE == 5 || CASE >= 20
static const struct workload *const list[] = {CASE == NO_WORKLOAD ? NULL : &broken, NULL};
const struct workload_plugin contend_plugin = {
    .abi = WORKLOAD_ABI + (CASE == ABI) - (CASE == OLD_ABI),
    .kinds = OP_KINDS + (CASE == KINDS) - (CASE == OLDER),
    .workloads = list,
    .sizes = {[SIZE_WORKLOAD] = CASE == OLDER ? offsetof(struct workload, floor_ns)
                                              : sizeof(struct workload) + (CASE == SIZE ? 8 : 0),
              [SIZE_OP] = sizeof(struct op) - (CASE == OP_SIZE ? 8 : 0),
#if CASE == 24
              [SIZE_PARAM] = sizeof(struct old_param),
#else
              [SIZE_PARAM] = sizeof(struct param),
#endif
              [SIZE_ENV] = sizeof(struct wl_env) - (CASE == OLDER ? 8 : 0),
              [SIZE_SHARE] = sizeof(struct share),
              [SIZE_CPU_CTX] = sizeof(struct cpu_ctx),
              [SIZE_SERVICE] = sizeof(struct service),
              [SIZE_ANSWER] = sizeof(struct answer),
              [SIZE_REASON + 1] = CASE == NEW_STRUCT ? 8 : 0},
};
#elif CASE == 3
const struct workload *const nobody_looks_here = &broken;
#elif CASE == 9
WORKLOAD_PLUGIN(&broken, &broken);
#else
WORKLOAD_PLUGIN(&broken);
#endif
