/* SPDX-License-Identifier: MIT */
/* See memory_left.h. A limit holds for all groups below its own, so every level is read, as for quotas. */
#include "harness/machine/memory_left.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/machine/cgroup.h"

static const struct source {
    const char *base, *controller, *limit, *usage, *cache;
} sources[] = {
    {"/sys/fs/cgroup", "", "memory.max", "memory.current", "inactive_file"},
    {"/sys/fs/cgroup/unified", "", "memory.max", "memory.current", "inactive_file"},
    {"/sys/fs/cgroup/memory", "memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"},
};

/* The number in a line of the file: behind `key`, or the file's only one where key is "". "max" is no number. */
static bool read_number(const char *path, const char *key, uint64_t *value)
{
    char line[256];
    bool found = false;
    size_t len = strlen(key);
    FILE *file = fopen(path, "re");
    while (file && !found && fgets(line, sizeof line, file)) {
        char *end = line;
        if (strncmp(line, key, len) != 0)
            continue;
        *value = strtoull(line + len, &end, 10);
        found = end > line + len;
    }
    if (file)
        fclose(file);
    return found;
}

/* What one group's own limit leaves; UINT64_MAX: it has none. */
static uint64_t left_in(const char *root, const struct source *s, const char *group)
{
    char path[1024];
    uint64_t limit, usage, cache = 0;
    snprintf(path, sizeof path, "%s%s%s/%s", root, s->base, group, s->limit);
    if (!read_number(path, "", &limit))
        return UINT64_MAX;
    snprintf(path, sizeof path, "%s%s%s/%s", root, s->base, group, s->usage);
    if (!read_number(path, "", &usage))
        return UINT64_MAX;
    snprintf(path, sizeof path, "%s%s%s/memory.stat", root, s->base, group);
    char key[32];
    snprintf(key, sizeof key, "%s ", s->cache);
    read_number(path, key, &cache);
    usage -= cache < usage ? cache : usage;
    return usage < limit ? limit - usage : 1;
}

uint64_t memory_left(const char *root)
{
    char path[512];
    uint64_t kib, least = UINT64_MAX;
    snprintf(path, sizeof path, "%s/proc/meminfo", root);
    if (read_number(path, "MemAvailable:", &kib))
        least = kib ? kib << 10 : 1;
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        char group[512] = "";
        cgroup_own(root, sources[i].controller, group, sizeof group); /* none: what is mounted may still be the own */
        do {
            uint64_t left = left_in(root, &sources[i], group);
            least = left < least ? left : least;
        } while (cgroup_up(group));
    }
    return least == UINT64_MAX ? 0 : least;
}
