/* SPDX-License-Identifier: MIT */
/*
 * The dispatcher's view of its workers through /proc; see accounts.h. A worker that read these files itself would do so
 * while others are still being timed: with 64 threads on one processing unit that was 5 % of an 8 ms run.
 */
#include "harness/trial/accounts.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PSS_MAX_PROCESSES = 1024 };

static ssize_t read_small(int pid, int tid, const char *name, char *buf, size_t n)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/%s", pid, tid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t got = read(fd, buf, n - 1);
    close(fd);
    buf[got > 0 ? got : 0] = 0;
    return got;
}

/* Second number of schedstat: ns spent runnable but not running. */
static int64_t wait_ns(int pid, int tid)
{
    char buf[128];
    long long run, wait;
    bool have = read_small(pid, tid, "schedstat", buf, sizeof buf) > 0 && sscanf(buf, "%lld %lld", &run, &wait) == 2;
    return have ? wait : -1;
}

static int64_t migrations(int pid, int tid)
{
    char buf[2048];
    if (read_small(pid, tid, "sched", buf, sizeof buf) <= 0)
        return -1;
    const char *at = strstr(buf, "nr_migrations");
    long long n;
    return at && sscanf(at + strcspn(at, ":"), ": %lld", &n) == 1 ? n : -1;
}

static struct sched_mark mark_of(int pid, int tid)
{
    return (struct sched_mark){migrations(pid, tid), wait_ns(pid, tid)};
}

static void mark_add(struct sched_mark *sum, struct sched_mark m)
{
    sum->migrations = sum->migrations < 0 || m.migrations < 0 ? -1 : sum->migrations + m.migrations;
    sum->wait_ns = sum->wait_ns < 0 || m.wait_ns < 0 ? -1 : sum->wait_ns + m.wait_ns;
}

static bool is_worker(const struct trial *t, int tid)
{
    for (unsigned i = 0; i < t->engine.cell->workers; i++)
        if (t->engine.slots[i].tid == tid)
            return true;
    return false;
}

/* The threads of one process but its first, which is a worker or the dispatcher, and but other workers: its pool's. */
static void add_pool(const struct trial *t, int pid, struct sched_mark *sum)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *d = opendir(path);
    if (!d)
        *sum = (struct sched_mark){-1, -1};
    for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
        int tid = atoi(e->d_name);
        if (tid > 0 && tid != pid && !is_worker(t, tid))
            mark_add(sum, mark_of(pid, tid));
    }
    if (d)
        closedir(d);
}

/* Of all pools' threads together. */
static struct sched_mark pool_mark(const struct trial *t)
{
    struct sched_mark sum = {0, 0};
    unsigned pools = !t->engine.cell->pool ? 0 : (t->model->traits & MODEL_FORKS) ? t->engine.cell->workers : 1;
    for (unsigned i = 0; i < pools; i++)
        add_pool(t, t->engine.slots[i].pid, &sum);
    return sum;
}

void sched_read(const struct trial *t, struct sched_mark *marks)
{
    if (t->model->traits & MODEL_EACH)
        return;
    for (unsigned i = 0; i < t->engine.cell->workers; i++)
        marks[i] = mark_of(t->engine.slots[i].pid, t->engine.slots[i].tid);
    marks[t->engine.cell->workers] = pool_mark(t);
}

static struct metric since(int64_t before, int64_t after, const char *why)
{
    return before < 0 || after < 0 ? (struct metric){.why = why} : (struct metric){.value = after - before};
}

static void fill(struct sched_mark open, struct sched_mark now, struct metric *migrated, struct metric *waited)
{
    *migrated = since(open.migrations, now.migrations,
                      "/proc/PID/task/TID/sched is absent (kernel without CONFIG_SCHED_DEBUG)");
    *waited =
        since(open.wait_ns, now.wait_ns, "/proc/PID/task/TID/schedstat is absent (kernel without CONFIG_SCHED_INFO)");
}

