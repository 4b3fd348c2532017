/* SPDX-License-Identifier: MIT */
/*
 * Facts of what else the machine does: load averages, and a sample over some hundred milliseconds of busy and stolen
 * time and of the largest consumers. The kernel counts in ticks of 10 ms, so a short sample is coarse.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/machine/consumers.h"
#include "harness/machine/facts_internal.h"
#include "harness/machine/memory_left.h"

enum { TOP = 5 };

struct stat_line {
    double busy, idle, steal, all; /* ticks */
};

static int read_stat(const struct facts *f, struct stat_line *s)
{
    char text[512];
    double v[8];
    int got = fact_read(f, "/proc/stat", text, sizeof text);
    if (got < 0)
        return got;
    if (sscanf(text, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7]) !=
        8)
        return -EINVAL;
    *s = (struct stat_line){.busy = v[0] + v[1] + v[2] + v[5] + v[6], .idle = v[3] + v[4], .steal = v[7]};
    s->all = s->busy + s->idle + s->steal;
    return 0;
}

static void sample_missing(struct facts *f, int code, const char *why)
{
    fact_missing(f, "load.busy_cpus", "/proc/stat, sampled", code, why);
    fact_missing(f, "load.steal_percent", "/proc/stat, sampled", code, why);
    fact_missing(f, "load.largest", "/proc/PID/stat, sampled", code, why);
}

static void sample(struct facts *f, unsigned ms)
{
    struct stat_line a = {0}, b = {0};
    int rc = read_stat(f, &a);
    if (rc || facts_are_remote(f) || !ms) {
        sample_missing(f, rc ? -rc : ENOENT,
                       rc    ? NULL
                       : !ms ? "not sampled"
                             : "a copy of another machine's files can't be sampled");
        return;
    }
    struct consumers *before = consumers_mark();
    if (!before) {
        sample_missing(f, ENOMEM, NULL);
        return;
    }
    read_stat(f, &a);
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    while (nanosleep(&t, &t) && errno == EINTR)
        continue;
    read_stat(f, &b);
    double cpus = (double)sysconf(_SC_NPROCESSORS_ONLN), all = b.all - a.all;
    if (all <= 0) {
        sample_missing(f, ENOENT, "the counters did not move in the sample");
    } else {
        fact_number(f, "load.busy_cpus", "/proc/stat, sampled", cpus * (b.busy - a.busy) / all);
        fact_number(f, "load.steal_percent", "/proc/stat, sampled", 100 * (b.steal - a.steal) / all);
        char largest[320];
        consumers_since(before, TOP, largest, sizeof largest);
        fact_text(f, "load.largest", "/proc/PID/stat, sampled", "%s", largest[0] ? largest : "none");
    }
    consumers_free(before);
}

static void since_boot(struct facts *f)
{
    struct stat_line s;
    int rc = read_stat(f, &s);
    if (rc)
        fact_missing(f, "load.steal_since_boot_percent", "/proc/stat", -rc, NULL);
    else
        fact_number(f, "load.steal_since_boot_percent", "/proc/stat", s.all > 0 ? 100 * s.steal / s.all : 0);
}

static void averages(struct facts *f)
{
    char text[128];
    double one, five, fifteen, runnable;
    int got = fact_read(f, "/proc/loadavg", text, sizeof text);
    if (got < 0 || sscanf(text, "%lf %lf %lf %lf", &one, &five, &fifteen, &runnable) != 4) {
        fact_missing(f, "load.average", "/proc/loadavg", got < 0 ? -got : EINVAL, NULL);
        fact_missing(f, "load.runnable", "/proc/loadavg", got < 0 ? -got : EINVAL, NULL);
        return;
    }
    fact_text(f, "load.average", "/proc/loadavg", "%.2f %.2f %.2f", one, five, fifteen);
    fact_number(f, "load.runnable", "/proc/loadavg", runnable);
}

/* "some avg10=1.23 …": the share of the last ten seconds in which something waited for the resource, in percent. */
static void pressure(struct facts *f, const char *name, const char *path)
{
    char text[256];
    double v;
    int got = fact_read(f, path, text, sizeof text);
    if (got > 0 && sscanf(text, "some avg10=%lf", &v) == 1)
        fact_number(f, name, path, v);
    else
        fact_missing(f, name, path, got < 0 ? -got : EINVAL, NULL);
}

static void memory(struct facts *f, const char *name, const char *key)
{
    char text[64];
    int rc = fact_read_key(f, "/proc/meminfo", key, text, sizeof text);
    if (rc)
        fact_missing(f, name, "/proc/meminfo", -rc, NULL);
    else
        fact_number(f, name, "/proc/meminfo", 1024 * atof(text));
}

void facts_load(struct facts *f, const struct facts_request *q)
{
    struct memory_room room;
    char total[64], left[64];
    averages(f);
    since_boot(f);
    sample(f, q->sample_ms);
    pressure(f, "psi.cpu", "/proc/pressure/cpu");
    pressure(f, "psi.memory", "/proc/pressure/memory");
    pressure(f, "psi.io", "/proc/pressure/io");
    memory(f, "memory.total", "MemTotal");
    memory(f, "memory.available", "MemAvailable");
    memory_room(f->root, &room);
    if (room.left)
        fact_number(f, "memory.left", room.left_by, (double)room.left);
    else
        fact_missing(f, "memory.left", "/proc/meminfo, /sys/fs/cgroup", ENOENT,
                     "neither the kernel nor a cgroup tells");
    int rc = fact_read_key(f, "/proc/meminfo", "SwapTotal", total, sizeof total);
    if (!rc)
        rc = fact_read_key(f, "/proc/meminfo", "SwapFree", left, sizeof left);
    if (rc)
        fact_missing(f, "memory.swap_used", "/proc/meminfo", -rc, NULL);
    else
        fact_number(f, "memory.swap_used", "/proc/meminfo", 1024 * (atof(total) - atof(left)));
}
