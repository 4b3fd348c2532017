/* SPDX-License-Identifier: MIT */
/*
 * A model: how tasks are run and how they wait. One file and one row in models.def each. The trial calls
 *     start  (workers created, pinned, their memory touched, parked at the gate)
 *     run    (the gate has been opened: give out the tasks, return when the last worker has stamped its end; a model
 *             whose dispatcher gives out the tasks and gets the answers stamps the last answer, engine->answered_ns)
 *     stop   (workers let go, joined or reaped; loops closed)
 * and times the three apart. Models do no statistics and no output.
 */
#ifndef CONTEND_MODEL_MODEL_H
#define CONTEND_MODEL_MODEL_H

#include "harness/base/err.h"
#include "harness/record/record.h"

struct engine; /* harness/engine/engine.h */

enum {                            /* traits */
       MODEL_BLOCKS = 1 << 0,     /* a worker holds one task and blocks with it: concurrency c takes c workers */
       MODEL_FORKS = 1 << 1,      /* workers are processes */
       MODEL_EACH = 1 << 2,       /* a new worker for each task */
       MODEL_LOOP = 1 << 3,       /* workers are event loops */
       MODEL_ONE = 1 << 4,        /* exactly one worker, however many processing units are offered */
       MODEL_OFFLOADS = 1 << 5,   /* compute goes to libuv's pool, of a thread for each processing unit offered */
       MODEL_GIL = 1 << 6,        /* one interpreter lock */
       MODEL_SERIAL = 1 << 7,     /* one task at a time */
       MODEL_DISPATCHES = 1 << 9, /* the trial's own thread hands out each task in the run, on the workers' CPUs */
       MODEL_STACKS = 1 << 8, /* a loop each of whose tasks has a stack of its own: no pair with one that offloads */
};

/* In every figure, whatever else is drawn next to it; no two models have any of the three in common. Threads are blue,
 * processes warm; async has those of Okabe and Ito that are left, olive and black. With two kinds of colour-blindness
 * some come near each other, so each has a marker, too. */
struct model_look {
    unsigned rgb;    /* 0xRRGGBB */
    unsigned marker; /* gnuplot's point type */
    char letter;     /* 'A' … 'Z', in the terminal; 0: the model is not listed and has no look of its own */
};

struct model {
    const char *name;
    const char *family;    /* "baseline", "threads", "processes", "async" */
    const char *summary;   /* one line */
    const char *like;      /* what in the world is built so: "multiprocessing.Pool", "nginx" */
    const char *lock_kind; /* what its workers wait for each other with */
    unsigned traits;
    unsigned kind; /* enum model_kind, by which expectations of workloads name it; 0: none of them is about it */
    struct model_look look;
    int (*start)(struct engine *e);
    int (*run)(struct engine *e);
    int (*stop)(struct engine *e);
};

extern const struct model *const models[];        /* in the order of models.def, ends with NULL */
const struct model *model_find(const char *name); /* in the table, or among those added; NULL when there is none */
/* A NULL-terminated table of models that are found by name but not listed, nor among "all"; it must stay. */
void models_add(const struct model *const *table);
unsigned
model_traits(const char *name);         /* 0 when there is none of that name, as a record of another program may have */
unsigned model_kind(const char *name);  /* 0 when there is none of that name, or it has none */
bool model_is_serial(const char *name); /* one task at a time: what all others are held against */

/* Fills workers, concurrency and pool of a cell whose workload, model, offered and concurrency are set:
 *   serial            1 worker, concurrency 1
 *   MODEL_BLOCKS      workers = concurrency (on the first `offered` units, in turn)
 *   MODEL_ONE         1 worker, concurrency as asked
 *   other loops       workers = min(offered, concurrency)
 * pool: 4 (libuv's own default) for a loop when the workload needs NEED_FILES, else 0; with MODEL_OFFLOADS at least
 * offered.
 * 0, or -errno with the reason why this model can't run this workload at this concurrency (a skip). */
int model_shape(const struct model *m, const struct workload *w, struct cell *c, struct err *e);
/* On how many processing units a cell that has its shape is placed: one a worker and one a pool thread, at most those
 * offered. */
unsigned model_units(const struct cell *c);

#endif
