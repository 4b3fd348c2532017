/* SPDX-License-Identifier: MIT */
/* Control groups that checks make for a while; see group.h. */
#include "harness/verify/group.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/machine/cgroup.h"

enum { RMDIR_TRIES = 100 };

bool group_put(const char *group, const char *file, const char *text)
{
    char path[384];
    snprintf(path, sizeof path, "%s/%s", group, file);
    CLEANUP_FD int fd = open(path, O_WRONLY | O_CLOEXEC);
    return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

bool group_quota(const char *group, const char *quota_us, const char *period_us)
{
    char both[64];
    snprintf(both, sizeof both, "%s %s", quota_us, period_us);
    return group_put(group, "cpu.max", both) ||
           (group_put(group, "cpu.cfs_period_us", period_us) && group_put(group, "cpu.cfs_quota_us", quota_us));
}

void group_weigh(const char *group, const char *weight, const char *shares)
{
    if (!group_put(group, "cpu.weight", weight))
        group_put(group, "cpu.shares", shares);
}

/* Whoever was killed could not remove its own. */
static void sweep(const char *parent, const char *prefix)
{
    DIR *d = opendir(parent);
    for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
        char group[640], *end;
        if (strncmp(e->d_name, prefix, strlen(prefix)) != 0)
            continue;
        long pid = strtol(e->d_name + strlen(prefix), &end, 10);
        if (pid > 0 && (!*end || *end == '-') && kill((pid_t)pid, 0) && errno == ESRCH &&
            snprintf(group, sizeof group, "%s/%s", parent, e->d_name) < (int)sizeof group)
            rmdir(group);
    }
    if (d)
        closedir(d);
}

bool group_make(char *group, size_t n, const char *parent, const char *kind)
{
    char prefix[64];
    snprintf(prefix, sizeof prefix, "contend-%s-", kind);
    sweep(parent, prefix);
    int length = snprintf(group, n, "%s/%s%d", parent, prefix, (int)getpid());
    if (length < (int)n && mkdir(group, 0755) == 0)
        return true;
    group[0] = 0;
    return false;
}

void group_remove(const char *group)
{
    for (int i = 0; i < RMDIR_TRIES && rmdir(group) && errno == EBUSY; i++)
        nanosleep(&(struct timespec){.tv_nsec = (long)NS_PER_MS}, NULL);
}

bool group_somewhere(bool (*make)(void *arg, const char *parent), void *arg)
{
    static const struct {
        const char *controller, *mount;
    } trees[] = {
        {"cpu", "/sys/fs/cgroup/cpu"},
        {"cpu", "/sys/fs/cgroup/cpu,cpuacct"},
        {"", "/sys/fs/cgroup"},
        {"", "/sys/fs/cgroup/unified"},
    };
    for (size_t i = 0; i < ARRAY_LEN(trees); i++) {
        char group[160], parent[224];
        if (cgroup_own("", trees[i].controller, group, sizeof group))
            continue;
        do {
            snprintf(parent, sizeof parent, "%s%s", trees[i].mount, group);
            if (make(arg, parent))
                return true;
        } while (cgroup_up(group));
    }
    return false;
}
