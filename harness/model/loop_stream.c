/* SPDX-License-Identifier: MIT */
/*
 * Pipes and sockets on a loop. A read stays armed: the descriptor is registered once and each wake-up reads for the
 * waiting op. A short op asks for one byte more than it needs, so that a drained descriptor is known as such and no
 * call is spent on EAGAIN; no more than one, since a blocking worker makes a call for each op, and a larger buffer
 * would spare a loop calls that are part of the work. A long one that was filled can't know whether there is more:
 * as long as none was found it waits for the loop to tell, which loses nothing, since the loop tells of what is
 * there already; now and then it looks, and where data flow it reads on without a wake-up. A write is tried at once
 * and waits for room only when there is none.
 */
#include "harness/model/loop_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    COPIED = LOOP_SCRATCH - 1, /* bytes: ops up to here ask for a byte more, at the price of a copy (10 ns); a readv
                                  into the op and beyond would cost 30 ns (pipe) to 60 ns (socket) more than a read */
    LOOK_EVERY = 16, /* filled long ops: how often one looks for more, at the price of a read in vain (150 ns) */
    ROUNDS = 64,     /* of streams_drain at most, before the loop sees to all else */
    SKIP_MOST = 63,  /* turns of the loop that streams_drain sits out after it found nothing */
    EVENTS = 64
};

struct stream {
    uv_poll_t poll; /* first: freed as its handle */
    struct loop *loop;
    int fd, armed; /* armed: the events polled for */
    struct loop_lane *reader, *writer, *connector;
    bool may_have_more; /* worth a read before waiting: there may be more than was read, or nothing was read yet */
    bool has_ahead;     /* one byte was read beyond the op; then may_have_more */
    char ahead;
    bool flows;                 /* the last look for more found some */
    unsigned filled;            /* long ops that were filled */
    unsigned read_by, write_by; /* the tasks that it was last looked at for */
    dev_t dev;                  /* what the descriptor stood for then */
    ino_t ino;
    struct stream *next; /* among the spare ones */
};

static void on_poll(uv_poll_t *poll, int status, int events);

static int want(struct stream *s, int events)
{
    if (events == s->armed)
        return 0;
    s->armed = events;
    return events ? uv_poll_start(&s->poll, events, on_poll) : uv_poll_stop(&s->poll);
}

static int grow(struct loop *l, unsigned n)
{
    struct stream **p = realloc(l->streams, n * sizeof(struct stream *));
    if (!p)
        return -ENOMEM;
    memset(p + l->n_streams, 0, (n - l->n_streams) * sizeof(struct stream *));
    l->streams = p;
    l->n_streams = n;
    return 0;
}

static void on_closed(uv_handle_t *h)
{
    struct stream *s = (struct stream *)h;
    s->next = s->loop->spare;
    s->loop->spare = s;
}

/*
 * A task may open descriptors of its own and close them at its end; the next task's then have the same numbers, while
 * the poll handle is still that of the old one, of which the kernel knows no more. So each task's first use looks
 * whether the descriptor is what it was: one fstat a task, none on the way of a transfer.
 */
static struct stream *still_the_same(struct loop *l, struct stream *s, unsigned *last, unsigned task, int *rc)
{
    struct stat st;
    if (*last == task)
        return s;
    *last = task;
    if (fstat(s->fd, &st) == 0 && st.st_dev == s->dev && st.st_ino == s->ino)
        return s;
    if (s->reader || s->writer || s->connector) {
        *rc = -EBUSY; /* closed under a task that waits for it */
        return NULL;
    }
    l->streams[s->fd] = NULL;
    uv_close((uv_handle_t *)&s->poll, on_closed);
    return NULL;
}

