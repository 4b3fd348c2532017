/* SPDX-License-Identifier: MIT */
/* Facts of what this process may use: resource limits, priority, and where its files go. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/machine/facts_internal.h"
#include "harness/machine/machine.h"

static const struct {
    const char *name;
    __rlimit_resource_t which; /* the type that glibc gives getrlimit with _GNU_SOURCE */
} limits[] = {
    {"limit.open_files", RLIMIT_NOFILE},     {"limit.processes", RLIMIT_NPROC}, {"limit.stack", RLIMIT_STACK},
    {"limit.locked_memory", RLIMIT_MEMLOCK}, {"limit.memory", RLIMIT_AS},       {"limit.file_size", RLIMIT_FSIZE},
    {"limit.cpu_seconds", RLIMIT_CPU},
};

static void resource_limits(struct facts *f)
{
    for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
        struct rlimit r;
        if (getrlimit((__rlimit_resource_t)limits[i].which, &r))
            fact_missing(f, limits[i].name, "getrlimit", errno, NULL);
        else if (r.rlim_cur == RLIM_INFINITY)
            fact_text(f, limits[i].name, "getrlimit", "unlimited");
        else
            fact_number(f, limits[i].name, "getrlimit", (double)r.rlim_cur);
    }
}

static void priority(struct facts *f)
{
    static const char *const names[] = {"other", "fifo", "rr", "batch", "?", "idle", "deadline"};
    int policy = sched_getscheduler(0);
    errno = 0;
    int nice_now = getpriority(PRIO_PROCESS, 0);
    if (errno)
        fact_missing(f, "process.nice", "getpriority", errno, NULL);
    else
        fact_number(f, "process.nice", "getpriority", nice_now);
    if (policy >= 0 && policy < (int)ARRAY_LEN(names))
        fact_text(f, "process.policy", "sched_getscheduler", "%s", names[policy]);
    else
        fact_missing(f, "process.policy", "sched_getscheduler", policy < 0 ? errno : EINVAL, NULL);
}

/* As a list, "0-3,6". */
static void affinity(struct facts *f)
{
    char text[320];
    int rc = fact_read_key(f, "/proc/self/status", "Cpus_allowed_list", text, sizeof text);
    if (rc)
        fact_missing(f, "process.affinity", "/proc/self/status", -rc, NULL);
    else
        fact_text(f, "process.affinity", "/proc/self/status", "%s", text);
}

/* Whether workers can be pinned: tried. */
static void pinning(struct facts *f)
{
    int rc = pin_try();
    if (rc)
        fact_missing(f, "process.pinning", "sched_setaffinity", -rc, NULL);
    else
        fact_text(f, "process.pinning", "sched_setaffinity", "works");
}

static const char *filesystem_name(long type)
{
    static const struct {
        long type;
        const char *name;
    } known[] = {
        {0xef53, "ext4"},     {0x01021994, "tmpfs"}, {0x794c7630, "overlay"}, {0x9123683e, "btrfs"},
        {0x58465342, "xfs"},  {0x6969, "nfs"},       {0x65735546, "fuse"},    {0x2fc12fc1, "zfs"},
        {0xf2f52010, "f2fs"}, {0x01021997, "9p"},    {0x858458f6, "ramfs"},   {0xff534d42, "cifs"},
        {0xfe534d42, "smb2"}, {0x00c36400, "ceph"},
    };
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (known[i].type == type)
            return known[i].name;
    return NULL;
}

/* "DEVNAME=vda1" among other lines. */
static int read_name(const struct facts *f, const char *path, char *name, size_t n)
{
    char text[512];
    int got = fact_read(f, path, text, sizeof text);
    const char *at = got > 0 ? strstr(text, "DEVNAME=") : NULL;
    if (!at)
        return got < 0 ? got : -ENOENT;
    snprintf(name, n, "%.*s", (int)strcspn(at + 8, "\n"), at + 8);
    return 0;
}

