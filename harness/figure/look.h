/* SPDX-License-Identifier: MIT */
/* What a model looks like in every figure, also one that this program lacks. */
#ifndef CONTEND_FIGURE_LOOK_H
#define CONTEND_FIGURE_LOOK_H

#include "harness/model/model.h"

/* The model's own; of one that is not listed, what no listed one has. */
struct model_look look_of(const char *model);

#endif
