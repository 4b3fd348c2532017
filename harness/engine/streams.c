/* SPDX-License-Identifier: MIT */
/* What of streams is rare: their handles, connecting, and events that no read waits for; see streams.h. */
#include "harness/engine/streams.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/engine/socket.h"

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

struct stream *streams_look_up(struct streams *all, const struct lane *l, bool reads, int *rc)
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
    s->made = all->looks;
    s->dev = st.st_dev;
    s->ino = st.st_ino;
    all->by_fd[fd] = s;
    return s;
}

enum lane_next streams_wait(struct stream *s, struct lane *l, int event)
{
    struct lane **waits = event == UV_READABLE ? &s->reader : &s->writer;
    int rc = *waits ? -EBUSY : want(s, s->armed | event); /* two tasks at one: a workload's mistake; it hears of it */
    if (!rc) {
        *waits = l;
        return LANE_PARKED;
    }
    l->op.res = rc;
    return LANE_GOES_ON;
}

static enum lane_next now(struct lane *l, ssize_t res)
{
    l->op.res = res;
    return LANE_GOES_ON;
}

enum lane_next streams_close(struct streams *all, struct lane *l)
{
    int fd = l->op.fd;
    struct stream *s = streams_known(all, fd);
    if (s && (s->reader || s->writer || s->connector))
        return now(l, -EBUSY); /* a task waits for it, and would do so for ever */
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
    struct stream *s = streams_look_up(all, l, false, &rc);
    if (!s) {
        close(op->fd);
        return now(l, rc);
    }
    s->may_have_more = false;
    s->connector = l;
    rc = want(s, UV_WRITABLE);
    if (!rc)
        return LANE_PARKED;
    s->connector = NULL;
    streams_close(all, l);
    return now(l, rc);
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
        ssize_t n = streams_read_now(s, &s->reader->op);
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

bool streams_other_event(struct stream *s, uint32_t events)
{
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
