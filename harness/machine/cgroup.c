/* SPDX-License-Identifier: MIT */
/*
 * Own group, and the time that quotas took; see cgroup.h. A quota may stand at any level above the process, and only a
 * container with a namespace of its own shows its group as the root; so all levels are read.
 */
#include "harness/machine/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* The number behind `key` in a file of "key value" lines, read from its beginning. */
static bool read_key(int fd, const char *key, uint64_t *value)
{
    char text[1024], *end;
    ssize_t got = pread(fd, text, sizeof text - 1, 0);
    size_t len = strlen(key);
    if (got <= 0)
        return false;
    text[got] = 0;
    for (char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (strncmp(line, key, len) == 0 && line[len] == ' ') {
            *value = strtoull(line + len + 1, &end, 10);
            return end > line + len + 1;
        }
    return false;
}

void cgroup_stops_open(struct cgroup_stops *s)
{
    static const struct {
        const char *base, *controller, *key;
        uint64_t unit;
    } sources[] = {
        {"/sys/fs/cgroup", "", "throttled_usec", NS_PER_US},
        {"/sys/fs/cgroup/cpu", "cpu", "throttled_time", 1},
        {"/sys/fs/cgroup/cpu,cpuacct", "cpu", "throttled_time", 1},
    };
    s->n = 0;
    for (size_t i = 0; !s->n && i < ARRAY_LEN(sources); i++) {
        char group[256] = "", path[400];
        s->key = sources[i].key;
        s->unit_ns = sources[i].unit;
        cgroup_own("", sources[i].controller, group, sizeof group); /* else the root's alone */
        do {
            uint64_t value;
            snprintf(path, sizeof path, "%s%s/cpu.stat", sources[i].base, group);
            int fd = s->n < CGROUP_LEVELS ? open(path, O_RDONLY | O_CLOEXEC) : -1;
            if (fd >= 0 && read_key(fd, s->key, &value))
                s->fds[s->n++] = fd;
            else if (fd >= 0)
                close(fd);
        } while (cgroup_up(group));
    }
}

bool cgroup_stops_read(const struct cgroup_stops *s, uint64_t *ns)
{
    *ns = 0;
    bool any = false;
    for (unsigned i = 0; i < s->n; i++) {
        uint64_t value;
        if (!read_key(s->fds[i], s->key, &value))
            continue;
        any = true;
        *ns += value * s->unit_ns;
    }
    return any;
}

void cgroup_stops_close(struct cgroup_stops *s)
{
    while (s->n)
        close(s->fds[--s->n]);
}

bool cgroup_throttled(uint64_t *ns)
{
    struct cgroup_stops s;
    cgroup_stops_open(&s);
    bool any = cgroup_stops_read(&s, ns);
    cgroup_stops_close(&s);
    return any;
}
