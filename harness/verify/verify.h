/* SPDX-License-Identifier: MIT */
/*
 * The program measured against known truths, on the machine it runs on: identical cells that must not differ,
 * slow-downs put in that must be found, intervals that must hold what they say, a recorder that must lose nothing. A
 * bar is one function and one row in bars.def; it makes a row of results for each thing that it measures.
 */
#ifndef CONTEND_VERIFY_VERIFY_H
#define CONTEND_VERIFY_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"

/*
 * What becomes of a row, in a quick session and in a full one alike; the first that holds:
 *   undecided      there is no number, or too few values for a 99.9 % interval; the note says why
 *   fail           the 99.9 % interval lies outside of the bar; `unreachable` where a better way would miss it too
 *   pass           the measured value is within the bar, and the 95 % interval within the bar doubled: twofold what the
 *                  bar lets through would have been seen. So a few values that happen to look well don't pass
 *   not ruled out  what is left: the value misses the bar but may do so by chance, or there are too few to tell
 * The bar doubled: at most 10 for at most 5; at least 90 % for at least 95 %, shares that are missed being what
 * doubles; 91 to 99 for 93 to 97.
 */
enum bar_verdict { BAR_PASS, BAR_FAIL, BAR_UNDECIDED, BAR_UNREACHABLE, BAR_NOT_RULED_OUT, BAR_VERDICTS };
extern const char *const bar_verdict_names[BAR_VERDICTS];

/* One thing measured. Numbers are in `unit`; NaN: there is none. */
struct bar_row {
    char name[64];       /* "false-alarms threads alone" */
    const char *bar;     /* the family's name */
    const char *unit;    /* "%", "ns", "KiB", "count" */
    double least, most;  /* the bar itself: what is measured must lie between; -INFINITY, INFINITY: no such end. least
                            alone: of a share in % */
    double measured;     /* NaN: could not be measured, and the note says why */
    double lower, upper; /* 95 % interval of it; equal to it where nothing is left to chance; NaN: too few values */
    double sure_lower, sure_upper; /* 99.9 % interval, since one row of many must not fail by chance; may be NaN */
    bool unreachable; /* another way than the program's, and a better one, would miss it too on this noise */
    enum bar_verdict verdict;
    double seconds; /* since the row before */
    char how[400];  /* one line: what was done how often */
    char note[600]; /* what else is to be known; may be empty */
};

struct trace;
struct kept_floor;

enum { VERIFY_MAX_MODELS = 8 };
#define SURE_LEVEL 0.999

/* One session. Filled in by the caller but for what is marked. */
struct verify {
    bool quick;
    uint64_t seed;
    const char *scratch;
    const volatile int *stop;
    unsigned n_models;                     /* those that bars measure models with */
    const char *models[VERIFY_MAX_MODELS]; /* interned */
    const struct kept_floor *floor;        /* of this machine; NULL: there is none, and why */
    const char *floor_why;
    void (*tell)(void *arg, const struct bar_row *r); /* each row, as soon as it is there */
    void (*say)(void *arg, const char *line);         /* what is being done, for the impatient */
    void *arg;
    struct trace *traces;  /* own: what was recorded already, by model and load; see trace.h */
    uint64_t row_began_ns; /* own */
    uint64_t drawn;        /* own: how many series of pairs have drawn their order from the seed */
};

struct bar {
    const char *name;    /* "false-alarms" */
    const char *summary; /* one line */
    /* Measures and tells its rows; 0, -EINTR when *stop, another -errno when it can't be measured at all. */
    int (*run)(struct verify *v, struct err *e);
};

extern const struct bar *const bars[]; /* in the order of bars.def, ends with NULL */
const struct bar *bar_find(const char *name);

/* Runs the bars in order. 0 or what the first that did not end well returned. */
int verify_run(struct verify *v, const struct bar *const *chosen, unsigned n, struct err *e);
void verify_release(struct verify *v);

enum bar_verdict bar_judge(const struct bar_row *r);

/* For bars: a row that is judged, timed and told. `r` has all but verdict and seconds. */
void verify_row(struct verify *v, struct bar_row *r);
void verify_say(const struct verify *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Share of k in n, in %, with the intervals of Clopper and Pearson. */
void row_share(struct bar_row *r, unsigned k, unsigned n);
struct stats_interval;
/* An estimate and its intervals at 95 and 99.9 %, all times `scale`. */
void row_estimate(struct bar_row *r, const struct stats_interval *i, const struct stats_interval *sure, double scale);
/* A value without chance. */
void row_exact(struct bar_row *r, double value);

/* Adds the workload and the models that only bars use to the tables where trials find them; once in a process that
 * measures or is a trial. */
void verify_plant(void);

#endif
