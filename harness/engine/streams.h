/* SPDX-License-Identifier: MIT */
/*
 * Lanes that wait for pipes and sockets, by descriptor, which libuv registers with the kernel. It waits for nothing
 * itself: events come from libuv (its callbacks), or from whoever looks at libuv's descriptor (streams_event).
 *
 * A read stays armed: the descriptor is registered once and each wake-up reads for the waiting op. A short op asks for
 * one byte more than it needs, so that a drained descriptor is known as such and no call is spent on EAGAIN; no more
 * than one, since a blocking worker makes a call for each op, and a larger buffer would spare a loop calls that are
 * part of the work. A long one that was filled can't know whether there is more: as long as none was found it waits for
 * the loop to tell, which loses nothing, since the loop tells of what is there already; now and then it looks, and
 * where data flow it reads on without a wake-up. A write is tried at once and waits for room only when there is none.
 *
 * What each message goes through is in place here, down to the system call: a function more on the way is 1 % of a
 * short message.
 */
#ifndef CONTEND_ENGINE_STREAMS_H
#define CONTEND_ENGINE_STREAMS_H

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <uv.h>

#include "harness/engine/lane.h"

enum {
    STREAMS_COPIED = 1024,  /* bytes: ops up to here ask for a byte more, at the price of a copy (10 ns); a readv into
                               the op and beyond would cost 30 ns (pipe) to 60 ns (socket) more than a read */
    STREAMS_LOOK_EVERY = 16 /* filled long ops: how often one looks for more, at the price of a read in vain (150 ns) */
};

struct streams;
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
    uint64_t made;              /* after which look at the kernel's events */
    dev_t dev;                  /* what the descriptor stood for then */
    ino_t ino;
    struct stream *next; /* among the spare ones */
};

struct streams {
    uv_loop_t *uv;
    void (*wake)(struct lane *l); /* the lane's op is complete: op.res is set */
    bool changed;                 /* what is watched is not what the kernel was told: libuv tells it in its next turn */
    uint64_t looks;               /* how often the kernel was asked for events by other than libuv */
    unsigned n;
    struct stream **by_fd;            /* [n] */
    struct stream *spare;             /* closed ones, for the next connections */
    char scratch[STREAMS_COPIED + 1]; /* a short op and the byte beyond it */
};

void streams_init(struct streams *all, uv_loop_t *uv, void (*wake)(struct lane *l));
/* LANE_PARKED, or LANE_GOES_ON with op.res set; so do streams_read and streams_write. */
enum lane_next streams_connect(struct streams *all, struct lane *l);
enum lane_next streams_close(struct streams *all, struct lane *l);
/* Closes all handles: before uv_loop_close. A turn of the loop is needed between this and streams_release. */
void streams_end(struct streams *all);
void streams_release(struct streams *all);

/* --- the rare part of what follows --- */
/* The stream of the lane's descriptor, made when there is none; NULL and -errno. */
struct stream *streams_look_up(struct streams *all, const struct lane *l, bool reads, int *rc);
/* The lane waits for UV_READABLE or UV_WRITABLE. */
enum lane_next streams_wait(struct stream *s, struct lane *l, int event);
bool streams_other_event(struct stream *s, uint32_t events);

static inline struct stream *streams_known(const struct streams *all, int fd)
{
    return (unsigned)fd < all->n ? all->by_fd[fd] : NULL; /* a negative one is beyond all */
}

/* What a plain read into the op would have returned, or -errno. One call, whether or not a byte was kept. */
static inline __attribute__((always_inline)) ssize_t streams_read_now(struct stream *s, struct op *op)
{
    if (!op->len)
        return 0;
    size_t probe = op->len <= STREAMS_COPIED, kept = s->has_ahead, whole = op->len + probe;
    char *to = probe ? s->all->scratch : op->buf;
    if (kept)
        to[0] = s->ahead;
    ssize_t n = read(s->fd, to + kept, whole - kept);
    if (n < 0 && !(kept && errno == EAGAIN))
        return -errno;
    size_t got = kept + (n < 0 ? 0 : (size_t)n);
    s->has_ahead = probe && got == whole;
    if (!probe) {
        s->may_have_more = got == op->len && (s->flows || ++s->filled % STREAMS_LOOK_EVERY == 0);
        return (ssize_t)got;
    }
    s->may_have_more = s->has_ahead;
    got -= s->has_ahead;
    memcpy(op->buf, to, got);
    s->ahead = to[got];
    return (ssize_t)got;
}

static inline __attribute__((always_inline)) enum lane_next streams_read(struct streams *all, struct lane *l)
{
    int rc = 0;
    struct stream *s = streams_known(all, l->op.fd);
    if (!s || s->read_by != l->share.task)
        s = streams_look_up(all, l, true, &rc);
    if (!s) {
        l->op.res = rc;
        return LANE_GOES_ON;
    }
    if (s->may_have_more) {
        ssize_t n = streams_read_now(s, &l->op);
        s->flows = n > 0;
        if (n != -EAGAIN) {
            l->op.res = n;
            return LANE_GOES_ON;
        }
        s->may_have_more = false;
    }
    if ((s->armed & UV_READABLE) && !s->reader) {
        s->reader = l;
        return LANE_PARKED;
    }
    return streams_wait(s, l, UV_READABLE);
}

static inline __attribute__((always_inline)) enum lane_next streams_write(struct streams *all, struct lane *l)
{
    int rc = 0;
    struct stream *s = streams_known(all, l->op.fd);
    if (!s || s->write_by != l->share.task)
        s = streams_look_up(all, l, false, &rc);
    if (!s) {
        l->op.res = rc;
        return LANE_GOES_ON;
    }
    ssize_t n = write(s->fd, l->op.buf, l->op.len);
    if (n < 0 && errno == EAGAIN)
        return streams_wait(s, l, UV_WRITABLE);
    l->op.res = n < 0 ? -errno : n;
    return LANE_GOES_ON;
}

/* What epoll says of a descriptor. Where a read waits for it and nothing else does, the lane whose op is now complete,
 * for the caller to wake; else NULL, and all that there is to do has been done. *others is set when nobody here waits
 * for it: it is libuv's. */
static inline __attribute__((always_inline)) struct lane *streams_event(struct streams *all, int fd, uint32_t events,
                                                                        bool *others)
{
    struct stream *s = streams_known(all, fd);
    if (s && s->made == all->looks)
        return NULL; /* the event is of another that had this number when the kernel was asked */
    if (events != EPOLLIN || !s || !s->reader || s->writer || s->connector) {
        *others |= !streams_other_event(s, events);
        return NULL;
    }
    struct lane *l = s->reader;
    ssize_t n = streams_read_now(s, &l->op);
    if (n == -EAGAIN)
        return NULL;
    l->op.res = n;
    s->reader = NULL;
    return l;
}

#endif
