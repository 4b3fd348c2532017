/* SPDX-License-Identifier: MIT */
/* Who else uses the CPUs: the CPU time of each process and kernel thread between two moments, by /proc/PID/stat. */
#ifndef CONTEND_MACHINE_CONSUMERS_H
#define CONTEND_MACHINE_CONSUMERS_H

#include <stddef.h>

struct consumers; /* what each had used at a moment, and when that was */

/* Now. NULL: out of memory. Where /proc can't be read it knows of nobody. */
struct consumers *consumers_mark(void);
void consumers_free(struct consumers *c); /* NULL is none */
/* The `most` largest of those that were there at the mark and are there now, but for this process, into text[n]:
 * "name 1234 97 %, other 77 0.2 %", percent of one CPU; empty: none used 10 ms. `most` is at most CONSUMERS_MOST. */
enum { CONSUMERS_MOST = 8 };
void consumers_since(const struct consumers *c, unsigned most, char *text, size_t n);

#endif
