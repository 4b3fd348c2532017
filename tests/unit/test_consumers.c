/* SPDX-License-Identifier: MIT */
/* Who used the CPUs is named: a process that spins, with its name and share; not the one that asks, nor one that came
 * later. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/machine/consumers.h"

static pid_t spinner(const char *name)
{
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        prctl(PR_SET_NAME, name);
        while (getppid() == parent)
            continue;
        _exit(0);
    }
    assert_true(pid > 0);
    return pid;
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* CPU time, not wall time: the process gets its ticks also where the machine is busy. */
static void until_it_used(pid_t pid, double seconds)
{
    clockid_t clock;
    struct timespec t;
    assert_int_equal(clock_getcpuclockid(pid, &clock), 0);
    do {
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
        assert_int_equal(clock_gettime(clock, &t), 0);
    } while ((double)t.tv_sec + (double)t.tv_nsec / 1e9 < seconds);
}

static void test_spinner(void **state)
{
    (void)state;
    char text[400], wanted[64];
    pid_t first = spinner("odd) (name");
    until_it_used(first, 0.05);
    struct consumers *c = consumers_mark();
    assert_non_null(c);
    pid_t later = spinner("later");
    until_it_used(later, 0.3);
    until_it_used(first, 0.4);
    consumers_since(c, CONSUMERS_MOST, text, sizeof text);
    end(first);
    end(later);
    snprintf(wanted, sizeof wanted, "odd) (name %d ", (int)first);
    if (!strstr(text, wanted))
        fail_msg("\"%s\" is not in: %s", wanted, text);
    assert_null(strstr(text, "later "));
    snprintf(wanted, sizeof wanted, " %d ", (int)getpid());
    assert_null(strstr(text, wanted));
    consumers_free(c);
}

/* The largest are told, no more than were asked for. */
static void test_most(void **state)
{
    (void)state;
    char text[400];
    pid_t a = spinner("one"), b = spinner("two");
    until_it_used(a, 0.02);
    until_it_used(b, 0.02);
    struct consumers *c = consumers_mark();
    assert_non_null(c);
    until_it_used(a, 0.1);
    until_it_used(b, 0.1);
    consumers_since(c, 1, text, sizeof text);
    end(a);
    end(b);
    assert_true(text[0]);
    assert_null(strchr(text, ','));
    consumers_since(c, 0, text, sizeof text);
    assert_string_equal(text, "");
    consumers_free(c);
    consumers_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_spinner), cmocka_unit_test(test_most)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
