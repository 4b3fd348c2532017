/* SPDX-License-Identifier: MIT */
/* Facts of what the machine runs inside: hypervisor, container, and the limits of cgroup v1 and v2. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/machine/cgroup.h"
#include "harness/machine/facts_internal.h"
#include "harness/machine/memory_left.h"

static void hypervisor(struct facts *f)
{
    char flags[4096] = "", vendor[64] = "", product[64] = "", path[512], line[4096];
    fact_path(f, "/proc/cpuinfo", path, sizeof path);
    FILE *file = fopen(path, "re");
    int code = file ? 0 : errno;
    while (file && !flags[0] && fgets(line, sizeof line, file))
        if (strncmp(line, "flags", 5) == 0)
            snprintf(flags, sizeof flags, "%s", line);
    if (file)
        fclose(file);
    fact_read(f, "/sys/class/dmi/id/sys_vendor", vendor, sizeof vendor);
    fact_read(f, "/sys/class/dmi/id/product_name", product, sizeof product);
    if (code)
        fact_missing(f, "vm.hypervisor", "/proc/cpuinfo", code, NULL);
    else if (!flags[0])
        fact_missing(f, "vm.hypervisor", "/proc/cpuinfo", ENOENT, "this architecture shows no flags");
    else if (strstr(flags, " hypervisor"))
        fact_text(f, "vm.hypervisor", "/proc/cpuinfo flags, /sys/class/dmi/id", "%s%s%s", vendor[0] ? vendor : "yes",
                  product[0] ? " " : "", product);
    else
        fact_text(f, "vm.hypervisor", "/proc/cpuinfo flags", "none");
}

static void runtime(struct facts *f)
{
    static const struct {
        const char *path, *kind;
    } marks[] = {{"/.dockerenv", "docker"}, {"/run/.containerenv", "podman"}, {"/run/systemd/container", "systemd"}};
    char path[512];
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        fact_path(f, marks[i].path, path, sizeof path);
        if (access(path, F_OK) == 0) {
            fact_text(f, "container.runtime", marks[i].path, "%s", marks[i].kind);
            return;
        }
    }
    fact_text(f, "container.runtime", "/.dockerenv, /run/.containerenv, /run/systemd/container", "none seen");
}

/* The value of `file` in the process's own group or the nearest one above it that has it; a container often shows its
 * own group as the root. 0 or -errno; `found` is the path. */
static int group_read(const struct facts *f, const char *base, const char *group, const char *file, char *found,
                      size_t n_found, char *text, size_t n)
{
    char at[256];
    snprintf(at, sizeof at, "%s", group);
    for (;;) {
        snprintf(found, n_found, "%s%s/%s", base, at, file);
        int got = fact_read(f, found, text, n);
        if (got > 0)
            return 0;
        char *slash = strrchr(at, '/');
        if (!slash)
            return got ? got : -ENOENT;
        *slash = 0;
    }
}

/* The least quota of the own group and all above it, in CPUs. v2: "max 100000" or "50000 100000". */
static bool quota_v2(const struct facts *f, const char *group, double *cpus, char *source, size_t n)
{
    char at[256], path[400], text[64];
    bool have = false;
    double least = -1;
    snprintf(at, sizeof at, "%s", group);
    for (;;) {
        double quota, period;
        snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", at);
        if (fact_read(f, path, text, sizeof text) > 0) {
            have = true;
            if (sscanf(text, "%lf %lf", &quota, &period) == 2 && (least < 0 || quota / period < least)) {
                least = quota / period;
                source[0] = 0;
                text_append(source, n, "%s", path);
            } else if (!source[0]) {
                text_append(source, n, "%s", path);
            }
        }
        char *slash = strrchr(at, '/');
        if (!slash)
            break;
        *slash = 0;
    }
    *cpus = least;
    return have;
}

/* As quota_v2, of a v1 controller; leaves *source alone when there is none. */
static bool quota_v1(const struct facts *f, const char *group, double *cpus, char *source, size_t n)
{
    static const char *const bases[] = {"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"};
    char text[64], path[400], at[256];
    bool have = false;
    *cpus = -1;
    for (size_t i = 0; !have && i < ARRAY_LEN(bases); i++) {
        snprintf(at, sizeof at, "%s", group);
        do {
            snprintf(path, sizeof path, "%s%s/cpu.cfs_quota_us", bases[i], at);
            if (fact_read(f, path, text, sizeof text) <= 0)
                continue;
            double quota = atof(text), period = 100000;
            bool less = quota > 0;
            char of[400];
            snprintf(of, sizeof of, "%s%s/cpu.cfs_period_us", bases[i], at);
            if (less && fact_read(f, of, text, sizeof text) > 0 && atof(text) > 0)
                period = atof(text);
            less = less && (*cpus < 0 || quota / period < *cpus);
            if (less)
                *cpus = quota / period;
            if (less || !have) {
                source[0] = 0;
                text_append(source, n, "%s", path);
            }
            have = true;
        } while (cgroup_up(at));
    }
    return have;
}

