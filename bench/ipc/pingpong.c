/* SPDX-License-Identifier: MIT */
/*
 * pingpong: two tasks send a message to and fro. All descriptors are made in setup, so that threads and forked
 * processes inherit the same ones. Member 0 of a group asks, member 1 answers; the message's last byte tells the
 * answerer whether it is the last. Both sides check every word of what arrives through the checksum.
 */
#include "bench/support/buffers.h"
#include "bench/support/pipes.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum transport { PIPE, SOCKETPAIR, TCP };
enum { LEAST_SIZE = 16 };

struct state {
    unsigned groups;
    struct pipe sides[]; /* 2 a group: what one reads from and writes to; the same number twice for a socket */
};

struct task {
    struct span span;
    uint64_t size, index;
    size_t done;
    struct pipe side;
    bool asks, sending, started, ended;
    char *message; /* in buf */
    struct buffer buf;
};

static int make_tcp(int fds[2])
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    fds[0] = fds[1] = -1;
    if (listener >= 0 && !bind(listener, (struct sockaddr *)&a, sizeof a) && !listen(listener, 1) &&
        !getsockname(listener, (struct sockaddr *)&a, &len)) {
        fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fds[0] >= 0 && !connect(fds[0], (struct sockaddr *)&a, sizeof a))
            fds[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    }
    int rc = fds[1] < 0 ? -errno : 0;
    for (int i = 0; !rc && i < 2; i++)
        rc = setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) ? -errno : 0;
    if (listener >= 0)
        close(listener);
    return rc;
}

static int make_group(struct pipe *s, enum transport how)
{
    int fds[2] = {-1, -1}, back[2];
    s[0] = s[1] = (struct pipe){-1, -1};
    if (how == PIPE) {
        if (pipe2(fds, O_CLOEXEC))
            return -errno;
        s[1].in = fds[0];
        s[0].out = fds[1];
        if (pipe2(back, O_CLOEXEC))
            return -errno;
        s[0].in = back[0];
        s[1].out = back[1];
        return 0;
    }
    int rc = how == TCP ? make_tcp(fds) : socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) ? -errno : 0;
    for (int i = 0; i < 2; i++)
        s[i].in = s[i].out = fds[i];
    return rc;
}

static void close_sides(struct state *st)
{
    for (unsigned i = 0; i < 2 * st->groups; i++) {
        if (st->sides[i].in >= 0)
            close(st->sides[i].in);
        if (st->sides[i].out >= 0 && st->sides[i].out != st->sides[i].in)
            close(st->sides[i].out);
    }
}

static int setup(struct wl_env *env)
{
    unsigned groups = env->tasks / 2;
    struct state *st = malloc(sizeof *st + 2 * groups * sizeof st->sides[0]);
    if (!st)
        return -ENOMEM;
    for (st->groups = 0; st->groups < groups; st->groups++) {
        int rc = make_group(&st->sides[2 * st->groups], (enum transport)env->p[0]);
        if (!rc)
            continue;
        unsigned made = st->groups++;
        close_sides(st);
        free(st);
        return wl_error_call(env, -rc, "pipe2 or socketpair", "pair %u of %u can't be made", made + 1, groups);
    }
    /* Aligned to a line, else the kernel copies long ones 5 % slower, and apart by two, which are fetched together. */
    int rc = buffers_make(env, (size_t)env->p[1], 128, 0x5a);
    if (rc) {
        close_sides(st);
        free(st);
    } else {
        env->state = st;
    }
    return rc;
}

static void teardown(struct wl_env *env)
{
    wl_unmap(env);
    close_sides(env->state);
    free(env->state);
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    const struct state *st = env->state;
    span_init(&t->span, share);
    t->size = (uint64_t)env->p[1];
    t->side = st->sides[share->task];
    t->asks = share->member == 0;
    t->index = share->first;
    int rc = buffer_take(&t->buf, env, share);
    t->message = t->buf.at;
    return rc;
}

/* The message of unit i: its first word tells i (and the direction), its last byte whether it is the last. */
static void fill(struct task *t, uint64_t unit, bool last)
{
    uint64_t word = mix64(unit * 2 + !t->asks);
    memcpy(t->message, &word, sizeof word);
    t->message[t->size - 1] = last;
}

static uint64_t contribution(uint64_t unit, bool answer)
{
    return mix64(mix64(unit * 2 + answer));
}

