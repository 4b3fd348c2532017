/* SPDX-License-Identifier: MIT */
/*
 * Is a trial's series of time slices flat, or does it warm up? PELT (Killick, Fearnhead and Eckley, JASA 107, 2012)
 * finds where mean or variance change; the segments' medians then say what the series is, after Barrett et al.,
 * "Virtual machine warmup blows hot and cold" (OOPSLA 2017).
 *
 * The cost of a segment is twice the negative log-likelihood of a normal distribution with the segment's own mean and
 * variance, on the normal scores of the slices' ranks in place of their values: an outlier weighs no more than the
 * largest rank does, and the chance of seeing a change where slices are exchangeable depends on their number alone, not
 * on their distribution (equal slices are ranked by lot). Slices that depend on each other (a slow wave of the
 * neighbours' load) do look like changes.
 */
#ifndef CONTEND_STATS_CHANGEPOINT_H
#define CONTEND_STATS_CHANGEPOINT_H

enum {
    STATS_LEAST_SEGMENT = 5, /* slices; a shorter disturbance is an outlier, not a state */
    STATS_LEAST_SLICES = 20  /* fewer can't tell a warm-up from a steady state */
};

/* The penalty a change must earn: 10 + 1.5 ln n, fitted to simulations (test_changepoint.c): 0.3 to 0.9 %
 * of exchangeable series of 20 to 1,000 slices show a change. Schwarz's criterion (Ann. Stat. 6, 1978), 3 ln n for the
 * three parameters that a change adds, lets 6 % through at 20 slices, since it takes no account of the search, and is
 * needlessly blind at 1,000. At 100 slices of which the first 10 are slower by 2 standard deviations, 96 % are found.
 */
double stats_change_penalty(unsigned n);

/* Fills `at` with the places where a new segment starts, ascending, none of them 0; room for n / STATS_LEAST_SEGMENT.
 * Returns how many, 0 when n is below two segments or all slices are equal; -ENOMEM. Values must be finite. The optimum
 * over all segmentations. Allocates 60 bytes a slice, freed on return; takes O(n) for frequent changes and O(n^2) for
 * none (1,000 flat slices: a few ms). */
int stats_changepoints(const double *x, unsigned n, double penalty, unsigned *at);

enum stats_course {
    STATS_FLAT,      /* no change that matters */
    STATS_WARM_UP,   /* steady in the end, and no earlier segment was quicker */
    STATS_SLOW_DOWN, /* steady in the end, and some earlier segment was quicker */
    STATS_UNSTEADY   /* no steady state: the last state is shorter than a quarter of the series */
};
extern const char *const stats_course_names[4];

/* Judges a series of times (per unit of work, so that less is quicker) cut up by stats_changepoints. Segments belong to
 * the last state when their median is within `tolerance` (0.02: 2 %) of the last segment's; the steady state is the
 * last run of such segments. Sets where it starts (n when unsteady). `scratch` has room for n numbers. -ENODATA below
 * STATS_LEAST_SLICES, else 0. */
int stats_course(const double *x, unsigned n, const unsigned *at, unsigned changes, double tolerance, double *scratch,
                 enum stats_course *course, unsigned *steady_from);

#endif
