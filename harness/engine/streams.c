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
#include "harness/engine/streams.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/engine/socket.h"

enum {
    COPIED = STREAMS_SCRATCH - 1, /* bytes: ops up to here ask for a byte more, at the price of a copy (10 ns); a readv
                                  into the op and beyond would cost 30 ns (pipe) to 60 ns (socket) more than a read */
    LOOK_EVERY = 16, /* filled long ops: how often one looks for more, at the price of a read in vain (150 ns) */
};

struct stream {
    uv_poll_t poll; /* first: freed as its handle */
    struct streams *all;
    int fd, armed; /* armed: the events polled for */
    struct lane *reader, *writer, *connector;
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
    s->all->changed = true;
    return events ? uv_poll_start(&s->poll, events, on_poll) : uv_poll_stop(&s->poll);
}

static int grow(struct streams *all, unsigned n)
{
    struct stream **p = realloc(all->by_fd, n * sizeof(struct stream *));
    if (!p)
        return -ENOMEM;
    memset(p + all->n, 0, (n - all->n) * sizeof(struct stream *));
    all->by_fd = p;
    all->n = n;
    return 0;
}

static void on_closed(uv_handle_t *h)
{
    struct stream *s = (struct stream *)h;
    s->next = s->all->spare;
    s->all->spare = s;
}

/*
 * A task may open descriptors of its own and close them at its end; the next task's then have the same numbers, while
 * the poll handle is still that of the old one, of which the kernel knows no more. So each task's first use looks
 * whether the descriptor is what it was: one fstat a task, none on the way of a transfer.
 */
static struct stream *still_the_same(struct streams *all, struct stream *s, unsigned *last, unsigned task, int *rc)
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
    all->by_fd[s->fd] = NULL;
    all->changed = true;
    uv_close((uv_handle_t *)&s->poll, on_closed);
    return NULL;
}

static struct stream *stream_of(struct streams *all, const struct lane *l, bool reads, int *rc)
{
    int fd = l->op.fd;
    unsigned task = l->share.task;
    struct stat st;
    *rc = fd < 0 ? -EBADF : 0;
    if (*rc || ((unsigned)fd >= all->n && (*rc = grow(all, (unsigned)fd + 16)) != 0))
        return NULL;
    struct stream *s = all->by_fd[fd];
    if (s)
        s = still_the_same(all, s, reads ? &s->read_by : &s->write_by, task, rc);
    if (s || *rc)
        return s;
    if ((s = all->spare)) {
        all->spare = s->next;
        *s = (struct stream){.next = NULL};
    } else {
        s = calloc(1, sizeof *s);
    }
    *rc = !s ? -ENOMEM : fstat(fd, &st) ? -errno : uv_poll_init(all->uv, &s->poll, fd); /* also makes it non-blocking */
    if (*rc) {
        free(s);
        return NULL;
    }
    s->all = all;
    s->fd = fd;
    s->may_have_more = true;
    s->read_by = s->write_by = task;
    s->dev = st.st_dev;
    s->ino = st.st_ino;
    all->by_fd[fd] = s;
    return s;
}