/* What carries the file system: its name, and whether it turns. A partition's queue is its disk's. */
static void device(struct facts *f, unsigned major_number, unsigned minor_number)
{
    char path[96], name[64], turns[8];
    snprintf(path, sizeof path, "/sys/dev/block/%u:%u/uevent", major_number, minor_number);
    int rc = read_name(f, path, name, sizeof name);
    if (rc) {
        fact_missing(f, "scratch.device_name", path, -rc, rc == -ENOENT ? "no block device of its own" : NULL);
        return;
    }
    snprintf(path, sizeof path, "/sys/dev/block/%u:%u/queue/rotational", major_number, minor_number);
    int got = fact_read(f, path, turns, sizeof turns);
    if (got <= 0) {
        snprintf(path, sizeof path, "/sys/dev/block/%u:%u/../queue/rotational", major_number, minor_number);
        got = fact_read(f, path, turns, sizeof turns);
    }
    fact_text(f, "scratch.device_name", path, "%s%s", name,
              got <= 0          ? ""
              : turns[0] == '1' ? ", rotating"
                                : ", not rotating");
}

/* Whether the file system has locks, by which what a killed run left is known. */
static void locks(struct facts *f, const char *dir)
{
    CLEANUP_FD int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        fact_missing(f, "scratch.locks", "open", errno, NULL);
    else if (flock(fd, LOCK_SH | LOCK_NB) && errno != EWOULDBLOCK)
        fact_missing(f, "scratch.locks", "flock", errno, NULL);
    else
        fact_text(f, "scratch.locks", "flock", "work");
}

static void scratch(struct facts *f, const char *dir)
{
    struct statfs s;
    struct stat st;
    char whole[PATH_MAX];
    dir = dir ? dir : ".";
    if (!realpath(dir, whole) || statfs(whole, &s) || stat(whole, &st)) {
        fact_missing(f, "scratch.file_system", "statfs", errno, NULL);
        return;
    }
    const char *name = filesystem_name((long)s.f_type);
    fact_text(f, "scratch.directory", "--scratch", "%s", whole);
    if (name)
        fact_text(f, "scratch.file_system", "statfs", "%s", name);
    else
        fact_text(f, "scratch.file_system", "statfs", "0x%lx", (unsigned long)s.f_type);
    fact_text(f, "scratch.device", "stat", "%u:%u", major(st.st_dev), minor(st.st_dev));
    device(f, major(st.st_dev), minor(st.st_dev));
    locks(f, whole);
    fact_number(f, "scratch.free", "statfs", (double)s.f_bavail * (double)s.f_bsize);
}

/* Settings from outside that change what a program does without a word. */
static void surroundings(struct facts *f)
{
    static const char *const names[] = {"LD_PRELOAD",     "MALLOC_ARENA_MAX",   "MALLOC_PERTURB_", "MALLOC_CHECK_",
                                        "GLIBC_TUNABLES", "UV_THREADPOOL_SIZE", "UV_USE_IO_URING", "LD_BIND_NOW"};
    char all[320] = "";
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *value = getenv(names[i]);
        if (value)
            text_append(all, sizeof all, "%s%s=%s", all[0] ? " " : "", names[i], value);
    }
    fact_text(f, "process.environment", "getenv", "%s", all[0] ? all : "nothing that matters");
}

void facts_limits(struct facts *f, const struct facts_request *q)
{
    fact_file_number(f, "kernel.threads_max", "/proc/sys/kernel/threads-max", 1);
    fact_file_number(f, "kernel.pid_max", "/proc/sys/kernel/pid_max", 1);
    fact_file_number(f, "kernel.somaxconn", "/proc/sys/net/core/somaxconn", 1);
    fact_file_number(f, "kernel.map_count_max", "/proc/sys/vm/max_map_count", 1);
    if (facts_are_remote(f))
        return;
    resource_limits(f);
    priority(f);
    affinity(f);
    pinning(f);
    scratch(f, q->scratch);
    surroundings(f);
}
