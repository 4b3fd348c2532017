/* SPDX-License-Identifier: MIT */
/* The one handler of the signals that end a measurement; see stop.h. */
#include "harness/command/stop.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/command/command.h"
#include "harness/measure/clock.h"

static volatile int asked;
static volatile uint64_t asked_ns; /* when the first came */

enum { ONE_WISH_MS = 250 }; /* what timeout(1) sends to a process and to its group is one wish, and comes at once */

/* The first is heeded where work can be ended in order; whoever sends a second does not want to wait for that. Trials
 * see that the run is gone and end themselves. */
static void on_stop(int sig)
{
    (void)sig;
    uint64_t now = now_ns(); /* clock_gettime may be called here */
    if (asked && now - asked_ns > ONE_WISH_MS * NS_PER_MS)
        _exit(EXIT_INTERRUPTED);
    asked_ns = asked ? asked_ns : now;
    asked = 1;
}

const volatile int *stop_install(void)
{
    struct sigaction sa = {.sa_handler = on_stop};
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
    if (signal(SIGHUP, SIG_IGN) != SIG_IGN) /* nohup's wish is kept */
        sigaction(SIGHUP, &sa, NULL);
    return &asked;
}

void stop_forget(void)
{
    asked = 0;
}
