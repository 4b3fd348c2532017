/* SPDX-License-Identifier: MIT */
/* Files as wholes: written beside their place, synced, then renamed; read up to a limit. */
#ifndef CONTEND_RECORD_FILE_H
#define CONTEND_RECORD_FILE_H

#include <stdio.h>

#include "harness/base/err.h"

/* Replaces the file at `path` by what put(out, arg) writes. 0, or -errno; then what was there before is still there and
 * nothing else is left. */
int file_replace(const char *path, void (*put)(FILE *out, const void *arg), const void *arg, struct err *e);
/* The same where `put` may fail: it returns 0, or -errno with its message, and then the file stays as it was. */
int file_replace_by(const char *path, int (*put)(FILE *out, void *arg, struct err *e), void *arg, struct err *e);

/* All of the regular file at `path`, malloc'ed, without a NUL behind it. 0; -EFBIG: it has more than `most` bytes;
 * -EINVAL: it is not a file; -errno. */
int file_read(const char *path, size_t most, char **out, size_t *len, struct err *e);

#endif
