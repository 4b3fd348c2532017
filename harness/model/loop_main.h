/* SPDX-License-Identifier: MIT */
/* start, run and stop of the models whose one loop runs on the trial's own thread. */
#ifndef CONTEND_MODEL_LOOP_MAIN_H
#define CONTEND_MODEL_LOOP_MAIN_H

#include "harness/trial/trial.h"

int loop_main_start(struct trial *t, bool offload);
int loop_main_run(struct trial *t);
int loop_main_stop(struct trial *t);

#endif
