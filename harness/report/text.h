/* SPDX-License-Identifier: MIT */
/* Numbers as people read them, for all that is printed. Buffers of n bytes with the NUL; 24 hold any of them. Further
 * what exports need: exact numbers, and texts that anyone may have written. */
#ifndef CONTEND_REPORT_TEXT_H
#define CONTEND_REPORT_TEXT_H

#include <stdbool.h>
#include <stdio.h>

/* Three digits and the unit that suits: units[] in steps of `step`, ends with NULL. NaN: "n/a". */
void text_scaled(char *buf, size_t n, double v, const char *const *units, double step);
/* "62.3k" */
void text_rate(char *buf, size_t n, double v);
/* "1.02ms", from nanoseconds */
void text_duration(char *buf, size_t n, double ns);
/* "1.24MiB" */
void text_bytes(char *buf, size_t n, double v);
/* How many decimals a percentage needs for two digits that tell something, at most `most`. */
int text_decimals(double percent, int most);
/* A space, then the text, right-aligned in `width` columns. */
void text_column(FILE *out, const char *text, unsigned width);

enum { TEXT_EXACT_MAX = 32 };
/* A finite number, with no more digits than it takes to read the same one back. Returns buf, of TEXT_EXACT_MAX bytes.
 */
const char *text_exact(char *buf, double v);

/* A text character by character: `for (struct text_walk t = {.at = s, .keep = "\n"}; text_step(&t);)` has now[0 … n) as
 * valid UTF-8: U+FFFD for what is none, and for control characters (also DEL, and those of U+0080 to U+009F) that are
 * not in `keep`. */
struct text_walk {
    const char *at, *keep;
    const char *now;
    unsigned n; /* bytes of now, 1 to 4 */
};
bool text_step(struct text_walk *t);

#endif
