/* SPDX-License-Identifier: MIT */
/* The one handler of the signals that end a measurement; see stop.h. */
#include "harness/command/stop.h"

#include <signal.h>
#include <stddef.h>

static volatile int asked;

static void on_stop(int sig)
{
    (void)sig;
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
