/* SPDX-License-Identifier: MIT */
/*
 * Scenes in which one cause of gaps is made for real next to a sampler, to see whether it is named. What was made is
 * known from the notes of those who made it, not from the counters that the sampler judges by; other gaps of a busy
 * machine are left out. All who take part are forked: the pinning and the priority that they need end with them, and
 * they die with the process that forked them.
 */
#ifndef CONTEND_VERIFY_GAP_SCENE_H
#define CONTEND_VERIFY_GAP_SCENE_H

#include <semaphore.h>
#include <stdatomic.h>

#include "harness/base/base.h"
#include "harness/machine/gaps.h"
#include "harness/verify/verify.h"

enum { SCENE_SEEN_MOST = 8192, SCENE_MADE_MOST = 8192, SCENE_HELPERS_MOST = 2 };

struct gap_stretch {
    uint64_t begin_ns, end_ns;
    bool whole; /* a gap of which any part lies in it was made; else at least half must */
};

/* What the processes of a scene share: all of it lies in one mapping. */
struct gap_scene {
    int cpu, other; /* of the sampler; another one, -1: there is none */
    int priority;   /* of the sampler: 0 ordinary, else SCHED_FIFO */
    unsigned size;  /* how many timers or pages make one gap; 0: not known yet */
    uint64_t duration_ns;
    char group[256]; /* throttling: the directory of the control group; "": none */
    _Atomic unsigned ready, stop;
    _Atomic int tid;  /* of the sampler's thread */
    uint64_t late_ns; /* interrupts: how late timers expire here */
    sem_t wake;       /* migration: for the one who keeps the other CPU busy */
    _Atomic uint64_t hold_until_ns;

    /* Found out by the scene. */
    bool ordinary;                /* the sampler ran as an ordinary task: SCHED_FIFO is not allowed */
    int rc;                       /* of the sampler */
    unsigned have;                /* the counters that it could read, as in gap_report */
    _Atomic unsigned descriptors; /* interrupts: how many timers could be made, where those were too few */
    unsigned n_made, n_seen;
    struct gap_stretch made[SCENE_MADE_MOST]; /* by rising time */
    struct seen_gap {
        struct gap_stretch at;
        uint64_t ns;
        enum gap_cause cause;
    } seen[SCENE_SEEN_MOST];
    char *pages; /* faults: the memory that is touched; of the sampler's process */
    uint64_t next_ns;
};

/* How a cause is made. */
struct gap_scene_kind {
    enum gap_cause cause;
    unsigned needs; /* bits of counters of which one must be readable for the cause to be named; 0: none */
    bool two_cpus;
    bool ordinary; /* the sampler must be an ordinary task */
    uint64_t duration_ns;
    uint64_t longest_ns; /* a longer gap was not made by this alone; 0: no such limit */
    unsigned size_most;  /* where one gap takes many of something; 0: nothing to adapt */
    const char *what;    /* ends with "how many:" where there is a size to adapt */
    /* Before the first scene: may set the size and the group. false: can't be made here, and `why` says why. */
    bool (*prepare)(struct gap_scene *s, char *why, size_t n);
    void (*done)(struct gap_scene *s);                        /* after the last; NULL: nothing to do */
    void (*sampler)(struct gap_scene *s);                     /* NULL: scene_sample alone */
    void (*helpers[SCENE_HELPERS_MOST])(struct gap_scene *s); /* each in a process of its own; they return at s->stop */
};

extern const struct gap_scene_kind gap_scene_load, gap_scene_interrupts, gap_scene_faults, gap_scene_migration,
    gap_scene_quota;

/* Of made gaps, all scenes of a kind together. */
struct gap_tally {
    unsigned scenes, made, by[GAP_CAUSES], seen;
    unsigned size; /* of the last scene */
    unsigned have; /* counters that every sampler could read */
    bool ordinary; /* a sampler ran as an ordinary task against the wish */
    char why[160]; /* why a scene can't be made here at all; "": it can */
};

/* Repeats scenes until `wanted` gaps were made or the time is used up, or the kind can't be made here. 0, -EINTR when
 * *v->stop, or another -errno: no process or memory for it. */
int scene_repeat(const struct verify *v, const struct gap_scene_kind *k, unsigned wanted, uint64_t budget_ns,
                 struct gap_tally *t, struct err *e);

/* Adds the gaps of a scene that were made; how many. Of a kind with a size, a scene of which less than half of what was
 * made shows as gaps adds none: it was too short for one, and what shows is what something else made longer. */
unsigned scene_add(struct gap_tally *t, const struct gap_scene_kind *k, const struct gap_scene *s);

/* --- for those who take part --- */

/* Samples until the end, and tells the others that it is there and when it is over. */
void scene_sample(struct gap_scene *s, void (*work)(void *));
/* SCHED_FIFO, so many above the sampler. true if that is allowed. */
bool scene_first(const struct gap_scene *s, int above);
void scene_made(struct gap_scene *s, struct gap_stretch stretch);
/* Spins until then or until the end, and notes each stretch of at least `least_ns` in which it ran without a pause of
 * `pause_ns`, as its own clock tells: what stopped it (the host, somebody else) was not made here. */
void scene_note_running(struct gap_scene *s, uint64_t until, uint64_t pause_ns, uint64_t least_ns);

#endif
