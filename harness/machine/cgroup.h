/* SPDX-License-Identifier: MIT */
/* The control groups that this process is in, of v1 and v2, which also occur side by side. */
#ifndef CONTEND_MACHINE_CGROUP_H
#define CONTEND_MACHINE_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The group of this process for a v1 controller ("cpu"), or of v2 (""), as /proc/self/cgroup below `root` ("" for this
 * machine) shows it; the root group is "". 0 or -errno. */
int cgroup_own(const char *root, const char *controller, char *out, size_t n);
/* Cuts the last part off: "/a/b" becomes "/a", "/a" becomes ""; false: it was the root. */
bool cgroup_up(char *group);
/* For how long quotas have stopped this process's group or one above it, in ns; false: no group tells. */
bool cgroup_throttled(uint64_t *ns);

/* The same for a caller that asks often: the files are held open. Of the groups that the process is in now. */
enum { CGROUP_LEVELS = 16 };
struct cgroup_stops {
    unsigned n; /* 0: no group tells */
    int fds[CGROUP_LEVELS];
    const char *key;
    uint64_t unit_ns;
};
void cgroup_stops_open(struct cgroup_stops *s);
bool cgroup_stops_read(const struct cgroup_stops *s, uint64_t *ns);
void cgroup_stops_close(struct cgroup_stops *s);

#endif
