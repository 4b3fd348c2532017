/* SPDX-License-Identifier: MIT */
/*
 * What comparing models on a workload should show, as data: an expectation is one sentence and a predicate over the
 * cells of a run. Every run that has such cells checks it on its own machine and says for each: held, did not hold
 * (with the numbers, and which of the reasons is true here), or can't tell. Part of workload.h.
 *
 * The predicate compares a quantity of two cells, a over b, paired by block: the ratio must lie in `least` … `most`. It
 * holds when its whole interval does, and does not when the whole interval lies outside. The cells are named by the
 * kind of their model, never by a model's name, and by what was given to them.
 */
#ifndef CONTEND_BENCH_EXPECTATION_H
#define CONTEND_BENCH_EXPECTATION_H

#include <stdbool.h>
#include <stdint.h>

/* How tasks are run and how they wait. A model has one kind; a side names a set of them. */
enum model_kind {
    KIND_SERIAL = 1 << 0,           /* one task at a time */
    KIND_THREADS = 1 << 1,          /* a pool of threads; each blocks with its task */
    KIND_THREAD_EACH = 1 << 2,      /* a new thread for each task */
    KIND_INTERPRETER_LOCK = 1 << 3, /* a pool of threads of which one computes at a time */
    KIND_PROCESSES = 1 << 4,        /* a pool of processes that take tasks from shared memory */
    KIND_PIPE_FED = 1 << 5,         /* a pool of processes that get their tasks through pipes */
    KIND_PROCESS_EACH = 1 << 6,     /* a new process for each task */
    KIND_LOOP = 1 << 7,             /* one event loop that computes itself */
    KIND_LOOP_POOL = 1 << 8,        /* one event loop that hands computing to a pool of threads */
    KIND_LOOPS_THREADS = 1 << 9,    /* a loop for each CPU, in threads */
    KIND_LOOPS_PROCESSES = 1 << 10, /* a loop for each CPU, in processes */
    KIND_FIBERS = 1 << 11           /* one loop whose tasks have a stack each */
};

/* What is compared. Of all but the first, less is better. */
enum expectation_quantity {
    EXPECT_THROUGHPUT, /* units a second */
    EXPECT_P99,        /* of a trial's latencies; only of trials with 100 of them */
    EXPECT_LATEST,     /* the greatest latency of a trial: how late, where the rate is given */
    EXPECT_MEMORY,     /* of all processes together, at the same number of tasks in flight */
    EXPECT_CPU_TIME,   /* user and system, a unit */
    EXPECT_QUANTITIES
};

/* A parameter's value lies in least … most, in the base unit of its type (of a choice: its index). */
struct expectation_value {
    const char *param; /* NULL: none */
    int64_t least, most;
};

/* One of the two cells. It never grows, since it lies inside struct expectation. */
struct expectation_side {
    unsigned kinds;                     /* a set of enum model_kind; of side b 0: the same model as a */
    unsigned cpus_least, cpus_most;     /* CPUs offered; 0: any number */
    unsigned flight_least, flight_most; /* tasks in flight; 0: any number. None of these four is asked of KIND_SERIAL */
    unsigned flight_each;               /* at least so many in flight for each CPU offered; 0: any number */
    struct expectation_value with;      /* of this side alone */
};

/* What can make an expectation fail on a machine. With `what` it can be looked up there: then it is told of only where
 * it is true. */
struct expectation_reason {
    const char *text; /* "a switch between processes costs more than one between threads" */
    /* A measured cost ("process_switch", ns), a fact of the machine ("cpu.smt": all of them have a dot), or one of what
     * was seen during the run: "run.foreign_cpus" (CPUs that other processes used), "run.steal" and "run.quota" (share
     * of the trials so disturbed). NULL: it can't be looked up. */
    const char *what;
    const char *over;   /* a cost that it is divided by; NULL: none */
    double least, most; /* it is true from least on, and up to most; 0: no such limit */
    const char *has;    /* it is true where the fact's text has this in it; NULL: by its number */
};

/*
 * Cells a and b are of one workload, mode and order of placement. They have the same parameters, but for those that a
 * side's `with` names; as many CPUs, unless the sides ask for different numbers; and as many tasks in flight, unless
 * the sides ask for different numbers, or (where the CPUs differ) as many for each CPU. One task at a time is compared
 * with any number.
 */
struct expectation {
    const char *id;   /* within the workload; a-z, 0-9 and - */
    const char *text; /* one sentence without a full stop, that says what is expected and where */
    enum expectation_quantity quantity;
    double least, most; /* of a over b; 0: no such limit. `most` is at least `least` */
    bool per_cpu;       /* the ratio is divided by that of their CPUs, of which KIND_SERIAL has one */
    bool closed_only;   /* only in closed mode */
    bool batch_only;    /* only in batch mode, where the last of many tasks ends the run */
    struct expectation_side a, b;
    struct expectation_value where[2];        /* of both sides */
    const struct expectation_reason *reasons; /* ends with a NULL text; NULL: none */
};

