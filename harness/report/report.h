/* SPDX-License-Identifier: MIT */
/*
 * What is given out of a summary: tables and figures for people, summary.json for other tools. Nothing here computes a
 * judgement; numbers come from the summary.
 */
#ifndef CONTEND_REPORT_REPORT_H
#define CONTEND_REPORT_REPORT_H

#include <stdio.h>

#include "harness/insight/summary.h"

/* The tables of a run: per workload the models with throughput, interval, speedup, latency; who wins by how much;
 * findings; skips with reasons. No line is wider than `width` columns (wrap.h), but for one long word: the least
 * important columns of a table are left out, text is broken. 0, where there is no terminal: tables and findings for 100
 * columns, and messages in one line each, as scripts want them. Colour only when `colour`. */
void report_tables(FILE *out, const struct summary *s, unsigned width, bool colour);

/* The summary as JSON: contend/summary/1. Errors are the FILE's. */
void summary_to_json(FILE *out, const struct summary *s);
/* An estimate as an object; null with the reason when there is none. `unit` may be NULL. */
void put_estimate(struct json_writer *w, const char *key, const struct estimate *e, const char *unit);
/* The member "build": of the program that made the run, by its environment file; else null with the reason. */
void put_build(struct json_writer *w, const struct summary *s);
/* The same as DIR/summary.json: written to a temporary file in DIR, then renamed. */
int summary_write(const char *dir, const struct summary *s, struct err *e);

/* A figure: one script in plots/ and one row in figures.def. */
struct figure {
    const char *name, *summary; /* "speedup": "speedup against workers, with the ideal line and the core count" */
    const char *script;         /* "speedup.gp" */
};
extern const struct figure *const figures[]; /* ends with NULL */

/* Draws the figures of a summary into dir as NAME-WORKLOAD….FORMAT (svg, png, pdf; see filename.h): temporary file,
 * checked, renamed. `only` NULL: all that the data supports. *made counts them. -ENOENT when gnuplot is not installed
 * (the message says which package); -EINTR once *stop is set. */
int report_figures(const struct summary *s, const char *dir, const char *format, const char *only,
                   const volatile int *stop, unsigned *made, struct err *e);
/* The same figures in the terminal. Returns how many there were. */
unsigned report_text_figures(FILE *out, const struct summary *s, const char *only);

#endif
