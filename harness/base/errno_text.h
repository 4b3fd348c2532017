/* SPDX-License-Identifier: MIT */
/* A failed system call in words: its name, the kernel's word for it, what that means here and what to do about it. */
#ifndef CONTEND_BASE_ERRNO_TEXT_H
#define CONTEND_BASE_ERRNO_TEXT_H

#include <stddef.h>

enum { ERRNO_TEXT_MAX = 320 }; /* bytes that hold every text with its NUL */

/* "CALL: Operation not permitted (what it means: what to do)" into buf, which is returned. `call` as in
 * errno_meaning.def; NULL: it is not known which. `code` is an errno, above 0. What has no row in that table is told
 * without a meaning. */
const char *errno_text(char *buf, size_t n, const char *call, int code);

#endif