enum { EXPECTATIONS_MOST = 16, EXPECTATION_MOST_REASONS = 8 };

/* Reasons that many have in common. */
#define REASON_SMT                                                                                                     \
    {                                                                                                                  \
        .text = "SMT is active, and CPUs of one core share what it has", .what = "cpu.smt", .least = 1                 \
    }
#define REASON_OTHERS                                                                                                  \
    {                                                                                                                  \
        .text = "other processes used the CPUs meanwhile", .what = "run.foreign_cpus", .least = 0.1                    \
    }
#define REASON_STEAL                                                                                                   \
    {                                                                                                                  \
        .text = "the host took CPU time from this virtual machine", .what = "run.steal", .least = 0.1                  \
    }
#define REASON_QUOTA                                                                                                   \
    {                                                                                                                  \
        .text = "a CPU quota stopped the workers", .what = "run.quota", .least = 0.1                                   \
    }
/* 1.15: a round trip is two switches and four system calls, so less than that stays within a factor of 1.25. */
#define REASONS_OF_SWITCHES                                                                                            \
    {.text = "a switch between processes costs more here than one between threads",                                    \
     .what = "process_switch",                                                                                         \
     .over = "thread_switch",                                                                                          \
     .least = 1.15},                                                                                                   \
    {                                                                                                                  \
        .text = "page-table isolation makes each change of address space cost more", .what = "kernel.mitigations",     \
        .has = "PTI"                                                                                                   \
    }
/* A unit handed to a pool costs two wake-ups: of 5 us each they are a tenth of one of 100 us. */
#define REASON_TRIP                                                                                                    \
    {                                                                                                                  \
        .text = "a thread on another CPU takes long to wake here, next to a unit", .what = "remote_wake",              \
        .least = 5000                                                                                                  \
    }
/* A tenth of one CPU or of the trials: less can't move the median of blocks by what expectations leave room for. */
#define REASONS_OF_SHARED_CPUS REASON_SMT, REASON_OTHERS, REASON_STEAL, REASON_QUOTA

/*
 * Expectations that several workloads have in common. A quarter is left for what CPUs share (caches, memory, the clock
 * that one busy CPU can have and two can't), a tenth for noise where nothing is to be gained.
 */
#define KINDS_PARALLEL (KIND_THREADS | KIND_PROCESSES | KIND_LOOPS_THREADS | KIND_LOOPS_PROCESSES)
#define EXPECT_CPUS_ADD_UP(why)                                                                                        \
    {                                                                                                                  \
        .id = "cpus-add-up",                                                                                           \
        .text = "Under threads, processes and a loop for each CPU, every CPU adds at least 0.75 times what one task "  \
                "at a time does",                                                                                      \
        .least = 0.75, .per_cpu = true, .a = {.kinds = KINDS_PARALLEL, .cpus_least = 2, .flight_each = 1},             \
        .b = {.kinds = KIND_SERIAL}, .reasons = (why)                                                                  \
    }
#define EXPECT_ALIKE(why)                                                                                              \
    {                                                                                                                  \
        .id = "alike", .text = "Threads and processes do the same within a factor of 1.15, on as many CPUs",           \
        .least = 1 / 1.15, .most = 1.15, .a = {.kinds = KIND_THREADS}, .b = {.kinds = KIND_PROCESSES},                 \
        .reasons = (why)                                                                                               \
    }
#define EXPECT_LOCK_GAINS_NOTHING                                                                                      \
    {                                                                                                                  \
        .id = "lock-gains-nothing",                                                                                    \
        .text = "On two or more CPUs threads under one interpreter lock do at most 1.1 times what one task at a time " \
                "does",                                                                                                \
        .most = 1.1, .a = {.kinds = KIND_INTERPRETER_LOCK, .cpus_least = 2, .flight_each = 1}, .b = {                  \
            .kinds = KIND_SERIAL                                                                                       \
        }                                                                                                              \
    }
#define EXPECT_LOOP_GAINS_NOTHING                                                                                      \
    {                                                                                                                  \
        .id = "loop-gains-nothing",                                                                                    \
        .text =                                                                                                        \
            "One loop that computes itself does at most 1.1 times what one task at a time does, however many CPUs "    \
            "there are",                                                                                               \
        .most = 1.1, .a = {.kinds = KIND_LOOP, .cpus_least = 2, .flight_each = 1}, .b = {                              \
            .kinds = KIND_SERIAL                                                                                       \
        }                                                                                                              \
    }
#define EXPECT_POOL_GAINS(why)                                                                                         \
    {                                                                                                                  \
        .id = "pool-gains",                                                                                            \
        .text = "One loop that hands its computing to a pool of threads gets at least 0.7 times one task at a time "   \
                "from each CPU",                                                                                       \
        .least = 0.7, .per_cpu = true, .a = {.kinds = KIND_LOOP_POOL, .cpus_least = 2, .flight_each = 1},              \
        .b = {.kinds = KIND_SERIAL}, .reasons = (why)                                                                  \
    }

#endif
