/* SPDX-License-Identifier: MIT */
/*
 * Mapping pages ahead: with the kernel's call and without it, as on a kernel that lacks it (a filter refuses the call);
 * and that a forked child which has mapped its parent's footprint runs code and writes data of a library without a
 * fault.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/machine/touch.h"

enum { PAGES = 64, FILL = 0x5a };

static long faults(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return r.ru_minflt;
}

/* From now on madvise(…, 22 or 23) is what it is before Linux 5.14. */
static void without_populate(void)
{
    struct sock_filter f[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_madvise, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 22, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 23, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 22), /* EINVAL */
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog p = {.len = ARRAY_LEN(f), .filter = f};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &p))
        _exit(90);
    if (madvise(NULL, 0, 22) == 0) /* of no bytes: 0 where the kernel has it */
        _exit(91);
}

/* The exit code of what `body` returns in a forked child. */
static int in_child(int (*body)(void *), void *arg, bool populate)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        if (!populate)
            without_populate();
        _exit(body(arg));
    }
    assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

struct mapping {
    unsigned char *at;
    enum touch how;
    bool writes;
};

/* 0: it is all there, as it was, and using it takes no fault. */
static int touched(void *arg)
{
    const struct mapping *m = arg;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char sum = 0;
    touch_pages(m->at + 1, PAGES * page - 2, m->how); /* the pages that these bytes lie on */
    long before = faults();
    before = faults(); /* the call itself has been made once */
    for (size_t i = 0; i < PAGES; i++) {
        sum |= m->at[i * page] ^ FILL;
        if (m->writes)
            m->at[i * page] = 1;
    }
    return sum ? 2 : faults() == before ? 0 : 1;
}

static void test_pages(void **state)
{
    (void)state;
    size_t bytes = PAGES * (size_t)sysconf(_SC_PAGESIZE);
    static const struct {
        int flags;
        enum touch how;
        bool writes;
    } rows[] = {
        {MAP_SHARED, TOUCH_SHARED, true},
        {MAP_SHARED, TOUCH_READ, false},
        {MAP_PRIVATE, TOUCH_OWN, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct mapping m = {.how = rows[i].how, .writes = rows[i].writes};
        m.at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, rows[i].flags | MAP_ANONYMOUS, -1, 0);
        assert_true(m.at != MAP_FAILED);
        madvise(m.at, bytes, MADV_NOHUGEPAGE);
        memset(m.at, FILL, bytes);
        assert_int_equal(in_child(touched, &m, true), 0);
        memset(m.at, FILL, bytes);
        assert_int_equal(in_child(touched, &m, false), 0);
        munmap(m.at, bytes);
    }
}

/* A child that has not touched them takes faults: what the others say of is not nothing. */
static int untouched(void *arg)
{
    const struct mapping *m = arg;
    long before = faults();
    for (size_t i = 0; i < PAGES; i++)
        m->at[i * (size_t)sysconf(_SC_PAGESIZE)] = 1;
    return faults() - before >= PAGES / 2 ? 0 : 1;
}

static void test_untouched(void **state)
{
    (void)state;
    size_t bytes = PAGES * (size_t)sysconf(_SC_PAGESIZE);
    struct mapping m = {.at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)};
    assert_true(m.at != MAP_FAILED);
    madvise(m.at, bytes, MADV_NOHUGEPAGE);
    memset(m.at, FILL, bytes);
    assert_int_equal(in_child(untouched, &m, true), 0);
    munmap(m.at, bytes);
}

static int use_code(void *arg)
{
    const struct footprint *f = arg;
    size_t page = (size_t)sysconf(_SC_PAGESIZE), code, data;
    footprint_touch(f);
    footprint_pages(f, &code, &data);
    faults();
    long before = faults();
    /* All of this function's page and its neighbours, as far as they are this program's. */
    volatile const char *here = (const char *)(uintptr_t)use_code;
    (void)here[0];
    (void)here[page / 2];
    /* A sanitizer's own memory is touched as its program's is. */
    return (CONTEND_SANITIZE[0] || faults() == before) && code > 0 ? 0 : 1;
}

static void test_footprint(void **state)
{
    (void)state;
    struct footprint *f = footprint_new((const void *const[]){(const void *)(uintptr_t)use_code}, 1);
    assert_non_null(f);
    size_t code, data;
    footprint_pages(f, &code, &data);
    assert_true(code > 0);
    assert_int_equal(data, 0); /* the program's own is none of it */
    assert_int_equal(in_child(use_code, f, true), 0);
    assert_int_equal(in_child(use_code, f, false), 0);
    footprint_free(f);
    footprint_free(NULL);
}

/* Of a library both are listed: its code, and what of its data this process has written. */
static void test_library(void **state)
{
    (void)state;
    struct footprint *f = footprint_new((const void *const[]){(const void *)(uintptr_t)getppid}, 1);
    assert_non_null(f);
    size_t code, data;
    footprint_pages(f, &code, &data);
    assert_true(code > 0 && data > 0);
    assert_int_equal(in_child(use_code, f, true), 0);
    assert_int_equal(in_child(use_code, f, false), 0);
    footprint_free(f);
}

static int no_descriptor(void *arg)
{
    (void)arg;
    size_t code = 0, data = 1;
    if (setrlimit(RLIMIT_NOFILE, &(struct rlimit){0, 0}))
        return 2;
    struct footprint *f = footprint_new((const void *const[]){(const void *)(uintptr_t)getppid}, 1);
    if (f)
        footprint_pages(f, &code, &data);
    footprint_free(f);
    return code > 0 && data == 0 ? 0 : 1;
}

/* The kernel does not tell what is mapped: the code of those objects is. */
static void test_not_told(void **state)
{
    (void)state;
    assert_int_equal(in_child(no_descriptor, NULL, true), 0);
}

static int no_memory(void *arg)
{
    void *volatile got; /* a compiler may leave out what is not used */
    (void)arg;
    if (setrlimit(RLIMIT_AS, &(struct rlimit){0, 0}))
        return 2;
    for (size_t n = 1 << 20; n; n /= 2)
        do
            got = malloc(n);
        while (got); /* all that is left of the heap */
    return footprint_new(NULL, 0) != NULL;
}

static void test_no_memory(void **state)
{
    (void)state;
    if (CONTEND_SANITIZE[0])
        skip(); /* its malloc ends the process */
    assert_int_equal(in_child(no_memory, NULL, true), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages),   cmocka_unit_test(test_untouched), cmocka_unit_test(test_footprint),
        cmocka_unit_test(test_library), cmocka_unit_test(test_not_told),  cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
