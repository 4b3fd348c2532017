/* SPDX-License-Identifier: MIT */
/*
 * For how long a trial was stopped, as nothing else tells: a stopped task waits for no CPU, and its clock goes on.
 * Three sources, none of which costs a run anything:
 *
 *  - the keeper looks at the clock ten times a second. When all is frozen (a control group's freezer, `docker pause`, a
 *    paused virtual machine, SIGSTOP to all) it comes late, and by more than it waited for a CPU or its quota;
 *  - the kernel tells a parent when a signal stops or continues its child: the keeper of the trial's process and of its
 *    service, the dispatcher of the worker processes (struct halts of engine.h);
 *  - CLOCK_BOOTTIME runs on while the machine is suspended, CLOCK_MONOTONIC does not.
 *
 * What stops the keeper alone is taken for a stop of all: from where it stands the two look alike.
 *
 * A freeze of the whole tree shows but for what was left until the next look, at most 100 ms; so one that is shorter
 * than that and 50 ms more may not show.
 */
#ifndef CONTEND_TRIAL_STOPS_H
#define CONTEND_TRIAL_STOPS_H

#include <stdbool.h>
#include <sys/types.h>

#include "harness/engine/engine.h"
#include "harness/machine/cgroup.h"

/* In the mapping that keeper, trial and workers share. */
struct stop_note {
    _Atomic uint64_t stopped_ns; /* by the keeper: in all so far */
    _Atomic uint64_t looked_ns;  /* its last look, by now_ns; 0: there is no keeper that looks */
    _Atomic unsigned blind;      /* 1: what it waited for a CPU can't be read, so that lateness tells nothing */
    struct halts workers;
};

/* --- the trial's side --- */

struct stop_mark {
    uint64_t keeper_ns, workers_ns, suspended_ns;
};
/* Note may be NULL in both: no keeper. */
void stops_mark(struct stop_note *n, struct stop_mark *m);
/* Since the mark. Where the keeper is overdue, as after a freeze, waits for its look (200 ms at most). */
struct metric stops_since(struct stop_note *n, const struct stop_mark *m);

/* --- the keeper's side --- */

enum { STOPS_TRIAL, STOPS_SERVICE, STOPS_WATCHED }; /* the keeper's children whose stops are the trial's */

struct stops {
    struct stop_note *note;
    pid_t pids[STOPS_WATCHED];              /* 0: there is none */
    bool stopped[STOPS_WATCHED];            /* now */
    int schedstat_fd, signal_fd;            /* the keeper's own; SIGCHLD, to be polled */
    struct cgroup_stops groups;             /* of the keeper */
    uint64_t due_ns, wait_ns, throttled_ns; /* the next look; as of the last one */
    uint64_t counted_ns;                    /* no stop before that is counted again */
    uint64_t child_since_ns;                /* since when one of them at least is stopped; 0: none is */
    uint64_t pending_ns;                    /* of that stop, for how long the keeper was frozen too */
};

/* Before the trial is forked. */
void stops_init(struct stop_note *n);
/* Service 0: there is none. SIGCHLD is blocked until stops_close. 0 or -errno. */
int stops_open(struct stops *s, struct stop_note *n, pid_t trial, pid_t service);
void stops_close(struct stops *s);
/* Until the next look is due, in ms, rounded up. */
int stops_left_ms(const struct stops *s);
/* Looks at the children's changes, and at the clock when that is due. Returns for how long the trial has been stopped
 * in all so far: that time was not the trial's to use. Of a stop that has not ended only what froze the keeper too:
 * when all goes on, the keeper may be the first, and others a moment later. */
uint64_t stops_look(struct stops *s);
/* Who is stopped now: "the trial's process", "the trial's service", "3 worker processes" into buf; false: nobody. */
bool stops_now(const struct stops *s, char *buf, size_t n);

/* The rule: how much of a look that came `late_ns` late is a stop, when it waited for a CPU that long meanwhile and its
 * groups were throttled that long. */
uint64_t stop_of_lateness(uint64_t late_ns, uint64_t waited_ns, uint64_t throttled_ns);

#endif
