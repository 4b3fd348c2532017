/* SPDX-License-Identifier: MIT */
/* See memory_left.h. A limit holds for all groups below its own, so every level is read, as for quotas. */
#include "harness/machine/memory_left.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/machine/cgroup.h"

enum { ONLY_HARD = 1, WITH_SOFT = 2 };

/* limits: first the one beyond which the group is killed. */
static const struct source {
    const char *base, *controller, *limits[WITH_SOFT], *usage, *cache;
} sources[] = {
    {"/sys/fs/cgroup", "", {"memory.max", "memory.high"}, "memory.current", "inactive_file"},
    {"/sys/fs/cgroup/unified", "", {"memory.max", "memory.high"}, "memory.current", "inactive_file"},
    {"/sys/fs/cgroup/memory", "memory", {"memory.limit_in_bytes"}, "memory.usage_in_bytes", "total_inactive_file"},
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

/* One group's own limit, the least of its first `files`, whose path below the root goes to `by`: "" when there is none.
 * No limit is UINT64_MAX. */
static uint64_t limit_of(const char *root, const struct source *s, const char *group, size_t files, char *by, size_t n)
{
    uint64_t least = UINT64_MAX;
    by[0] = 0;
    for (size_t i = 0; i < files && s->limits[i]; i++) {
        char path[1024];
        uint64_t limit = UINT64_MAX;
        size_t skip = strlen(root);
        snprintf(path, sizeof path, "%s%s%s/%s", root, s->base, group, s->limits[i]);
        bool set = read_number(path, "", &limit) && limit < least;
        if (set || (!by[0] && access(path, R_OK) == 0))
            snprintf(by, n, "%s", path + skip);
        least = set ? limit : least;
    }
    return least;
}

/* What such a limit leaves; UINT64_MAX: there is none, or what is in use can't be read. */
static uint64_t left_of(const char *root, const struct source *s, const char *group, uint64_t limit)
{
    char path[1024], key[32];
    uint64_t usage, cache = 0;
    snprintf(path, sizeof path, "%s%s%s/%s", root, s->base, group, s->usage);
    if (limit == UINT64_MAX || !read_number(path, "", &usage))
        return UINT64_MAX;
    snprintf(path, sizeof path, "%s%s%s/memory.stat", root, s->base, group);
    snprintf(key, sizeof key, "%s ", s->cache);
    read_number(path, key, &cache);
    usage -= cache < usage ? cache : usage;
    return usage < limit ? limit - usage : 1;
}

/* `files` of each group are limits: ONLY_HARD or WITH_SOFT. */
static void room_of(const char *root, size_t files, struct memory_room *out)
{
    char path[512];
    uint64_t kib;
    *out = (struct memory_room){.left = UINT64_MAX, .limit = UINT64_MAX};
    snprintf(path, sizeof path, "%s/proc/meminfo", root);
    if (read_number(path, "MemAvailable:", &kib)) {
        out->left = kib ? kib << 10 : 1;
        snprintf(out->left_by, sizeof out->left_by, "/proc/meminfo");
    }
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        char group[512] = "", by[sizeof out->limit_by];
        cgroup_own(root, sources[i].controller, group, sizeof group); /* none: what is mounted may still be the own */
        do {
            uint64_t limit = limit_of(root, &sources[i], group, files, by, sizeof by);
            uint64_t left = left_of(root, &sources[i], group, limit);
            if (by[0] && (limit < out->limit || !out->limit_by[0])) {
                out->limit = limit;
                memcpy(out->limit_by, by, sizeof by);
            }
            if (left < out->left) {
                out->left = left;
                memcpy(out->left_by, by, sizeof by);
            }
        } while (cgroup_up(group));
    }
    out->left = out->left == UINT64_MAX ? 0 : out->left;
}

void memory_room(const char *root, struct memory_room *out)
{
    room_of(root, WITH_SOFT, out);
}

uint64_t memory_left(const char *root)
{
    struct memory_room room;
    room_of(root, ONLY_HARD, &room);
    return room.left;
}
