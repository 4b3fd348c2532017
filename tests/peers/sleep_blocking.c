/* SPDX-License-Identifier: MIT */
/* sleep by hand, under a pthread or a fork pool: clock_nanosleep in a loop. */
#include "tests/peers/peer.h"

static void body(struct peer *p, unsigned worker)
{
    uint64_t ns = peer_number(p, 0, 1000, 3600000000000), units = 0, sum = 0;
    const struct timespec whole = {.tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000)};
    peer_enter(p, worker);
    for (unsigned task; (task = peer_take(p)) < p->tasks;) {
        uint64_t end = peer_first(p, task + 1, p->tasks);
        for (uint64_t i = peer_first(p, task, p->tasks); i < end; i++) {
            struct timespec left = whole;
            while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
                ;
            sum += mix64(i ^ ns);
            units++;
        }
    }
    peer_leave(p, worker, units, sum, 0);
}

int main(int argc, char **argv)
{
    struct peer p = peer_init(2, 1, "threads|processes UNITS TASKS CONCURRENCY PUS NANOSECONDS", argv);
    (void)argc;
    peer_run(&p, argv[1], p.concurrency, body);
    return 0;
}
