/* SPDX-License-Identifier: MIT */
/* Where something is kept: which of three variables says so, and that directories are made on the way, not more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/state.h"

static void set(const char *name, const char *value)
{
    assert_int_equal(value ? setenv(name, value, 1) : unsetenv(name), 0);
}

static void test_which(void **state)
{
    static const struct {
        const char *own, *state, *home, *path; /* NULL: not set; no path: -ENOENT */
    } cases[] = {
        {"/s", "/x", "/h", "/s/floors/a"},
        {"s", "/x", "/h", "s/floors/a"},
        {NULL, "/x", "/h", "/x/contend/floors/a"},
        {NULL, "x", "/h", "/h/.local/state/contend/floors/a"}, /* the XDG specification: relative ones are ignored */
        {NULL, "", "/h", "/h/.local/state/contend/floors/a"},
        {NULL, NULL, "/h", "/h/.local/state/contend/floors/a"},
        {NULL, "/x", NULL, "/x/contend/floors/a"},
        {"", "/x", "/h", NULL}, /* keep nothing */
        {NULL, NULL, NULL, NULL},
        {NULL, NULL, "", NULL},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char path[PATH_MAX];
        struct err e = {0};
        set("CONTEND_STATE", cases[i].own);
        set("XDG_STATE_HOME", cases[i].state);
        set("HOME", cases[i].home);
        int rc = state_path("floors/a", path, sizeof path, &e);
        assert_int_equal(rc, cases[i].path ? 0 : -ENOENT);
        if (cases[i].path)
            assert_string_equal(path, cases[i].path);
        else
            assert_non_null(strstr(e.text, cases[i].own ? "CONTEND_STATE is empty" : "none of CONTEND_STATE"));
    }
}

static bool is_dir(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

static void test_make(void **state)
{
    char dir[] = "/tmp/contend-state-XXXXXX", own[80], path[PATH_MAX];
    struct err e = {0};
    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(own, sizeof own, "%s/a/b", dir);
    set("CONTEND_STATE", own);
    assert_int_equal(state_path("c/d", path, sizeof path, &e), 0);
    assert_false(is_dir(own)); /* to ask makes nothing */
    for (unsigned again = 0; again < 2; again++)
        assert_int_equal(state_path_make("c/d", path, sizeof path, &e), 0);
    char *last = strrchr(path, '/');
    assert_string_equal(last, "/d");
    assert_int_equal(access(path, F_OK), -1);
    *last = 0;
    assert_true(is_dir(path));
    assert_int_equal(rmdir(path), 0);
    FILE *f = fopen(path, "we"); /* a file where a directory is to be */
    assert_non_null(f);
    fclose(f);
    assert_int_equal(state_path_make("c/d/e", path, sizeof path, &e), -ENOTDIR);
    assert_non_null(strstr(e.text, "can't be made"));
    snprintf(path, sizeof path, "%s/c", own);
    unlink(path);
    assert_int_equal(rmdir(own), 0);
    *strrchr(own, '/') = 0;
    assert_int_equal(rmdir(own), 0);
    assert_int_equal(rmdir(dir), 0);
}

static void test_too_long(void **state)
{
    char few[8];
    struct err e = {0};
    (void)state;
    set("CONTEND_STATE", "/12");
    assert_int_equal(state_path("abc", few, sizeof few, &e), 0);
    assert_int_equal(state_path("abcd", few, sizeof few, &e), -ENAMETOOLONG);
    assert_int_equal(state_path_make("abcd", few, sizeof few, &e), -ENAMETOOLONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_which), cmocka_unit_test(test_make),
                                       cmocka_unit_test(test_too_long)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
