/* SPDX-License-Identifier: MIT */
/* pingpong by hand on libuv: one loop holds both ends; uv_read_start stays armed, uv_try_write writes at once,
 * uv_write what it leaves. */
#include <stdlib.h>
#include <uv.h>

#include "tests/peers/pingpong.h"

struct end { /* a side and its streams; out is in for a socket */
    union {  /* first: the stream is its end */
        uv_stream_t stream;
        uv_pipe_t pipe;
        uv_tcp_t tcp;
    } in;
    uv_pipe_t out_pipe;
    uv_stream_t *out;
    uv_write_t rest; /* of a message for which there was no room */
    struct side *side;
    unsigned *live;
};

static void on_written(uv_write_t *rest, int status)
{
    (void)rest;
    if (status)
        peer_die("uv_write", -status);
}

static void put(struct end *e)
{
    struct side *s = e->side;
    uv_buf_t buf = uv_buf_init(s->message, (unsigned)s->size);
    pingpong_fill(s);
    int n = uv_try_write(e->out, &buf, 1);
    if (n < 0 && n != UV_EAGAIN)
        peer_die("uv_try_write", -n);
    n = n > 0 ? n : 0;
    if ((size_t)n == s->size)
        return;
    buf = uv_buf_init(s->message + n, (unsigned)(s->size - (size_t)n));
    if ((n = uv_write(&e->rest, e->out, &buf, 1, on_written)) != 0)
        peer_die("uv_write", -n);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct side *s = ((struct end *)handle)->side;
    (void)suggested;
    *buf = uv_buf_init(s->message + s->done, (unsigned)(sizeof s->message - s->done));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct end *e = (struct end *)stream;
    struct side *s = e->side;
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

static void open_end(uv_loop_t *loop, struct end *e, bool tcp)
{
    const struct side *s = e->side;
    int rc = tcp ? uv_tcp_init(loop, &e->in.tcp) : uv_pipe_init(loop, &e->in.pipe, 0);
    e->out = &e->in.stream;
    if (!rc)
        rc = tcp ? uv_tcp_open(&e->in.tcp, s->in) : uv_pipe_open(&e->in.pipe, s->in);
    if (!rc && s->out != s->in) {
        e->out = (uv_stream_t *)&e->out_pipe;
        uv_pipe_init(loop, &e->out_pipe, 0);
        rc = uv_pipe_open(&e->out_pipe, s->out);
    }
    if (!rc)
        rc = uv_read_start(&e->in.stream, on_alloc, on_read);
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
    struct side *sides = pingpong_sides(2 * groups);
    for (unsigned i = 0; i < 2 * groups; i++) {
        if (i % 2 == 0)
            pingpong_pair(p, &sides[i], i / 2, groups);
        ends[i].side = &sides[i];
        ends[i].live = &live;
        open_end(&loop, &ends[i], strcmp(p->params[0], "tcp") == 0);
    }
    peer_enter(p, worker);
    for (unsigned g = 0; g < groups; g++)
        put(&ends[(size_t)2 * g]);
    uv_run(&loop, UV_RUN_DEFAULT);
    for (unsigned i = 0; i < 2 * groups; i++) {
        units += sides[i].units;
        sum += sides[i].sum;
    }
    peer_leave(p, worker, units, sum, 0);
    pingpong_release(sides, 2 * groups);
    free(ends);
}

int main(int argc, char **argv)
{
    struct peer p = peer_init(1, 2, "UNITS TASKS CONCURRENCY PUS pipe|socketpair|tcp SIZE", argv);
    (void)argc;
    peer_run_here(&p, body);
    return 0;
}
