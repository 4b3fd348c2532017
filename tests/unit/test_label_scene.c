/* SPDX-License-Identifier: MIT */
/* The processes of a scene of labels: what hinders them is said, ends the scene, and leaves no process behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/verify/label_scene.h"

static volatile int stop;

static void no_disturbance(struct label_scene *s)
{
    while (!atomic_load(&s->over))
        nanosleep(&(struct timespec){.tv_nsec = (long)NS_PER_MS}, NULL);
}

static bool can_not(struct label_scene *s)
{
    (void)s;
    errno = EACCES;
    return false;
}

static bool dies(struct label_scene *s)
{
    (void)s;
    raise(SIGKILL);
    return true;
}

static bool enters(struct label_scene *s)
{
    (void)s;
    return true;
}

/* A plan of one cell, of which no trial is to be run. */
static int play(const struct label_kind *k, struct label_scene *s, struct err *e)
{
    struct cell c = {.workload = "null", .model = "serial"};
    struct plan p = {.cells = &c, .n_cells = 1};
    struct verify v = {.stop = &stop, .scratch = "/nowhere"};
    memset(s, 0, sizeof *s);
    return label_scene_play(&v, k, &p, 4, s, e);
}

static void no_process_is_left(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void test_hindrances(void **state)
{
    (void)state;
    struct label_scene *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct err e = {0};
    assert_ptr_not_equal(s, MAP_FAILED);
    assert_int_equal(play(&(struct label_kind){.enter = can_not, .disturb = no_disturbance}, s, &e), 0);
    assert_non_null(strstr(s->why, "Permission denied"));
    assert_int_equal(s->trials, 0);
    no_process_is_left();
    assert_int_equal(play(&(struct label_kind){.enter = dies, .disturb = no_disturbance}, s, &e), -EIO);
    assert_non_null(strstr(e.text, "ended early"));
    no_process_is_left();
    stop = 1;
    assert_int_equal(play(&(struct label_kind){.enter = enters, .disturb = no_disturbance}, s, &e), -EINTR);
    stop = 0;
    no_process_is_left();
    s->cpu = -1;
    munmap(s, sizeof *s);
}

/* Each kind has the label of what it makes, and no two the same name. */
static void test_kinds(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LABEL_KINDS; i++) {
        assert_true(label_kinds[i].labels && label_kinds[i].labels >> DISTURBANCES == 0);
        assert_true(label_kinds[i].load || label_kinds[i].enter || label_kinds[i].disturb);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(label_kinds[i].name, label_kinds[k].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_hindrances), cmocka_unit_test(test_kinds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
