/* SPDX-License-Identifier: MIT */
/*
 * faults: map memory, touch some of its pages, unmap it. Threads share one address space, so they share its locks, and
 * each unmapping interrupts the cores that run the others; processes have one each. Since Linux 6.4 a fault locks only
 * its own mapping (per-VMA locks), and the lock of the whole is taken by map and unmap: with more pages a unit, less of
 * it. Small pages are asked for: a single larger one would be a single fault.
 */
#include "bench/workload.h"

#include <sys/mman.h>
#include <unistd.h>

enum { P_SIZE, P_PAGES };
enum { CHECK_EVERY = 256 };

struct task {
    struct span span;
    size_t size, pages, spacing; /* bytes; pages touched; bytes from one to the next */
    uint64_t found;
    int failed; /* -errno */
};

/* How many pages a unit touches. */
static size_t touched(const int64_t *p)
{
    size_t whole = (size_t)p[P_SIZE] / (size_t)sysconf(_SC_PAGESIZE);
    return p[P_PAGES] ? (size_t)p[P_PAGES] : whole;
}

static int setup(struct wl_env *env)
{
    long page = sysconf(_SC_PAGESIZE);
    if (env->p[P_SIZE] % page || env->p[P_PAGES] > env->p[P_SIZE] / page)
        return wl_error(env, EINVAL, "size must be a multiple of a page (%ld bytes), with at least `pages` of them",
                        page);
    return 0;
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    span_init(&t->span, share);
    t->size = (size_t)env->p[P_SIZE];
    t->pages = touched(env->p);
    t->spacing = t->size / page / t->pages * page;
    return 0;
}

/* Every page is written before it is read (a read first would map the page of zeros, and the write fault again). */
static void touch(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    char *m = mmap(NULL, t->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (m == MAP_FAILED) {
        t->failed = -errno;
        return;
    }
    madvise(m, t->size, MADV_NOHUGEPAGE); /* of any size: there are pages of 64 KiB too; fails where there are none */
    uint64_t found = 0;
    for (size_t k = 0; k < t->pages; k++) {
        volatile uint64_t *word = (volatile uint64_t *)(m + k * t->spacing);
        word[0] = mix64(t->span.at + k);
        found += word[0] + word[1];
        if (k % CHECK_EVERY == CHECK_EVERY - 1)
            cpu_checkpoint(cx);
    }
    if (munmap(m, t->size))
        t->failed = -errno;
    t->found = found;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (span_end(&t->span))
        return t->failed ? op_fail(op, t->failed) : span_unit(&t->span, t->found);
    return span_begin(&t->span, op) ? op_compute(op, touch, t) : STEP_DONE;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    size_t pages = touched(env->p);
    uint64_t sum = 0;
    for (uint64_t i = first; i < first + n; i++) {
        uint64_t all = 0;
        for (size_t k = 0; k < pages; k++)
            all += mix64(i + k);
        sum += unit_sum(i, all);
    }
    return sum;
}

static const struct param params[] = {
    {"size", "bytes mapped a unit", PARAM_SIZE, 256 << 10, 4096, INT64_C(1) << 34, NULL},
    {"pages", "pages touched, spread evenly; 0: all", PARAM_COUNT, 0, 0, 1 << 22, NULL},
    {0},
};

static const struct expectation_reason locks[] = {
    {.text = "a page fault itself takes so long here that the lock of the address space adds little",
     .what = "page_fault",
     .least = 4000},
    {.text = "the kernel takes page faults without the lock of the address space (Linux 6.4 and later)"},
    {0}};
static const struct expectation_reason shared[] = {
    {.text = "the kernel's own allocator of pages is shared by all CPUs"}, REASONS_OF_SHARED_CPUS, {0}};
static const struct expectation expectations[] = {
    {.id = "own-space-wins",
     .text =
         "On two or more CPUs processes, with an address space each, map and touch memory at least 1.15 times as fast "
         "as threads",
     .least = 1.15,
     .a = {.kinds = KIND_PROCESSES, .cpus_least = 2, .flight_each = 1},
     .b = {.kinds = KIND_THREADS, .cpus_least = 2, .flight_each = 1},
     .reasons = locks},
    {.id = "cpus-add-up",
     .text = "Every CPU that a process has adds at least 0.6 times what one task at a time maps and touches",
     .least = 0.6,
     .per_cpu = true,
     .a = {.kinds = KIND_PROCESSES, .cpus_least = 2, .flight_each = 1},
     .b = {.kinds = KIND_SERIAL},
     .reasons = shared},
    {0}};

const struct workload workload_faults = {
    .name = "faults",
    .family = "memory",
    .summary = "map memory, touch its pages, unmap it: page faults and the locks of an address space",
    .unit = "one mapping",
    .params = params,
    .needs = NEED_CPU,
    .scales = "size",
    .task_size = sizeof(struct task),
    .setup = setup,
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .expected = expected,
    .expectations = expectations,
};
