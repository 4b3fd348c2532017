/* SPDX-License-Identifier: MIT */
/*
 * file-write: what a log does. A unit appends some records and then makes them last by a sync; every task has a file of
 * its own, for a sync of a shared one would wait for all that others wrote. When the file is as large as allowed,
 * writing begins anew at its start, as in a log that is recycled. The last record is read back at the end (but not from
 * the device), so the checksum is of what the file holds.
 */
#include "bench/support/buffers.h"
#include "bench/support/digits.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { P_SIZE, P_EVERY, P_SYNC, P_DIRECT, P_FILE_SIZE };
enum sync_kind { SYNC_NONE, SYNC_DATA, SYNC_FULL };
enum { ALIGN = 4096, NAME = 16 };

struct state {
    unsigned n;
    int fds[]; /* a file a task */
};

struct task {
    struct span span;
    uint64_t size, every, places, seed, written, last_word;
    size_t done;
    bool direct;
    enum sync_kind sync;
    int fd;
    enum { BEGIN, WRITE, SYNC } at;
    uint64_t in_unit; /* records of the unit under way that are written */
    struct buffer buf;
};

/* The first word of record k of a unit. */
static uint64_t word_of(uint64_t seed, uint64_t unit, uint64_t k)
{
    return mix64(mix64(seed ^ unit) + k);
}

static void name_of(char name[NAME], unsigned task)
{
    memcpy(name + put_digits(name, task, 10), ".log", sizeof ".log");
}

