/* SPDX-License-Identifier: MIT */
/*
 * mandelbrot: one row of the Mandelbrot set a unit, in fixed point, so that every compiler and machine gets the same
 * counts. Rows near the axis take many times as long as those at the edge. With shares=dynamic each row is a task that
 * whoever is free takes; with shares=static each place of the concurrency gets one run of rows, and who has the dear
 * ones ends last. That shows when a trial is one picture (--units equal to height); over many pictures shares even out.
 * The golden value comes from plain complex multiplication with a watch for cycles, which is exact in integers.
 */
#include "bench/workload.h"

#include <stdlib.h>

enum { P_WIDTH, P_HEIGHT, P_ITERATIONS, P_SHARES };
enum { STATIC, DYNAMIC };
enum { FRACTION = 26 };              /* bits behind the point */
#define ONE (INT64_C(1) << FRACTION) /* the picture: -2 … 0.5 across, 0 … 1.25 upwards (the other half mirrors it) */
enum { CHECK_EVERY = 100000 };       /* iterations between checkpoints: some 300 µs */

struct task {
    struct span span;
    int64_t width, height, iterations;
    uint64_t row;
    bool closed;
};

static int64_t real_of(int64_t x, int64_t width)
{
    return -2 * ONE + x * (5 * ONE / 2) / width;
}

/* Batch: units in their order make up pictures. Closed mode: every group's units begin at a multiple of 2^40, and how
 * many each does depends on the model; multiples of the golden ratio fall evenly over the rows from any start
 * and for any number (Weyl), so that all have the same mix of cheap and dear rows. */
static uint64_t row_of(uint64_t unit, int64_t height, bool closed)
{
    if (!closed)
        return unit % (uint64_t)height;
    return (unit * UINT64_C(0x9e3779b97f4a7c15) >> 32) * (uint64_t)height >> 32;
}

static bool is_closed(const struct wl_env *env)
{
    return env->units == UINT64_MAX;
}

static int64_t imaginary_of(uint64_t row, int64_t height)
{
    return (int64_t)row * (5 * ONE / 4) / height;
}

/* Steps until |z| > 2, at most `most`. The squares of one step serve the next. */
static int64_t escape(int64_t cr, int64_t ci, int64_t most)
{
    int64_t r = 0, i = 0, r2 = 0, i2 = 0, n = 0;
    while (n < most && r2 + i2 <= 4 * ONE) {
        i = ((2 * r * i) >> FRACTION) + ci;
        r = r2 - i2 + cr;
        r2 = (r * r) >> FRACTION;
        i2 = (i * i) >> FRACTION;
        n++;
    }
    return n;
}

static void row(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    int64_t ci = imaginary_of(row_of(t->span.at, t->height, t->closed), t->height), since = 0;
    uint64_t sum = 0;
    for (int64_t x = 0; x < t->width; x++) {
        int64_t n = escape(real_of(x, t->width), ci, t->iterations);
        sum += (uint64_t)n * (uint64_t)(x + 1);
        since += n;
        if (since >= CHECK_EVERY) {
            since = 0;
            cpu_checkpoint(cx);
        }
    }
    t->row = sum;
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->width = env->p[P_WIDTH];
    t->height = env->p[P_HEIGHT];
    t->iterations = env->p[P_ITERATIONS];
    t->closed = is_closed(env);
    return 0;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (span_end(&t->span))
        return span_unit(&t->span, t->row);
    return span_begin(&t->span, op) ? op_compute(op, row, t) : STEP_DONE;
}

struct complex {
    int64_t r, i;
};

static struct complex next(struct complex z, struct complex c)
{
    return (struct complex){((z.r * z.r) >> FRACTION) - ((z.i * z.i) >> FRACTION) + c.r,
                            ((z.r * z.i + z.i * z.r) >> FRACTION) + c.i};
}

