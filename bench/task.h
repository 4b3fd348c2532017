/* SPDX-License-Identifier: MIT */
/*
 * What the steps of workloads are written with, a part of workload.h, which includes it. All of it is inline: a plug-in
 * has its own, and what it costs is part of the task.
 *
 * A task whose units are one op each, of which the first member is a struct span:
 *
 *     if (span_end(&t->span))
 *         return span_unit(&t->span, what the op found out);
 *     return span_begin(&t->span, op) ? op_compute(op, fn, t) : STEP_DONE;
 *
 * With .checksum = span_checksum, and unit_sum in `expected`, that is a whole workload.
 */
#ifndef CONTEND_BENCH_TASK_H
#define CONTEND_BENCH_TASK_H

struct cpu_ctx {
    const _Atomic unsigned *wanted; /* not 0 when another waits for the interpreter lock; NULL: there is none */
    void (*yield)(struct cpu_ctx *cx);
};
static inline void cpu_checkpoint(struct cpu_ctx *cx)
{
    if (cx->wanted && __atomic_load_n((const unsigned *)cx->wanted, __ATOMIC_RELAXED))
        cx->yield(cx);
}

/* A 64-bit mix with good avalanche (the finaliser of SplitMix64, Steele, Lea and Flood 2014). */
static inline uint64_t mix64(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* --- ops: each of these fills one in and is returned by a step --- */

static inline enum step op_compute(struct op *op, cpu_fn *fn, void *arg)
{
    op->kind = OP_CPU;
    op->fn = fn;
    op->arg = arg;
    return STEP_OP;
}

static inline enum step op_sleep(struct op *op, uint64_t ns)
{
    op->kind = OP_SLEEP;
    op->ns = ns;
    return STEP_OP;
}

/* Of a stream: OP_READ or OP_WRITE. */
static inline enum step op_stream(struct op *op, enum op_kind kind, int fd, void *buf, size_t len)
{
    op->kind = kind;
    op->fd = fd;
    op->buf = buf;
    op->len = len;
    return STEP_OP;
}

/* Of a regular file: OP_PREAD or OP_PWRITE. */
static inline enum step op_file(struct op *op, enum op_kind kind, int fd, void *buf, size_t len, off_t offset)
{
    op->offset = offset;
    return op_stream(op, kind, fd, buf, len);
}

/* The task can't go on: -errno, or 0 for "the result is not what it must be". */
static inline enum step op_fail(struct op *op, ssize_t res)
{
    op->res = res;
    return STEP_FAIL;
}

/* Takes the result of a transfer of `whole` bytes of which *done are there: 1 when it is complete, 0 when the op has
 * been changed to go on with the rest (return STEP_OP), -1 when it can't go on (return STEP_FAIL; op->res says why, and
 * is -EPIPE for an end of file in the middle). */
static inline int transfer(struct op *op, size_t *done, size_t whole)
{
    if (op->res < 0 && op->res != -EINTR && op->res != -EAGAIN)
        return -1;
    if (op->res == 0) {
        op->res = -EPIPE;
        return -1;
    }
    size_t n = op->res > 0 ? (size_t)op->res : 0;
    *done += n;
    if (*done >= whole) {
        op->resumed = false;
        return 1;
    }
    op->buf = (char *)op->buf + n;
    op->len = whole - *done;
    op->offset += (off_t)n;
    op->resumed = true;
    return 0;
}

/* --- units
 * -------------------------------------------------------------------------------------------------------------- */

/* The units of a share, one after another:
 *     if (!span_next(&t->span, op)) return STEP_DONE;
 * at the start of each unit; t->span.at is then its index and t->span.ending tells whether it is the last. */
struct span {
    uint64_t at, next, end;
    uint64_t sum;       /* of the units done, for span_checksum */
    bool ending, in_op; /* in_op: between span_begin and span_end */
};
static inline void span_init(struct span *s, const struct share *share)
{
    *s = (struct span){.at = share->first,
                       .next = share->first,
                       .end = share->units == UINT64_MAX ? UINT64_MAX : share->first + share->units};
}
static inline bool span_next(struct span *s, const struct op *op)
{
    if (s->next == s->end)
        return false;
    s->at = s->next++;
    if (op->last)
        s->end = s->next;
    s->ending = s->next == s->end;
    return true;
}

/* For units of one op each: span_begin is span_next before the op, and span_end tells at the next step that it has been
 * done. */
static inline bool span_begin(struct span *s, const struct op *op)
{
    return s->in_op = span_next(s, op);
}
static inline bool span_end(struct span *s)
{
    if (!s->in_op)
        return false;
    s->in_op = false;
    return true;
}

/* What a unit with this result adds to the checksum; that of n units from `first` on which all have the same. */
static inline uint64_t unit_sum(uint64_t unit, uint64_t result)
{
    return mix64(unit ^ result);
}
static inline uint64_t units_sum(uint64_t first, uint64_t n, uint64_t result)
{
    uint64_t sum = 0;
    for (uint64_t i = first; i < first + n; i++)
        sum += unit_sum(i, result);
    return sum;
}

/* The unit under way is complete, with this result. */
static inline enum step span_unit(struct span *s, uint64_t result)
{
    s->sum += unit_sum(s->at, result);
    return STEP_UNIT;
}

/* The checksum of a task that begins with its struct span and adds up there. */
static inline uint64_t span_checksum(const void *task)
{
    return ((const struct span *)task)->sum;
}

#endif
