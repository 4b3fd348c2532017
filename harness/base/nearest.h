/* SPDX-License-Identifier: MIT */
/* The name that a mistyped one was probably meant to be, and what a message says of it. */
#ifndef CONTEND_BASE_NEAREST_H
#define CONTEND_BASE_NEAREST_H

#include <stddef.h>

/* The nearest of names to a mistyped one, or NULL when none is near; only names of less than 64 bytes are. Of names
 * that are numbered from 0, with NULL after the last, or of a list that ends with NULL. */
const char *nearest_name(const char *wrong, const char *(*name)(unsigned i));
const char *nearest_of(const char *wrong, const char *const *names);

enum { DID_YOU_MEAN_MAX = 96 }; /* bytes that hold what is said of any nearest name, with the NUL */

/* What a message says behind the mistyped name: ", did you mean 'NAME'?", or "" when `name` is NULL. Written to the n
 * bytes of buf, which it returns. `quote` is put on both sides of the name, and `before` ahead of it: "--" of an
 * option. */
const char *did_you_mean(char *buf, size_t n, char quote, const char *before, const char *name);

#endif