void sched_fill(const struct trial *t, const struct sched_mark *at_open, struct trial_record *r)
{
    bool each = t->model->traits & MODEL_EACH;
    const char *none = each ? "workers live for one task; reading it would cost more than it tells" : "out of memory";
    r->migrations = r->queue_wait_ns = (struct metric){.why = none};
    for (unsigned i = 0; i < t->engine.cell->workers; i++) {
        struct slot *s = &t->engine.slots[i];
        if (each || !at_open)
            s->migrations = s->queue_wait_ns = (struct metric){.why = none};
        else
            fill(at_open[i], mark_of(s->pid, s->tid), &s->migrations, &s->queue_wait_ns);
    }
    if (!each && at_open)
        fill(at_open[t->engine.cell->workers], pool_mark(t), &r->migrations, &r->queue_wait_ns);
}

/* The most that was resident at once, bytes; 0 when it can't be read. */
static int64_t process_peak(int pid)
{
    char path[64], line[256];
    long long kb = 0;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmHWM: %lld", &kb) == 1)
            break;
    if (f)
        fclose(f);
    return kb * 1024;
}

int64_t memory_peak(void)
{
    return process_peak(getpid());
}

void memory_forget_peak(void)
{
    int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t written = write(fd, "5", 1); /* proc(5): the high-water mark is now that of this moment */
    (void)written;                       /* where it is refused, it stays as it was */
    close(fd);
}

/* Pss and peak of one process; false when its smaps_rollup can't be read. */
static bool process_memory(int pid, int64_t *pss, int64_t *peak)
{
    char path[64], line[256];
    long long kb;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    bool found = false;
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "Pss: %lld", &kb) == 1) {
            *pss += kb * 1024;
            found = true;
        }
    fclose(f);
    *peak += process_peak(pid);
    return found;
}

/* Bytes of the shared mapping that exist, whichever process touched them; -1: can't be told. */
static int64_t mapping_bytes(const struct trial *t)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (t->engine.shared_bytes + page - 1) / page;
    unsigned char *resident = malloc(pages);
    int64_t n = resident && mincore(t->engine.shared, t->engine.shared_bytes, resident) == 0 ? 0 : -1;
    for (size_t i = 0; n >= 0 && i < pages; i++)
        n += resident[i] & 1;
    free(resident);
    return n < 0 ? -1 : n * (int64_t)page;
}

void memory_fill(const struct trial *t, int64_t peak_before, struct trial_record *r)
{
    bool forks = t->model->traits & MODEL_FORKS, each = t->model->traits & MODEL_EACH;
    int64_t pss = 0, peak = 0, ours = mapping_bytes(t);
    bool ok = process_memory(getpid(), &pss, &peak);
    peak = peak < peak_before ? peak_before : peak;
    if (forks && each) {
        for (unsigned i = 0; i < t->engine.cell->workers; i++)
            peak += t->engine.slots[i].peak_rss_bytes;
        r->pss_bytes = (struct metric){.why = "its processes end with their tasks, so there is none left to read"};
        r->peak_rss_bytes =
            ok ? (struct metric){.value = peak} : (struct metric){.why = "/proc/PID/status can't be read"};
        return;
    }
    if (forks && t->engine.cell->workers > PSS_MAX_PROCESSES) {
        r->pss_bytes = r->peak_rss_bytes =
            (struct metric){.why = "more than 1024 processes: reading them all would take seconds"};
        return;
    }
    for (unsigned i = 0; ok && forks && i < t->engine.cell->workers; i++)
        ok = process_memory(t->engine.slots[i].pid, &pss, &peak);
    const char *why = ok ? NULL : "/proc/PID/smaps_rollup can't be read";
    r->peak_rss_bytes = (struct metric){.value = ok ? peak : 0, .why = why};
    if (ok && (ours < 0 || ours > pss))
        why = "the share of the harness's own mapping can't be told (mincore)";
    r->pss_bytes = (struct metric){.value = why ? 0 : pss - ours, .why = why};
}
