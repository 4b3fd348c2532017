/* SPDX-License-Identifier: MIT */
/* What checks that were killed have left of their control groups is removed by the next one; here below a directory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/verify/group.h"

static char parent[] = "/tmp/contend-group-XXXXXX";

static void path_of(char *path, size_t n, long pid, const char *tail)
{
    snprintf(path, n, "%s/contend-x-%ld%s", parent, pid, tail);
}

static bool exists(long pid, const char *tail)
{
    char path[160];
    path_of(path, sizeof path, pid, tail);
    return access(path, F_OK) == 0;
}

static void make(long pid, const char *tail)
{
    char path[160];
    path_of(path, sizeof path, pid, tail);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void test_left_behind(void **state)
{
    (void)state;
    char group[160];
    pid_t gone = fork();
    if (gone == 0)
        _exit(0);
    assert_int_equal(waitpid(gone, NULL, 0), gone);
    assert_non_null(mkdtemp(parent));
    make(gone, "");
    make(gone, "-witness");
    make(gone, "not-one-of-these");
    make(getppid(), "");
    assert_true(group_make(group, sizeof group, parent, "x"));
    assert_true(exists(getpid(), ""));
    assert_false(exists(gone, "") || exists(gone, "-witness"));
    assert_true(exists(gone, "not-one-of-these") && exists(getppid(), "")); /* no number; a process that lives */
    assert_false(group_make(group, sizeof group, parent, "x"));             /* it is there already */
    assert_int_equal(group[0], 0);
    for (unsigned i = 0; i < 3; i++) {
        const struct {
            long pid;
            const char *tail;
        } left[] = {{getpid(), ""}, {getppid(), ""}, {gone, "not-one-of-these"}};
        char path[160];
        path_of(path, sizeof path, left[i].pid, left[i].tail);
        assert_int_equal(rmdir(path), 0);
    }
    assert_int_equal(rmdir(parent), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_left_behind)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
