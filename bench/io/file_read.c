/* SPDX-License-Identifier: MIT */
/*
 * file-read: random block reads of a file that setup makes. Word k of the file is a function of k
 * alone, so the expected checksum needs no reading. Cached, it measures the page cache's copy; direct, the device.
 */
#include "bench/support/buffers.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { P_SIZE, P_FILE_SIZE, P_DIRECT };
enum { ALIGN = 4096, WORDS_CHECKED = 4 };

struct task {
    struct span span;
    uint64_t size, blocks, seed;
    size_t done;
    int fd;
    struct buffer buf;
};

static uint64_t word_at(uint64_t k)
{
    return mix64(k ^ UINT64_C(0x66696c652d726561));
}

static uint64_t block_of(uint64_t unit, uint64_t seed, uint64_t blocks)
{
    return mix64(unit ^ mix64(seed)) % blocks;
}

/* The checksum of a block at byte `offset`: its first, last and two inner words. `buf` NULL: by the formula. */
static uint64_t block_sum(const char *buf, uint64_t offset, uint64_t size)
{
    uint64_t sum = 0, words = size / 8;
    for (uint64_t i = 0; i < WORDS_CHECKED; i++) {
        uint64_t k = i * (words - 1) / (WORDS_CHECKED - 1), word = word_at(offset / 8 + k);
        if (buf)
            memcpy(&word, buf + k * 8, sizeof word);
        sum += mix64(word + i);
    }
    return sum;
}

static int fill(int fd, uint64_t bytes)
{
    enum { CHUNK = 1 << 20 };
    uint64_t *buf = aligned_alloc(ALIGN, CHUNK);
    if (!buf)
        return -ENOMEM;
    int rc = 0;
    for (uint64_t at = 0; !rc && at < bytes; at += CHUNK) {
        size_t n = bytes - at < CHUNK ? bytes - at : CHUNK;
        for (size_t k = 0; k < n / 8; k++)
            buf[k] = word_at(at / 8 + k);
        for (size_t done = 0; !rc && done < n;) {
            ssize_t put = pwrite(fd, (char *)buf + done, n - done, (off_t)(at + done));
            if (put < 0 && errno != EINTR)
                rc = -errno;
            done += put > 0 ? (size_t)put : 0;
        }
    }
    free(buf);
    return rc ? rc : fdatasync(fd) ? -errno : 0;
}

static int open_file(struct wl_env *env)
{
    int fd = wl_scratch_file(env, "read", 0), direct = -1;
    if (fd < 0)
        return fd;
    if (env->p[P_DIRECT] && (direct = wl_scratch_file(env, "read", O_DIRECT)) < 0) {
        close(fd);
        return direct;
    }
    int rc = fill(fd, (uint64_t)env->p[P_FILE_SIZE]);
    if (rc)
        wl_error_call(env, -rc, "pwrite or fdatasync", "the file of %lld bytes can't be written in %s",
                      (long long)env->p[P_FILE_SIZE], env->scratch);
    if (direct >= 0 || rc)
        close(fd);
    if (rc && direct >= 0)
        close(direct);
    return rc ? rc : direct >= 0 ? direct : fd;
}

static int setup(struct wl_env *env)
{
    int64_t size = env->p[P_SIZE], whole = env->p[P_FILE_SIZE];
    if (whole < size)
        return wl_error(env, EINVAL, "file-size must be at least size");
    if (size % 8 || whole % 8 || (env->p[P_DIRECT] && (size % ALIGN || whole % ALIGN)))
        return wl_error(env, EINVAL, "size and file-size must be multiples of %d", env->p[P_DIRECT] ? ALIGN : 8);
    int fd = wl_scratch_room(env, (uint64_t)whole);
    fd = fd ? fd : open_file(env);
    if (fd < 0)
        return fd;
    int *state = malloc(sizeof *state), rc = state ? buffers_make(env, (size_t)size, ALIGN, 0) : -ENOMEM;
    if (rc) {
        close(fd);
        free(state);
        return rc;
    }
    *state = fd;
    env->state = state;
    return 0;
}

static void teardown(struct wl_env *env)
{
    wl_unmap(env);
    close(*(int *)env->state);
    free(env->state);
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->size = (uint64_t)env->p[P_SIZE];
    t->blocks = (uint64_t)env->p[P_FILE_SIZE] / t->size;
    t->seed = env->seed;
    t->fd = *(int *)env->state;
    return buffer_take(&t->buf, env, share);
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (t->span.in_op) {
        int rc = transfer(op, &t->done, t->size);
        if (rc <= 0)
            return rc < 0 ? STEP_FAIL : STEP_OP;
        span_end(&t->span);
        t->span.sum += block_sum(t->buf.at, 0, t->size);
        return STEP_UNIT;
    }
    if (!span_begin(&t->span, op))
        return STEP_DONE;
    t->done = 0;
    return op_file(op, OP_PREAD, t->fd, t->buf.at, t->size,
                   (off_t)(block_of(t->span.at, t->seed, t->blocks) * t->size));
}

static void task_fini(void *task)
{
    buffer_give(&((struct task *)task)->buf);
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    uint64_t size = (uint64_t)env->p[P_SIZE], blocks = (uint64_t)env->p[P_FILE_SIZE] / size, sum = 0;
    for (uint64_t i = first; i < first + n; i++)
        sum += block_sum(NULL, block_of(i, env->seed, blocks) * size, size);
    return sum;
}

static const struct param params[] = {
    {"size", "bytes a read", PARAM_SIZE, 4096, 64, 64 << 20, NULL},
    {"file-size", "bytes of the file", PARAM_SIZE, 16 << 20, 4096, INT64_C(1) << 40, NULL},
    {"direct", "past the page cache (O_DIRECT)", PARAM_BOOL, 0, 0, 1, NULL},
    {0},
};

static const struct expectation_reason no_device[] = {
    {.text = "the device answers about as fast as a hand-over to another thread"}, {0}};
static const struct expectation expectations[] = {
    {.id = "trip-costs",
     .text = "Of cached blocks of at most 4 KiB a pool of threads reads at least 1.5 times as many as one loop, which "
             "sends each read to its pool",
     .least = 1.5,
     .a = {.kinds = KIND_THREADS},
     .b = {.kinds = KIND_LOOP},
     .where = {{"size", 64, 4096}, {"direct", 0, 0}}},
    {.id = "device-hides-trip",
     .text = "Past the page cache the trip is lost in the wait: one loop reads at least 0.7 times what threads do with "
             "as many in flight, up to 4",
     .least = 0.7,
     .a = {.kinds = KIND_LOOP, .flight_most = 4},
     .b = {.kinds = KIND_THREADS, .flight_most = 4},
     .where = {{"direct", 1, 1}},
     .reasons = no_device},
    {0}};

const struct workload workload_file_read = {
    .name = "file-read",
    .family = "io",
    .summary = "random block reads of a file that it makes: the page cache, or the device with direct=yes",
    .unit = "one block read",
    .params = params,
    .needs = NEED_FILES,
    .task_size = sizeof(struct task),
    .setup = setup,
    .teardown = teardown,
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .task_fini = task_fini,
    .expected = expected,
    .expectations = expectations,
};