static void close_all(struct state *st)
{
    for (unsigned i = 0; i < st->n; i++)
        close(st->fds[i]);
    free(st);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static int setup(struct wl_env *env)
{
    uint64_t size = (uint64_t)env->p[P_SIZE], whole = (uint64_t)env->p[P_FILE_SIZE], all, written;
    if (whole < size)
        return wl_error(env, EINVAL, "file-size must be at least size");
    if (env->p[P_DIRECT] && size % ALIGN)
        return wl_error(env, EINVAL, "with direct=yes size must be a multiple of %d", ALIGN);
    if (__builtin_mul_overflow(whole, env->tasks, &all))
        all = UINT64_MAX;
    uint64_t unit = (uint64_t)env->p[P_EVERY] * size; /* at most 2^46 */
    if (!__builtin_mul_overflow(env->units, unit, &written))
        all = least(all, written); /* at most what all units write */
    int rc = wl_scratch_room(env, all);
    struct state *st = rc ? NULL : malloc(sizeof *st + env->tasks * sizeof st->fds[0]);
    if (!st)
        return rc ? rc : -ENOMEM;
    for (st->n = 0; st->n < env->tasks; st->n++) {
        char name[NAME];
        name_of(name, st->n);
        int fd = wl_scratch_file(env, name, env->p[P_DIRECT] ? O_DIRECT : 0);
        if (fd < 0) {
            close_all(st);
            return fd;
        }
        st->fds[st->n] = fd;
    }
    if (env->p[P_SYNC] != SYNC_NONE && st->n && wl_in_memory(st->fds[0]))
        wl_warn(env, "the scratch directory is in memory: a sync there waits for nothing");
    rc = buffers_make(env, size, ALIGN, 0x6c);
    if (rc)
        close_all(st);
    else
        env->state = st;
    return rc;
}

static void teardown(struct wl_env *env)
{
    wl_unmap(env);
    close_all(env->state);
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->size = (uint64_t)env->p[P_SIZE];
    t->every = (uint64_t)env->p[P_EVERY];
    t->places = (uint64_t)env->p[P_FILE_SIZE] / t->size;
    t->sync = (enum sync_kind)env->p[P_SYNC];
    t->seed = env->seed;
    t->direct = env->p[P_DIRECT];
    t->fd = ((const struct state *)env->state)->fds[share->task];
    return buffer_take(&t->buf, env, share);
}

static off_t place(const struct task *t, uint64_t record)
{
    return (off_t)(record % t->places * t->size);
}

static enum step write_next(struct task *t, struct op *op)
{
    if (t->written)
        t->span.sum += mix64(t->last_word);
    t->last_word = word_of(t->seed, t->span.at, t->in_unit);
    memcpy(t->buf.at, &t->last_word, sizeof t->last_word);
    t->at = WRITE;
    t->done = 0;
    return op_file(op, OP_PWRITE, t->fd, t->buf.at, t->size, place(t, t->written));
}

static enum step end_unit(struct task *t)
{
    t->at = BEGIN;
    return STEP_UNIT;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    switch (t->at) {
    case BEGIN:
        if (!span_next(&t->span, op))
            return STEP_DONE;
        t->in_unit = 0;
        return write_next(t, op);
    case WRITE: {
        int rc = transfer(op, &t->done, t->size);
        if (rc <= 0)
            return rc < 0 ? STEP_FAIL : STEP_OP;
        t->written++;
        if (++t->in_unit < t->every)
            return write_next(t, op);
        if (t->sync == SYNC_NONE)
            return end_unit(t);
        t->at = SYNC;
        op->kind = OP_FSYNC;
        op->data_only = t->sync == SYNC_DATA;
        return STEP_OP;
    }
    case SYNC:
        return op->res < 0 ? STEP_FAIL : end_unit(t);
    }
    return STEP_FAIL;
}

static uint64_t checksum(const void *task)
{
    const struct task *t = task;
    if (!t->written)
        return 0;
    uint64_t word = t->last_word;
    if (!t->direct && pread(t->fd, &word, sizeof word, place(t, t->written - 1)) != sizeof word)
        return 0;
    return t->span.sum + mix64(word);
}

static void task_fini(void *task)
{
    buffer_give(&((struct task *)task)->buf);
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    uint64_t sum = 0;
    for (uint64_t i = first; i < first + n; i++)
        for (uint64_t k = 0; k < (uint64_t)env->p[P_EVERY]; k++)
            sum += mix64(word_of(env->seed, i, k));
    return sum;
}

static const char *const syncs[] = {"none", "fdatasync", "fsync", NULL};
static const struct param params[] = {
    {"size", "bytes of a record", PARAM_SIZE, 4096, 16, 64 << 20, NULL},
    {"every", "records between syncs", PARAM_COUNT, 8, 1, 1000000, NULL},
    {"sync", "what makes them last", PARAM_CHOICE, SYNC_DATA, SYNC_NONE, SYNC_FULL, syncs},
    {"direct", "past the page cache (O_DIRECT)", PARAM_BOOL, 0, 0, 1, NULL},
    {"file-size", "where a task's file begins anew", PARAM_SIZE, 16 << 20, 4096, INT64_C(1) << 40, NULL},
    {0},
};

static const struct expectation_reason device[] = {
    {.text = "the device, or its queue, serves one writer better than another"},
    {.text = "the file system shares the work of a sync among those that wait for it"},
    {0}};
static const struct expectation_reason one_by_one[] = {
    {.text = "the device or the file system makes one sync at a time"}, {0}};
static const struct expectation expectations[] = {
    {.id = "waiting-is-alike",
     .text = "With syncs threads and processes write the same within a factor of 1.4, since both wait for the device",
     .least = 1 / 1.4,
     .most = 1.4,
     .a = {.kinds = KIND_THREADS},
     .b = {.kinds = KIND_PROCESSES},
     .where = {{"sync", SYNC_DATA, SYNC_FULL}},
     .reasons = device},
    {.id = "many-wait",
     .text = "With syncs 8 or more tasks in flight write at least 1.3 times what one does, under the same model",
     .least = 1.3,
     .a = {.kinds = KIND_THREADS | KIND_PROCESSES, .flight_least = 8},
     .b = {.flight_least = 1, .flight_most = 1},
     .where = {{"sync", SYNC_DATA, SYNC_FULL}},
     .reasons = one_by_one},
    {.id = "trip-costs",
     .text = "Without syncs a pool of threads writes at least 1.2 times as much as one loop, which sends each write to "
             "its pool",
     .least = 1.2,
     .a = {.kinds = KIND_THREADS},
     .b = {.kinds = KIND_LOOP},
     .where = {{"sync", SYNC_NONE, SYNC_NONE}, {"size", 16, 4096}}},
    {0}};

const struct workload workload_file_write = {
    .name = "file-write",
    .family = "io",
    .summary = "append records and sync them, each task to a log of its own: what waiting for the device costs",
    .unit = "some records and their sync",
    .params = params,
    .needs = NEED_FILES,
    .rounds = 1,
    .task_size = sizeof(struct task),
    .setup = setup,
    .teardown = teardown,
    .task_init = task_init,
    .step = step,
    .checksum = checksum,
    .task_fini = task_fini,
    .expected = expected,
    .expectations = expectations,
};
