/* SPDX-License-Identifier: MIT */
/*
 * Stops of a group that may run for a quarter of each period, made for real: the sampler in it must name throttling as
 * the top cause of at least 95 % of them. That it was stopped is known from a witness outside of the group.
 */
#include "tests/unit/gap_scene.h"

#define PERIOD_NS (20 * NS_PER_MS) /* of the quota, of which the sampler has a quarter */

static bool put(const char *group, const char *file, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", group, file);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return good;
}

/* Made with the largest weight there is, so that foreign load takes next to nothing of its quarter. */
static bool make_group(char *group, size_t n)
{
    snprintf(group, n, "/sys/fs/cgroup/cpu/contend-gaps-%d", (int)getpid());
    if (mkdir(group, 0755) == 0) {
        put(group, "cpu.shares", "262144");
        return put(group, "cpu.cfs_period_us", "20000") && put(group, "cpu.cfs_quota_us", "5000");
    }
    snprintf(group, n, "/sys/fs/cgroup/contend-gaps-%d", (int)getpid());
    if (mkdir(group, 0755))
        return false;
    put(group, "cpu.weight", "10000");
    return put(group, "cpu.max", "5000 20000");
}

/* Outside of the group and spinning: it gets the unit for longer than a slice only while the group is stopped. */
static void witness(struct scene *s)
{
    pin_self(s->unit);
    note_running(s, UINT64_MAX, NS_PER_MS, PERIOD_NS / 4);
    _exit(0);
}

static void sample_in_group(struct scene *s, const char *group)
{
    if (!put(group, "cgroup.procs", "0"))
        s->sound = false;
    else
        sample(s, NULL);
    atomic_store(&s->stop, 1);
    _exit(0);
}

static struct scene *sample_stops(const char *group)
{
    struct scene *s = scene_new();
    s->duration_ns = 75 * PERIOD_NS;
    pid_t sampler = fork();
    assert_true(sampler >= 0);
    if (sampler == 0)
        sample_in_group(s, group);
    pid_t beside = fork();
    assert_true(beside >= 0);
    if (beside == 0)
        witness(s);
    assert_int_equal(waitpid(sampler, NULL, 0), sampler);
    assert_int_equal(waitpid(beside, NULL, 0), beside);
    return s;
}

static void test_quota(void **state)
{
    enum { TRIES = 8, ENOUGH = 2 * MADE_LEAST };
    (void)state;
    char group[128];
    if (!make_group(group, sizeof group)) {
        rmdir(group);
        print_message("[          ] skipped: no control group with a quota can be made here\n");
        skip();
    }
    /* Where others take much of the unit the group is seldom stopped, and seldom is its witness let run. */
    struct verdicts v = {0};
    for (unsigned i = 0; i < TRIES && v.made < ENOUGH; i++)
        add_scene(&v, sample_stops(group));
    rmdir(group);
    judge(&v, GAP_THROTTLING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_quota)};
    return cmocka_run_group_tests(tests, alone, NULL);
}
