/* SPDX-License-Identifier: MIT */
/*
 * From trial records to judgements: per cell medians with intervals, speedups against serial, pairwise comparisons with
 * verdicts, findings. Records are added one at a time; nothing of a record but a few numbers is kept.
 */
#ifndef CONTEND_INSIGHT_SUMMARY_H
#define CONTEND_INSIGHT_SUMMARY_H

#include "harness/insight/course.h"
#include "harness/insight/disturbance.h"
#include "harness/insight/floor.h"
#include "harness/insight/worker_time.h"
#include "harness/machine/environment.h"
#include "harness/record/plan.h"
#include "harness/stats/sequence.h"
#include "harness/stats/verdict.h"

/* lower and upper are NaN when there are too few trials, with `why` saying so; all NaN when there is nothing. */
struct estimate {
    double median, lower, upper;
    double level; /* the interval's actual confidence, at least 0.95 when there is one */
    unsigned n;
    const char *why; /* NULL when the interval holds */
};

struct cell_summary {
    enum trial_status status; /* ok when at least one trial is; void when any is void */
    char reason[512];
    unsigned trials, failed, voided; /* estimates are of the others; a ratio takes a failed trial for a lost block */
    uint64_t units, ops[OP_KINDS], bytes, checksum; /* of one trial (batch), of the last one (closed) */
    struct estimate throughput;                     /* units/s */
    struct estimate run_ns, startup_ns, teardown_ns;
    struct estimate waited;    /* share of the run that its workers waited for a CPU; see summary.waited */
    struct histogram *latency; /* all trials merged; NULL with latency_why */
    const char *latency_why;
    struct estimate p50_ns, p99_ns; /* of its latencies, trial by trial; a trial with few latencies has none */
    struct estimate cpu_user_ns, cpu_system_ns;
    struct estimate voluntary, involuntary;
    struct estimate minor_faults; /* of its workers' own threads, in the run; not known in offloading models' pools */
    struct estimate migrations, peak_rss_bytes, pss_bytes; /* why: first reason seen when unavailable */
    struct estimate speedup; /* throughput over that of serial in the same block; n 0 when there is no serial cell */
    unsigned disturbed;      /* trials with a disturbance; they count like all others */
    unsigned disturbed_by[DISTURBANCES]; /* a trial may have several */
    int64_t net[NETS];                   /* sums over its trials; what could not be read counts as 0 here */
    double lost_to[DISTURBANCES];        /* by these trials, each a share of its time, added up */
    struct course course;                /* steady or not, and where the variance is */
    struct worker_time time;             /* where its workers' time went; owned */
    struct estimate latest_ns;           /* the greatest latency of a trial */
    unsigned n_warnings;
    const char *warnings[RECORD_MAX_WARNINGS];
};

/* One trial of a run, as it stands in time. */
enum trial_label { LABEL_NONE, LABEL_UNDISTURBED, LABEL_FAILED, LABEL_VOID, LABEL_DISTURBED /* + enum disturbance */ };
struct trial_mark {
    double began_s;          /* seconds since 1970; NaN: not known */
    unsigned short position; /* place within the block's order, from 0 */
    unsigned char label;     /* enum trial_label, with the disturbance that took most of it; LABEL_NONE: no trial */
};

struct comparison {
    unsigned point;        /* of the plan */
    unsigned a, b;         /* cells */
    struct estimate ratio; /* throughput a / throughput b, paired by block; see compare.h for blocks that one lost */
    enum verdict verdict;  /* of a against b; from the interval, after Holm over all comparisons of the point */
    double p, p_adjusted;  /* two-sided sign test; NaN when there are fewer than 6 pairs */
    unsigned family;       /* the comparisons that Holm's adjustment is over */
    /* Between two runs: */
    const char *withheld;      /* why the verdict is inconclusive though the numbers alone say more; NULL */
    const char *widened;       /* what the interval was widened for; NULL */
    const char *estimate_from; /* what its interval rests on: between_how_names, or "pairs" */
    double waited[2];          /* share of the time that A's and B's workers waited for a CPU; NaN: not known */
    double waited_seen;        /* a difference of these that what the interval rests on tells of */
    double spread;             /* standard deviation of ln throughput between visits that it rests on; NaN: none */
};

/* What the intervals of the rates cover. */
struct covers {
    bool machine;    /* the machine over span_s; false: only the time of the run itself */
    unsigned visits; /* that were begun */
    double span_s;   /* from the first block's start to the last one's */
};

/* The same run once more, begun AGAIN_AFTER_S after this one's end: in 95 % it lies this far away at most, as a share:
 * 0.1 is 10 %. */
struct again {
    double least, most;             /* of the cells; NaN: not known, and why */
    unsigned least_cell, most_cell; /* of the plan */
    unsigned unknown;               /* cells of which nothing is known */
    char floor[64];                 /* "2026-11-29T10:43Z, 62 min" */
    char why[400];
};

struct finding {
    const char *id, *severity; /* "info" | "warn" | "bad"; interned */
    char text[900], advice[320];
    unsigned n_cells;
    unsigned cells[8];
    char evidence_name[48]; /* one number that the finding rests on */
    double evidence;
};

enum expectation_outcome { EXPECTATION_HELD, EXPECTATION_NOT_HELD, EXPECTATION_UNKNOWN };

