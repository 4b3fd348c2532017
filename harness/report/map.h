/* SPDX-License-Identifier: MIT */
/* A crossover map as a person reads it: on a terminal, and as what plots/crossover.gp draws. */
#ifndef CONTEND_REPORT_MAP_H
#define CONTEND_REPORT_MAP_H

#include <stdio.h>

#include "harness/insight/crossover.h"

/* The map in text: one line a value of the parameter, one column a concurrency. */
void map_print(FILE *out, const struct summary *s, const struct crossover *m);

/* What the map is of, and what it finds. */
void map_title(char *buf, size_t n, const struct summary *s, const struct crossover *m);
void map_subtitle(char *buf, size_t n, const struct summary *s, const struct crossover *m);

/* The script's data: a line a field (x y colour "who" "how much"), two empty lines, a line a column (x "concurrency"),
 * two empty lines, a line a row (y "value"). The colour has the winner's, or is grey: 0xAARRGGBB. 0 or -errno. */
int map_write(const char *path, const struct summary *s, const struct crossover *m);

#endif