/* Brent's cycle search: an orbit that comes back to where it was never escapes. */
static int64_t escape_by_definition(struct complex c, int64_t most)
{
    struct complex z = {0, 0}, mark = z;
    for (int64_t n = 0, renew = 8; n < most; n++) {
        if (((z.r * z.r) >> FRACTION) + ((z.i * z.i) >> FRACTION) > 4 * ONE)
            return n;
        z = next(z, c);
        if (z.r == mark.r && z.i == mark.i)
            return most;
        if (n == renew) {
            mark = z;
            renew *= 2;
        }
    }
    return most;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    int64_t width = env->p[P_WIDTH], height = env->p[P_HEIGHT];
    struct row {
        bool known;
        uint64_t sum;
    } *rows = calloc((size_t)height, sizeof *rows);
    uint64_t sum = 0;
    if (!rows)
        return wl_unknown(env, ENOMEM);
    for (uint64_t i = first; i < first + n; i++) {
        uint64_t at = row_of(i, height, is_closed(env));
        struct row *r = &rows[at];
        for (int64_t x = 0; !r->known && x < width; x++) {
            struct complex c = {real_of(x, width), imaginary_of(at, height)};
            r->sum += (uint64_t)escape_by_definition(c, env->p[P_ITERATIONS]) * (uint64_t)(x + 1);
        }
        r->known = true;
        sum += unit_sum(i, r->sum);
    }
    free(rows);
    return sum;
}

static uint64_t task_units(const int64_t *p)
{
    return p[P_SHARES] == DYNAMIC ? 1 : 0;
}

static const char *const shares[] = {[STATIC] = "static", [DYNAMIC] = "dynamic", NULL};
static const struct param params[] = {
    {"width", "points in a row", PARAM_COUNT, 256, 1, 65536, NULL},
    {"height", "rows in a picture; unit i is row i modulo height (closed mode: an even mix)", PARAM_COUNT, 256, 1,
     65536, NULL},
    {"iterations", "steps after which a point counts as inside", PARAM_COUNT, 256, 1, 1000000, NULL},
    {"shares", "static: one run of rows for each place of the concurrency; dynamic: row by row", PARAM_CHOICE, DYNAMIC,
     STATIC, DYNAMIC, shares},
    {0},
};

static const struct expectation_reason shared[] = {REASONS_OF_SHARED_CPUS, {0}};
static const struct expectation_reason even[] = {
    {.text = "a trial did so few rows, or whole pictures, that all runs of rows take about as long"},
    REASONS_OF_SHARED_CPUS,
    {0}};
static const struct expectation expectations[] = {
    {.id = "rows-add-up",
     .text = "With rows taken one by one every CPU adds at least 0.75 times what one task at a time does",
     .least = 0.75,
     .per_cpu = true,
     .a = {.kinds = KIND_THREADS | KIND_PROCESSES, .cpus_least = 2, .flight_each = 1},
     .b = {.kinds = KIND_SERIAL},
     .where = {{"shares", DYNAMIC, DYNAMIC}},
     .reasons = shared},
    /* From row to row the cost falls. Of 4096 rows a trial does a part, of which the costlier half takes 0.54 to 0.9 of
     * the time. A trial of whole pictures has even shares. */
    {.id = "static-waits",
     .text =
         "Of a picture of 4096 rows or more, pools with a fixed run of rows for each task in flight do at most 0.95 "
         "times what they do with rows taken one by one, since the costliest run decides",
     .most = 0.95,
     .batch_only = true,
     .a = {.kinds = KIND_THREADS | KIND_PROCESSES,
           .cpus_least = 2,
           .flight_each = 1,
           .with = {"shares", STATIC, STATIC}},
     .b = {.cpus_least = 2, .flight_each = 1, .with = {"shares", DYNAMIC, DYNAMIC}},
     .where = {{"height", 4096, 65536}},
     .reasons = even},
    {0}};

const struct workload workload_mandelbrot = {
    .name = "mandelbrot",
    .family = "cpu",
    .summary = "rows of the Mandelbrot set, whose costs are very uneven: integer compute out of "
               "registers",
    .unit = "one row",
    .params = params,
    .needs = NEED_CPU,
    .rounds = 1,
    .scales = "width",
    .task_units = task_units,
    .task_size = sizeof(struct task),
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .expected = expected,
    .expectations = expectations,
};
