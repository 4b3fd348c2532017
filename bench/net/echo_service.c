/* SPDX-License-Identifier: MIT */
/*
 * The server of echo: sends each whole message back. At most `active` connections have their turn at a time; the last
 * byte of a message tells whether the turn goes on, is over, or was the connection's last.
 */
#include "bench/workload.h"

#include <stdlib.h>

enum { ACTIVE, SIZE }; /* the parameters of echo */

struct state {
    size_t size;
};

static const void *open_state(const struct wl_env *env)
{
    struct state *s = malloc(sizeof *s);
    if (s)
        s->size = (size_t)env->p[SIZE];
    return s;
}

static ssize_t answer(const void *state, const char *in, size_t n, struct answer *out)
{
    const struct state *s = state;
    if (n < s->size)
        return 0;
    unsigned char turn = (unsigned char)in[s->size - 1];
    if (turn > TURN_LAST)
        return -EPROTO;
    out->head = in;
    out->head_n = s->size;
    out->turn = turn;
    return (ssize_t)s->size;
}

static size_t room(const struct wl_env *env)
{
    return (size_t)env->p[SIZE];
}

static unsigned active(const struct wl_env *env)
{
    return (unsigned)env->p[ACTIVE];
}

const struct service service_echo = {
    .name = "echo",
    .summary = "sends each message back; so many connections have their turn at a time",
    .open = open_state,
    .room = room,
    .active = active,
    .answer = answer,
};
