/* SPDX-License-Identifier: MIT */
/* How sure a choice is, in words. It repeats the verdicts that it rests on, and adds none. */
#ifndef CONTEND_PAGE_SURE_H
#define CONTEND_PAGE_SURE_H

#include "harness/insight/choice.h"

struct sure {
    const char *word, *class; /* for put_badge */
    unsigned rank;            /* sorts the column: the surest has the highest */
};
enum { SURE_TEXT = 400 };

struct sure sure_of(const struct summary *s, const struct choice_at *x);
/* "shown to be faster than each of the 3 others (largest corrected p 0.0034, 12 blocks)" */
void sure_why(char *buf, size_t n, const struct summary *s, const struct choice_at *x);

#endif
