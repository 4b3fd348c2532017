/* SPDX-License-Identifier: MIT */
/*
 * echo: many connections, few of them active: what servers of chats, feeds and devices see. Each task in flight has one
 * connection to a local server, which gives turns: a task waits for its turn, sends so many messages and takes each
 * back, then waits again while others have theirs. An idle connection holds nothing but what its model needs to wait
 * for it: the message's memory exists during turns only.
 */
#include "bench/workload.h"

#include <stdlib.h>
#include <string.h>

enum { ACTIVE, SIZE, TURN };
enum { LEAST_SIZE = 16 };

struct task {
    struct span span;
    enum { BEGIN, CONNECTING, WAITING, SENDING, RECEIVING, BETWEEN, CLOSING } at;
    uint16_t port;
    int fd;
    char go;
    uint64_t size, turn, left; /* left: units of this turn */
    size_t done;
    char *message; /* NULL: it is not this task's turn */
};

static enum step wait_for_turn(struct task *t, struct op *op, bool again)
{
    free(t->message);
    t->message = NULL;
    t->at = WAITING;
    op->resumed = again;
    return op_stream(op, OP_READ, t->fd, &t->go, 1);
}

static enum step begin_turn(struct task *t, struct op *op)
{
    if (op->res == -EINTR || op->res == -EAGAIN)
        return wait_for_turn(t, op, true);
    if (op->res == 0)
        op->res = -EPIPE;
    if (op->res < 0)
        return STEP_FAIL;
    if (t->go != SERVICE_GO)
        return op_fail(op, 0);
    t->message = malloc(t->size);
    if (!t->message)
        return op_fail(op, -ENOMEM);
    memset(t->message, 0x5a, t->size);
    t->left = t->turn;
    t->at = BETWEEN;
    op->resumed = false;
    return STEP_READY;
}

static enum step transfer_op(struct task *t, struct op *op, bool sending)
{
    t->at = sending ? SENDING : RECEIVING;
    t->done = 0;
    return op_stream(op, sending ? OP_WRITE : OP_READ, t->fd, t->message, t->size);
}

static enum step next_unit(struct task *t, struct op *op)
{
    if (t->span.next == t->span.end) {
        t->at = CLOSING;
        op->kind = OP_CLOSE;
        op->fd = t->fd;
        return STEP_OP;
    }
    if (!t->left)
        return wait_for_turn(t, op, false);
    t->left--;
    span_next(&t->span, op);
    uint64_t word = mix64(t->span.at);
    memcpy(t->message, &word, sizeof word);
    t->message[t->size - 1] = t->span.ending ? TURN_LAST : t->left ? TURN_GOES_ON : TURN_OVER;
    return transfer_op(t, op, true);
}

static enum step received(struct task *t, struct op *op)
{
    uint64_t word;
    memcpy(&word, t->message, sizeof word);
    t->span.sum += mix64(word);
    t->at = BETWEEN;
    return word == mix64(t->span.at) ? STEP_UNIT : op_fail(op, 0);
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    int rc;
    switch (t->at) {
    case BEGIN:
        if (t->span.next == t->span.end)
            return STEP_DONE;
        t->at = CONNECTING;
        op->kind = OP_CONNECT;
        op->port = t->port;
        return STEP_OP;
    case CONNECTING:
        if (op->res < 0)
            return STEP_FAIL;
        t->fd = op->fd;
        return wait_for_turn(t, op, false);
    case WAITING:
        return begin_turn(t, op);
    case BETWEEN:
        return next_unit(t, op);
    case SENDING:
    case RECEIVING:
        rc = transfer(op, &t->done, t->size);
        if (rc <= 0)
            return rc < 0 ? STEP_FAIL : STEP_OP;
        return t->at == SENDING ? transfer_op(t, op, false) : received(t, op);
    case CLOSING:
        return op->res < 0 ? STEP_FAIL : STEP_DONE;
    }
    return op_fail(op, 0);
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->port = env->port;
    t->size = (uint64_t)env->p[SIZE];
    t->turn = (uint64_t)env->p[TURN];
    return 0;
}

static void task_fini(void *task)
{
    free(((struct task *)task)->message);
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    uint64_t sum = 0;
    (void)env;
    for (uint64_t i = first; i < first + n; i++)
        sum += mix64(mix64(i));
    return sum;
}

static const struct param params[] = {
    [ACTIVE] = {"active", "connections that may have their turn at a time; the others are idle", PARAM_COUNT, 8, 1,
                1000000, NULL},
    [SIZE] = {"size", "bytes in a message", PARAM_SIZE, 64, LEAST_SIZE, 1 << 20, NULL},
    [TURN] = {"turn", "messages in a turn", PARAM_COUNT, 8, 1, 1000000, NULL},
    {0},
};

extern const struct service service_echo;
static const struct expectation_reason switches[] = {
    {.text = "a switch to each waiting thread costs much here", .what = "thread_switch", .least = 5000}, {0}};
static const struct expectation expectations[] = {
    {.id = "loop-memory",
     .text = "With 64 or more connections processes take at least 3 times the memory of one loop",
     .quantity = EXPECT_MEMORY,
     .least = 3,
     .a = {.kinds = KIND_PROCESSES, .flight_least = 64},
     .b = {.kinds = KIND_LOOP, .flight_least = 64}},
    {.id = "thread-memory",
     .text = "With 64 or more connections threads take more memory than one loop, 1.1 times or more",
     .quantity = EXPECT_MEMORY,
     .least = 1.1,
     .a = {.kinds = KIND_THREADS, .flight_least = 64},
     .b = {.kinds = KIND_LOOP, .flight_least = 64}},
    {.id = "speed-differs-less",
     .text = "With up to 64 connections one loop and threads pass as many messages, within a factor of 2",
     .least = 0.5,
     .most = 2,
     .a = {.kinds = KIND_LOOP, .flight_most = 64},
     .b = {.kinds = KIND_THREADS, .flight_most = 64},
     .reasons = switches},
    {0}};

const struct workload workload_echo = {
    .name = "echo",
    .family = "net",
    .summary = "a connection for each task in flight, few of them active: memory of idle connections, wake-ups",
    .unit = "one message, there and back",
    .params = params,
    .needs = NEED_STREAMS,
    .rounds = 1,
    .uneven = true,
    .task_size = sizeof(struct task),
    .service = &service_echo,
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .task_fini = task_fini,
    .expected = expected,
    .expectations = expectations,
};
