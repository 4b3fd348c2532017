/* SPDX-License-Identifier: MIT */
/* What every interval estimator of this layer answers. */
#ifndef CONTEND_STATS_INTERVAL_H
#define CONTEND_STATS_INTERVAL_H

/* In the unit of the data. When there are too few values for the level asked for, lower, upper and level are NaN and
 * the function that fills this in returns false; an interval is never widened or guessed instead. */
struct stats_interval {
    double estimate;
    double lower, upper; /* closed: both ends belong to it */
    double level;        /* the coverage reached: exact where the distribution is, else that asked for */
};

#endif
