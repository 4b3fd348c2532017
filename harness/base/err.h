/* SPDX-License-Identifier: MIT */
/*
 * One error context for the whole program: the caller owns it, the callee says what was attempted, on what, and what to
 * do about it. Functions return 0 or -errno; the text is one line without a newline, ready to be printed after
 * "contend: ".
 */
#ifndef CONTEND_BASE_ERR_H
#define CONTEND_BASE_ERR_H

#include <stdarg.h>

struct err {
    int code; /* 0, or a positive errno */
    char text[512];
};

/* Sets the context and returns -code, so that `return err_set(e, EINVAL, "...")` reads as one step. `e` may be NULL.
 * Control characters in the result are replaced, so user text can't forge a second line. */
int err_set(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* As err_set, for a system call that failed with `code`: ": <call>: <strerror(code)> (<what it means, what to do>)" is
 * appended; see errno_text.h. */
int err_call(struct err *e, int code, const char *call, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The same where one of several calls failed: "<call>: " is left out. */
int err_sys(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Puts "<prefix>: " before what the context already says; returns -e->code. */
int err_prefix(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
