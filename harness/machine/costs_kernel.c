/* SPDX-License-Identifier: MIT */
/* Costs of clocks, timers and entries into the kernel. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/futex.h"
#include "harness/machine/costs_internal.h"
#include "harness/measure/clock.h"

enum { CLOCKS = 200, CALLS = 64, SLEEPS = 2, SLEEP_NS = 100000, PAGES = 32, HUGE_BYTES = 2 << 20 };

int cost_clock_read(struct cost_room *room, double *value)
{
    (void)room;
    uint64_t begin = now_ns(), sum = 0;
    for (unsigned i = 0; i < CLOCKS; i++)
        sum += now_ns();
    *value = cost_each(begin, CLOCKS + 1);
    COST_KEEP(sum);
    return 0;
}

int cost_clock_thread(struct cost_room *room, double *value)
{
    struct timespec ts;
    uint64_t begin = now_ns();
    for (unsigned i = 0; i < CALLS; i++)
        if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts))
            return cost_fail(room, errno, "the thread's CPU clock can't be read");
    *value = cost_each(begin, CALLS);
    return 0;
}

static int late(struct cost_room *room, double *value)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < SLEEPS; i++) {
        struct timespec ts = {.tv_nsec = SLEEP_NS};
        uint64_t begin = now_ns();
        int rc = clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL);
        if (rc)
            return cost_fail(room, rc, "a sleep of 100 us failed");
        uint64_t took = now_ns() - begin;
        sum += took > SLEEP_NS ? took - SLEEP_NS : 0;
    }
    *value = (double)sum / SLEEPS;
    return 0;
}

int cost_timer_late(struct cost_room *room, double *value)
{
    return late(room, value); /* the slack is that of this process: 1 ns */
}

int cost_timer_late_default(struct cost_room *room, double *value)
{
    if (prctl(PR_SET_TIMERSLACK, 50000UL, 0UL, 0UL, 0UL))
        return cost_fail(room, errno, "the timer slack can't be set");
    int rc = late(room, value);
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    return rc;
}

/* Through syscall(2): no libc and no vDSO answers for the kernel. */
int cost_system_call(struct cost_room *room, double *value)
{
    long ppid = 0;
    uint64_t begin = now_ns();
    for (unsigned i = 0; i < CALLS && ppid >= 0; i++)
        ppid = syscall(SYS_getppid);
    *value = cost_each(begin, CALLS);
    return ppid < 0 ? cost_fail(room, errno, "getppid failed") : 0;
}

/* Giving the pages back is not timed. */
int cost_page_fault(struct cost_room *room, double *value)
{
    void **kept = &room->at[COST_INDEX_page_fault];
    if (!*kept && !(*kept = cost_map(room, PAGES * room->page)))
        return -ENOMEM;
    volatile unsigned char *at = *kept;
    madvise(*kept, PAGES * room->page, MADV_NOHUGEPAGE); /* fails only where the kernel knows of none */
    if (madvise(*kept, PAGES * room->page, MADV_DONTNEED))
        return cost_fail(room, errno, "pages can't be given back");
    uint64_t begin = now_ns();
    for (unsigned i = 0; i < PAGES; i++)
        at[i * room->page] = 1;
    *value = cost_each(begin, PAGES);
    return 0;
}

static long faults(void)
{
    struct rusage u;
    return getrusage(RUSAGE_THREAD, &u) ? 0 : u.ru_minflt;
}

int cost_huge_fault(struct cost_room *room, double *value)
{
    void **kept = &room->at[COST_INDEX_huge_fault];
    if (!*kept) {
        char *m = cost_map(room, 2 * HUGE_BYTES);
        if (!m)
            return -ENOMEM;
        *kept = m + (HUGE_BYTES - (uintptr_t)m % HUGE_BYTES) % HUGE_BYTES;
    }
    volatile unsigned char *at = *kept;
    if (madvise(*kept, HUGE_BYTES, MADV_HUGEPAGE))
        return cost_fail(room, errno, "the kernel gives no huge pages");
    if (madvise(*kept, HUGE_BYTES, MADV_DONTNEED))
        return cost_fail(room, errno, "pages can't be given back");
    long before = faults();
    uint64_t begin = now_ns();
    at[0] = 1;
    double took = cost_each(begin, 1);
    at[HUGE_BYTES - 1] = 1;
    if (faults() - before == 1)
        *value = took;
    else if (isnan(room->last[COST_INDEX_huge_fault]) && !room->huge_page_seen)
        return cost_fail(room, 0, "the kernel gave small pages where huge ones were asked for");
    room->huge_page_seen = true; /* later ones may fail where memory is in fragments: these batches do not count */
    return 0;
}

