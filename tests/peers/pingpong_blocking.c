/* SPDX-License-Identifier: MIT */
/* pingpong by hand, under two pthreads or two forked processes: blocking reads and writes. Inlined by force: after a
 * switch of context each return above the system call is a mispredicted branch. */
#include <stdlib.h>

#include "tests/peers/pingpong.h"

static struct side *sides; /* made before the workers, which inherit the descriptors; each touches its own side alone */

static inline __attribute__((always_inline)) void put(struct side *s)
{
    pingpong_fill(s);
    for (size_t done = 0; done < s->size;) {
        ssize_t n = write(s->out, s->message + done, s->size - done);
        if (n < 0)
            peer_die("write", errno);
        done += (size_t)n;
    }
}

static inline __attribute__((always_inline)) void get(struct side *s)
{
    for (size_t done = 0; done < s->size;) {
        ssize_t n = read(s->in, s->message + done, s->size - done);
        if (n <= 0)
            peer_die("read", n ? errno : EPIPE);
        done += (size_t)n;
    }
    pingpong_check(s);
}

static void body(struct peer *p, unsigned worker)
{
    struct side *s = &sides[worker];
    peer_enter(p, worker);
    while (s->at < s->end) {
        if (s->asks) {
            put(s);
            get(s);
        } else {
            get(s);
            put(s);
            s->at++;
        }
    }
    peer_leave(p, worker, s->units, s->sum, 0);
}

int main(int argc, char **argv)
{
    struct peer p = peer_init(2, 2, "threads|processes UNITS TASKS CONCURRENCY PUS pipe|socketpair|tcp SIZE", argv);
    unsigned groups = p.concurrency / 2;
    (void)argc;
    sides = pingpong_sides(2 * groups);
    for (unsigned g = 0; g < groups; g++)
        pingpong_pair(&p, &sides[(size_t)2 * g], g, groups);
    peer_run(&p, argv[1], 2 * groups, body);
    pingpong_release(sides, 2 * groups);
    return 0;
}
