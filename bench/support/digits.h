/* SPDX-License-Identifier: MIT */
/* Numbers as text, for names of files and for protocols. */
#ifndef CONTEND_BENCH_SUPPORT_DIGITS_H
#define CONTEND_BENCH_SUPPORT_DIGITS_H

#include <stddef.h>
#include <stdint.h>

enum { MOST_DIGITS = 20 }; /* of a number of 64 bits, in base 10 or more */

/* The digits of v to base 10 … 16, without leading zeros and without a NUL; how many they are. */
static inline size_t put_digits(char *at, uint64_t v, unsigned base)
{
    char digits[MOST_DIGITS];
    size_t n = 0;
    do
        digits[n++] = "0123456789abcdef"[v % base];
    while (v /= base);
    for (size_t i = 0; i < n; i++)
        at[i] = digits[n - 1 - i];
    return n;
}

#endif
