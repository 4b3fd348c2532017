/* SPDX-License-Identifier: MIT */
/* The floors that are kept of this machine (base/state.h: floors/TIME.json), and the one that goes with a run. */
#ifndef CONTEND_COMMAND_KEPT_H
#define CONTEND_COMMAND_KEPT_H

#include "harness/insight/runs.h"

/* The floor for a run, or for two (`other` NULL: one): `file`, else the newest that is kept of their machine and is
 * half an hour long, else the longest. What has no floor says why in out->why. -errno with a message when `file` can't
 * be read, or is of another CPU or kernel; that it is of another host or boot does not matter: it was carried there.
 * `memory` holds what out->kept points to and is released by the caller. */
int kept_floor_for(const struct summary *run, const struct summary *other, const char *file, struct kept_floor *memory,
                   struct runs_floor *out, struct err *e);

/* The same for a machine. */
int kept_floor_of(const struct machine_id *machine, const char *file, struct kept_floor *memory, struct runs_floor *out,
                  struct err *e);

/* Keeps a floor; `path` (PATH_MAX bytes) is where. 0 or -errno. */
int kept_floor_keep(const struct kept_floor *f, char *path, struct err *e);

/* Calls each(arg, path) for every kept floor, newest first, until that is not 0; returns that, or 0, or -errno. */
int kept_floors_each(int (*each)(void *arg, const char *path), void *arg, struct err *e);

#endif
