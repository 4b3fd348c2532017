/* SPDX-License-Identifier: MIT */
/* The frame around a reference's own loop; see peer.h. */
#include "tests/peers/peer.h"

#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct peer_shared {
    sem_t ready;
    alignas(64) _Atomic unsigned gate; /* futex; 1: open */
    alignas(64) _Atomic unsigned next;
    uint64_t opened_ns;
    struct peer_slot slots[PEER_MAX_WORKERS];
};

void peer_die(const char *what, int code)
{
    fprintf(stderr, "%s: %s\n", what, strerror(code));
    _exit(1);
}

static uint64_t number(const char *text, uint64_t least, uint64_t most)
{
    char *end;
    unsigned long long n = strtoull(text, &end, 10);
    if (end == text || *end || n < least || n > most) {
        fprintf(stderr, "expected a whole number from %llu to %llu, got '%s'\n", (unsigned long long)least,
                (unsigned long long)most, text);
        _exit(1);
    }
    return n;
}

struct peer peer_init(int at, int n_params, const char *usage, char **argv)
{
    struct peer p = {0};
    int n = 0;
    while (argv[n])
        n++;
    if (n != at + 4 + n_params) {
        fprintf(stderr, "Usage: %s %s\n", argv[0], usage);
        _exit(1);
    }
    p.units = number(argv[at], 1, UINT64_C(1) << 50);
    p.tasks = (unsigned)number(argv[at + 1], 1, 1000000);
    p.concurrency = (unsigned)number(argv[at + 2], 1, PEER_MAX_WORKERS);
    for (char *rest = argv[at + 3], *item; (item = strsep(&rest, ",")) && p.n_pus < PEER_MAX_PUS;)
        p.pus[p.n_pus++] = (int)number(item, 0, CPU_SETSIZE - 1);
    p.params = argv + at + 4;
    p.shared = mmap(NULL, sizeof *p.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (p.shared == MAP_FAILED || sem_init(&p.shared->ready, 1, 0))
        peer_die("the shared mapping can't be made", errno);
    return p;
}

uint64_t peer_number(const struct peer *p, unsigned i, uint64_t least, uint64_t most)
{
    return number(p->params[i], least, most);
}

static void open_gate(struct peer *p)
{
    p->shared->opened_ns = peer_now();
    atomic_store(&p->shared->gate, 1);
    syscall(SYS_futex, &p->shared->gate, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static uint64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); /* exact; getrusage tells what was at the last tick */
    return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

void peer_enter(struct peer *p, unsigned worker)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)p->pus[worker % p->n_pus], &set);
    if (sched_setaffinity(0, sizeof set, &set))
        peer_die("a worker can't be pinned", errno);
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); /* as the harness has it: else each sleep is 50 µs longer */
    p->shared->slots[worker].cpu_ns = cpu_ns();   /* and touches the slot now, not when the clock runs */
    if (p->alone)
        open_gate(p);
    sem_post(&p->shared->ready);
    while (!atomic_load(&p->shared->gate))
        syscall(SYS_futex, &p->shared->gate, FUTEX_WAIT, 0, NULL, NULL, 0);
}

void peer_leave(struct peer *p, unsigned worker, uint64_t units, uint64_t sum, uint64_t early)
{
    struct peer_slot *s = &p->shared->slots[worker];
    uint64_t end = peer_now();
    *s = (struct peer_slot){units, sum, early, end, cpu_ns() - s->cpu_ns};
}

unsigned peer_take(struct peer *p)
{
    return atomic_fetch_add_explicit(&p->shared->next, 1, memory_order_relaxed);
}

uint64_t peer_first(const struct peer *p, unsigned task, unsigned tasks)
{
    uint64_t each = p->units / tasks, more = p->units % tasks;
    return each * task + (task < more ? task : more);
}

static void print(const struct peer *p, unsigned workers)
{
    struct peer_slot all = {0};
    for (unsigned i = 0; i < workers; i++) {
        const struct peer_slot *s = &p->shared->slots[i];
        all.units += s->units;
        all.sum += s->sum;
        all.early += s->early;
        all.cpu_ns += s->cpu_ns;
        all.end_ns = s->end_ns > all.end_ns ? s->end_ns : all.end_ns;
    }
    printf("{\"units\":%llu,\"wall_ns\":%llu,\"checksum\":\"0x%016llx\",\"early\":%llu,\"cpu_ns\":%llu}\n",
           (unsigned long long)all.units, (unsigned long long)(all.end_ns - p->shared->opened_ns),
           (unsigned long long)all.sum, (unsigned long long)all.early, (unsigned long long)all.cpu_ns);
}

struct member {
    struct peer *peer;
    peer_body *body;
    unsigned index;
    pthread_t thread;
    pid_t pid;
};

static void *thread_main(void *arg)
{
    struct member *m = arg;
    m->body(m->peer, m->index);
    return NULL;
}

static void start(struct member *m, bool forks)
{
    if (!forks) {
        int rc = pthread_create(&m->thread, NULL, thread_main, m);
        if (rc)
            peer_die("a thread can't be created", rc);
        return;
    }
    m->pid = fork();
    if (m->pid < 0)
        peer_die("a process can't be forked", errno);
    if (m->pid == 0) {
        m->body(m->peer, m->index);
        _exit(0);
    }
}

static void finish(const struct member *m, bool forks)
{
    int status = 0;
    if (!forks)
        pthread_join(m->thread, NULL);
    else if (waitpid(m->pid, &status, 0) != m->pid || status)
        peer_die("a worker process failed", ECHILD);
}

void peer_run(struct peer *p, const char *how, unsigned workers, peer_body *body)
{
    bool forks = strcmp(how, "processes") == 0;
    if ((!forks && strcmp(how, "threads") != 0) || workers > PEER_MAX_WORKERS)
        peer_die("expected 'threads' or 'processes', and at most 1024 of them", EINVAL);
    struct member *members = calloc(workers, sizeof *members);
    if (!members)
        peer_die("workers", ENOMEM);
    for (unsigned i = 0; i < workers; i++) {
        members[i] = (struct member){.peer = p, .body = body, .index = i};
        start(&members[i], forks);
    }
    for (unsigned i = 0; i < workers; i++)
        while (sem_wait(&p->shared->ready))
            ;
    open_gate(p);
    for (unsigned i = 0; i < workers; i++)
        finish(&members[i], forks);
    free(members);
    print(p, workers);
}

void peer_run_here(struct peer *p, peer_body *body)
{
    p->alone = true;
    body(p, 0);
    print(p, 1);
}
