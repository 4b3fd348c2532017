/* SPDX-License-Identifier: MIT */
/*
 * The plan of a run: immutable once built. Cells are what is measured; points say which cells stand beside each other
 * (the same work, the same processing units offered, the same concurrency); the order says when each is measured.
 */
#ifndef CONTEND_RECORD_PLAN_H
#define CONTEND_RECORD_PLAN_H

#include "harness/base/err.h"
#include "harness/record/record.h"

/* A trial that is held costs 150 bytes in a summarizer and 4 in the order: the largest plan takes about 155 MB of them,
 * and weeks to run. blocks × cells can't wrap an unsigned. */
enum {
    PLAN_MAX_BLOCKS = 100000,
    PLAN_SEQUENTIAL_BLOCKS = 400, /* when a rule is to stop it earlier */
    PLAN_MAX_CELLS = 20000,
    PLAN_MAX_TRIALS = 1000000,
    PLAN_MAX_VISITS = 1000,
    PLAN_PAUSE_S = 10, /* between two visits, unless the user says */
    PLAN_MAX_PAUSE_S = 3600
};

/* A cell that can't run, kept so that nothing is left out silently. */
struct plan_skip {
    unsigned cell;
    const char *reason; /* interned */
};

/* A work of which the pilots left less, for all models alike, since one would have taken too long. */
struct plan_cut {
    unsigned cell;           /* of the model that is slow; its units are what is left */
    uint64_t units_before;   /* what pilot_model does in pilot_ns */
    uint64_t slowest_ns;     /* what the cell's model would have taken for them */
    const char *pilot_model; /* interned: the one that the amount is found on, on one processing unit */
    uint64_t pilot_ns;
};

/* A workload of which the pilots could not tell whether the compiler removed its work. */
struct plan_doubt {
    unsigned cell;      /* the first of the workload */
    const char *reason; /* interned: one line, with the workload's name and what was seen */
};

/* Models compared at one point: cells[i] index plan.cells. The serial cell of the same work is `serial`, or -1. */
struct plan_point {
    unsigned offered, concurrency;
    int serial;
    unsigned n_cells;
    unsigned *cells;
    unsigned n_left_out; /* cells that could run, and were left out to keep the run's time */
};

/*
 * When a run ends before its last block. All of it is judged at the ends of blocks, from the records alone, so that a
 * resumed run ends where the whole one would have. With precision or clear the run is looked at as it goes, and its
 * intervals are confidence sequences, which stay valid however often they are looked at.
 */
struct plan_stop {
    double precision;   /* 0.01: once each comparison is known to ±1 %; 0: not for that */
    bool clear;         /* once no comparison is inconclusive */
    uint64_t budget_ns; /* once the trials took this long together; 0: no budget */
};

/*
 * A run that keeps a time: before it, blocks and then cells were given up to fit it, by what pilots said that trials
 * take. It ends at a whole block, by the time that its trials took: as with a budget, nothing looks at the results. So
 * where trials are faster than the pilots said, there are more blocks than that, and where they are slower, fewer.
 */
struct plan_time {
    uint64_t asked_ns;  /* 0: the run keeps none, and the rest is 0 */
    uint64_t trials_ns; /* of it the trials' part; 0: the run does not end early (it has visits) */
    uint64_t whole_ns;  /* what all that was asked for would take */
    uint64_t
        planned_ns; /* what is left of that will take; more than asked_ns where there was nothing left to give up */
    /* At least so many; that pilots said would fit; and at most, as asked for. Between the first two the run may be a
     * little longer than the time, after that it goes on as long as there is time for a block. */
    unsigned blocks_least, blocks_planned, blocks_asked;
    unsigned cells_left_out;
};

/* A run that is one side of a live comparison: its trials alternate with those of the other side, block by block. */
struct plan_pair {
    uint64_t id;         /* the same for both sides and no others; 0: a run by itself */
    unsigned side;       /* 0: a, 1: b */
    const char *program; /* that runs this side's trials: absolute, or one word that is looked up in PATH. Interned;
                            NULL: not known */
};

struct plugin_set;

