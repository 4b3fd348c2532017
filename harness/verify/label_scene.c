/* SPDX-License-Identifier: MIT */
/* The processes of a scene: one that runs the trials, one that disturbs them; see label_scene.h. */
#include "harness/verify/label_scene.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/machine/machine.h"
#include "harness/measure/clock.h"
#include "harness/trial/spawn.h"
#include "harness/verify/load.h"
#include "harness/verify/sample.h"

enum { POLL_MS = 5 };

/* --- the runner --- */

static uint64_t own_cpu_ns(void)
{
    const int whose[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
    uint64_t own = 0;
    for (size_t i = 0; i < ARRAY_LEN(whose); i++) {
        struct rusage u;
        getrusage(whose[i], &u);
        own += (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * NS_PER_S +
               (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * NS_PER_US;
    }
    return own;
}

static void judge(struct label_scene *s, const struct label_kind *k, const struct plan *p, unsigned cell,
                  const struct trial_record *r)
{
    const struct cell *c = &p->cells[cell];
    double lost[DISTURBANCES], most = 0;
    unsigned set = trial_disturbances(c, r);
    trial_lost(c, r, lost);
    s->trials++;
    s->labelled += (k ? set & k->labels : set) != 0;
    for (unsigned i = 0; i < DISTURBANCES; i++) {
        s->by[i] += set >> i & 1;
        s->most[i] = fmax(s->most[i], lost[i]); /* fmax leaves NaN out */
        most = fmax(most, lost[i]);
    }
    if (s->n_each < LABEL_TRIALS_MOST)
        s->each[s->n_each++] =
            (struct label_trial){cell, set != 0, (double)r->units / (double)r->run_ns * NS_PER_S, most};
}

/* One trial; it counts when it was disturbed, where something does that to single trials. */
static int one(const struct verify *v, const struct label_kind *k, const struct plan *p, unsigned cell,
               struct label_scene *s, struct err *e)
{
    const struct cell *c = &p->cells[cell];
    struct work_reference ref = {0};
    struct trial_record r;
    unsigned before = atomic_load(&s->made);
    int rc = sample_trial(v, c, &ref, &r, e);
    bool counts = !k || !k->disturb || atomic_load(&s->made) != before;
    if (!rc && r.status != TRIAL_OK) {
        s->failed++;
        snprintf(s->reason, sizeof s->reason, "%.30s under %.30s: %.120s", c->workload, c->model, r.reason);
    } else if (!rc && counts) {
        judge(s, k, p, cell, &r);
    }
    trial_record_release(&r);
    return rc;
}

static int run_trials(const struct verify *v, const struct label_kind *k, const struct plan *p, unsigned wanted,
                      struct label_scene *s, struct err *e)
{
    struct noise_cpus none = {.n = 0};
    struct noise_mark before, after;
    uint64_t own = own_cpu_ns(), begin = now_ns();
    int rc = 0;
    noise_mark(&before, &none);
    for (unsigned i = 0, run = 0; !rc && s->trials < wanted && run < 2 * wanted; i++) {
        if (plan_skipped(p, i % p->n_cells, NULL))
            continue; /* not all are */
        run++;
        rc = *v->stop ? -EINTR : one(v, k, p, i % p->n_cells, s, e);
    }
    noise_mark(&after, &none);
    double busy = (double)(after.busy_ns - before.busy_ns), own_ns = (double)(own_cpu_ns() - own);
    bool known = before.have_stat && after.have_stat;
    s->others = known ? fmax(busy - own_ns, 0) / (double)(now_ns() - begin) : (double)NAN;
    return rc;
}

static void be_runner(const struct verify *v, const struct label_kind *k, const struct plan *p, unsigned wanted,
                      struct label_scene *s)
{
    struct err e = {0};
    s->rc = trial_supervise(&e);
    if (!s->rc && k && k->enter && !k->enter(s))
        snprintf(s->why, sizeof s->why, "trials can't be moved to a control group: %s", strerror(errno));
    else if (!s->rc)
        s->rc = run_trials(v, k, p, wanted, s, &e);
    snprintf(s->error, sizeof s->error, "%.*s", (int)sizeof s->error - 1, e.text);
    _exit(0);
}

/* --- this process --- */

/* true: it ended in order. A stop of the session is handed on: the runner ends its trial, then itself. */
static bool await(const struct verify *v, pid_t pid)
{
    int status = 0;
    pid_t got;
    bool told = false;
    while ((got = waitpid(pid, &status, WNOHANG)) == 0 || (got < 0 && errno == EINTR)) {
        if (*v->stop && !told)
            told = kill(pid, SIGTERM) == 0;
        nanosleep(&(struct timespec){.tv_nsec = POLL_MS * (long)NS_PER_MS}, NULL);
    }
    return got == pid && status == 0;
}

static int play(const struct verify *v, const struct label_kind *k, const struct plan *p, unsigned wanted,
                struct label_scene *s, struct err *e)
{
    pid_t parent = getpid(), disturber = -1;
    s->runner = fork();
    if (s->runner == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent)
            _exit(1);
        s->runner = getpid();
        be_runner(v, k, p, wanted, s);
    }
    if (s->runner < 0)
        return err_sys(e, errno, "a process that runs trials can't be forked");
    if (k && k->disturb)
        disturber = fork();
    if (disturber == 0) {
        signal(SIGINT, SIG_IGN); /* what it has stopped must go on first */
        signal(SIGTERM, SIG_IGN);
        k->disturb(s);
        _exit(0);
    }
    int rc = k && k->disturb && disturber < 0 ? err_sys(e, errno, "a process that disturbs trials can't be forked") : 0;
    if (rc)
        kill(s->runner, SIGTERM);
    bool well = await(v, s->runner);
    atomic_store(&s->over, 1);
    while (disturber > 0 && waitpid(disturber, NULL, 0) < 0 && errno == EINTR)
        continue;
    if (rc)
        return rc;
    if (*v->stop) /* which may have ended the runner too */
        return -EINTR;
    if (!well)
        return err_set(e, EIO, "the process that ran the trials ended early");
    return s->rc && s->rc != -EINTR ? err_set(e, -s->rc, "%s", s->error) : s->rc;
}

int label_scene_play(struct verify *v, const struct label_kind *k, const struct plan *p, unsigned wanted,
                     struct label_scene *s, struct err *e)
{
    struct load *load = NULL;
    int rc = k && k->load ? load_start(&load, &s->cpu, 1, e) : 0;
    if (!rc)
        rc = play(v, k, p, wanted, s, e);
    load_stop(load);
    return rc;
}
