/* SPDX-License-Identifier: MIT */
/*
 * Reads the counters around a gap; see gaps.h. The files are kept open and the buffers touched beforehand, so that a
 * reading makes no page fault of its own and costs as little as the kernel's printing of the numbers.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/machine/cgroup.h"
#include "harness/machine/gaps.h"
#include "harness/measure/clock.h"

enum { TEXT_BYTES = 1 << 20, FAULT_PAGES = 33, AGAIN_MOST = 4 };

const char *const gap_source_names[GAP_SOURCES] = {"/proc/interrupts", "/proc/softirqs", "/proc/thread-self/schedstat",
                                                   "cpu.stat of the cgroup"};

struct gap_reader {
    int interrupts, softirqs, schedstat; /* descriptors; -1: can't be read */
    struct cgroup_stops stops;
    char *text;
};

/* Which column of the first line is the unit's, from 0; -1: none. */
static int column_of(const char *text, int unit)
{
    const char *end = text + strcspn(text, "\n"), *at = strstr(text, "CPU");
    for (int column = 0; at && at < end; column++, at = strstr(at + 3, "CPU"))
        if (atoi(at + 3) == unit)
            return column;
    return -1;
}

/* The number in a column of a row, from behind its label; false: the row has fewer ("ERR", "MIS": one for all units).
 */
static bool number_in(const char *row, int column, uint64_t *value, const char **behind)
{
    for (int i = 0; i <= column; i++) {
        char *end;
        row += strspn(row, " ");
        *value = strtoull(row, &end, 10);
        if (end == row)
            return false;
        row = end;
    }
    *behind = row;
    return true;
}

/* By its label, or by what stands behind the numbers: "Local timer interrupts", "GICv3 27 Level arch_timer". */
static bool is_tick(const char *label, size_t length, const char *behind, const char *const *ticks)
{
    for (unsigned i = 0; ticks[i]; i++)
        if (strlen(ticks[i]) == length && strncmp(label, ticks[i], length) == 0)
            return true;
    size_t rest = strcspn(behind, "\n");
    const char *named = memmem(behind, rest, "timer", 5);
    return named != NULL;
}