struct plan {
    const char *name;    /* the suite's, or "command line"; interned */
    const char *command; /* that asked for it, as a shell reads it; interned; NULL: not known, as in older journals */
    uint64_t seed;
    unsigned blocks;   /* at most; see stop */
    unsigned visits;   /* stretches that the blocks are spread over, 1 … blocks; 1: the run has no pauses */
    uint64_t pause_ns; /* before each visit but the first; 0: none */
    struct plan_stop stop;
    struct plan_time time;
    struct plan_pair pair;
    const struct plugin_set *plugins; /* that bring its workloads; NULL: those read last. Borrowed; not read back */
    struct plugin_set *brought; /* of a plan that was read back: those that its journal names; owned; NULL: none */
    double equiv;               /* 0.02: a ratio inside 1/(1+equiv) … 1+equiv is equivalent */
    unsigned n_cells, n_points, n_skips, n_cuts, n_doubts;
    struct cell *cells;
    unsigned
        *sweep_of; /* of each cell: the sweep of the request that it came from; NULL in a plan that was read back */
    struct plan_point *points;
    struct plan_skip *skips;
    struct plan_cut *cuts;
    struct plan_doubt *doubts;
    unsigned
        *order; /* blocks × n_runnable cell indexes; row b is the order of block b (a Williams design from the seed) */
    unsigned n_runnable;
};

/* Is the run looked at as it goes, so that its intervals must be confidence sequences? */
static inline bool plan_is_sequential(const struct plan *p)
{
    return p->stop.precision > 0 || p->stop.clear;
}

/* Visit v has the consecutive blocks v × blocks / visits … (v + 1) × blocks / visits - 1: as evenly as that can be. The
 * first block of a visit, both from 0; of the visit behind the last: the number of blocks. */
unsigned plan_visit_first(const struct plan *p, unsigned visit);
/* The visit that a block is in, both from 0. */
unsigned plan_visit_of(const struct plan *p, unsigned block);
/* How many visits the first so many blocks are in; 0 for none. */
unsigned plan_visits_in(const struct plan *p, unsigned blocks);
/* -E2BIG when blocks × cells is more than PLAN_MAX_TRIALS. */
int plan_check_size(const struct plan *p, struct err *e);
/* A cell that can't run after all becomes a skip, and leaves its points. 0 or -ENOMEM. */
int plan_leave_out(struct plan *p, unsigned cell, const char *reason);
/* The same of a cell that could run: its points know that they are without it. 0 or -ENOMEM. */
int plan_give_up(struct plan *p, unsigned cell, const char *reason);
int plan_note_cut(struct plan *p, struct plan_cut cut);                 /* 0 or -ENOMEM */
int plan_note_doubt(struct plan *p, unsigned cell, const char *reason); /* 0 or -ENOMEM */
/* Is there no cell of another model that is not skipped and does this one's work? */
bool plan_is_alone(const struct plan *p, unsigned cell);
void plan_release(struct plan *p); /* frees what the plan owns; the plan itself is the caller's */
bool plan_skipped(const struct plan *p, unsigned cell, const char **reason); /* reason may be NULL */
enum { CELL_ID_MAX = 1024 };                                                 /* bytes that hold any name of a cell */
/* A short stable name of a cell, unique in the plan: "sleep time=1ms threads w2 c64 compact"; the second cell of that
 * name, of another amount of work, has " #2" behind it. At most n bytes with the NUL. */
void plan_cell_id(const struct plan *p, unsigned cell, char *buf, size_t n);
/* The names of all cells, where many are wanted: n_cells texts, released by plan_cell_ids_free; NULL: out of memory. */
char **plan_cell_ids(const struct plan *p);
void plan_cell_ids_free(const struct plan *p, char **ids); /* NULL is none */
/* Orders cells by what they are called, as strcmp; 0: the same workload, parameters, model, mode, libc, processing
 * units offered, workers, concurrency and order of placement (where that is a list: the same list), whatever the amount
 * of work. */
int cell_compare(const struct cell *a, const struct cell *b);
/* Are the workload, parameters, mode and amount of work of two cells the same, so that their work must be identical? */
bool cell_same_work(const struct cell *a, const struct cell *b);

#endif
