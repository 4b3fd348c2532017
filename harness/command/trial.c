/* SPDX-License-Identifier: MIT */
/* trial: the fresh process of one trial; started by `run`, not by people. */
#include "harness/trial/spawn.h"

#include "harness/command/command.h"
#include "harness/verify/verify.h"

static int run(const struct command *self, int argc, char **argv)
{
    (void)self;
    verify_plant();
    return trial_main(argc, argv);
}

const struct command command_trial = {
    .name = "trial",
    .usage = "trial",
    .summary = "one trial in a fresh process (started by run)",
    .hidden = true,
    .run = run,
};
