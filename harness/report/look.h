/* SPDX-License-Identifier: MIT */
/* What a model looks like in every figure: one colour, one marker, one letter, whatever else is drawn beside it. */
#ifndef CONTEND_REPORT_LOOK_H
#define CONTEND_REPORT_LOOK_H

struct look_of_model {
    unsigned rgb;    /* 0xRRGGBB */
    unsigned marker; /* gnuplot's point type */
    char letter;     /* in the terminal */
};

/* Of a model in models.def by its row there; of another one, what no model has. */
struct look_of_model look_of(const char *model);

#endif
