/* SPDX-License-Identifier: MIT */
/* Figures drawn: into files, and into memory for a page. */
#ifndef CONTEND_FIGURE_DRAW_H
#define CONTEND_FIGURE_DRAW_H

#include "harness/base/err.h"
#include "harness/figure/figure.h"

/* A figure as it stands in a page. All texts are plain UTF-8 on one line, without markup and not escaped; they may have
 * what a user wrote (names of workloads, values of parameters), without control characters. */
struct figure_drawn {
    const struct figure *figure;
    const char *name;             /* "speedup-primes": letters, digits, '_', '-', '.'; no two of a run are alike */
    const char *title, *subtitle; /* the finding, and what is drawn; both are part of the svg, too */
    const char *caption;          /* what to see in it: a sentence or two */
    const char *alt;              /* what it shows, in words and numbers; a part of the svg, too (<desc>) */
    const char *svg;              /* the element <svg> alone: no prolog. Its ids begin with `name` */
    size_t size;
};

/*
 * Draws each figure that the source can carry (only: that one alone; NULL: all) into memory, in the order of
 * figures.def, and calls `each` with it; what it gets is good until it returns, and an error of its own ends it all. 0,
 * also where there is no figure; that error; -ENOENT when gnuplot is not installed (the message says which package);
 * -EINTR once *stop is set; -EIO, -ENOMEM.
 */
int figures_svg(const struct figure_source *of, const char *only, const volatile int *stop,
                int (*each)(void *arg, const struct figure_drawn *d), void *arg, struct err *e);

/* The same into dir as NAME.FORMAT: temporary files, checked, renamed. formats: "svg", "png", "pdf", or several of them
 * with a comma between. *made counts figures. */
int figures_files(const struct figure_source *of, const char *dir, const char *formats, const char *only,
                  const volatile int *stop, unsigned *made, struct err *e);

#endif
