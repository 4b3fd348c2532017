/* SPDX-License-Identifier: MIT */
/*
 * Prints how many times as long this machine, as it is now, takes as a fast one that has nothing else to do: the
 * largest ratio of a process start, page faults, computing, a thread start and a small file, at least 1. What tests
 * wait for at most follows it (limit.h, limit.bash, steady), so that a limit is for hangs and no slow machine reaches
 * it. It is wall time, so that a quota and other load count; each build has its own, which has the cost of its
 * sanitizer.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHILD "child"

enum {
    LEAST_ROUNDS = 7,
    MOST_ROUNDS = 1000,
    LEAST_MS = 350,    /* in all: three stops of a quota's usual period of 100 ms */
    FAULT_PAGES = 256, /* of a round */
    WORK = 1000000,    /* steps of a round */
    THREADS = 64       /* of a round, all started before the first is waited for */
};

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Each returns whether it could be done. */
static int start_process(void)
{
    char self[] = "/proc/self/exe", child[] = CHILD;
    char *argv[] = {self, child, NULL};
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        execv(self, argv);
        _exit(1);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static int fault(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = FAULT_PAGES * page;
    volatile char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return 0;
    madvise((void *)p, bytes, MADV_NOHUGEPAGE); /* a kernel that has no huge pages need not know it */
    for (size_t i = 0; i < bytes; i += page)
        p[i] = 1;
    return munmap((void *)p, bytes) == 0;
}

static int compute(void)
{
    volatile uint64_t x = 1;
    for (unsigned i = 0; i < WORK; i++)
        x = x * 6364136223846793005u + 1442695040888963407u;
    return x != 0;
}

static void *nothing(void *arg)
{
    return arg;
}

static int start_threads(void)
{
    pthread_t t[THREADS];
    unsigned n = 0;
    while (n < THREADS && pthread_create(&t[n], NULL, nothing, NULL) == 0)
        n++;
    int good = n == THREADS;
    while (n)
        good &= pthread_join(t[--n], NULL) == 0;
    return good;
}

static int make_file(void)
{
    const char *dir = getenv("TMPDIR");
    char path[4096], text[4096];
    snprintf(path, sizeof path, "%s/contend-pace-XXXXXX", dir && *dir ? dir : "/tmp");
    int fd = mkstemp(path);
    if (fd < 0)
        return 0;
    memset(text, 'x', sizeof text);
    int good = write(fd, text, sizeof text) == (ssize_t)sizeof text;
    good &= close(fd) == 0;
    return (unlink(path) == 0) & good;
}

/* us: what a round takes where nothing disturbs it, by a Release build on a virtual machine with two CPUs ("Intel
 * Xeon Processor", Linux 6.18), rounded down. */
static const struct {
    const char *name;
    int (*run)(void);
    double us;
} what[] = {
    {"a process start", start_process, 500}, {"page faults", fault, 300}, {"computing", compute, 1400},
    {"thread starts", start_threads, 1000},  {"a file", make_file, 50},
};
enum { N = sizeof what / sizeof what[0] };

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double took_us[N][MOST_ROUNDS];

/* The largest of what each takes mostly, which a wait for another process now and then does not change, and of what all
 * take together, which has the waits and the stops of a quota. */
static double largest_ratio(unsigned rounds, int tell)
{
    double largest = 1, all = 0, due = 0;
    for (unsigned i = 0; i < N; i++) {
        for (unsigned k = 0; k < rounds; k++)
            all += took_us[i][k];
        due += what[i].us * rounds;
        qsort(took_us[i], rounds, sizeof took_us[i][0], by_size);
        double ratio = took_us[i][rounds / 2] / what[i].us;
        if (tell)
            fprintf(stderr, "%s: mostly %.1f us, %.2f times\n", what[i].name, took_us[i][rounds / 2], ratio);
        largest = ratio > largest ? ratio : largest;
    }
    if (tell)
        fprintf(stderr, "all together: %.2f times\n", all / due);
    return all / due > largest ? all / due : largest;
}

int main(int argc, char **argv)
{
    unsigned rounds = 0;
    double begin = now_us();
    if (argc > 1 && strcmp(argv[1], CHILD) == 0)
        return 0;
    while (rounds < LEAST_ROUNDS || (rounds < MOST_ROUNDS && now_us() - begin < LEAST_MS * 1e3)) {
        for (unsigned i = 0; i < N; i++) {
            double from = now_us();
            if (!what[i].run()) {
                fprintf(stderr, "tests/pace: %s failed\n", what[i].name);
                return 1;
            }
            took_us[i][rounds] = now_us() - from;
        }
        rounds++;
    }
    printf("%.2f\n", largest_ratio(rounds, argc > 1)); /* any argument: tell what it is made of */
    return 0;
}
