/* SPDX-License-Identifier: MIT */
/*
 * The scene of throttling: the sampler is in a control group that may run for a small part of each period. That the
 * group was stopped is known from a witness outside of it on the same CPU, which spins and has the CPU for longer than
 * any slice only meanwhile.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/machine/machine.h"
#include "harness/verify/gap_scene.h"
#include "harness/verify/group.h"

/* A period and the quota in it, in us; what the witness must get at a stretch is longer than a slice of any load. */
#define PERIOD "20000"
#define QUOTA "3000"
#define STRETCH_NS (8 * NS_PER_MS)

enum { PATH_BYTES = 320 };

/* The witness's group, next to the sampler's. */
static void name_witness(const struct gap_scene *s, char *path, size_t n)
{
    snprintf(path, n, "%s-witness", s->group);
}

static void remove_groups(struct gap_scene *s)
{
    char witness_group[PATH_BYTES];
    if (!s->group[0])
        return;
    name_witness(s, witness_group, sizeof witness_group);
    group_remove(witness_group);
    group_remove(s->group);
    s->group[0] = 0;
}

/*
 * Below `parent`. The sampler has the largest weight there is, so that foreign load takes next to nothing of its
 * quota, and the witness a quarter of that, so that it gets the CPU as long as the sampler is stopped, and no slice as
 * long as that when both run. true if the group is there with its quota.
 */
static bool make_below(void *arg, const char *parent)
{
    struct gap_scene *s = arg;
    char witness_group[PATH_BYTES];
    if (!group_make(s->group, sizeof s->group, parent, "gaps"))
        return false;
    bool good = group_quota(s->group, QUOTA, PERIOD);
    group_weigh(s->group, "10000", "262144");
    name_witness(s, witness_group, sizeof witness_group);
    if (good && mkdir(witness_group, 0755) == 0)
        group_weigh(witness_group, "2500", "65536");
    if (!good)
        remove_groups(s);
    return good;
}

static bool make_group(struct gap_scene *s, char *why, size_t n)
{
    if (group_somewhere(make_below, s))
        return true;
    snprintf(why, n, "no control group with a CPU quota can be made");
    return false;
}

static void sample_in_group(struct gap_scene *s)
{
    if (group_put(s->group, "cgroup.procs", "0"))
        scene_sample(s, NULL);
    else
        s->rc = errno ? -errno : -EPERM;
}

static void witness(struct gap_scene *s)
{
    char witness_group[PATH_BYTES];
    name_witness(s, witness_group, sizeof witness_group);
    group_put(witness_group, "cgroup.procs",
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
