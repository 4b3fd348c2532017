/* SPDX-License-Identifier: MIT */
/*
 * A run, or a comparison of two, as one HTML file that needs nothing else: which model for which work first, then what
 * endangers the numbers, what was expected, figures, tables, the machine, and how to measure it again. It loads nothing
 * and sends nothing; its style sheet and its one script (which sorts tables) are allowed by their hashes. Without the
 * script all of it can be read. Nothing here computes a judgement; numbers come from the summary.
 *
 * The same run gives the same bytes.
 */
#ifndef CONTEND_PAGE_PAGE_H
#define CONTEND_PAGE_PAGE_H

#include "harness/insight/runs.h"

struct figure_source;

/* A figure as it stands in a page. All owned. */
struct page_figure {
    char *name;    /* of its file, without what stands for the format: "speedup-primes" */
    char *title;   /* the finding */
    char *caption; /* what to see in it */
    char *markup;  /* the SVG as svg_copy gives it */
};
struct page_figures {
    unsigned n;
    struct page_figure *all;
    char why[400]; /* why there are none, or one is missing; "": nothing is missing */
};

/* Draws the figures. What can't be drawn is told in out->why, and is no error. 0; -EINTR once *stop is set; -ENOMEM.
 * `out` is released by page_figures_release also after an error. */
int page_figures_draw(struct page_figures *out, const struct figure_source *of, const volatile int *stop,
                      struct err *e);
void page_figures_release(struct page_figures *f);

/* The page of a run, malloc'ed, with a NUL behind its *n bytes. `dir` is what the run is called in commands. 0 or
 * -ENOMEM. */
int page_of_run(const struct summary *s, const char *dir, const struct page_figures *f, char **out, size_t *n,
                struct err *e);
/* The page of a comparison; `name` is what the two are called: their directories. */
int page_of_runs(const struct runs *r, const char *const name[2], const struct page_figures *f, char **out, size_t *n,
                 struct err *e);

#endif