/* What a plain read into the op would have returned, or -errno. One call, whether or not a byte was kept. */
static ssize_t read_now(struct stream *s, struct op *op)
{
    if (!op->len)
        return 0;
    size_t probe = op->len <= COPIED, kept = s->has_ahead, whole = op->len + probe;
    char *to = probe ? s->all->scratch : op->buf;
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

static enum lane_next now(struct lane *l, ssize_t res)
{
    l->op.res = res;
    return LANE_GOES_ON;
}

enum lane_next streams_read(struct streams *all, struct lane *l)
{
    int rc;
    struct op *op = &l->op;
    struct stream *s = stream_of(all, l, true, &rc);
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
    return rc ? now(l, rc) : LANE_PARKED;
}

enum lane_next streams_write(struct streams *all, struct lane *l)
{
    int rc;
    struct op *op = &l->op;
    struct stream *s = stream_of(all, l, false, &rc);
    if (!s)
        return now(l, rc);
    ssize_t n = write(s->fd, op->buf, op->len);
    if (n >= 0 || errno != EAGAIN)
        return now(l, n < 0 ? -errno : n);
    if (s->writer)
        return now(l, -EBUSY);
    s->writer = l;
    rc = want(s, s->armed | UV_WRITABLE);
    return rc ? now(l, rc) : LANE_PARKED;
}

enum lane_next streams_close(struct streams *all, struct lane *l)
{
    int fd = l->op.fd;
    struct stream *s = fd >= 0 && (unsigned)fd < all->n ? all->by_fd[fd] : NULL;
    if (s) {
        all->by_fd[fd] = NULL;
        all->changed = true;
        uv_close((uv_handle_t *)&s->poll, on_closed); /* stops watching at once, so the descriptor may be closed */
    }
    return now(l, close(fd) ? -errno : 0);
}

enum lane_next streams_connect(struct streams *all, struct lane *l)
{
    int rc;
    struct op *op = &l->op;
    op->fd = connect_start(op->port, SOCK_NONBLOCK, &rc);
    if (rc != -EINPROGRESS)
        return now(l, rc);
    struct stream *s = stream_of(all, l, false, &rc);
    if (!s) {
        close(op->fd);
        return now(l, rc);
    }
    s->may_have_more = false;
    s->connector = l;
    rc = want(s, UV_WRITABLE);
    return rc ? now(l, rc) : LANE_PARKED;
}

/* The handshake has ended, well or not. */
static void connected(struct stream *s)
{
    struct lane *l = s->connector;
    int rc = connect_result(s->fd);
    s->connector = NULL;
    if (rc)
        streams_close(s->all, l);
    else
        want(s, UV_READABLE); /* most read next: one change of what is watched instead of two */
    l->op.res = rc;
    s->all->wake(l);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct stream *s = (struct stream *)poll;
    struct lane *reader = NULL, *writer = NULL;
    if (status < 0) { /* libuv stopped watching (POLLERR): the calls below tell the true error */
        s->armed = 0;
        events = UV_READABLE | UV_WRITABLE;
    }
    if (s->connector) {
        connected(s);
        return;
    }
    if ((events & UV_WRITABLE) && s->writer) {
        ssize_t n = write(s->fd, s->writer->op.buf, s->writer->op.len);
        if (n >= 0 || errno != EAGAIN) {
            writer = s->writer;
            writer->op.res = n < 0 ? -errno : n;
            s->writer = NULL;
            want(s, s->armed & ~UV_WRITABLE);
        }
    }
    if ((events & UV_READABLE) && s->reader) {
        ssize_t n = read_now(s, &s->reader->op);
        if (n != -EAGAIN) {
            reader = s->reader;
            reader->op.res = n;
            s->reader = NULL;
        }
    } else if (events & UV_READABLE) {
        s->may_have_more = true; /* nobody waits for it now: watch again when somebody does */
        want(s, s->armed & ~UV_READABLE);
    }
    if (status < 0 && (s->reader || s->writer))
        want(s, (s->reader ? UV_READABLE : 0) | (s->writer ? UV_WRITABLE : 0));
    if (writer)
        s->all->wake(writer);
    if (reader)
        s->all->wake(reader);
}

bool streams_event(struct streams *all, int fd, uint32_t events)
{
    struct stream *s = fd >= 0 && (unsigned)fd < all->n ? all->by_fd[fd] : NULL;
    if (!s || (events & EPOLLERR)) /* an error is left to libuv */
        return false;
    int wanted = s->armed & ((events & (EPOLLIN | EPOLLHUP) ? UV_READABLE : 0) | (events & EPOLLOUT ? UV_WRITABLE : 0));
    if (wanted)
        on_poll(&s->poll, 0, wanted);
    return wanted != 0;
}

void streams_init(struct streams *all, uv_loop_t *uv, void (*wake)(struct lane *l))
{
    *all = (struct streams){.uv = uv, .wake = wake};
}

void streams_end(struct streams *all)
{
    for (unsigned i = 0; i < all->n; i++)
        if (all->by_fd[i])
            uv_close((uv_handle_t *)&all->by_fd[i]->poll, on_closed);
}

void streams_release(struct streams *all)
{
    while (all->spare) {
        struct stream *s = all->spare;
        all->spare = s->next;
        free(s);
    }
    free(all->by_fd);
    all->by_fd = NULL;
    all->n = 0;
}
