/* SPDX-License-Identifier: MIT */
/*
 * Costs of basic operations, measured here. What is asserted holds on any machine: an order far apart, what is missing
 * and why, and that nothing is left behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/machine/costs.h"
#include "harness/machine/machine.h"

static struct costs c; /* large */

static unsigned entries(const char *dir)
{
    DIR *d = opendir(dir);
    unsigned n = 0;
    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static double number(const char *name)
{
    double median = NAN;
    if (!costs_number(&c, name, &median)) {
        const struct machine_cost *x = costs_find(&c, name);
        print_error("%s: %s\n", name, x ? x->why : c.why ? c.why : "it is not there");
    }
    assert_true(median > 0);
    return median;
}

static const char *why_not(const char *name)
{
    const struct machine_cost *x = costs_find(&c, name);
    assert_non_null(x);
    assert_true(isnan(x->median) && x->why && x->why[0]);
    return x->why;
}

/* ROUNDS: the fewest that have an interval; where only a reason or an order is looked at, two will do. */
enum { LONG_ENOUGH_S = 600, ROUNDS = 6, FEW_ROUNDS = 2 };

static struct costs_request request(bool with_long)
{
    return (struct costs_request){.with_long = with_long,
                                  .rounds = FEW_ROUNDS,
                                  .budget_ns = LONG_ENOUGH_S * NS_PER_S,
                                  .patience_ms = LONG_ENOUGH_S * 1000};
}

static void test_measured(void **state)
{
    (void)state;
    cpu_set_t before, after;
    unsigned fds = entries("/proc/self/fd"), tasks = entries("/proc/self/task");
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    struct costs_request q = request(false);
    q.rounds = ROUNDS;
    costs_measure(&c, &q);
    assert_null(c.why);
    assert_int_equal(sched_getaffinity(0, sizeof after, &after), 0);
    assert_true(CPU_EQUAL(&before, &after));
    assert_int_equal(entries("/proc/self/fd"), fds);
    assert_int_equal(entries("/proc/self/task"), tasks);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    for (unsigned i = 0; i < c.n; i++) {
        const struct machine_cost *x = &c.all[i];
        assert_int_equal(cost_kind_of(x->name)->tier, COST_QUICK);
        if (isnan(x->median))
            continue;
        assert_int_equal(x->rounds, ROUNDS);
        assert_true(0 < x->lower && x->lower <= x->median && x->median <= x->upper);
    }
    assert_true(number("clock_read") < number("thread_start"));
    assert_true(number("system_call") < number("true_start"));
    assert_true(number("page_fault") < number("true_start"));
    assert_true(number("thread_switch") < number("true_start"));
    assert_string_equal(why_not("process_start"), "no program was named");
    assert_null(costs_find(&c, "mutex"));
}

static void test_one_cpu(void **state)
{
    (void)state;
    void *was;
    int cpu;
    assert_int_equal(pin_allowed(&cpu, 1) > 0, 1);
    assert_int_equal(pin_away(cpu, &was), 0);
    struct costs_request q = request(false);
    costs_measure(&c, &q);
    pin_back(was);
    assert_string_equal(why_not("remote_wake"), "only one CPU may be used");
    number("thread_switch");
    number("switch_ratio");
}

static void test_no_time(void **state)
{
    (void)state;
    struct costs_request q = request(true);
    q.budget_ns = 0;
    costs_measure(&c, &q);
    assert_int_equal(c.n, COSTS);
    for (unsigned i = 0; i < c.n; i++)
        assert_string_equal(why_not(c.all[i].name), "the time was up before its first round");
    q = request(false);
    q.rounds = 3;
    costs_measure(&c, &q);
    number("system_call");
    assert_true(isnan(costs_find(&c, "system_call")->lower));
    assert_non_null(costs_find(&c, "system_call")->why);
}

static const char *script(const char *dir, const char *text)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/program", dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    return path;
}

