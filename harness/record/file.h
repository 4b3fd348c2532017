/* SPDX-License-Identifier: MIT */
/* Files that are whole or absent: written beside their place, synced, then renamed. */
#ifndef CONTEND_RECORD_FILE_H
#define CONTEND_RECORD_FILE_H

#include <stdio.h>

#include "harness/base/err.h"

/* Replaces the file at `path` by what put(out, arg) writes. 0, or -errno; then what was there before is still there and
 * nothing else is left. */
int file_replace(const char *path, void (*put)(FILE *out, const void *arg), const void *arg, struct err *e);

#endif