static int open_null(struct cost_room *room, unsigned index)
{
    if (room->fd[index] < 0)
        room->fd[index] = open("/dev/null", O_RDWR | O_CLOEXEC);
    return room->fd[index] < 0 ? cost_fail(room, errno, "/dev/null can't be opened") : 0;
}

int cost_read_null(struct cost_room *room, double *value)
{
    char byte;
    int rc = open_null(room, COST_INDEX_read_null), fd = room->fd[COST_INDEX_read_null];
    uint64_t begin = now_ns();
    for (unsigned i = 0; !rc && i < CALLS; i++)
        if (read(fd, &byte, 1) < 0)
            rc = cost_fail(room, errno, "/dev/null can't be read");
    *value = cost_each(begin, CALLS);
    return rc;
}

int cost_write_null(struct cost_room *room, double *value)
{
    int rc = open_null(room, COST_INDEX_write_null), fd = room->fd[COST_INDEX_write_null];
    uint64_t begin = now_ns();
    for (unsigned i = 0; !rc && i < CALLS; i++)
        if (write(fd, "", 1) != 1)
            rc = cost_fail(room, errno, "/dev/null can't be written");
    *value = cost_each(begin, CALLS);
    return rc;
}

int cost_eventfd_signal(struct cost_room *room, double *value)
{
    int *fd = &room->fd[COST_INDEX_eventfd_signal];
    uint64_t one = 1;
    if (*fd < 0 && (*fd = eventfd(0, EFD_CLOEXEC)) < 0)
        return cost_fail(room, errno, "no eventfd can be made");
    uint64_t begin = now_ns();
    for (unsigned i = 0; i < CALLS; i++)
        if (write(*fd, &one, sizeof one) < 0 || read(*fd, &one, sizeof one) < 0)
            return cost_fail(room, errno, "an eventfd can't be used");
    *value = cost_each(begin, CALLS);
    return 0;
}

int cost_epoll_wait(struct cost_room *room, double *value)
{
    int *poller = &room->fd[COST_INDEX_epoll_wait];
    struct epoll_event e = {.events = EPOLLIN};
    if (*poller < 0) {
        int ready = eventfd(1, EFD_CLOEXEC); /* never read, so always ready */
        *poller = epoll_create1(EPOLL_CLOEXEC);
        if (ready < 0 || *poller < 0 || epoll_ctl(*poller, EPOLL_CTL_ADD, ready, &e))
            return cost_fail(room, errno, "no epoll can be made");
    }
    uint64_t begin = now_ns();
    for (unsigned i = 0; i < CALLS; i++)
        if (epoll_wait(*poller, &e, 1, -1) != 1)
            return cost_fail(room, errno, "epoll_wait failed");
    *value = cost_each(begin, CALLS);
    return 0;
}

int cost_futex_wake(struct cost_room *room, double *value)
{
    uint32_t word = 0;
    long rc = 0;
    uint64_t begin = now_ns();
    for (unsigned i = 0; i < CALLS && rc >= 0; i++)
        rc = syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    *value = cost_each(begin, CALLS);
    return rc < 0 ? cost_fail(room, errno, "futex failed") : 0;
}

static void handle(int number)
{
    (void)number;
}

int cost_signal_delivery(struct cost_room *room, double *value)
{
    struct sigaction sa = {.sa_handler = handle}, was;
    pid_t pid = getpid();
    long rc = 0;
    if (sigaction(SIGUSR1, &sa, &was))
        return cost_fail(room, errno, "a signal handler can't be set");
    uint64_t begin = now_ns();
    for (unsigned i = 0; i < CALLS && !rc; i++)
        rc = syscall(SYS_tgkill, pid, pid, SIGUSR1); /* of one thread: its id is the process's */
    *value = cost_each(begin, CALLS);
    int code = errno;
    sigaction(SIGUSR1, &was, NULL);
    return rc ? cost_fail(room, code, "a signal can't be sent") : 0;
}

int cost_mmap_munmap(struct cost_room *room, double *value)
{
    uint64_t begin = now_ns();
    for (unsigned i = 0; i < CALLS; i++) {
        void *m = mmap(NULL, room->page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (m == MAP_FAILED || munmap(m, room->page))
            return cost_fail(room, errno, "a page can't be mapped and unmapped");
    }
    *value = cost_each(begin, CALLS);
    return 0;
}
