/* SPDX-License-Identifier: MIT */
/*
 * Own group, and the time that quotas took; see cgroup.h. A quota may stand at any level above the process, and only a
 * container with a namespace of its own shows its group as the root; so all levels are read.
 */
#include "harness/machine/cgroup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"

int cgroup_own(const char *root, const char *controller, char *out, size_t n)
{
    char path[512], line[512];
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    FILE *file = fopen(path, "re");
    if (!file)
        return -errno;
    int rc = -ENOENT;
    while (rc && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        char *names = strchr(line, ':'), *group = names ? strchr(names + 1, ':') : NULL;
        if (!group)
            continue;
        *group++ = 0;
        names++;
        char padded[256], wanted[64];
        snprintf(padded, sizeof padded, ",%s,", names);
        snprintf(wanted, sizeof wanted, ",%s,", controller);
        if (strcmp(names, controller) == 0 || (controller[0] && strstr(padded, wanted))) {
            snprintf(out, n, "%s", strcmp(group, "/") == 0 ? "" : group);
            rc = 0;
        }
    }
    fclose(file);
    return rc;
}

bool cgroup_up(char *group)
{
    char *slash = strrchr(group, '/');
    if (slash)
        *slash = 0;
    return slash != NULL;
}

/* The number behind `key` in a file of "key value" lines. */
static bool read_key(const char *path, const char *key, uint64_t *value)
{
    char line[128], name[64];
    unsigned long long v;
    FILE *f = fopen(path, "re");
    bool found = false;
    while (f && !found && fgets(line, sizeof line, f))
        found = sscanf(line, "%63s %llu", name, &v) == 2 && strcmp(name, key) == 0;
    if (f)
        fclose(f);
    if (found)
        *value = v;
    return found;
}

bool cgroup_throttled(uint64_t *ns)
{
    static const struct {
        const char *base, *controller, *key;
        uint64_t unit;
    } sources[] = {
        {"/sys/fs/cgroup", "", "throttled_usec", NS_PER_US},
        {"/sys/fs/cgroup/cpu", "cpu", "throttled_time", 1},
        {"/sys/fs/cgroup/cpu,cpuacct", "cpu", "throttled_time", 1},
    };
    *ns = 0;
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        char group[256] = "", path[400];
        bool any = false;
        cgroup_own("", sources[i].controller, group, sizeof group); /* else the root's alone */
        do {
            uint64_t value;
            snprintf(path, sizeof path, "%s%s/cpu.stat", sources[i].base, group);
            if (read_key(path, sources[i].key, &value)) {
                any = true;
                *ns += value * sources[i].unit;
            }
        } while (cgroup_up(group));
        if (any)
            return true;
    }
    return false;
}