static void test_programs(void **state)
{
    (void)state;
    char dir[] = "/tmp/contend-costs-XXXXXX";
    assert_non_null(mkdtemp(dir));
    struct costs_request q = request(false);
    q.program = "/no/such/program";
    costs_measure(&c, &q);
    assert_string_equal(why_not("process_start"), "this program can't be started: No such file or directory");
    q.program = script(dir, "#!/bin/sh\nexit 3\n");
    costs_measure(&c, &q);
    assert_string_equal(why_not("process_start"), "this program ended with 3");
    q.program = script(dir, "#!/bin/sh\nkill -9 $$\n");
    costs_measure(&c, &q);
    assert_string_equal(why_not("process_start"), "this program was ended by signal 9");
    number("system_call");
    q.program = script(dir, "#!/bin/sh\nkill -9 $PPID\n");
    costs_measure(&c, &q);
    assert_string_equal(why_not("process_start"), "the process that measures was ended by signal 9");
    /* What it leaves behind is ended; the kernel may take a moment for it. */
    q.program = script(dir, "#!/bin/sh\nsleep 7654321 &\n");
    costs_measure(&c, &q);
    number("process_start");
    int there;
    while ((there = system("pgrep -f '^sleep 7654321' >/dev/null")) == 0)
        usleep(1000);
    assert_int_equal(WEXITSTATUS(there), 1); /* pgrep's own failure is another */
    /* One that never ends is ended, with what it started. */
    q.program = script(dir, "#!/bin/sh\nsleep 1000000\nsleep 1000000\n");
    q.budget_ns = 300 * NS_PER_MS;
    q.patience_ms = 1;
    costs_measure(&c, &q);
    assert_string_equal(why_not("process_start"), "the process that measures was stopped: a batch did not end");
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    unlink(q.program);
    rmdir(dir);
}

/* --- what is refused --- */

/* Measures in a child that `spoil` has spoiled; what it got is in `c`. */
static void measure_spoiled(void (*spoil)(void), const struct costs_request *q)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        static char why[COSTS_MAX][200];
        spoil();
        costs_measure(&c, q);
        for (unsigned i = 0; i < c.n; i++)
            snprintf(why[i], sizeof why[i], "%s", c.all[i].why ? c.all[i].why : "");
        char none[200] = "";
        snprintf(none, sizeof none, "%s", c.why ? c.why : "");
        bool told = write(ends[1], &c, sizeof c) == (ssize_t)sizeof c &&
                    write(ends[1], why, sizeof why) == (ssize_t)sizeof why &&
                    write(ends[1], none, sizeof none) == (ssize_t)sizeof none;
        _exit(told ? 0 : 1);
    }
    char why[COSTS_MAX][200], none[200];
    FILE *from = fdopen(ends[0], "r");
    close(ends[1]);
    assert_non_null(from);
    assert_int_equal(fread(&c, sizeof c, 1, from), 1);
    assert_int_equal(fread(why, sizeof why, 1, from), 1);
    assert_int_equal(fread(none, sizeof none, 1, from), 1);
    fclose(from);
    for (unsigned i = 0; i < c.n; i++) /* names and units are static, at the same place in both */
        c.all[i].why = why[i][0] ? intern(why[i]) : NULL;
    c.why = none[0] ? intern(none) : NULL;
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* These calls fail with EPERM from here on, in this process and its children. */
static void deny(const int *calls, unsigned n)
{
    struct sock_filter f[64] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
    unsigned short at = 1;
    for (unsigned i = 0; i < n; i++) {
        f[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i], 0, 1);
        f[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    }
    f[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog p = {at, f};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &p))
        _exit(77);
}

static void deny_many(void)
{
    static const int calls[] = {SYS_getppid, SYS_eventfd2,  SYS_epoll_create1,   SYS_socket,  SYS_socketpair, SYS_pipe2,
                                SYS_tgkill,  SYS_fdatasync, SYS_clock_nanosleep, SYS_madvise, SYS_pread64};
    deny(calls, ARRAY_LEN(calls));
}

static void test_denied(void **state)
{
    (void)state;
    struct costs_request q = request(true);
    q.scratch = "/tmp";
    measure_spoiled(deny_many, &q);
    /* Without a pipe nothing can be measured at all, and that is said. */
    assert_int_equal(c.n, 0);
    assert_string_equal(c.why, "no pipe can be made for the process that measures");
}

static void deny_some(void)
{
    static const int calls[] = {SYS_eventfd2, SYS_epoll_create1, SYS_socket,          SYS_socketpair,
                                SYS_tgkill,   SYS_fdatasync,     SYS_clock_nanosleep, SYS_pread64};
    deny(calls, ARRAY_LEN(calls));
}

