/* SPDX-License-Identifier: MIT */
/* What failed calls mean in words, and the ends of children: one that can't be read is a failure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/child.h"
#include "harness/base/err.h"
#include "harness/base/errno_text.h"
#include "harness/base/self.h"

static void test_meaning(void **state)
{
    char buf[ERRNO_TEXT_MAX];
    struct err e = {0};
    (void)state;
    assert_string_equal(errno_text(buf, sizeof buf, NULL, EINVAL), "Invalid argument"); /* no row: no meaning */
    assert_string_equal(errno_text(buf, sizeof buf, "mkdir", ENOENT), "mkdir: No such file or directory");
    assert_non_null(strstr(errno_text(buf, sizeof buf, "sched_setaffinity", EPERM), "--order none"));
    assert_null(strstr(errno_text(buf, sizeof buf, "pidfd_open", EPERM), "--order none")); /* that of any call */
    assert_non_null(strstr(buf, "denied here"));
    assert_non_null(strstr(errno_text(buf, sizeof buf, "fork", EAGAIN), "nproc "));
    assert_null(strstr(errno_text(buf, sizeof buf, "read", EAGAIN), "nproc "));
    assert_non_null(strstr(errno_text(buf, sizeof buf, "socket", EMFILE), "(open files limit: "));
    assert_int_equal(err_call(&e, EROFS, "open", "%s can't be written", "x"), -EROFS);
    assert_int_equal(e.code, EROFS);
    assert_non_null(strstr(e.text, "x can't be written: open: Read-only file system (the file system is mounted"));
    assert_null(strchr(e.text, '\n'));
    assert_int_equal(err_sys(&e, EIO, "y"), -EIO);
    assert_non_null(strstr(e.text, "y: Input/output error (")); /* it is not known which call */
}

/* In a child, whose limit it is; whoever may not lift it has a number. */
static void test_limits(void **state)
{
    (void)state;
    int status;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        char buf[ERRNO_TEXT_MAX];
        const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
        bool lifted = setrlimit(RLIMIT_NPROC, &none) == 0;
        bool told = strstr(errno_text(buf, sizeof buf, "fork", EAGAIN), "nproc unlimited,");
        _exit(lifted && !told);
    }
    assert_int_equal(child_wait(pid, &status), 0);
    assert_true(child_succeeded(status));
}

/* Every row is one line that fits, with its call's name in front, and no row repeats another's call and errno. */
static void test_rows(void **state)
{
    static const struct {
        const char *call;
        int code;
        const char *text;
    } rows[] = {
#define MEANING(call, code, limit, text) {call, code, text},
#include "harness/base/errno_meaning.def"
#undef MEANING
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char buf[ERRNO_TEXT_MAX];
        bool any = strcmp(rows[i].call, "*") == 0;
        errno_text(buf, sizeof buf, any ? NULL : rows[i].call, rows[i].code);
        assert_non_null(strstr(buf, rows[i].text));
        assert_true(buf[strlen(buf) - 1] == ')');
        assert_null(strchr(buf, '\n'));
        if (!any)
            assert_memory_equal(buf, rows[i].call, strlen(rows[i].call));
        for (size_t k = 0; k < i; k++)
            assert_true(rows[i].code != rows[k].code || strcmp(rows[i].call, rows[k].call) != 0);
    }
}

static int end_of(int code, int sig, bool ignored)
{
    int status = 0;
    signal(SIGCHLD, ignored ? SIG_IGN : SIG_DFL);
    pid_t pid = fork();
    if (pid == 0) {
        if (sig)
            raise(sig);
        _exit(code);
    }
    assert_true(pid > 0);
    int rc = child_wait(pid, &status);
    signal(SIGCHLD, SIG_DFL);
    assert_int_equal(rc, ignored ? -ECHILD : 0);
    return status;
}

static void test_ends(void **state)
{
    (void)state;
    assert_true(child_succeeded(end_of(0, 0, false)));
    assert_false(child_succeeded(end_of(3, 0, false)));
    assert_false(child_succeeded(end_of(0, SIGTERM, false)));
    assert_false(child_succeeded(end_of(0, 0, true))); /* it ended well, but nobody can know */
}

/* In a child, since it is about the whole process. */
static void test_inherited(void **state)
{
    (void)state;
    int status;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct sigaction chld, hup, segv;
        sigset_t all, now;
        struct stat a, b;
        signal(SIGCHLD, SIG_IGN);
        signal(SIGHUP, SIG_IGN);
        signal(SIGSEGV, SIG_IGN);
        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, NULL);
        for (int fd = 0; fd < 3; fd++)
            close(fd);
        inherited_in_order();
        sigaction(SIGCHLD, NULL, &chld);
        sigaction(SIGHUP, NULL, &hup);
        sigaction(SIGSEGV, NULL, &segv);
        sigprocmask(SIG_SETMASK, NULL, &now);
        bool good = chld.sa_handler == SIG_DFL && segv.sa_handler == SIG_DFL && hup.sa_handler == SIG_IGN;
        for (int sig = 1; sig < NSIG; sig++)
            good &= sigismember(&now, sig) != 1;
        for (int fd = 0; fd < 3; fd++)
            good &= fstat(fd, &a) == 0 && stat("/dev/null", &b) == 0 && a.st_rdev == b.st_rdev;
        _exit(good ? 0 : 1);
    }
    assert_int_equal(child_wait(pid, &status), 0);
    assert_true(child_succeeded(status));
}

/* In a child, which ignores these signals: the words of its own child's /proc/self/status. */
static void test_spawned(void **state)
{
    (void)state;
    int status;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        char script[] = "test $((0x$(sed -n 's/^SigIgn:.//p' /proc/$$/status) & 0x11003)) -eq 1"; /* of 1, 2, 13, 17 */
        char shell[] = "sh", option[] = "-c", *argv[] = {shell, option, script, NULL};
        posix_spawnattr_t a;
        signal(SIGHUP, SIG_IGN);
        signal(SIGINT, SIG_DFL);
        signal(SIGPIPE, SIG_IGN);
        signal(SIGCHLD, SIG_DFL);
        if (child_spawn_attributes(&a) || posix_spawn(&pid, "/bin/sh", NULL, &a, argv, NULL))
            _exit(1);
        posix_spawnattr_destroy(&a);
        _exit(child_wait(pid, &status) == 0 && child_succeeded(status) ? 0 : 1);
    }
    assert_int_equal(child_wait(pid, &status), 0);
    assert_true(child_succeeded(status));
}

static void test_self(void **state)
{
    struct err e = {0};
    struct stat a, b;
    (void)state;
    const struct self *self = self_find(&e);
    assert_non_null(self);
    assert_int_equal(stat(self->path, &a), 0);
    assert_int_equal(stat("/proc/self/exe", &b), 0);
    assert_true(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
    assert_true(self->n_before == 1 && strcmp(self->before[0], "contend") == 0);
    assert_ptr_equal(self_find(&e), self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_meaning),   cmocka_unit_test(test_limits),
                                       cmocka_unit_test(test_rows),      cmocka_unit_test(test_ends),
                                       cmocka_unit_test(test_inherited), cmocka_unit_test(test_spawned),
                                       cmocka_unit_test(test_self)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
