/* SPDX-License-Identifier: MIT */
/*
 * Whether labels tell the truth, by what they don't look at: how fast the trials were. Where nobody disturbs trials and
 * some are labelled all the same, either the labels are wrong or the machine did take the time.
 */
#ifndef CONTEND_VERIFY_LABEL_LOSS_H
#define CONTEND_VERIFY_LABEL_LOSS_H

#include <stdbool.h>

struct label_trial {
    unsigned cell;
    bool labelled;
    double rate; /* units/s, > 0 */
    double lost; /* the largest share that its labels say, 0 to 1 */
};

struct label_loss {
    unsigned judged; /* labelled trials whose cell has at least LABEL_LOSS_LEAST trials without a label */
    unsigned slower; /* than the median of those, by at least half of what the label says */
};

enum { LABEL_LOSS_LEAST = 5 };

/* Adds what n trials show. The order of `trials` stays. */
void label_loss_add(struct label_loss *l, const struct label_trial *trials, unsigned n);
/* Whether labelled trials were slower more often than by chance: labels without a loss would be slower by half of what
 * they say in fewer than half of the cases. A one-sided sign test at 5 %. */
bool label_loss_is_real(const struct label_loss *l);

#endif
