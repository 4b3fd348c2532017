/* SPDX-License-Identifier: MIT */
/* What the run and the keeper of a trial agree on. */
#ifndef CONTEND_TRIAL_PROTOCOL_H
#define CONTEND_TRIAL_PROTOCOL_H

enum { CELL_FD = 3, RECORD_FD = 4, STATUS_FD = 5, GOLDEN_FD = 6 };

enum ended {
    ENDED_BY_EXIT,   /* value: exit code */
    ENDED_BY_SIGNAL, /* value: signal */
    ENDED_LIMIT,     /* killed at the cell's limit */
    ENDED_FAILED,    /* killed after a failure of which it wrote no record itself; see error */
    ENDED_SERVICE,   /* the service ended before the trial; value: as of waitpid; error: why, or empty */
    ENDED_RUN_GONE,  /* nobody reads this */
    ENDED_ODDLY,     /* value: errno of the keeper's own call; error: which */
    ENDED_UNBORN     /* the trial could not be started; error: why */
};

/* One write on the status pipe; smaller than PIPE_BUF, so it is whole or absent. */
struct trial_status_message {
    enum ended kind;
    int value;
    unsigned left_behind; /* processes that outlived the trial and were killed */
    char error[448];      /* what a worker said had failed, or empty */
};

#endif
