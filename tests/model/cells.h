/* SPDX-License-Identifier: MIT */
/* Cells as the tests of models run them: each trial in a forked process, as in earnest, with files below /tmp. */
#ifndef CONTEND_TESTS_MODEL_CELLS_H
#define CONTEND_TESTS_MODEL_CELLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/machine/machine.h"
#include "harness/trial/scratch.h"
#include "harness/trial/trial.h"

struct setting {
    const char *workload, *param;
    int64_t value;
    bool always;
};

static void apply(struct cell *c, const struct setting *s)
{
    int i = workload_param(workload_find(c->workload), s->param);
    assert_true(i >= 0);
    c->p[i] = s->value;
}

/* At the defaults of its parameters. */
static struct cell bare_cell(const char *workload, const char *model, unsigned offered, unsigned concurrency)
{
    const struct workload *w = workload_find(workload);
    struct cell c = {.workload = workload, .model = model, .offered = offered, .concurrency = concurrency};
    for (unsigned i = 0; w->params && w->params[i].name; i++)
        c.p[i] = w->params[i].fallback;
    c.order = "list";
    c.n_pus = offered;
    for (unsigned i = 0; i < offered; i++)
        c.pus[i] = (int)(i % (unsigned)sysconf(_SC_NPROCESSORS_ONLN));
    c.latency_stride = 1;
    c.seed = 42;
    c.limit_ns = 60 * NS_PER_S;
    c.tasks = 8;
    c.units = 64;
    return c;
}

/* Sanitizers make each trial several times as long. Under them each workload runs once under every model in batch mode; of
 * the other combinations of two things (by index) a third, such that each of either has its turn. */
static bool spared(size_t a, size_t b)
{
    return CONTEND_SANITIZE[0] && (a + b) % 3 != 0;
}

/* What a trial's process leaves for the test: the record (its latency is void) and the workers it points to. */
struct left {
    struct trial_record r;
    struct worker_record workers[64];
};

/* The record of one trial. */
static struct trial_record *run_cell(struct cell *c)
{
    struct err e = {0};
    c->tasks -= c->tasks % workload_group(workload_find(c->workload), c->p); /* whole groups, as a plan has them */
    assert_int_equal(model_shape(model_find(c->model), workload_find(c->workload), c, &e), 0);
    struct left *left = mmap(NULL, sizeof *left, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(left != MAP_FAILED);
    struct trial_record *r = &left->r;
    static struct scratch files;
    assert_int_equal(scratch_make(&files, "/tmp"), 0);
    struct keeper_note *note = mmap(NULL, sizeof *note, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(note != MAP_FAILED);
    assert_int_equal(service_start(&note->service, c, &e), 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(60);
        trial_record_init(r);
        trial_run(c, files.path, -1, note, r);
        if (r->n_workers)
            memcpy(left->workers, r->workers, r->n_workers * sizeof *r->workers);
        r->workers = left->workers;
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    service_stop(&note->service);
    munmap(note, sizeof *note);
    scratch_remove(&files);
    if (status || r->status != TRIAL_OK)
        print_error("%s under %s: status %d, %s\n", c->workload, c->model, status, r->reason);
    assert_int_equal(status, 0);
    return r;
}

static void drop(struct trial_record *r)
{
    munmap(r, sizeof(struct left)); /* it is the first member */
}

#endif
