/* SPDX-License-Identifier: MIT */
/*
 * pipeline: text records are parsed, fields are extracted, and the fields are aggregated: as three stages, each a task
 * that hands its results to the next through a pipe, or as equal tasks that each do all three. The work on a piece of
 * text is the same either way; what differs is how often it changes hands and whether the slowest stage holds up the
 * others. A record is a fixed number of bytes of the text, so all messages have one size.
 */
#include "bench/support/buffers.h"
#include "bench/support/pipes.h"
#include "bench/support/records.h"
#include "bench/support/text.h"

#include <stdlib.h>

enum { P_SHAPE, P_DIR, P_FILES, P_SIZE, P_RECORD, P_RECORDS };
enum shape { SHAPE_STAGES, SHAPE_EQUAL };
enum { STAGES = 3, KEYS = 256, LINE = 64 };
enum { CHECK_BYTES = 1 << 17, CHECK_RECORDS = 1 << 14 }; /* of work between checkpoints: well under 1 ms */

struct state {
    struct texts *texts;
    struct pipes *pipes; /* 2 a group: to extract, to aggregate; none for equal tasks */
};

/* A message is this and then the data. */
struct head {
    uint64_t unit, last;
};

struct task {
    struct span span;
    struct text_reading reading;
    const struct texts *texts;
    uint64_t unit, record, records, sum;
    enum shape shape;
    unsigned stage;
    bool last;
    size_t done;
    struct pipe from, to;       /* only their in and out ends */
    char *text;                 /* records × record bytes */
    struct head *parsed, *keys; /* messages with records × struct parsed, and × uint64_t */
    struct buffer buf;          /* the three */
    uint64_t count[KEYS], letters[KEYS];
    enum { BEGIN, GOT, WORKED, SENT } at;
};

static struct parsed *parsed_of(struct task *t)
{
    return (struct parsed *)(t->parsed + 1);
}

static uint64_t *keys_of(struct task *t)
{
    return (uint64_t *)(t->keys + 1);
}

static void parse(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    uint64_t since = 0; /* bytes; a record, of at most 1 MiB, is parsed as one */
    for (uint64_t i = 0; i < t->records; i++) {
        parsed_of(t)[i] = parse_record(t->text + i * t->record, t->record);
        since += t->record;
        if (since < CHECK_BYTES)
            continue;
        since = 0;
        cpu_checkpoint(cx);
    }
}

static void extract(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    for (uint64_t i = 0; i < t->records; i++) {
        keys_of(t)[i] = extract_record(&parsed_of(t)[i]);
        if (i % CHECK_RECORDS == CHECK_RECORDS - 1)
            cpu_checkpoint(cx);
    }
}

static void aggregate(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    for (uint64_t i = 0; i < t->records; i++) {
        uint64_t key = keys_of(t)[i];
        t->count[key % KEYS]++;
        t->letters[key % KEYS] += key >> 32;
        if (i % CHECK_RECORDS == CHECK_RECORDS - 1)
            cpu_checkpoint(cx);
    }
}

static void all_three(void *arg, struct cpu_ctx *cx)
{
    parse(arg, cx);
    extract(arg, cx);
    aggregate(arg, cx);
}

static void close_all(struct state *st)
{
    pipes_free(st->pipes);
    texts_close(st->texts);
    free(st);
}

/* Where a task's buffer is cut: text, parsed, keys, each from a line on. */
static size_t lines(size_t bytes)
{
    return (bytes + LINE - 1) / LINE * LINE;
}

static size_t text_room(uint64_t record, uint64_t records)
{
    return lines(record * records);
}

static size_t parsed_room(uint64_t records)
{
    return lines(sizeof(struct head) + records * sizeof(struct parsed));
}

static size_t room(const int64_t *p)
{
    uint64_t records = (uint64_t)p[P_RECORDS];
    return text_room((uint64_t)p[P_RECORD], records) + parsed_room(records) +
           lines(sizeof(struct head) + records * sizeof(uint64_t));
}