static void test_some_denied(void **state)
{
    (void)state;
    struct costs_request q = request(true);
    q.scratch = "/tmp";
    measure_spoiled(deny_some, &q);
    assert_int_equal(c.n, COSTS);
    assert_string_equal(why_not("eventfd_signal"), "no eventfd can be made: Operation not permitted");
    assert_string_equal(why_not("epoll_wait"), "no epoll can be made: Operation not permitted");
    assert_string_equal(why_not("tcp_round"), "no connection over the loopback can be made: Operation not permitted");
    assert_string_equal(why_not("socketpair_round"), "no pair of sockets can be made: Operation not permitted");
    assert_string_equal(why_not("signal_delivery"), "a signal can't be sent: Operation not permitted");
    assert_string_equal(why_not("file_sync"), "fdatasync failed: Operation not permitted");
    assert_string_equal(why_not("file_read"), "the scratch file can't be read: Operation not permitted");
    assert_string_equal(why_not("timer_late"), "a sleep of 100 us failed: Operation not permitted");
    number("system_call");
    number("pipe_round");
    number("process_switch");
}

static void deny_fork(void)
{
    static const int calls[] = {SYS_clone,
#ifdef SYS_fork
                                SYS_fork, SYS_vfork,
#endif
                                SYS_clone3};
    deny(calls, ARRAY_LEN(calls));
}

static void test_no_process(void **state)
{
    (void)state;
    struct costs_request q = request(false);
    measure_spoiled(deny_fork, &q);
    assert_int_equal(c.n, 0);
    assert_string_equal(c.why, "no process can be made to measure");
}

static void deny_pinning(void)
{
    static const int calls[] = {SYS_sched_setaffinity};
    deny(calls, ARRAY_LEN(calls));
}

static void test_no_pinning(void **state)
{
    (void)state;
    struct costs_request q = request(false);
    measure_spoiled(deny_pinning, &q);
    assert_int_equal(c.n, 0);
    assert_string_equal(c.why, "the process that measures could not pin itself to its CPU");
}

static void deny_poll(void)
{
    static const int calls[] = {
#ifdef SYS_poll
        SYS_poll,
#endif
        SYS_ppoll};
    deny(calls, ARRAY_LEN(calls));
}

/* It once asked again and again, for ever. Now the child is ended at once. Where this process had to wait for a CPU,
 * the child may have told all by then, and nothing is missing: then once more. */
static void test_no_poll(void **state)
{
    (void)state;
    const char *why = NULL;
    for (unsigned i = 0; i < 10 && !why; i++) {
        struct costs_request q = request(false);
        measure_spoiled(deny_poll, &q);
        why = c.n ? c.all[COST_INDEX_copy_bandwidth].why : c.why;
    }
    assert_non_null(why);
    assert_non_null(strstr(why, "can't be awaited: poll: "));
}

static void limit_memory(void)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f || fscanf(f, "%lu", &pages) != 1)
        _exit(78);
    fclose(f);
    rlim_t most = pages * (rlim_t)sysconf(_SC_PAGESIZE) + (40 << 20); /* threads have their stacks, 128 MiB have none */
    setrlimit(RLIMIT_AS, &(struct rlimit){most, most});
}

static void test_no_memory(void **state)
{
    (void)state;
    if (strstr(CONTEND_SANITIZE, "address") || strstr(CONTEND_SANITIZE, "thread"))
        skip(); /* its own memory is terabytes */
    struct costs_request q = request(true);
    measure_spoiled(limit_memory, &q);
    assert_int_equal(c.n, COSTS);
    assert_string_equal(why_not("memory_bandwidth"), "131072 KiB of memory can't be mapped: Cannot allocate memory");
    assert_string_equal(why_not("fork_256m"), "262144 KiB of memory can't be mapped: Cannot allocate memory");
    assert_string_equal(why_not("file_stat"), "no scratch directory was named");
    number("system_call");
}

static void test_bad_scratch(void **state)
{
    (void)state;
    struct costs_request q = request(true);
    q.scratch = "/no/such/directory";
    costs_measure(&c, &q);
    assert_string_equal(why_not("file_stat"), "/no/such/directory: No such file or directory");
    assert_non_null(strstr(why_not("file_sync"), "no file can be made in /no/such/directory: No such file"));
    /* An order that holds on any machine: a level of memory apart, and what one is part of. */
    assert_true(number("load_memory") > number("atomic_add") / 10);
    assert_true(number("fork_64m") > number("system_call"));
    assert_true(number("tcp_round") > number("system_call"));
    assert_true(number("mutex") < number("thread_start"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_measured),   cmocka_unit_test(test_one_cpu),     cmocka_unit_test(test_no_time),
        cmocka_unit_test(test_programs),   cmocka_unit_test(test_denied),      cmocka_unit_test(test_some_denied),
        cmocka_unit_test(test_no_process), cmocka_unit_test(test_no_pinning),  cmocka_unit_test(test_no_poll),
        cmocka_unit_test(test_no_memory),  cmocka_unit_test(test_bad_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
