/* SPDX-License-Identifier: MIT */
/*
 * This program's own file, and how it is started again. /proc/self/exe is not always it: under valgrind and emulators
 * it is theirs, and where the dynamic loader was called by name (ld.so PROGRAM, as some AppImages do) the loader's. So
 * the file is the one that this code is mapped from.
 */
#ifndef CONTEND_BASE_SELF_H
#define CONTEND_BASE_SELF_H

#include "harness/base/err.h"

enum { SELF_BEFORE_MOST = 16 };

struct self {
    const char *file; /* to be executed */
    const char *path; /* where this program's file lies; for what is installed next to it */
    /* What goes before the program's own arguments: "contend", or the loader, its options and the program. */
    char *before[SELF_BEFORE_MOST];
    unsigned n_before;
};

/* Found by the first call, which is not to be made by two threads at once; it stays as long as the program. NULL: it
 * can't be told. */
const struct self *self_find(struct err *e);

#endif