static struct stream *stream_of(struct loop_lane *lane, bool reads, int *rc)
{
    struct loop *l = lane->loop;
    int fd = lane->lane.op.fd;
    unsigned task = lane->lane.share.task;
    struct stat st;
    *rc = fd < 0 ? -EBADF : 0;
    if (*rc || ((unsigned)fd >= l->n_streams && (*rc = grow(l, (unsigned)fd + 16)) != 0))
        return NULL;
    struct stream *s = l->streams[fd];
    if (s)
        s = still_the_same(l, s, reads ? &s->read_by : &s->write_by, task, rc);
    if (s || *rc)
        return s;
    if ((s = l->spare)) {
        l->spare = s->next;
        *s = (struct stream){.next = NULL};
    } else {
        s = calloc(1, sizeof *s);
    }
    *rc = !s ? -ENOMEM : fstat(fd, &st) ? -errno : uv_poll_init(&l->uv, &s->poll, fd); /* also makes it non-blocking */
    if (*rc) {
        free(s);
        return NULL;
    }
    s->loop = l;
    s->fd = fd;
    s->may_have_more = true;
    s->read_by = s->write_by = task;
    s->dev = st.st_dev;
    s->ino = st.st_ino;
    l->streams[fd] = s;
    return s;
}

/* What a plain read into the op would have returned, or -errno. One call, whether or not a byte was kept. */
static ssize_t read_now(struct stream *s, struct op *op)
{
    if (!op->len)
        return 0;
    size_t probe = op->len <= COPIED, kept = s->has_ahead, whole = op->len + probe;
    char *to = probe ? s->loop->scratch : op->buf;
    if (kept)
        to[0] = s->ahead;
    ssize_t n = read(s->fd, to + kept, whole - kept);
    if (n < 0 && !(kept && errno == EAGAIN))
        return -errno;
    size_t got = kept + (n < 0 ? 0 : (size_t)n);
    s->has_ahead = probe && got == whole;
    if (!probe) {
        s->may_have_more = got == op->len && (s->flows || ++s->filled % LOOK_EVERY == 0);
        return (ssize_t)got;
    }
    s->may_have_more = s->has_ahead;
    got -= s->has_ahead;
    memcpy(op->buf, to, got);
    s->ahead = to[got];
    return (ssize_t)got;
}

static enum op_state now(struct loop_lane *l, ssize_t res)
{
    lane_result(l->loop->worker, &l->lane, res);
    return OP_NOW;
}

enum op_state stream_read(struct loop_lane *l)
{
    int rc;
    struct op *op = &l->lane.op;
    struct stream *s = stream_of(l, true, &rc);
    if (!s)
        return now(l, rc);
    if (s->may_have_more) {
        ssize_t n = read_now(s, op);
        s->flows = n > 0;
        if (n != -EAGAIN)
            return now(l, n);
        s->may_have_more = false;
    }
    if (s->reader)
        return now(l, -EBUSY); /* two tasks reading one stream: a workload's mistake, and it hears of it */
    s->reader = l;
    rc = want(s, s->armed | UV_READABLE);
    return rc ? now(l, rc) : OP_PARKED;
}

enum op_state stream_write(struct loop_lane *l)
{
    int rc;
    struct op *op = &l->lane.op;
    struct stream *s = stream_of(l, false, &rc);
    if (!s)
        return now(l, rc);
    ssize_t n = write(s->fd, op->buf, op->len);
    if (n >= 0 || errno != EAGAIN)
        return now(l, n < 0 ? -errno : n);
    if (s->writer)
        return now(l, -EBUSY);
    s->writer = l;
    rc = want(s, s->armed | UV_WRITABLE);
    return rc ? now(l, rc) : OP_PARKED;
}

enum op_state stream_close(struct loop_lane *l)
{
    int fd = l->lane.op.fd;
    struct stream *s = fd >= 0 && (unsigned)fd < l->loop->n_streams ? l->loop->streams[fd] : NULL;
    if (s) {
        l->loop->streams[fd] = NULL;
        uv_close((uv_handle_t *)&s->poll, on_closed); /* stops watching at once, so the descriptor may be closed */
    }
    return now(l, close(fd) ? -errno : 0);
}

enum op_state stream_connect(struct loop_lane *l)
{
    int rc;
    struct op *op = &l->lane.op;
    op->fd = connect_start(op->port, SOCK_NONBLOCK, &rc);
    if (rc != -EINPROGRESS)
        return now(l, rc);
    struct stream *s = stream_of(l, false, &rc);
    if (!s) {
        close(op->fd);
        return now(l, rc);
    }
    s->may_have_more = false;
    s->connector = l;
    rc = want(s, UV_WRITABLE);
    return rc ? now(l, rc) : OP_PARKED;
}

