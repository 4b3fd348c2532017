/* SPDX-License-Identifier: MIT */
/* An interpreter lock as CPython's: see gil.c. All threads of one process. */
#ifndef CONTEND_ENGINE_GIL_H
#define CONTEND_ENGINE_GIL_H

#include <stdatomic.h>

struct gil;
int gil_new(struct gil **out); /* 0 or -ENOMEM; gil_free gives it back */
void gil_free(struct gil *g);
void gil_take(struct gil *g);
void gil_drop(struct gil *g);
/* Not 0 when another thread has waited a switch interval for it; for cpu_checkpoint. */
const _Atomic unsigned *gil_wanted(const struct gil *g);
void gil_yield(struct gil *g); /* hand over and take again */

#endif