/* What a run shows of an expectation of one of its workloads; see expectations.h. */
struct expectation_result {
    const struct workload *workload;
    const struct expectation *x;
    enum expectation_outcome outcome;
    unsigned pairs, held, not_held; /* of cells that it is about; those left are unknown */
    unsigned a, b;                  /* the cells that decide: the pair nearest to, or farthest beyond, the limits */
    struct estimate ratio;          /* of these two, as it is compared with the limits */
    char why[200];                  /* of EXPECTATION_UNKNOWN */
    struct reason_seen {
        enum { REASON_HERE, REASON_NOT_HERE, REASON_UNKNOWN } is;
        double value; /* NaN: it has none, or it is not known */
    } reasons[EXPECTATION_MOST_REASONS];
    unsigned n_reasons;
};

/* Where a run stands at the end of a block. */
struct look {
    unsigned blocks;               /* whole ones */
    double spent_ns;               /* of all their trials */
    unsigned comparisons, unclear; /* unclear: inconclusive so far */
    double widest; /* half the widest interval over its ratio (with no comparison: over its throughput); 0.01 is ±1 %;
                      NaN: one has no interval yet */
    enum stats_stop stop;
};

struct summary {
    const struct plan *plan; /* borrowed */
    char started[40], finished[40];
    bool complete;    /* all blocks, or those until the plan's rule ended it */
    struct look look; /* at the end */
    unsigned planned, ok, failed, voided, skipped;
    struct cell_summary *cells; /* plan->n_cells of them */
    double *throughput; /* [cell][block of the plan]: units/s of each trial, NaN where there is no good one; owned */
    double *pss;        /* the same of pss_bytes; in the memory of throughput; not there before the end */
    double *waited;     /* the same of the share of the run that workers waited for a CPU (trial_waited); likewise;
                           NULL:   not kept */
    double *cpu_each;   /* the same of the CPU time of a unit, user and system, ns; likewise, as the next two */
    double *p99;        /* the same of the 99th percentile of its latencies, ns; NaN also where they are too few */
    double *latest;     /* the same of the greatest of them */
    bool *trial_failed; /* [cell][block]: its trial failed (a void one is none of these); owned */
    struct trial_mark *marks;   /* [cell][block]; owned */
    double *spent_ns;           /* [block of the plan]: what all its trials took, 0 where there is none; owned */
    double *at_s;               /* [block]: when its first trial began, seconds since 1970; NaN: there is none; owned */
    double *foreign_ns;         /* [block]: CPU time of other processes during the next; both owned */
    double *watched_ns;         /* [block]: time of its trials in which that was counted; 0: in none */
    struct stats_looks *looks;  /* after each block; NULL in a run that no rule may end (plan_is_sequential); owned */
    double *canaries[CANARIES]; /* by kind, [block of the plan]: geometric mean of those beside its trials, ns, NaN:
                                   none; owned */
    double *canary_ns;          /* canaries[CANARY_CHAIN]; not freed on its own */
    struct covers covers;
    struct again again;
    unsigned n_comparisons, n_findings, n_expectations;
    struct comparison *comparisons;
    struct noise_floor *floors; /* [plan->n_points] */
    struct finding *findings;
    struct expectation_result *expectations;
    struct environment *environment; /* owned; NULL: none was recorded */
    double cpus;                     /* of the machine; 0: not known */
    const char *environment_file;    /* in the run's directory; NULL: there is none */
    bool work_differs;               /* some work was not identical: exit code 6 */
};

/* For the summarizer: room for at_s, foreign_ns, watched_ns and marks, and what a record adds to them. 0 or -ENOMEM. */
int summary_times_init(struct summary *s);
void summary_note_times(struct summary *s, const struct trial_record *r);
/* The cell's trials so far have turned out to be void, but for those that failed. */
void summary_note_void(struct summary *s, unsigned cell);
/* CPUs that other processes used during the trials of block `first` … `end` - 1; NaN: not known. */
double summary_foreign(const struct summary *s, unsigned first, unsigned end);

/* A run that keeps a time, after so many whole blocks, of which spent_ns[block] is what their trials took: would
 * the next one exceed it? Of blocks that were planned, by more than TIME_OVER of it; never before the fewest blocks
 * that carry verdicts. */
#define TIME_OVER 0.05
bool time_is_up(const struct plan_time *t, unsigned most_blocks, unsigned blocks, const double *spent_ns);

struct summarizer;
struct summarizer *summarizer_new(const struct plan *p); /* NULL: out of memory */
/* Takes what it needs of the record. Also checks the work against that of every other record with the same work
 * (cell_same_work) and against its expected checksum: a record that differs is marked TRIAL_VOID here, with the reason.
 */
int summarizer_add(struct summarizer *s, struct trial_record *r, struct err *e);
/* The numbers behind the records so far: of each cell the status and the counts, `throughput`, `spent_ns`,
 * `canaries` and `canary_ns`; no estimate, no verdict. Borrowed, good until the next record is added. */
const struct summary *summarizer_so_far(struct summarizer *s);
/* Whole blocks from the first. */
unsigned summarizer_blocks(const struct summarizer *s);
/* Should the run go on? From the records so far and the plan's rule; cheap enough for the end of each block. */
int summarizer_look(struct summarizer *s, struct look *out); /* 0 or -ENOMEM */
void summarizer_free(struct summarizer *s);                  /* with all that was added; NULL is none */
/* Frees the summarizer, also when it fails. `out` is released by summary_release. */
int summarizer_finish(struct summarizer *s, struct summary *out, struct err *e);
void summary_release(struct summary *s);

#endif
