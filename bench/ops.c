/* SPDX-License-Identifier: MIT */
/* The table of the kinds of op, from the same rows as their numbers; see ops.def. */
#include "bench/workload.h"

#include <assert.h>

static_assert(OP_KINDS <= 64, "op_has keeps the kinds in the bits of one word");
static_assert(sizeof(struct op) == 128 || sizeof(void *) != 8, "plug-ins were built with it: see `room`");

const struct op_info op_kinds[OP_KINDS] = {
#define OP(KIND, name, verb, traits, since) [OP_##KIND] = {name, verb, traits, since},
#include "bench/ops.def"
#undef OP
};
