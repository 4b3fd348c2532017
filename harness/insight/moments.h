/* SPDX-License-Identifier: MIT */
/* Moments over the trials of a cell, for formats of other programs: this one's own judgements rest on order alone,
 * since one disturbed trial moves a mean as far as it likes. */
#ifndef CONTEND_INSIGHT_MOMENTS_H
#define CONTEND_INSIGHT_MOMENTS_H

/* In the unit of the values; NaN: there is none. */
struct moments {
    unsigned n;
    double mean, median, least, most; /* NaN for n 0 */
    double stddev;                    /* over n - 1; NaN below 2 values */
    double cv;                        /* stddev over mean; NaN also for a mean of 0 */
};

/* Of n finite values, which it sorts. */
void moments_of(double *x, unsigned n, struct moments *out);

#endif
