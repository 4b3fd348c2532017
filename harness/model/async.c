/* SPDX-License-Identifier: MIT */
/* async: one libuv loop with `concurrency` tasks in flight; compute runs inline and so holds up all others. */
#include <stdlib.h>

#include "harness/engine/loop.h"
#include "harness/model/model.h"

static int start(struct engine *e)
{
    return loop_main_start(e, calloc(1, sizeof(struct loop_main)), false, loop_take_turn);
}

const struct model model_async = {
    .name = "async",
    .family = "async",
    .summary = "one libuv loop, `concurrency` tasks in flight, compute inline",
    .like = "Node.js, Python's asyncio",
    .lock_kind = "none",
    .traits = MODEL_LOOP | MODEL_ONE,
    .kind = KIND_LOOP,
    .look = {.rgb = 0x009E73, .marker = 6, .letter = 'H'},
    .start = start,
    .run = loop_main_run,
    .stop = loop_main_stop,
};
