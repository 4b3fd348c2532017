/* SPDX-License-Identifier: MIT */
/* pingpong by hand on libuv: one loop holds both ends; uv_read_start stays armed, uv_try_write writes at once. */
#include <stdlib.h>
#include <uv.h>

#include "tests/peers/pingpong.h"

struct end { /* a side and its streams; out is in for a socket */
    uv_pipe_t in, out_pipe;
    uv_stream_t *out;
    struct side side;
    unsigned *live;
};

static void put(struct end *e)
{
    uv_buf_t buf = uv_buf_init(e->side.message, (unsigned)e->side.size);
    pingpong_fill(&e->side);
    if (uv_try_write(e->out, &buf, 1) != (int)e->side.size)
        peer_die("uv_try_write", EIO);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct side *s = &((struct end *)handle)->side;
    (void)suggested;
    *buf = uv_buf_init(s->message + s->done, (unsigned)(sizeof s->message - s->done));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct end *e = (struct end *)stream;
    struct side *s = &e->side;
    (void)buf;
    if (n < 0)
        peer_die("read", (int)-n);
    s->done += (size_t)n;
    if (s->done < s->size)
        return;
    pingpong_check(s);
    if (!s->asks) {
        put(e);
        s->at++;
    } else if (s->at < s->end) {
        put(e);
    } else if (--*e->live == 0) {
        uv_stop(stream->loop);
    }
}

static void open_end(uv_loop_t *loop, struct end *e)
{
    e->out = (uv_stream_t *)&e->in;
    int rc = uv_pipe_init(loop, &e->in, 0);
    if (!rc)
        rc = uv_pipe_open(&e->in, e->side.in);
    if (!rc && e->side.out != e->side.in) {
        e->out = (uv_stream_t *)&e->out_pipe;
        uv_pipe_init(loop, &e->out_pipe, 0);
        rc = uv_pipe_open(&e->out_pipe, e->side.out);
    }
    if (!rc)
        rc = uv_read_start((uv_stream_t *)&e->in, on_alloc, on_read);
    if (rc)
        peer_die("a stream", -rc);
}

static void body(struct peer *p, unsigned worker)
{
    unsigned groups = p->concurrency / 2, live = groups;
    uint64_t units = 0, sum = 0;
    struct end *ends = calloc(p->concurrency, sizeof *ends);
    uv_loop_t loop;
    if (!ends || uv_loop_init(&loop))
        peer_die("a loop", ENOMEM);
    for (unsigned g = 0; g < groups; g++) {
        struct side *both = calloc(2, sizeof *both);
        if (!both)
            peer_die("sides", ENOMEM);
        pingpong_pair(p, both, g, groups);
        for (unsigned i = 0; i < 2; i++) {
            struct end *e = &ends[2 * g + i];
            e->side = both[i];
            e->live = &live;
            open_end(&loop, e);
        }
        free(both);
    }
    peer_enter(p, worker);
    for (unsigned g = 0; g < groups; g++)
        put(&ends[(size_t)2 * g]);
    uv_run(&loop, UV_RUN_DEFAULT);
    for (unsigned i = 0; i < 2 * groups; i++) {
        units += ends[i].side.units;
        sum += ends[i].side.sum;
    }
    peer_leave(p, worker, units, sum, 0);
    free(ends);
}

int main(int argc, char **argv)
{
    struct peer p = peer_init(1, 2, "UNITS TASKS CONCURRENCY PUS pipe|socketpair SIZE", argv);
    (void)argc;
    peer_run_here(&p, body);
    return 0;
}
