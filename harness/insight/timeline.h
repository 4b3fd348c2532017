/* SPDX-License-Identifier: MIT */
/*
 * The floors and runs that are kept here in the order of time: what fixed pieces of work (canaries) cost in each, how
 * far identical runs lie apart by each floor, when the machine changed, and where a cost moved though it did not.
 */
#ifndef CONTEND_INSIGHT_TIMELINE_H
#define CONTEND_INSIGHT_TIMELINE_H

#include "harness/insight/summary.h"
#include "harness/record/history.h"
#include "harness/record/kept_floor.h"

/* The pair of identical runs that a floor is asked about: one visit each. */
enum { TIMELINE_BLOCKS = 10, TIMELINE_APART_S = 60, TIMELINE_FAMILIES = 16 };

/* A cost that moved by more than this share is marked. */
#define TIMELINE_MOVED 0.10

/* The parts of a machine's identity. */
struct timeline_part {
    const char *name, *key; /* as people read it, and in JSON */
    size_t at;              /* of the text in struct machine_id */
};
enum { TIMELINE_PARTS = 4 };
extern const struct timeline_part timeline_parts[TIMELINE_PARTS]; /* CPU, kernel, host, boot */
/* That part; NULL: not known. */
const char *timeline_part_of(const struct machine_id *m, unsigned part);

/* A family of workloads on a floor, by the cell whose identical runs lie farthest apart. */
struct timeline_family {
    const char *name, *cell; /* interned */
    double differ;           /* 0.03: in 95 % of such pairs of runs the ratio is within 1 ± 3 %; NaN: not known */
    const char *why;         /* NaN: why; interned */
};

struct timeline_entry {
    bool is_floor;
    char when[40];  /* it ended, RFC 3339 in UTC */
    char name[80];  /* of the run's plan; of the floor's file */
    double spans_s; /* of a floor: from its first to its last block */
    unsigned blocks;
    struct machine_id machine;
    double ns[CANARIES]; /* the median over its blocks, by kind; NaN: not known */
    unsigned n_families; /* of a floor; of a run 0 */
    struct timeline_family families[TIMELINE_FAMILIES];
    /* By timeline_link: */
    unsigned changed;       /* bit i: part i is not that of the entry before in time */
    double moved[CANARIES]; /* cost over that of the entry before on this machine, less 1, where that is more than
                               TIMELINE_MOVED in size; else NaN */
};

/* The medians of a run over its blocks, ns by kind; NaN: no trial has it. 0 or -ENOMEM. */
int timeline_costs(const struct summary *s, double ns[CANARIES]);
void timeline_of_run(const struct history_run *r, struct timeline_entry *out);
/* `name`: of the file. 0 or -ENOMEM. */
int timeline_of_floor(const struct kept_floor *f, const char *name, struct timeline_entry *out);
/* Puts n entries into the order of time, the oldest first, and looks at each with those before it. One machine: the
 * same CPU, kernel and host. */
void timeline_link(struct timeline_entry *entries, unsigned n);

#endif