static void quota(struct facts *f, bool v2, const char *group2, const char *group1)
{
    char source[120] = "";
    double cpus = -1, other = -1;
    bool have = v2 && quota_v2(f, group2, &cpus, source, sizeof source);
    if (!have || cpus < 0)
        have |= quota_v1(f, group1, &other, source, sizeof source);
    cpus = other > 0 && (cpus < 0 || other < cpus) ? other : cpus;
    if (!have)
        fact_missing(f, "container.cpu_quota", "/sys/fs/cgroup", ENOENT,
                     "no cgroup with a cpu controller is shown here");
    else if (cpus < 0)
        fact_text(f, "container.cpu_quota", source, "none");
    else
        fact_number(f, "container.cpu_quota", source, cpus);
}

struct place {
    const char *base, *group, *file;
};

static void first_of(struct facts *f, const char *name, const struct place *places, unsigned n)
{
    char text[320], path[400];
    for (unsigned i = 0; i < n; i++)
        if (group_read(f, places[i].base, places[i].group, places[i].file, path, sizeof path, text, sizeof text) == 0) {
            fact_text(f, name, path, "%s", text);
            return;
        }
    fact_missing(f, name, "/sys/fs/cgroup", ENOENT, "no cgroup with that controller is shown here");
}

static void throttled(struct facts *f, const char *group2, const char *group1)
{
    const struct place places[] = {{"/sys/fs/cgroup", group2, "cpu.stat"},
                                   {"/sys/fs/cgroup/cpu", group1, "cpu.stat"},
                                   {"/sys/fs/cgroup/cpu,cpuacct", group1, "cpu.stat"}};
    char path[400], text[32], probe[64];
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        if (group_read(f, places[i].base, places[i].group, "cpu.stat", path, sizeof path, probe, sizeof probe))
            continue;
        if (fact_read_key(f, path, "nr_throttled", text, sizeof text) == 0) {
            fact_number(f, "container.throttled_count", path, atof(text));
            return;
        }
    }
    fact_missing(f, "container.throttled_count", "/sys/fs/cgroup", ENOENT, "no cgroup here counts throttling");
}

/* The least of the own group and all above it, as for quotas. */
static void memory_limit(struct facts *f)
{
    struct memory_room room;
    memory_room(f->root, &room);
    if (!room.limit_by[0])
        fact_missing(f, "container.memory_limit", "/sys/fs/cgroup", ENOENT,
                     "no cgroup with that controller is shown here");
    else if (room.limit == UINT64_MAX)
        fact_text(f, "container.memory_limit", room.limit_by, "max");
    else
        fact_text(f, "container.memory_limit", room.limit_by, "%" PRIu64, room.limit);
}

void facts_container(struct facts *f)
{
    char group2[256] = "", cpu[256] = "", cpuset[256] = "", pids[256] = "", path[512];
    fact_path(f, "/sys/fs/cgroup/cgroup.controllers", path, sizeof path);
    bool v2 = access(path, F_OK) == 0;
    cgroup_own(f->root, "", group2, sizeof group2);
    bool v1 = cgroup_own(f->root, "cpu", cpu, sizeof cpu) == 0;
    cgroup_own(f->root, "cpuset", cpuset, sizeof cpuset);
    cgroup_own(f->root, "pids", pids, sizeof pids);
    hypervisor(f);
    runtime(f);
    if (v1 || v2)
        fact_text(f, "container.cgroup", "/proc/self/cgroup", "%s", v1 && v2 ? "v1 and v2" : v1 ? "v1" : "v2");
    else
        fact_missing(f, "container.cgroup", "/proc/self/cgroup", ENOENT, "no cgroup is shown here");
    quota(f, v2, group2, cpu);
    const struct place sets[] = {{"/sys/fs/cgroup", group2, "cpuset.cpus.effective"},
                                 {"/sys/fs/cgroup/cpuset", cpuset, "cpuset.effective_cpus"},
                                 {"/sys/fs/cgroup/cpuset", cpuset, "cpuset.cpus"}};
    first_of(f, "container.cpuset", sets, ARRAY_LEN(sets));
    memory_limit(f);
    const struct place many[] = {{"/sys/fs/cgroup", group2, "pids.max"}, {"/sys/fs/cgroup/pids", pids, "pids.max"}};
    first_of(f, "container.pids_limit", many, ARRAY_LEN(many));
    throttled(f, group2, cpu);
}