static const char *const shapes[] = {"stages", "equal", NULL};
static const char *const seeded[] = {"seeded", NULL};
static const struct param params[] = {
    {"shape", "three stages with pipes between them, or equal tasks that each do all", PARAM_CHOICE, SHAPE_STAGES,
     SHAPE_STAGES, SHAPE_EQUAL, shapes},
    {"dir", "a directory (or a file) with texts, or text made from the seed", PARAM_PATH, 0, 0, 0, seeded},
    {"files", "how many files are made", PARAM_COUNT, 16, 1, 10000, NULL},
    {"size", "bytes of all files that are made", PARAM_SIZE, 4 << 20, 1, 1 << 30, NULL},
    {"record", "bytes of a record", PARAM_SIZE, 128, 1, 1 << 20, NULL},
    {"records", "records handed on at once", PARAM_COUNT, 256, 1, 1 << 16, NULL},
    {0},
};

static int setup(struct wl_env *env)
{
    unsigned pipes = env->p[P_SHAPE] == SHAPE_STAGES ? env->tasks / STAGES * (STAGES - 1) : 0;
    struct state *st = calloc(1, sizeof *st);
    if (!st)
        return -ENOMEM;
    uint64_t unit = (uint64_t)env->p[P_RECORD] * (uint64_t)env->p[P_RECORDS];
    int rc = texts_setup(env, params, P_DIR, P_FILES, unit, &st->texts);
    if (!rc)
        rc = pipes_new(&st->pipes, env, pipes);
    if (!rc)
        rc = buffers_make(env, room(env->p), 2 * LINE, 0);
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

static void task_fini(void *task)
{
    buffer_give(&((struct task *)task)->buf);
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    const struct state *st = env->state;
    span_init(&t->span, share);
    t->texts = st->texts;
    t->unit = share->first;
    t->shape = (enum shape)env->p[P_SHAPE];
    t->stage = share->member;
    t->record = (uint64_t)env->p[P_RECORD];
    t->records = (uint64_t)env->p[P_RECORDS];
    if (t->stage)
        t->from = st->pipes->at[share->group * (STAGES - 1) + t->stage - 1];
    if (t->shape == SHAPE_STAGES && t->stage + 1 < STAGES)
        t->to = st->pipes->at[share->group * (STAGES - 1) + t->stage];
    int rc = buffer_take(&t->buf, env, share);
    if (rc)
        return rc;
    t->text = t->buf.at;
    t->parsed = (struct head *)(t->text + text_room(t->record, t->records));
    t->keys = (struct head *)(t->text + text_room(t->record, t->records) + parsed_room(t->records));
    return 0;
}

/* The message between a stage and the one before it (in) or after it. */
static struct head *message(struct task *t, bool in, size_t *bytes)
{
    bool parsed = t->stage == (in ? 1 : 0);
    *bytes = sizeof(struct head) + t->records * (parsed ? sizeof(struct parsed) : sizeof(uint64_t));
    return parsed ? t->parsed : t->keys;
}

static enum step compute(struct task *t, struct op *op)
{
    static cpu_fn *const stages[STAGES] = {parse, extract, aggregate};
    t->at = WORKED;
    return op_compute(op, t->shape == SHAPE_EQUAL ? all_three : stages[t->stage], t);
}

static enum step begin(struct task *t, struct op *op)
{
    t->at = GOT;
    if (t->stage) {
        if (t->last || t->span.next == t->span.end)
            return STEP_DONE;
        t->done = 0;
        op->kind = OP_READ;
        op->fd = t->from.in;
        op->buf = message(t, true, &op->len);
        return STEP_OP;
    }
    if (!span_next(&t->span, op))
        return STEP_DONE;
    t->unit = t->span.at;
    t->last = t->span.ending;
    text_read(t->texts, &t->reading, op, t->unit * t->record * t->records, t->text, t->record * t->records);
    return STEP_OP;
}

/* 1: what the stage works on is here; 0: more is to come; -1: it is not what was due. */
static int got(struct task *t, struct op *op)
{
    size_t bytes;
    if (!t->stage)
        return text_read_on(t->texts, &t->reading, op);
    const struct head *h = message(t, true, &bytes);
    int rc = transfer(op, &t->done, bytes);
    if (rc <= 0)
        return rc;
    op->res = 0;
    t->last = h->last;
    return h->unit == t->unit ? 1 : -1;
}

static enum step send_on(struct task *t, struct op *op)
{
    struct head *h = message(t, false, &op->len);
    *h = (struct head){t->unit, t->last};
    t->done = 0;
    t->at = SENT;
    op->kind = OP_WRITE;
    op->fd = t->to.out;
    op->buf = h;
    return STEP_OP;
}

/* The first stage counts the units: it knows which is the last. */
static enum step end(struct task *t, struct op *op)
{
    t->at = BEGIN;
    if (!t->stage)
        return STEP_UNIT;
    t->unit++;
    return begin(t, op);
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    size_t bytes;
    int rc;
    switch (t->at) {
    case BEGIN:
        return begin(t, op);
    case GOT:
        rc = got(t, op);
        return rc < 0 ? STEP_FAIL : rc ? compute(t, op) : STEP_OP;
    case WORKED:
        return t->shape == SHAPE_EQUAL || t->stage + 1 == STAGES ? end(t, op) : send_on(t, op);
    case SENT:
        message(t, false, &bytes);
        rc = transfer(op, &t->done, bytes);
        return rc < 0 ? STEP_FAIL : rc ? end(t, op) : STEP_OP;
    }
    return STEP_FAIL;
}

/* Linear in what was counted, so that it does not matter which task counted it. */
static uint64_t weigh(const uint64_t *count, const uint64_t *letters)
{
    uint64_t sum = 0;
    for (uint64_t k = 0; k < KEYS; k++)
        sum += mix64(k) * count[k] + mix64(~k) * letters[k];
    return sum;
}

static uint64_t checksum(const void *task)
{
    const struct task *t = task;
    return weigh(t->count, t->letters);
}

/* Record by record, each read by itself. */
static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    const struct state *st = env->state;
    uint64_t record = (uint64_t)env->p[P_RECORD], records = (uint64_t)env->p[P_RECORDS], sum = 0;
    char *text = malloc(record);
    if (!text)
        return wl_unknown(env, ENOMEM);
    for (uint64_t i = first * records; i < (first + n) * records; i++) {
        int rc = text_copy(st->texts, i * record, text, record);
        if (rc) {
            wl_unknown(env, -rc);
            break;
        }
        struct parsed p = golden_record(text, record);
        uint64_t key = extract_record(&p);
        sum += mix64(key % KEYS) + mix64(~(key % KEYS)) * (key >> 32);
    }
    free(text);
    return sum;
}