/* The handshake has ended, well or not. */
static void connected(struct stream *s)
{
    struct loop_lane *l = s->connector;
    int code = 0;
    socklen_t len = sizeof code;
    if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &code, &len))
        code = errno;
    s->connector = NULL;
    if (code)
        stream_close(l);
    else
        want(s, UV_READABLE); /* most read next: one change of what is watched instead of two */
    l->lane.op.res = -code;
    loop_resume(l);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct stream *s = (struct stream *)poll;
    struct loop_lane *reader = NULL, *writer = NULL;
    if (status < 0) { /* libuv stopped watching (POLLERR): the calls below tell the true error */
        s->armed = 0;
        events = UV_READABLE | UV_WRITABLE;
    }
    if (s->connector) {
        connected(s);
        return;
    }
    if ((events & UV_WRITABLE) && s->writer) {
        ssize_t n = write(s->fd, s->writer->lane.op.buf, s->writer->lane.op.len);
        if (n >= 0 || errno != EAGAIN) {
            writer = s->writer;
            writer->lane.op.res = n < 0 ? -errno : n;
            s->writer = NULL;
            want(s, s->armed & ~UV_WRITABLE);
        }
    }
    if ((events & UV_READABLE) && s->reader) {
        ssize_t n = read_now(s, &s->reader->lane.op);
        if (n != -EAGAIN) {
            reader = s->reader;
            reader->lane.op.res = n;
            s->reader = NULL;
        }
    } else if (events & UV_READABLE) {
        s->may_have_more = true; /* nobody waits for it now: watch again when somebody does */
        want(s, s->armed & ~UV_READABLE);
    }
    if (status < 0 && (s->reader || s->writer))
        want(s, (s->reader ? UV_READABLE : 0) | (s->writer ? UV_WRITABLE : 0));
    if (writer)
        loop_resume(writer);
    if (reader)
        loop_resume(reader);
}

/* The events that this stream waits for among those of epoll. An error is left to libuv. */
static int events_of(const struct stream *s, uint32_t e)
{
    if (!s || (e & EPOLLERR))
        return 0;
    return s->armed & ((e & (EPOLLIN | EPOLLHUP) ? UV_READABLE : 0) | (e & EPOLLOUT ? UV_WRITABLE : 0));
}

/* One look without waiting; whether all that was there was for streams, and there was something. */
static bool drain_once(struct loop *l)
{
    struct epoll_event e[EVENTS];
    int n = epoll_wait(uv_backend_fd(&l->uv), e, EVENTS, 0);
    bool ours = n > 0;
    if (ours)
        l->worker->slot->wakeups++;
    for (int i = 0; i < n && !l->failed; i++) {
        struct stream *s = (unsigned)e[i].data.fd < l->n_streams ? l->streams[e[i].data.fd] : NULL;
        int events = events_of(s, e[i].events);
        if (events)
            on_poll(&s->poll, 0, events);
        else
            ours = false; /* level-triggered: libuv sees it next */
    }
    return ours;
}

void streams_drain(struct loop *l)
{
    if (!l->n_streams || l->drain_skip) {
        l->drain_skip -= l->drain_skip != 0;
        return;
    }
    unsigned rounds = 0;
    while (rounds < ROUNDS && l->live && !l->failed && !l->ready && drain_once(l))
        rounds++;
    l->drain_penalty = rounds ? 0 : l->drain_penalty * 2 + 1 > SKIP_MOST ? SKIP_MOST : l->drain_penalty * 2 + 1;
    l->drain_skip = l->drain_penalty;
}

void streams_close(struct loop *l)
{
    for (unsigned i = 0; i < l->n_streams; i++)
        if (l->streams[i])
            uv_close((uv_handle_t *)&l->streams[i]->poll, NULL);
}

void streams_free(struct loop *l)
{
    for (unsigned i = 0; i < l->n_streams; i++)
        if (l->streams[i])
            on_closed((uv_handle_t *)&l->streams[i]->poll);
    while (l->spare) {
        struct stream *s = l->spare;
        l->spare = s->next;
        free(s);
    }
    free(l->streams);
    l->streams = NULL;
    l->n_streams = 0;
}