/* Takes in what arrived; false when it is not the message that was due. */
static bool check(struct task *t, uint64_t unit)
{
    uint64_t word, due = mix64(unit * 2 + t->asks);
    memcpy(&word, t->message, sizeof word);
    t->span.sum += mix64(word);
    return word == due;
}

static enum step transfer_op(struct task *t, struct op *op, bool sending)
{
    t->sending = sending;
    t->done = 0;
    return op_pipe(op, &t->side, sending, t->message, t->size);
}

static enum step ask(struct task *t, struct op *op)
{
    if (t->started && t->sending)
        return transfer_op(t, op, false);
    if (t->started && !t->ended) { /* the answer is here */
        t->ended = true;
        return check(t, t->span.at) ? STEP_UNIT : op_fail(op, 0);
    }
    t->started = true;
    t->ended = false;
    if (!span_next(&t->span, op))
        return STEP_DONE;
    fill(t, t->span.at, t->span.ending);
    return transfer_op(t, op, true);
}

static enum step answer(struct task *t, struct op *op)
{
    if (!t->started || t->sending) {
        if (t->ended || t->span.end == t->span.next)
            return STEP_DONE;
        t->started = true;
        return transfer_op(t, op, false);
    }
    if (!check(t, t->index))
        return op_fail(op, 0);
    t->ended = t->message[t->size - 1] != 0;
    fill(t, t->index++, t->ended);
    return transfer_op(t, op, true);
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    bool between_units = t->asks ? !t->started || t->ended : !t->started;
    if (!between_units) {
        int rc = transfer(op, &t->done, t->size);
        if (rc <= 0)
            return rc < 0 ? STEP_FAIL : STEP_OP;
    }
    return t->asks ? ask(t, op) : answer(t, op);
}

static void task_fini(void *task)
{
    buffer_give(&((struct task *)task)->buf);
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    uint64_t sum = 0;
    (void)env;
    for (uint64_t i = first; i < first + n; i++)
        sum += contribution(i, false) + contribution(i, true);
    return sum;
}

static const char *const transports[] = {"pipe", "socketpair", "tcp", NULL};
static const struct param params[] = {
    {"transport", "what carries the messages", PARAM_CHOICE, PIPE, PIPE, TCP, transports},
    {"size", "bytes in a message", PARAM_SIZE, 64, LEAST_SIZE, 64 << 20, NULL},
    {0},
};

static const struct expectation_reason switches[] = {REASONS_OF_SWITCHES, {0}};
static const struct expectation_reason wakes[] = {
    {.text = "an idle CPU wakes in less than twice the time of a switch here",
     .what = "remote_wake",
     .over = "thread_switch",
     .most = 2},
    REASON_SMT,
    REASON_OTHERS,
    {0}};
static const struct expectation expectations[] = {
    {.id = "alike",
     .text =
         "Between two threads and between two processes a message costs the same within a factor of 1.25, on one CPU",
     .least = 0.8,
     .most = 1.25,
     .a = {.kinds = KIND_THREADS, .cpus_least = 1, .cpus_most = 1},
     .b = {.kinds = KIND_PROCESSES, .cpus_least = 1, .cpus_most = 1},
     .reasons = switches},
    {.id = "one-cpu-wins",
     .text =
         "On one CPU messages go at least 1.5 times as fast as between two CPUs, one of which must be woken for each",
     .least = 1.5,
     .a = {.kinds = KIND_THREADS | KIND_PROCESSES, .cpus_least = 1, .cpus_most = 1},
     .b = {.cpus_least = 2, .cpus_most = 2},
     .reasons = wakes},
    {.id = "loop-wins",
     .text = "One loop, which needs no switch, passes at least 1.3 times as many messages as threads or processes on "
             "one CPU",
     .least = 1.3,
     .a = {.kinds = KIND_LOOP, .cpus_least = 1, .cpus_most = 1},
     .b = {.kinds = KIND_THREADS | KIND_PROCESSES, .cpus_least = 1, .cpus_most = 1},
     .where = {{"size", 0, 4096}}},
    {0}};

const struct workload workload_pingpong = {
    .name = "pingpong",
    .family = "ipc",
    .summary = "a message to and fro between two tasks: waking the other side through the kernel",
    .unit = "one round trip",
    .params = params,
    .needs = NEED_STREAMS,
    .group = 2,
    .rounds = 1,
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
