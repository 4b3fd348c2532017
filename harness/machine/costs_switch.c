/* SPDX-License-Identifier: MIT */
/*
 * Costs of handing over to another thread or process. Two sides take turns at a word in shared memory: each sets it for
 * the other, wakes it, and waits. On one CPU this is two switches a round, whichever of the two runs first after a
 * wake-up; on two CPUs, two wake-ups. Both kinds of partner use the same process-shared futex, so that they differ in
 * the address space alone.
 */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/futex.h"
#include "harness/machine/costs_internal.h"
#include "harness/machine/machine.h"
#include "harness/measure/clock.h"

enum { WARM_UP = 3, ROUNDS = 12, ROUNDS_REMOTE = 8, ROUNDS_SET = 8, SET_BYTES = 256 << 10, LINE = 64, PATIENCE_S = 5 };
enum turn { TURN_HOME, TURN_PARTNER, TURN_END, TURN_FAILED };

/* In a shared mapping of its own. */
struct pair {
    _Atomic uint32_t turn;
    int cpu;
    size_t touched_bytes;
};

static void set_turn(struct pair *p, uint32_t turn)
{
    atomic_store(&p->turn, turn); /* seq_cst: before the system call that wakes, whatever that orders */
    syscall(SYS_futex, &p->turn, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* What the turn is once it is no longer `not`, or, after PATIENCE_S, still that. */
static uint32_t await_turn(struct pair *p, uint32_t not )
{
    uint32_t turn;
    struct timespec ts = {.tv_sec = PATIENCE_S};
    while ((turn = atomic_load(&p->turn)) == not )
        if (syscall(SYS_futex, &p->turn, FUTEX_WAIT, not, &ts, NULL, 0) && errno == ETIMEDOUT)
            return not ;
    return turn;
}

static void touch_lines(const unsigned char *own, size_t bytes)
{
    unsigned sum = 0;
    for (size_t i = 0; i < bytes; i += LINE)
        sum += own[i];
    COST_KEEP(sum);
}

static void *partner(void *arg)
{
    struct pair *p = arg;
    CLEANUP_FREE unsigned char *own = calloc(1, p->touched_bytes + 1);
    if (pin_self(p->cpu) || !own) {
        set_turn(p, TURN_FAILED);
        return NULL;
    }
    while (await_turn(p, TURN_HOME) == TURN_PARTNER) {
        touch_lines(own, p->touched_bytes);
        set_turn(p, TURN_HOME);
    }
    return NULL;
}

static int take_turns(struct cost_room *room, struct pair *p, const struct pair_request *q, double *ns)
{
    CLEANUP_FREE unsigned char *own = calloc(1, q->touched_bytes + 1);
    if (!own)
        return cost_fail(room, ENOMEM, "no memory for the working set");
    uint64_t begin = 0;
    for (unsigned i = 0; i < WARM_UP + q->rounds; i++) {
        if (i == WARM_UP)
            begin = now_ns();
        set_turn(p, TURN_PARTNER);
        uint32_t turn = await_turn(p, TURN_PARTNER);
        if (turn != TURN_HOME)
            return cost_fail(room, 0,
                             turn == TURN_FAILED ? "the partner can't be pinned" : "the partner did not answer");
        touch_lines(own, q->touched_bytes);
    }
    *ns = cost_each(begin, 2 * q->rounds);
    return 0;
}

static pid_t fork_partner(struct pair *p)
{
    pid_t parent = getpid(), pid = fork();
    if (pid)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent)
        partner(p);
    _exit(0);
}

int cost_pair(struct cost_room *room, const struct pair_request *q, double *ns)
{
    struct pair *p = mmap(NULL, sizeof *p, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_t thread;
    pid_t pid = 0;
    if (p == MAP_FAILED)
        return cost_fail(room, errno, "no shared memory can be mapped");
    *p = (struct pair){TURN_HOME, q->partner_cpu, q->touched_bytes};
    int rc = 0;
    if (q->kind == PAIR_THREAD)
        rc = cost_thread(room, partner, p, &thread);
    else if ((pid = fork_partner(p)) < 0)
        rc = cost_fail(room, errno, "fork failed");
    if (!rc) {
        rc = take_turns(room, p, q, ns);
        set_turn(p, TURN_END);
        if (q->kind == PAIR_THREAD)
            pthread_join(thread, NULL);
        while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    munmap(p, sizeof *p);
    return rc;
}

int cost_thread_switch(struct cost_room *room, double *value)
{
    return cost_pair(room, &(struct pair_request){PAIR_THREAD, room->home, ROUNDS, 0}, value);
}

int cost_process_switch(struct cost_room *room, double *value)
{
    return cost_pair(room, &(struct pair_request){PAIR_PROCESS, room->home, ROUNDS, 0}, value);
}

int cost_process_switch_set(struct cost_room *room, double *value)
{
    return cost_pair(room, &(struct pair_request){PAIR_PROCESS, room->home, ROUNDS_SET, SET_BYTES}, value);
}

/* Of one round: a disturbance of some milliseconds is in both, or makes one value of many. */
int cost_switch_ratio(struct cost_room *room, double *value)
{
    double thread = room->last[COST_INDEX_thread_switch], process = room->last[COST_INDEX_process_switch];
    if (isnan(thread) || isnan(process))
        return cost_fail(room, 0, "one of the two switches can't be measured");
    *value = process / thread;
    return 0;
}

int cost_remote_wake(struct cost_room *room, double *value)
{
    int peer, rc = cost_peer(room, &peer);
    return rc ? rc : cost_pair(room, &(struct pair_request){PAIR_THREAD, peer, ROUNDS_REMOTE, 0}, value);
}
