/* SPDX-License-Identifier: MIT */
/*
 * Which model wins where: when a run varies one parameter of a workload and the concurrency, the points make a map, one
 * row a value of the parameter, one column a concurrency. What is said of a field comes from the summary's comparisons.
 */
#ifndef CONTEND_INSIGHT_CROSSOVER_H
#define CONTEND_INSIGHT_CROSSOVER_H

#include "harness/insight/summary.h"

enum { CROSSOVER_MOST = 16, CROSSOVER_MODELS = 16 };

enum field_class {
    FIELD_EMPTY,     /* nothing was measured here */
    FIELD_WON,       /* the winner was shown to beat each of the others */
    FIELD_TIED,      /* some are equivalent to it, and it beats the rest */
    FIELD_UNSURE,    /* some are not told apart from it */
    FIELD_UNMATCHED, /* not contested: it is the only one, or one that was to be measured here has no whole trial */
};

/* How cells stand to the winner: the one that was shown to beat each other one; where none was, the first of them,
 * which is then no winner: of a point, the cell that is behind no other one by their paired ratio. */
struct crossover_field {
    enum field_class is;
    int winner;         /* that cell; -1: nothing was measured here */
    bool disputed;      /* there is no such cell at the point: the winner is behind one of those it is tied with */
    unsigned n_missing; /* cells that were to be measured here and have no whole trial, or a void one, or were left out
                           to keep the time */
    unsigned n_tied;    /* models that the winner was not shown to beat, by falling median throughput */
    unsigned tied[CROSSOVER_MODELS]; /* cells */
    bool equivalent;                 /* all of those are equivalent to it; false: some are just not told apart */
    int beaten;                      /* of those that it was shown to beat the one by the least ratio; -1: none */
    struct estimate ratio;           /* winner over beaten */
};

struct crossover {
    unsigned like;    /* a cell: workload and all other parameters */
    unsigned param;   /* the one that varies, in the workload's order */
    unsigned offered; /* processing units */
    unsigned n_x, n_y;
    unsigned x[CROSSOVER_MOST];     /* concurrency, rising */
    int64_t y[CROSSOVER_MOST];      /* values of the parameter, rising */
    double waiting[CROSSOVER_MOST]; /* share of a unit's time on serial that it waits by its definition: floor_ns times
                                       serial's median throughput; NaN: not known */
    struct crossover_field at[CROSSOVER_MOST][CROSSOVER_MOST]; /* [y][x] */
};

/* Of at most CROSSOVER_MODELS cells, the first and the others by falling throughput, and of `missing` others that have
 * none. */
void field_of_cells(struct crossover_field *f, const struct summary *s, const unsigned *cells, unsigned n,
                    unsigned missing);
void field_of_point(struct crossover_field *f, const struct summary *s, const struct plan_point *t);
/* Is each of the cells equivalent to each other one? That all are so to one of them does not make it so. */
bool cells_are_equivalent(const struct summary *s, const unsigned *cells, unsigned n);
/* The models in `tied`: "threads, processes and async"; of more than 4 the rest as a number. */
void field_tied_names(char *buf, size_t n, const struct summary *s, const struct crossover_field *f);

/* All maps with at least two rows and two columns (of more than 16 the least are kept) that have a point of the plan in
 * each field; rows and columns with gaps are left out of a map. *out is an array that the caller frees; their number,
 * or -ENOMEM. */
int crossover_maps(const struct summary *s, struct crossover **out);

#endif
