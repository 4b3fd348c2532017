/* SPDX-License-Identifier: MIT */
/*
 * The processes of a scene, from fork to reaping, and the matching of the gaps that the sampler saw with what was made;
 * see gap_scene.h.
 */
#include "harness/verify/gap_scene.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/child.h"
#include "harness/base/errno_text.h"
#include "harness/machine/machine.h"
#include "harness/measure/clock.h"

/* Pauses between scenes: who runs before ordinary tasks for 95 % of a second is stopped for the rest of it. */
enum { REST_MS = 60, POLL_MS = 5, WARM_MS = 20, GRACE_MS = 3000, FAILED_MOST = 10 };

static void nap(unsigned ms)
{
    nanosleep(&(struct timespec){.tv_nsec = (long)(ms * NS_PER_MS)}, NULL);
}

/* --- taking part --- */

bool scene_first(const struct gap_scene *s, int above)
{
    struct sched_param p = {.sched_priority = s->priority + above};
    return s->priority && sched_setscheduler(0, SCHED_FIFO, &p) == 0;
}

void scene_made(struct gap_scene *s, struct gap_stretch stretch)
{
    if (s->n_made < SCENE_MADE_MOST)
        s->made[s->n_made++] = stretch;
}

static void note_gap(const struct gap *g, void *arg)
{
    struct gap_scene *s = arg;
    if (s->n_seen < SCENE_SEEN_MOST)
        s->seen[s->n_seen++] = (struct seen_gap){{g->begin_ns, g->end_ns, false}, g->ns, g->cause};
}

void scene_sample(struct gap_scene *s, void (*work)(void *))
{
    struct gap_report r;
    s->ordinary = s->priority && !scene_first(s, 0);
    memset(s->seen, 0, sizeof s->seen); /* its page faults come now */
    atomic_store(&s->tid, (int)syscall(SYS_gettid));
    atomic_store(&s->ready, 1);
    s->rc = gap_sample(&(struct gap_request){s->cpu, s->duration_ns, NULL, work, note_gap, s}, &r);
    s->have = r.have;
    atomic_store(&s->stop, 1);
}

void scene_note_running(struct gap_scene *s, uint64_t until, uint64_t pause_ns, uint64_t least_ns)
{
    uint64_t begin = now_ns(), last = begin;
    while (last < until && !atomic_load(&s->stop)) {
        uint64_t now = now_ns();
        if (now - last > pause_ns) { /* it did not run here */
            if (last - begin >= least_ns)
                scene_made(s, (struct gap_stretch){begin, last, false});
            begin = now;
        }
        last = now;
    }
    if (last - begin >= least_ns)
        scene_made(s, (struct gap_stretch){begin, last, false});
}

/* --- its processes --- */

static void die_with(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGINT, SIG_IGN); /* the parent ends them in order */
    if (getppid() != parent)
        _exit(1);
}

static void be_sampler(const struct gap_scene_kind *k, struct gap_scene *s)
{
    if (k->sampler)
        k->sampler(s);
    else
        scene_sample(s, NULL);
    atomic_store(&s->stop, 1);
    _exit(0);
}

static void be_helper(void (*part)(struct gap_scene *), struct gap_scene *s)
{
    scene_first(s, 1); /* before the sampler is there, next to which it might never run again */
    while (!atomic_load(&s->ready) && !atomic_load(&s->stop))
        nap(1);
    nap(WARM_MS); /* the sampler first finds out how long a quantum takes */
    part(s);
    _exit(0);
}

/* Waits for a process until then, or until the stop; then it is killed. 0, -EINTR: the stop; -ETIMEDOUT; -EIO: it did
 * not end in order. */
static int reap(const struct verify *v, pid_t pid, uint64_t until)
{
    pid_t got;
    int status = 0;
    while ((got = waitpid(pid, &status, WNOHANG)) == 0 || (got < 0 && errno == EINTR)) {
        if (*v->stop || now_ns() >= until) {
            kill(pid, SIGKILL);
            child_wait_gone(pid);
            return *v->stop ? -EINTR : -ETIMEDOUT;
        }
        nap(POLL_MS);
    }
    return got == pid && status == 0 ? 0 : -EIO;
}

/* One scene from beginning to end. 0, -EINTR, or another -errno: no process for it. What hindered a scene alone is in
 * s->rc. */
static int play(const struct verify *v, const struct gap_scene_kind *k, struct gap_scene *s, struct err *e)
{
    pid_t parent = getpid(), pids[SCENE_HELPERS_MOST + 1];
    unsigned n = 0;
    int rc = 0;
    for (unsigned i = 0; i <= SCENE_HELPERS_MOST && !rc; i++) { /* the sampler last */
        bool last = i == SCENE_HELPERS_MOST;
        if (!last && !k->helpers[i])
            continue;
        pids[n] = fork();
        if (pids[n] == 0) {
            die_with(parent);
            last ? be_sampler(k, s) : be_helper(k->helpers[i], s);
        }
        if (pids[n] < 0)
            rc = err_call(e, errno, "fork", "a process for a scene can't be forked");
        else
            n++;
    }
    uint64_t until = rc ? now_ns() : now_ns() + s->duration_ns + GRACE_MS * NS_PER_MS;
    while (n) { /* the sampler first */
        int ended = reap(v, pids[--n], until);
        atomic_store(&s->stop, 1);
        if (ended == -EINTR)
            rc = ended;
        else if (!s->rc)
            s->rc = ended;
    }
    return rc;
}

/* --- matching --- */

