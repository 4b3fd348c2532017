/* SPDX-License-Identifier: MIT */
/*
 * What basic operations cost on this machine: a system call, a page fault, a switch and so on, each with an interval
 * and the range that is expected of it (costs.def). They explain why a comparison comes out otherwise here than
 * elsewhere; no verdict rests on them.
 */
#ifndef CONTEND_MACHINE_COSTS_H
#define CONTEND_MACHINE_COSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/record/json.h"

enum cost_tier { COST_QUICK, COST_LONG };
enum {
#define COST(name, ...) COST_INDEX_##name,
#include "harness/machine/costs.def"
#undef COST
    COSTS
};

struct cost_kind {
    const char *name, *group, *unit; /* unit: "ns", "bytes/s" or "ratio" */
    enum cost_tier tier;
    double least, most; /* where it is expected */
    const char *summary, *source, *effect;
};
extern const struct cost_kind cost_kinds[COSTS]; /* in the order of costs.def */
/* NULL: this program has none of that name. */
const struct cost_kind *cost_kind_of(const char *name);

struct machine_cost {
    const char *name, *unit;     /* static or interned */
    double median, lower, upper; /* median NaN: not measured, and why; lower, upper NaN: too few rounds, and why */
    unsigned rounds;             /* that the median is of */
    const char *why;             /* static or interned; NULL: nothing is missing */
};

/* Plain data, which may be copied. A file may have costs that this program does not know: room for these. */
enum { COSTS_MAX = COSTS + 32 };
struct costs {
    unsigned n; /* 0: there are none, and why */
    struct machine_cost all[COSTS_MAX];
    const char *why;
};

struct costs_request {
    bool with_long;       /* those of the tier COST_LONG, too */
    unsigned rounds;      /* batches of each cost that are enough: at most COSTS_ROUNDS_MOST */
    uint64_t budget_ns;   /* no batch is begun after this */
    uint64_t patience_ms; /* beyond the budget, until what hangs is killed; 0: 20 s */
    const char *program;  /* started for process_start, with --version; NULL: that is not measured */
    const char *scratch;  /* directory for file costs; NULL: these are not measured */
};
enum { COSTS_ROUNDS_MOST = 64 };
/* CPUs' worth of other programs (the fact load.busy_cpus) from which what is longer than expected may be so for them.
 */
#define COSTS_LOADED 0.25

/* Measures in a child process, pinned to CPUs that the caller may use: nothing of it (threads, descriptors, masks,
 * processes) is left when it returns, and the caller's own state is as before. What can't be measured has its reason;
 * when nothing can, n is 0 with `why`. Never fails as a whole. The interval is that of the median over batches (exact,
 * at least 95 %), batches of all costs being interleaved. The first batch of each is not counted. */
void costs_measure(struct costs *c, const struct costs_request *q);
/* None, for this reason (static). */
void costs_none(struct costs *c, const char *why);

const struct machine_cost *costs_find(const struct costs *c, const char *name); /* NULL: it is not there */
/* The median of a cost that was measured; false: it was not. */
bool costs_number(const struct costs *c, const char *name, double *median);

/* BELOW and ABOVE: the whole interval lies below or above the range. UNKNOWN: no interval, or no such kind. */
enum cost_judgement { COST_EXPECTED, COST_BELOW, COST_ABOVE, COST_UNKNOWN };
extern const char *const cost_judgement_names[4]; /* "expected", "below", "above", "unknown" */
/* *factor, when the median is outside: how far, at least 1, median over most or least over median; else 1. May be NULL.
 */
enum cost_judgement cost_judge(const struct machine_cost *c, double *factor);
/* BELOW or ABOVE to the worse side: costs more time, moves fewer bytes. */
bool cost_is_worse(const struct machine_cost *c, enum cost_judgement j);

/* "12.9us"; "38.1 … 38.5ns", "0.95us … 1.20ms"; whole: ends as a table of limits has them, "8 … 120ns". */
void cost_value_text(char *buf, size_t n, double v, const char *unit);
void cost_range_text(char *buf, size_t n, double least, double most, const char *unit, bool whole);
/* Of one that is judged BELOW or ABOVE: "12.9us, 3.23× above what is expected (80ns … 4us)". */
void cost_outside_text(char *buf, size_t n, const struct machine_cost *c);

/* The member `costs`: an object by name, or null with costs_unavailable. */
void put_costs(struct json_writer *w, const struct costs *c);
/* Reads that member of `object`; without it there are none. What is expected is told anew by this program's costs.def.
 * 0, or -EINVAL with FILE:LINE:COLUMN. */
int costs_from_json(const struct json *j, const struct json_value *object, struct costs *c, struct err *e);

#endif
