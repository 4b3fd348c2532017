/* SPDX-License-Identifier: MIT */
/* One trial of a cell in a forked process, as in earnest, and what it left; for cmocka programs. */
#ifndef CONTEND_TESTS_MODEL_ONE_TRIAL_H
#define CONTEND_TESTS_MODEL_ONE_TRIAL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/trial/plugin.h"
#include "harness/trial/scratch.h"
#include "harness/trial/trial.h"
#include "tests/limit.h"

/* What a trial's process leaves for the test: the record (without its latency), the workers it points to, and what the
 * kernel says of the whole process. */
struct left {
    struct trial_record r;
    struct worker_record workers[64];
    struct rusage children;   /* that it has reaped */
    unsigned long long reads; /* read system calls of all its threads */
    bool reads_known;
};

/* 8 tasks, 64 units, all timed, on the first `offered` units of the machine in turn; parameters by default. */
static struct cell plain_cell(const char *workload, const char *model, unsigned offered, unsigned concurrency)
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
    c.limit_ns = hang_limit(60) * NS_PER_S;
    c.tasks = 8;
    c.units = 64;
    return c;
}

static void set_param(struct cell *c, const char *param, int64_t value)
{
    int i = workload_param(workload_find(c->workload), param);
    assert_true(i >= 0);
    c->p[i] = value;
}

/* A parameter of a workload other than its default. */
struct setting {
    const char *workload, *param;
    int64_t value;
    bool always;
};

static inline void apply(struct cell *c, const struct setting *s)
{
    set_param(c, s->param, s->value);
}

/* Sanitizers make each trial several times as long. Under them each workload runs once under every model in batch mode;
 * of the other combinations of two things (by index) a third, such that each of either has its turn. */
static inline bool spared(size_t a, size_t b)
{
    return CONTEND_SANITIZE[0] && (a + b) % 3 != 0;
}

static void leave_accounts(struct left *left)
{
    char line[64];
    FILE *f = fopen("/proc/self/io", "re");
    getrusage(RUSAGE_CHILDREN, &left->children);
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "syscr: %llu", &left->reads) == 1)
            left->reads_known = true;
    if (f)
        fclose(f);
}

/* The record of one trial, the first member of a struct left. */
static struct trial_record *run_cell(struct cell *c)
{
    struct err e = {0};
    c->tasks -= c->tasks % workload_group(workload_find(c->workload), c->p); /* whole groups, as a plan has them */
    assert_int_equal(model_shape(model_find(c->model), workload_find(c->workload), c, &e), 0);
    struct left *left = mmap(NULL, sizeof *left, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(left != MAP_FAILED);
    struct trial_record *r = &left->r;
    static struct scratch files;
    assert_int_equal(scratch_make(&files, "/tmp", &e), 0);
    struct keeper_note *note = mmap(NULL, sizeof *note, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(note != MAP_FAILED);
    assert_int_equal(service_start(&note->service, c, plugin_workload, &e), 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(hang_limit(60)); /* of a hang: it ends the trial, and with its status the test */
        trial_record_init(r);
        trial_run(c, files.path, -1, note, r);
        leave_accounts(left);
        if (r->n_workers)
            memcpy(left->workers, r->workers, r->n_workers * sizeof *r->workers);
        r->workers = left->workers;
        r->latency = NULL; /* of this process's heap */
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
    munmap(r, sizeof(struct left));
}

#endif