static unsigned group_of(const int64_t *p)
{
    return p[P_SHAPE] == SHAPE_STAGES ? STAGES : 1;
}

static const struct expectation_reason shared[] = {REASONS_OF_SHARED_CPUS, {0}};
static const struct expectation expectations[] = {
    {.id = "equal-adds-up",
     .text = "Equal tasks share out evenly: every CPU adds at least 0.7 times what one task at a time does",
     .least = 0.7,
     .per_cpu = true,
     .a = {.kinds = KIND_THREADS | KIND_PROCESSES | KIND_LOOPS_THREADS, .cpus_least = 2, .flight_each = 1},
     .b = {.kinds = KIND_SERIAL},
     .where = {{"shape", SHAPE_EQUAL, SHAPE_EQUAL}},
     .reasons = shared},
    {.id = "stages-wait",
     .text =
         "With 6 or more tasks in flight, stages do at most 0.95 times what equal tasks do, since they wait for the "
         "slowest and hand on each piece",
     .most = 0.95,
     .a = {.kinds = KIND_THREADS | KIND_PROCESSES | KIND_LOOPS_THREADS,
           .cpus_least = 2,
           .flight_least = 6,
           .with = {"shape", SHAPE_STAGES, SHAPE_STAGES}},
     .b = {.cpus_least = 2, .flight_least = 6, .with = {"shape", SHAPE_EQUAL, SHAPE_EQUAL}},
     .reasons = shared},
    {0}};

const struct workload workload_pipeline = {
    .name = "pipeline",
    .family = "mixed",
    .summary = "parse, extract, aggregate: stages with pipes between them, or equal tasks that each do all three",
    .unit = "one piece of text through all stages",
    .params = params,
    .needs = NEED_FILES | NEED_STREAMS | NEED_CPU,
    .group_of = group_of,
    .rounds = 1,
    .scales = "records",
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
