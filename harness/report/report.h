/* SPDX-License-Identifier: MIT */
/*
 * What is given out of a summary: tables and figures for people, summary.json for other tools. Nothing here computes a
 * judgement; numbers come from the summary.
 */
#ifndef CONTEND_REPORT_REPORT_H
#define CONTEND_REPORT_REPORT_H

#include <stdio.h>

#include "harness/figure/figure.h"

/* The tables of a run: per workload the models with throughput, interval, speedup, latency; who wins by how much;
 * findings; skips with reasons. No line is wider than `width` columns (at least WIDTH_LEAST, wrap.h), but for one long
 * word: the least important columns of a table are left out, text is broken. 0: whole tables, findings for 104 columns,
 * and messages in one line each, as logs want them. Colour only when `colour`. Errors of all these are the FILE's. */
void report_tables(FILE *out, const struct summary *s, unsigned width, bool colour);
/* The same for logs and grep: one record a line, as plain.h says; results/README.md has the kinds and their fields. */
void report_plain(FILE *out, const struct summary *s);
/* One cell of it, with its warnings; `id` as plan_cell_id, NULL: not known. */
void report_plain_cell(FILE *out, const struct summary *s, unsigned cell, const char *id);

/* The summary as JSON: contend/summary/1. Errors are the FILE's. */
void summary_to_json(FILE *out, const struct summary *s);
/* One object of its "cells". */
void put_cell_summary(struct json_writer *w, const struct summary *s, unsigned cell);
/* An estimate as an object; null with the reason when there is none. `unit` may be NULL. */
void put_estimate(struct json_writer *w, const char *key, const struct estimate *e, const char *unit);
/* The member "build": of the program that made the run, by its environment file; else null with the reason. */
void put_build(struct json_writer *w, const struct summary *s);
/* The same as DIR/summary.json: written to a temporary file in DIR, then renamed. */
int summary_write(const char *dir, const struct summary *s, struct err *e);

/* Figures in a terminal of so many columns, 0: there is none (only: that one alone; NULL: all). Returns how many there
 * were, or -ENOMEM. */
int report_text_figures(FILE *out, const struct figure_source *of, const char *only, unsigned width);

#endif
