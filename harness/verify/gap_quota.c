/* SPDX-License-Identifier: MIT */
/*
 * The scene of throttling: the sampler is in a control group that may run for a small part of each period. That the
 * group was stopped is known from a witness outside of it on the same CPU, which spins and has the CPU for longer than
 * any slice only meanwhile.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/machine/cgroup.h"
#include "harness/machine/machine.h"
#include "harness/verify/gap_scene.h"

/* A period and the quota in it, in us; what the witness must get at a stretch is longer than a slice of any load. */
#define PERIOD "20000"
#define QUOTA "3000"
#define STRETCH_NS (8 * NS_PER_MS)

enum { RMDIR_TRIES = 100, PATH_BYTES = 320 };

static bool put(const char *group, const char *file, const char *text)
{
    char path[384];
    snprintf(path, sizeof path, "%s/%s", group, file);
    CLEANUP_FD int fd = open(path, O_WRONLY | O_CLOEXEC);
    return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

/* The witness's group, next to the sampler's. */
static void name_witness(const struct gap_scene *s, char *path, size_t n)
{
    snprintf(path, n, "%s-witness", s->group);
}

/* A group is still busy for a moment after its last process was reaped. */
static void remove_group(const char *path)
{
    for (int i = 0; i < RMDIR_TRIES && rmdir(path) && errno == EBUSY; i++)
        nanosleep(&(struct timespec){.tv_nsec = (long)NS_PER_MS}, NULL);
}

static void remove_groups(struct gap_scene *s)
{
    char witness_group[PATH_BYTES];
    if (!s->group[0])
        return;
    name_witness(s, witness_group, sizeof witness_group);
    remove_group(witness_group);
    remove_group(s->group);
    s->group[0] = 0;
}

/* The kernel's old interface has other files than the new one. */
static void weigh(const char *group, const char *weight, const char *shares)
{
    if (!put(group, "cpu.weight", weight))
        put(group, "cpu.shares", shares);
}

/*
 * Below `parent`. The sampler has the largest weight there is, so that foreign load takes next to nothing of its
 * quota, and the witness a quarter of that, so that it gets the CPU as long as the sampler is stopped, and no slice as
 * long as that when both run. true if the group is there with its quota.
 */
static bool make_below(struct gap_scene *s, const char *parent)
{
    char witness_group[PATH_BYTES];
    int length = snprintf(s->group, sizeof s->group, "%s/contend-gaps-%d", parent, (int)getpid());
    if (length >= (int)sizeof s->group || mkdir(s->group, 0755)) {
        s->group[0] = 0;
        return false;
    }
    bool good = put(s->group, "cpu.max", QUOTA " " PERIOD) ||
                (put(s->group, "cpu.cfs_period_us", PERIOD) && put(s->group, "cpu.cfs_quota_us", QUOTA));
    weigh(s->group, "10000", "262144");
    name_witness(s, witness_group, sizeof witness_group);
    if (good && mkdir(witness_group, 0755) == 0)
        weigh(witness_group, "2500", "65536");
    if (!good)
        remove_groups(s);
    return good;
}

/* In the own group, where the rules of v2 or the rights allow it, else in one above. */
static bool make_group(struct gap_scene *s, char *why, size_t n)
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
            if (make_below(s, parent))
                return true;
        } while (cgroup_up(group));
    }
    snprintf(why, n, "no control group with a CPU quota can be made");
    return false;
}

static void sample_in_group(struct gap_scene *s)
{
    if (put(s->group, "cgroup.procs", "0"))
        scene_sample(s, NULL);
    else
        s->rc = errno ? -errno : -EPERM;
}

static void witness(struct gap_scene *s)
{
    char witness_group[PATH_BYTES];
    name_witness(s, witness_group, sizeof witness_group);
    put(witness_group, "cgroup.procs",
        "0"); /* else as an ordinary task, whose stretches foreign load breaks more often */
    pin_self(s->cpu);
    scene_note_running(s, UINT64_MAX, NS_PER_MS, STRETCH_NS);
}

const struct gap_scene_kind gap_scene_quota = {
    .cause = GAP_THROTTLING,
    .needs = 1u << GAP_READ_QUOTA,
    .ordinary = true,
    .duration_ns = NS_PER_S,
    .what = "the sampler's control group may run for 3 of every 20 ms",
    .prepare = make_group,
    .done = remove_groups,
    .sampler = sample_in_group,
    .helpers = {witness},
};
