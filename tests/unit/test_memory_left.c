/* SPDX-License-Identifier: MIT */
/* How much memory may be taken: of the machine, and below the limits of control groups of both versions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/machine/memory_left.h"

#define MIB(n) (UINT64_C(n) << 20)

static char root[64];

/* Writes the file below the root, and makes the folders above it. */
static void put(const char *path, const char *text)
{
    char full[256];
    snprintf(full, sizeof full, "%s%s", root, path);
    for (char *slash = strchr(full + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(full, 0700);
        *slash = '/';
    }
    FILE *f = fopen(full, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/contend-memory-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    return system(command);
}

static void test_machine(void **state)
{
    (void)state;
    assert_int_equal(memory_left(root), 0);
    put("/proc/meminfo", "MemTotal:        8388608 kB\nMemFree:            1024 kB\nMemAvailable:    4194304 kB\n");
    assert_int_equal(memory_left(root), MIB(4096));
    put("/proc/self/cgroup", "0::/\n"); /* groups, and none with a limit */
    put("/sys/fs/cgroup/memory.stat", "inactive_file 4096\n");
    assert_int_equal(memory_left(root), MIB(4096));
    put("/proc/meminfo", "MemAvailable:    0 kB\n");
    assert_int_equal(memory_left(root), 1); /* known to be nothing is not unknown */
}

static void test_v2(void **state)
{
    (void)state;
    put("/proc/meminfo", "MemAvailable:    4194304 kB\n");
    put("/proc/self/cgroup", "0::/pod/main\n");
    put("/sys/fs/cgroup/pod/main/memory.max", "max\n");
    put("/sys/fs/cgroup/pod/main/memory.current", "104857600\n");
    assert_int_equal(memory_left(root), MIB(4096));
    put("/sys/fs/cgroup/pod/memory.max", "1073741824\n"); /* 1024 MiB, above the own group */
    put("/sys/fs/cgroup/pod/memory.current", "314572800\n");
    assert_int_equal(memory_left(root), MIB(724));
    put("/sys/fs/cgroup/pod/memory.stat", "anon 1\nfile 209715200\nactive_file 104857600\ninactive_file 104857600\n");
    assert_int_equal(memory_left(root), MIB(824));
    put("/sys/fs/cgroup/pod/main/memory.max", "209715200\n"); /* the own is less now */
    assert_int_equal(memory_left(root), MIB(100));
    put("/sys/fs/cgroup/pod/main/memory.max", "52428800\n"); /* and less than what is in use */
    assert_int_equal(memory_left(root), 1);
    put("/sys/fs/cgroup/pod/main/memory.max", "1073741824\n");
    put("/proc/meminfo", "MemAvailable:    102400 kB\n"); /* what the machine has counts when it is less */
    assert_int_equal(memory_left(root), MIB(100));
}

/* Above memory.high the kernel stops the group to reclaim: it is a limit where it is the lower one, at any level. */
static void test_high(void **state)
{
    (void)state;
    struct memory_room room;
    put("/proc/meminfo", "MemAvailable:    4194304 kB\n");
    memory_room(root, &room);
    assert_string_equal(room.left_by, "/proc/meminfo");
    assert_string_equal(room.limit_by, "");
    put("/proc/self/cgroup", "0::/pod/main\n");
    put("/sys/fs/cgroup/pod/main/memory.current", "104857600\n");
    put("/sys/fs/cgroup/pod/main/memory.max", "max\n");
    put("/sys/fs/cgroup/pod/main/memory.high", "max\n");
    memory_room(root, &room);
    assert_true(room.left == MIB(4096) && room.limit == UINT64_MAX);
    assert_string_equal(room.limit_by, "/sys/fs/cgroup/pod/main/memory.max");
    put("/sys/fs/cgroup/pod/main/memory.high", "524288000\n"); /* 500 MiB, and no memory.max */
    memory_room(root, &room);
    assert_true(room.left == MIB(400) && room.limit == MIB(500) && memory_left(root) == MIB(4096));
    assert_string_equal(room.limit_by, "/sys/fs/cgroup/pod/main/memory.high");
    put("/sys/fs/cgroup/pod/main/memory.max", "314572800\n"); /* 300 MiB: now memory.max is the lower */
    memory_room(root, &room);
    assert_true(room.left == MIB(200) && room.limit == MIB(300));
    assert_string_equal(room.left_by, "/sys/fs/cgroup/pod/main/memory.max");
    put("/sys/fs/cgroup/pod/memory.high", "367001600\n"); /* 350 MiB above the own group, which is fuller */
    put("/sys/fs/cgroup/pod/memory.current", "314572800\n");
    memory_room(root, &room);
    assert_true(room.left == MIB(50) && room.limit == MIB(300)); /* each by its own file */
    assert_string_equal(room.left_by, "/sys/fs/cgroup/pod/memory.high");
    assert_string_equal(room.limit_by, "/sys/fs/cgroup/pod/main/memory.max");
    put("/sys/fs/cgroup/pod/memory.high", "104857600\n"); /* more is in use than that */
    memory_room(root, &room);
    assert_true(room.left == 1 && room.limit == MIB(100) && memory_left(root) == MIB(200));
}

static void test_v1(void **state)
{
    (void)state;
    put("/proc/meminfo", "MemAvailable:    4194304 kB\n");
    put("/proc/self/cgroup", "5:cpu,cpuacct:/a\n4:memory:/docker/x\n0::/\n");
    put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"); /* how v1 writes that there is none */
    put("/sys/fs/cgroup/memory/memory.usage_in_bytes", "524288000\n");
    assert_int_equal(memory_left(root), MIB(4096));
    put("/sys/fs/cgroup/memory/docker/memory.limit_in_bytes", "629145600\n"); /* 600 MiB, above the own group */
    put("/sys/fs/cgroup/memory/docker/memory.usage_in_bytes", "314572800\n");
    /* The group's own pages alone are less than what counts against its limit: that of all groups below it. */
    put("/sys/fs/cgroup/memory/docker/memory.stat", "inactive_file 4096\ntotal_inactive_file 104857600\n");
    assert_int_equal(memory_left(root), MIB(400));
    put("/sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes", "419430400\n");
    put("/sys/fs/cgroup/memory/docker/x/memory.usage_in_bytes", "209715200\n");
    assert_int_equal(memory_left(root), MIB(200));
}

/* In a container whose group is shown by its path outside, what is mounted is the group itself. */
static void test_container(void **state)
{
    (void)state;
    put("/proc/meminfo", "MemAvailable:    4194304 kB\n");
    put("/proc/self/cgroup", "4:memory:/docker/x\n");
    put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "419430400\n");
    put("/sys/fs/cgroup/memory/memory.usage_in_bytes", "209715200\n");
    assert_int_equal(memory_left(root), MIB(200));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_machine, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_v2, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_high, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_v1, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_container, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