bool gap_sum_column(const char *text, int unit, const char *const *ticks, uint64_t *sum, uint64_t *tick_sum)
{
    int column = column_of(text, unit);
    *sum = *tick_sum = 0;
    if (column < 0)
        return false;
    for (const char *line = strchr(text, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
        const char *label = line + 1 + strspn(line + 1, " "), *behind;
        size_t length = strcspn(label, ":\n");
        bool of_all = length == 3 && (strncmp(label, "ERR", 3) == 0 || strncmp(label, "MIS", 3) == 0);
        uint64_t value;
        if (label[length] != ':' || of_all || !number_in(label + length + 1, column, &value, &behind))
            continue;
        *(is_tick(label, length, behind, ticks) ? tick_sum : sum) += value;
    }
    return true;
}

/* The whole file into r->text; false when it can't be read or does not fit. */
static bool read_text(struct gap_reader *r, int fd)
{
    size_t have = 0;
    if (fd < 0 || lseek(fd, 0, SEEK_SET) < 0)
        return false;
    for (;;) {
        ssize_t got = read(fd, r->text + have, TEXT_BYTES - 1 - have);
        if (got < 0)
            return false;
        have += (size_t)got;
        if (got == 0)
            break;
        if (have == TEXT_BYTES - 1)
            return false;
    }
    r->text[have] = 0;
    return have > 0;
}

/* Median of the time that each of some fresh pages takes when it is touched. */
static uint64_t fault_cost(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint64_t ns[FAULT_PAGES];
    char *m = mmap(NULL, FAULT_PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (m == MAP_FAILED)
        return NS_PER_US;
    madvise(m, FAULT_PAGES * page, MADV_NOHUGEPAGE);
    for (unsigned i = 0; i < FAULT_PAGES; i++) {
        uint64_t begin = now_ns();
        *(volatile char *)(m + i * page) = 1;
        ns[i] = now_ns() - begin;
    }
    munmap(m, FAULT_PAGES * page);
    for (unsigned i = 1; i < FAULT_PAGES; i++)
        for (unsigned k = i; k && ns[k] < ns[k - 1]; k--) {
            uint64_t other = ns[k];
            ns[k] = ns[k - 1];
            ns[k - 1] = other;
        }
    return ns[FAULT_PAGES / 2];
}

/* The step of the clock that the tick moves; 10 ms, the longest that kernels have, when it is not told. */
static uint64_t tick(void)
{
    struct timespec step;
    bool told = clock_getres(CLOCK_MONOTONIC_COARSE, &step) == 0 && step.tv_sec == 0 && step.tv_nsec > 0;
    return told ? (uint64_t)step.tv_nsec : 10 * NS_PER_MS;
}

/* A kernel that measures interrupts by the clock has counted some since it started; one that can't see steal, none. */
static bool stolen_is_host(void)
{
    unsigned long long irq = 1, steal = 0;
    FILE *f = fopen("/proc/stat", "re");
    int n = f ? fscanf(f, "cpu %*u %*u %*u %*u %*u %llu %*u %llu", &irq, &steal) : 0;
    if (f)
        fclose(f);
    return n == 2 && irq == 0 && steal > 0;
}

int gap_reader_open(struct gap_reader **out, struct gap_scale *scale)
{
    struct gap_reader *r = calloc(1, sizeof *r);
    char *text = r ? malloc(TEXT_BYTES) : NULL;
    *out = NULL;
    if (!text) {
        free(r);
        return -ENOMEM;
    }
    memset(text, 1, TEXT_BYTES); /* its faults come now */
    r->text = text;
    r->interrupts = open("/proc/interrupts", O_RDONLY | O_CLOEXEC);
    r->softirqs = open("/proc/softirqs", O_RDONLY | O_CLOEXEC);
    r->schedstat = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    cgroup_stops_open(&r->stops);
    *scale = (struct gap_scale){.fault_ns = fault_cost(), .tick_ns = tick(), .stolen_is_host = stolen_is_host()};
    *out = r;
    return 0;
}

void gap_reader_close(struct gap_reader *r)
{
    if (!r)
        return;
    const int fds[] = {r->interrupts, r->softirqs, r->schedstat};
    for (size_t i = 0; i < ARRAY_LEN(fds); i++)
        if (fds[i] >= 0)
            close(fds[i]);
    cgroup_stops_close(&r->stops);
    free(r->text);
    free(r);
}

static bool read_wait(const struct gap_reader *r, uint64_t *ns)
{
    char text[96];
    unsigned long long run, wait;
    ssize_t got = r->schedstat >= 0 ? pread(r->schedstat, text, sizeof text - 1, 0) : -1;
    text[got > 0 ? got : 0] = 0;
    if (sscanf(text, "%llu %llu", &run, &wait) != 2)
        return false;
    *ns = wait;
    return true;
}

/* The thread's own counters. The CPU clock is the last: asking for it, or for the usage, brings the thread's account up
 * to date, and where its slice is found to be over it has to wait before the call returns. That is not in these. */
static void read_own(const struct gap_reader *r, struct gap_counters *c)
{
    struct timespec cpu;
    c->have &= ~(1u << GAP_READ_WAIT | 1u << GAP_READ_QUOTA);
    c->have |= (unsigned)read_wait(r, &c->wait_ns) << GAP_READ_WAIT;
    c->have |= (unsigned)cgroup_stops_read(&r->stops, &c->throttled_ns) << GAP_READ_QUOTA;
    c->unit = sched_getcpu();
    c->at_ns = now_ns();
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    c->cpu_ns = (uint64_t)cpu.tv_sec * NS_PER_S + (uint64_t)cpu.tv_nsec;
}

static void read_usage(struct gap_counters *c)
{
    struct rusage u;
    getrusage(RUSAGE_THREAD, &u);
    c->involuntary = u.ru_nivcsw;
    c->minor_faults = u.ru_minflt;
    c->major_faults = u.ru_majflt;
}

static void read_interrupts(struct gap_reader *r, struct gap_counters *c)
{
    static const char *const timers[] = {"LOC", NULL};
    static const char *const timer_softirqs[] = {"TIMER", "SCHED", "HRTIMER", "RCU", NULL};
    c->have &= ~(1u << GAP_READ_SOFTIRQS | 1u << GAP_READ_INTERRUPTS);
    if (read_text(r, r->softirqs) && gap_sum_column(r->text, c->unit, timer_softirqs, &c->softirqs, &c->tick_softirqs))
        c->have |= 1u << GAP_READ_SOFTIRQS;
    if (read_text(r, r->interrupts) && gap_sum_column(r->text, c->unit, timers, &c->interrupts, &c->ticks))
        c->have |= 1u << GAP_READ_INTERRUPTS;
}

void gap_read(struct gap_reader *r, struct gap_counters *c)
{
    *c = (struct gap_counters){0};
    read_own(r, c);
    read_usage(c);
    read_interrupts(r, c);
}

void gap_read_again(struct gap_reader *r, struct gap_counters *c)
{
    uint64_t wait_ns;
    for (unsigned i = 0; i < AGAIN_MOST; i++) {
        int unit = c->unit;
        uint64_t waited_ns = c->wait_ns;
        read_own(r, c);
        read_usage(c);
        if (c->unit != unit) { /* its interrupts are other ones */
            c->unit = unit;
            return;
        }
        if (c->wait_ns != waited_ns) /* nor are the interrupts of that time the next gap's */
            read_interrupts(r, c);
        if (!read_wait(r, &wait_ns) || wait_ns == c->wait_ns)
            return;
    }
}
