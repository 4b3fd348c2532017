/* SPDX-License-Identifier: MIT */
/*
 * How far two groups of a few values lie apart, when others tell about their spread, too. Each cell has its own
 * variance s2 with few degrees of freedom; what is known of the spread of its kind is a prior, a scaled inverse
 * chi-square distribution with `df` degrees of freedom about `s2`. The posterior variance is their mean, weighted by
 * degrees of freedom, and a t statistic with it has the sum of both degrees of freedom (Smyth, "Linear models and
 * empirical Bayes methods", Stat. Appl. Genet. Mol. Biol. 3, 2004). Nothing is allocated.
 */
#ifndef CONTEND_STATS_SPREAD_H
#define CONTEND_STATS_SPREAD_H

/* A variance and how well it is known. df 0: not at all, s2 is then unused; INFINITY: exactly. */
struct stats_spread {
    double s2, df;
};

/* The means of a[0 … n_a) and b[0 … n_b), their difference and their common variance about their own means. */
struct stats_two {
    double shift;            /* mean of a less mean of b; NaN when one is empty */
    double scale;            /* 1 / n_a + 1 / n_b: the variance of shift is that times the values' own */
    struct stats_spread own; /* df n_a + n_b - 2; 0 with one value each */
};
struct stats_two stats_two_groups(const double *a, unsigned n_a, const double *b, unsigned n_b);

/* What n variances, each with `df` degrees of freedom, tell about the spread of a further one: moments of their
 * logarithms (Smyth 2004, section 6.2). Variances that are 0 or NaN are left out. Where they differ no more than chance
 * makes them, df of the answer is INFINITY. With fewer than 2 there is no answer: df 0. */
struct stats_spread stats_spread_prior(const double *s2, unsigned n, double df);

/* The two put together. */
struct stats_spread stats_spread_posterior(struct stats_spread prior, struct stats_spread own);

/* P of "own is at least so much larger than the prior's variance" if they are alike: small where the prior does not fit
 * this cell. 1 when one of them is not known. */
double stats_spread_excess(struct stats_spread prior, struct stats_spread own);

#endif