/* true if enough of this gap lies in what was made. */
static bool is_made(const struct gap_scene *s, const struct seen_gap *seen)
{
    struct gap_stretch g = seen->at;
    uint64_t inside = 0;
    for (unsigned k = 0; k < s->n_made && s->made[k].begin_ns < g.end_ns; k++) {
        struct gap_stretch m = s->made[k];
        uint64_t from = m.begin_ns > g.begin_ns ? m.begin_ns : g.begin_ns;
        uint64_t to = m.end_ns < g.end_ns ? m.end_ns : g.end_ns;
        if (m.whole && to > from)
            return true;
        inside += to > from ? to - from : 0;
    }
    return inside && 2 * inside >= seen->ns;
}

static int by_length(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* What is longer was for the most part made by something else, which came on top: four times the usual made gap. */
static uint64_t longest_made(const struct gap_scene *s, uint64_t most)
{
    CLEANUP_FREE uint64_t *ns = malloc((s->n_seen + 1) * sizeof *ns);
    unsigned n = 0;
    if (!ns)
        return 0;
    for (unsigned i = 0; i < s->n_seen; i++)
        if (s->seen[i].ns <= most && is_made(s, &s->seen[i]))
            ns[n++] = s->seen[i].ns;
    qsort(ns, n, sizeof *ns, by_length);
    uint64_t usual = n ? 4 * ns[n / 2] : 0;
    return usual < most ? usual : most;
}

unsigned scene_add(struct gap_tally *t, const struct gap_scene_kind *k, const struct gap_scene *s)
{
    uint64_t most = longest_made(s, k->longest_ns ? k->longest_ns : UINT64_MAX);
    unsigned made = 0, by[GAP_CAUSES] = {0};
    for (unsigned i = 0; i < s->n_seen; i++) {
        bool of_it = s->seen[i].ns <= most && is_made(s, &s->seen[i]);
        made += of_it;
        by[s->seen[i].cause] += of_it;
    }
    bool counts = !k->size_most || 2 * made >= s->n_made;
    for (unsigned i = 0; i < GAP_CAUSES && counts; i++)
        t->by[i] += by[i];
    t->made += counts ? made : 0;
    t->seen += s->n_seen;
    t->have &= s->have;
    t->ordinary |= s->ordinary;
    t->size = s->size;
    t->scenes++;
    return made;
}

/* --- repeating --- */

/* Everything that a scene before has left in the mapping. CPUs take turns: others may need one of them. */
static void begin_anew(struct gap_scene *s, const int cpus[2], unsigned n_cpus, unsigned turn)
{
    s->cpu = cpus[turn % n_cpus];
    s->other = n_cpus > 1 ? cpus[(turn + 1) % n_cpus] : -1;
    atomic_store(&s->ready, 0);
    atomic_store(&s->stop, 0);
    atomic_store(&s->hold_until_ns, 0);
    sem_init(&s->wake, 1, 0);
    s->rc = 0;
    s->n_made = s->n_seen = 0;
}

/* Where what was made did not last long enough for a gap, twice as much makes one. */
static void adapt(const struct gap_scene_kind *k, struct gap_scene *s, unsigned made)
{
    if (k->size_most && 2 * made < s->n_made)
        s->size = 2 * s->size < k->size_most ? 2 * s->size : k->size_most;
}

static void too_few_descriptors(const struct gap_scene *s, struct gap_tally *t)
{
    unsigned n = atomic_load(&s->descriptors);
    if (n)
        snprintf(t->why, sizeof t->why, "only %u descriptors are allowed, one a timer", n);
}

static int repeat(const struct verify *v, const struct gap_scene_kind *k, struct gap_scene *s, unsigned wanted,
                  uint64_t budget_ns, struct gap_tally *t, struct err *e)
{
    int cpus[2];
    unsigned n_cpus = pin_allowed(cpus, 2), failed = 0;
    uint64_t until = now_ns() + budget_ns;
    char why[ERRNO_TEXT_MAX];
    n_cpus = n_cpus < 2 ? n_cpus : 2;
    if (!n_cpus || (k->two_cpus && n_cpus < 2))
        snprintf(t->why, sizeof t->why, "%s", n_cpus ? "there is only one CPU" : "the allowed CPUs are not known");
    for (unsigned turn = 0; !t->why[0] && t->made < wanted && now_ns() < until; turn++) {
        begin_anew(s, cpus, n_cpus, turn);
        int rc = *v->stop ? -EINTR : play(v, k, s, e);
        if (rc)
            return rc;
        if (!s->rc)
            adapt(k, s, scene_add(t, k, s));
        else if (++failed == FAILED_MOST) /* a busy machine may hinder one, not all */
            snprintf(t->why, sizeof t->why, "scenes ended early: %s", errno_text(why, sizeof why, NULL, -s->rc));
        too_few_descriptors(s, t);
        nap(REST_MS);
    }
    return 0;
}

int scene_repeat(const struct verify *v, const struct gap_scene_kind *k, unsigned wanted, uint64_t budget_ns,
                 struct gap_tally *t, struct err *e)
{
    struct gap_scene *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int rc = 0;
    *t = (struct gap_tally){.have = (1u << GAP_SOURCES) - 1};
    if (s == MAP_FAILED)
        return err_call(e, errno, "mmap", "shared memory can't be mapped");
    s->duration_ns = k->duration_ns;
    s->priority = !k->ordinary;
    if (!k->prepare || k->prepare(s, t->why, sizeof t->why))
        rc = repeat(v, k, s, wanted, budget_ns, t, e);
    if (k->done)
        k->done(s);
    munmap(s, sizeof *s);
    return rc;
}
