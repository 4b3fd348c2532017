/* SPDX-License-Identifier: MIT */
/* Draws a chart with gnuplot. */
#ifndef CONTEND_FIGURE_GNUPLOT_H
#define CONTEND_FIGURE_GNUPLOT_H

#include "harness/base/err.h"
#include "harness/figure/chart.h"

/* One file that is to come of a chart. */
struct gnuplot_file {
    const char *format; /* "svg", "png", "pdf" */
    const char *to;     /* written under this name, all of them into one directory; it is checked, and there only if all
                           went well */
};

/*
 * Draws all of them with one call of gnuplot. script: a file in plots/, without ".gp". private_dir: where nobody else
 * writes. id: what the ids of an svg begin with; alt: the chart in words, which it carries. The same chart gives the
 * same bytes. -ENOENT when gnuplot is not installed (the message says which package), -EINTR once *stop is set, -EIO,
 * -ENOMEM; then none of the files is there.
 */
int gnuplot_draw(const struct chart *c, const char *script, const char *id, const char *alt,
                 const struct gnuplot_file *files, unsigned n, const char *private_dir, const volatile int *stop,
                 struct err *e);

#endif
