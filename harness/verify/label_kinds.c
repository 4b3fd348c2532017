/* SPDX-License-Identifier: MIT */
/* What disturbs trials, and how it finds them: by the processes below the runner, and by the CPU time that says that a
 * worker is in the midst of its run. See label_scene.h. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sched.h>

#include "harness/base/base.h"
#include "harness/measure/clock.h"
#include "harness/verify/group.h"
#include "harness/verify/label_scene.h"

enum { TREE_MOST = 64, POLL_MS = 2, STOP_ALL_MS = 300, STOP_ONE_MS = 40, MOVE_MS = 2 };
/* CPU time of a worker that is in the midst of its run: more than start and canaries take, less than the run does. */
#define MIDST_NS (60 * NS_PER_MS)

struct tree {
    pid_t pids[TREE_MOST]; /* parents before their children; the first is the trial's keeper */
    unsigned n;
    pid_t busiest, of; /* the thread that used most CPU time, and its process */
    uint64_t cpu_ns;   /* that it used */
};

static void nap(int ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * (long)NS_PER_MS}, NULL);
}

/* Adds the children of a process, as far as there is room; the runner's own are one trial's keeper. */
static void add_children(struct tree *t, pid_t pid)
{
    char path[64];
    int child;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *f = fopen(path, "re");
    while (f && t->n < TREE_MOST && fscanf(f, "%d", &child) == 1)
        t->pids[t->n++] = child;
    if (f)
        fclose(f);
}

static uint64_t thread_cpu_ns(pid_t pid, const char *tid)
{
    char path[96];
    unsigned long long ns = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%.20s/schedstat", (int)pid, tid);
    FILE *f = fopen(path, "re");
    if (f && fscanf(f, "%llu", &ns) != 1)
        ns = 0;
    if (f)
        fclose(f);
    return ns;
}

static void find_busiest(struct tree *t, pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *d = opendir(path);
    for (struct dirent *x; d && (x = readdir(d));) {
        uint64_t ns = x->d_name[0] == '.' ? 0 : thread_cpu_ns(pid, x->d_name);
        if (ns > t->cpu_ns) {
            t->cpu_ns = ns;
            t->busiest = atoi(x->d_name);
            t->of = pid;
        }
    }
    if (d)
        closedir(d);
}

static void tree_read(struct tree *t, pid_t runner)
{
    *t = (struct tree){.n = 0};
    add_children(t, runner);
    for (unsigned i = 0; i < t->n; i++) /* also those that it adds */
        add_children(t, t->pids[i]);
    for (unsigned i = 0; i < t->n; i++)
        find_busiest(t, t->pids[i]);
}

/* Does `act` once in each trial, in the midst of its run. */
static void in_each_trial(struct label_scene *s, void (*act)(struct label_scene *s, const struct tree *t))
{
    pid_t last = 0, parent = getppid();
    while (!atomic_load(&s->over) && getppid() == parent) {
        struct tree t;
        tree_read(&t, s->runner);
        if (t.n && t.pids[0] != last && t.cpu_ns >= MIDST_NS) {
            last = t.pids[0];
            atomic_fetch_add(&s->made, 1);
            act(s, &t);
        }
        nap(POLL_MS);
    }
}

static void signal_all(const struct tree *t, int sig)
{
    for (unsigned i = 0; i < t->n; i++)
        kill(t->pids[i], sig);
}

static void stop_all(struct label_scene *s, const struct tree *t)
{
    (void)s;
    signal_all(t, SIGSTOP);
    nap(STOP_ALL_MS);
    signal_all(t, SIGCONT);
}

static void stop_one(struct label_scene *s, const struct tree *t)
{
    (void)s;
    kill(t->of, SIGSTOP);
    nap(STOP_ONE_MS);
    kill(t->of, SIGCONT);
}

/* false: the thread is gone. */
static bool send_to(pid_t tid, int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    return sched_setaffinity(tid, sizeof set, &set) == 0;
}

static void move_it(struct label_scene *s, const struct tree *t)
{
    for (unsigned i = 0; !atomic_load(&s->over) && send_to(t->busiest, i & 1 ? s->cpu : s->other); i++)
        nap(MOVE_MS);
}

static void disturb_by_stop(struct label_scene *s)
{
    in_each_trial(s, stop_all);
}

static void disturb_by_stop_of_one(struct label_scene *s)
{
    in_each_trial(s, stop_one);
}

static void disturb_by_moves(struct label_scene *s)
{
    in_each_trial(s, move_it);
}

/* Of the processes below one: there is a file for it only where the kernel was built so. */
static bool can_find(struct label_scene *s, char *why, size_t n)
{
    (void)s;
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)getpid(), (int)getpid());
    bool can = access(path, R_OK) == 0 && access("/proc/self/schedstat", R_OK) == 0;
    if (!can)
        snprintf(why, n, "this kernel has no /proc/PID/task/TID/children or no schedstat");
    return can;
}

static bool make_group(void *arg, const char *parent)
{
    struct label_scene *s = arg;
    if (!group_make(s->group, sizeof s->group, parent, "labels"))
        return false;
    group_weigh(s->group, "10000", "262144"); /* so that foreign load leaves it its quota */
    if (group_quota(s->group, "5000", "20000"))
        return true;
    group_remove(s->group);
    s->group[0] = 0;
    return false;
}

static bool prepare_quota(struct label_scene *s, char *why, size_t n)
{
    if (group_somewhere(make_group, s))
        return true;
    snprintf(why, n, "no control group with a CPU quota can be made");
    return false;
}

static bool enter_group(struct label_scene *s)
{
    return group_put(s->group, "cgroup.procs", "0");
}

static void remove_group(struct label_scene *s)
{
    if (s->group[0])
        group_remove(s->group);
    s->group[0] = 0;
}

const struct label_kind label_kinds[LABEL_KINDS] = {
    {.name = "load",
     .labels = 1u << DISTURBED_LOAD | 1u << DISTURBED_PREEMPTION,
     .what = "a process that spins for 1 to 20 ms, then sleeps as long, on the worker's CPU",
     .load = true},
    {.name = "quota",
     .labels = 1u << DISTURBED_QUOTA,
     .what = "the trial's control group may run for 5 of every 20 ms",
     .prepare = prepare_quota,
     .enter = enter_group,
     .done = remove_group},
    {.name = "stop of all",
     .labels = 1u << DISTURBED_STOPPED,
     .what = "all processes of the trial are stopped by SIGSTOP for 300 ms of the run",
     .prepare = can_find,
     .disturb = disturb_by_stop},
    {.name = "stop of a worker",
     .labels = 1u << DISTURBED_STOPPED,
     .what = "the process of one worker is stopped by SIGSTOP for 40 ms of the run",
     .prepare = can_find,
     .disturb = disturb_by_stop_of_one},
    {.name = "migration",
     .labels = 1u << DISTURBED_MIGRATION,
     .two_cpus = true,
     .what = "a worker is moved to another CPU and back every 4 ms",
     .prepare = can_find,
     .disturb = disturb_by_moves},
};
