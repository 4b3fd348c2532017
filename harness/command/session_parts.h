/* SPDX-License-Identifier: MIT */
/* What the files of a session share. */
#ifndef CONTEND_COMMAND_SESSION_PARTS_H
#define CONTEND_COMMAND_SESSION_PARTS_H

#include "harness/command/session.h"
#include "harness/experiment/keep_time.h"

/* How the trials of one run are spawned. */
static inline struct spawn session_spawn(const struct session *s, const struct session_run *run)
{
    return (struct spawn){run->program, run->program ? &run->plugins : NULL, s->o.scratch, s->stop};
}

int session_calibrate(struct session *s, struct err *e);
/* After the pilots: gives up what does not fit the time that was asked for, and tells. 0 or -ENOMEM. */
int session_keep_time(struct session *s, struct err *e);
/* For the loop; `arg` is the session. */
void session_progress(void *arg, unsigned done, unsigned block, unsigned position, const struct look *look);
void session_progress_pause(void *arg, unsigned visit, double left_s, bool begins);

#endif
