/* SPDX-License-Identifier: MIT */
/*
 * letters: counts of the letters a to z in text files, the step that maps and merges: each task reads pieces and counts
 * in private, and what the tasks have is added up at the end, so nothing is shared while it counts. A unit is a piece
 * of the files taken end to end. The files are cached (setup has made or read them), so reading is a copy by the
 * kernel beside computing. The golden value reads without ops and looks each byte up in a sentence of the alphabet.
 */
#include "bench/support/text.h"

#include <stdlib.h>
#include <string.h>

enum { P_DIR, P_FILES, P_SIZE, P_PIECE };
enum { LETTERS = 26, CHECK_EVERY = 1 << 18, TABLES = 4 };

struct task {
    struct span span;
    const struct texts *texts;
    struct text_reading reading;
    char *buf;
    uint64_t piece, counts[LETTERS];
    enum { START, READ, COUNTED } at;
};

static const char *const seeded[] = {"seeded", NULL};
static const struct param params[] = {
    {"dir", "the text files below a directory, or text made from the seed", PARAM_PATH, 0, 0, 0, seeded},
    {"files", "files of the seeded text", PARAM_COUNT, 16, 1, 1024, NULL},
    {"size", "bytes of the seeded text", PARAM_SIZE, 4 << 20, 1, INT64_C(1) << 32, NULL},
    {"piece", "bytes read and counted a unit", PARAM_SIZE, 64 << 10, 64, 64 << 20, NULL},
    {0},
};

/* The pieces' memory is made here, a slice for each task: from malloc a large one would be mapped and unmapped again by
 * every task, which threads queue for in their one address space and processes do not. */
static int setup(struct wl_env *env)
{
    struct texts *t = NULL;
    int rc = texts_setup(env, params, P_DIR, P_FILES, (uint64_t)env->p[P_PIECE], &t);
    if (rc)
        return rc;
    env->state = t;
    if (wl_map_slices(env, (size_t)env->p[P_PIECE]))
        return 0;
    texts_close(t);
    return -ENOMEM;
}

static void teardown(struct wl_env *env)
{
    wl_unmap(env);
    texts_close(env->state);
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->texts = env->state;
    t->piece = (uint64_t)env->p[P_PIECE];
    t->buf = wl_slice(env, share->task);
    return 0;
}

/* Several tables, since a letter that comes twice in a row would wait for its own count to be stored. */
static void count(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    uint32_t table[TABLES][256] = {0};
    const unsigned char *p = (const unsigned char *)t->buf;
    for (uint64_t k = 0; k < t->piece; cpu_checkpoint(cx)) {
        uint64_t until = t->piece - k < CHECK_EVERY ? t->piece : k + CHECK_EVERY;
        for (; until - k >= TABLES; k += TABLES)
            for (unsigned j = 0; j < TABLES; j++)
                table[j][p[k + j]]++;
        for (; k < until; k++)
            table[0][p[k]]++;
    }
    for (unsigned l = 0; l < LETTERS; l++)
        for (unsigned j = 0; j < TABLES; j++)
            t->counts[l] += table[j]['a' + l] + table[j]['A' + l];
}

static enum step begin(struct task *t, struct op *op)
{
    if (!span_next(&t->span, op))
        return STEP_DONE;
    t->at = READ;
    text_read(t->texts, &t->reading, op, t->span.at * t->piece, t->buf, t->piece);
    return STEP_OP;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (t->at == START)
        return begin(t, op);
    if (t->at == COUNTED) {
        t->at = START;
        return span_unit(&t->span, 0);
    }
    int rc = text_read_on(t->texts, &t->reading, op);
    if (rc <= 0)
        return rc < 0 ? STEP_FAIL : STEP_OP;
    t->at = COUNTED;
    return op_compute(op, count, t);
}

/* What letter l adds each time: sums of this over tasks are merged counts, whoever counted what. */
static uint64_t worth(unsigned l)
{
    return mix64(l + UINT64_C(0x6c65747465727300));
}

static uint64_t checksum(const void *task)
{
    const struct task *t = task;
    uint64_t sum = t->span.sum;
    for (unsigned l = 0; l < LETTERS; l++)
        sum += t->counts[l] * worth(l);
    return sum;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    static const char alphabet[] = "aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpPqQrRsStTuUvVwWxXyYzZ";
    uint64_t piece = (uint64_t)env->p[P_PIECE], sum = 0, value[256] = {0};
    char *buf = malloc(piece);
    if (!buf)
        return wl_unknown(env, ENOMEM);
    for (unsigned k = 0; k < 2 * LETTERS; k++)
        value[(unsigned char)alphabet[k]] = worth(k / 2);
    for (uint64_t i = first; i < first + n; i++) {
        int rc = text_copy(env->state, i * piece, buf, piece);
        if (rc) {
            wl_unknown(env, -rc);
            break;
        }
        for (const char *p = buf; p < buf + piece; p++)
            sum += value[(unsigned char)*p];
        sum += unit_sum(i, 0);
    }
    free(buf);
    return sum;
}

static const struct expectation_reason shared[] = {REASONS_OF_SHARED_CPUS, {0}};
static const struct expectation_reason reading[] = {
    {.text = "the files are not in the page cache, so reading takes the time"}, {0}};
static const struct expectation expectations[] = {
    EXPECT_CPUS_ADD_UP(shared),
    /* The reads go through the loop's pool and can overlap with counting: they take less than a tenth of it. */
    {.id = "loop-gains-little",
     .text = "One loop that counts itself does at most 1.25 times what one task at a time does, since counting, not "
             "reading, takes the time",
     .most = 1.25,
     .a = {.kinds = KIND_LOOP},
     .b = {.kinds = KIND_SERIAL},
     .reasons = reading},
    {0}};

const struct workload workload_letters = {
    .name = "letters",
    .family = "cpu",
    .summary = "letters of text files read and counted in private, merged at the end: compute beside "
               "cached reads",
    .unit = "one piece",
    .params = params,
    .needs = NEED_CPU | NEED_FILES,
    .scales = "piece",
    .task_size = sizeof(struct task),
    .setup = setup,
    .teardown = teardown,
    .task_init = task_init,
    .step = step,
    .checksum = checksum,
    .expected = expected,
    .expectations = expectations,
};
