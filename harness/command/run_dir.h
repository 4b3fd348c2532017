/* SPDX-License-Identifier: MIT */
/* The directory of a run: made, or taken up again, and held by one process at a time. */
#ifndef CONTEND_COMMAND_RUN_DIR_H
#define CONTEND_COMMAND_RUN_DIR_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/err.h"

struct run_dir {
    char path[4096];
    bool made; /* by this process: an abandoned one is taken away again */
    int fd;    /* locked (flock) until it is closed; valid when path is not empty */
};

/* Makes `out`, or takes it when it is there and empty; NULL: runs/NAME-TIME below the working directory, with -2, -3 …
 * when that is taken. 0, or -errno with nothing left behind. */
int run_dir_make(struct run_dir *d, const char *out, const char *name, struct err *e);
/* Takes up the directory of a run that was cut short; -EBUSY when a live one holds it. */
int run_dir_open(struct run_dir *d, const char *path, struct err *e);
void run_dir_release(struct run_dir *d);
/* Takes an unfinished beginning away: files of the given names, and the directory when it was made here. */
void run_dir_abandon(const struct run_dir *d, const char *const *names);

#endif
