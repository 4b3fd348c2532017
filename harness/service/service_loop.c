/* SPDX-License-Identifier: MIT */
/*
 * A service's loop: bare epoll, made to cost as little as can be, since it must never be what a trial measures. Each
 * connection is registered once, edge-triggered, for both directions; a request then takes one read and one write, and
 * wake-ups are shared by all connections that are ready. The delay of answers is the same for all, so due times come in
 * order: a queue, and one timerfd set to its head.
 *
 *     asking ─▶ (its turn: SERVICE_GO) ─▶ reading ─▶ (delay) ─▶ writing ─▶ reading …      asking only when `active` is
 * set
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/measure/clock.h"
#include "harness/service/service.h"

enum { EVENTS = 256, PIECES = 16, LEAST_ROOM = 4096 };

enum phase { NEW, ASKING, FINISHED, READING, DELAYED, WRITING }; /* from READING on it has a turn */

struct conn {
    int fd;
    enum phase phase;
    bool readable;     /* nothing has said yet that the socket is drained */
    bool ended;        /* the peer sends no more: read to the end */
    bool over;         /* no longer counted as open */
    struct conn *next; /* in the queue of the delayed, or of those that ask for a turn */
    uint64_t due_ns;
    struct answer out;
    uint64_t sent; /* of the answer */
    char *in;      /* room bytes, from the first request on: an idle connection has none */
    size_t in_n, taken;
};

struct queue {
    struct conn *first, **end;
};

struct service_loop {
    struct service_loop *all;
    unsigned n, dealt; /* loops; connections that the first loop has dealt out */
    const struct service *service;
    const void *state;
    size_t room;
    int epoll, timer;
    struct listeners listeners; /* n is 0 but in the first */
    int denied;                 /* -errno of a call that no connection is at fault for; the loop ends by it */
    unsigned may_be_active;     /* of this loop's connections; 0: all */
    unsigned active;
    struct queue delayed, asking;
    struct service_connections *count;
};

static void queue_put(struct queue *q, struct conn *c)
{
    c->next = NULL;
    *q->end = c;
    q->end = &c->next;
}

static struct conn *queue_take(struct queue *q)
{
    struct conn *c = q->first;
    if (c && !(q->first = c->next))
        q->end = &q->first;
    return c;
}

/* Before the peer can know: it may then connect anew at once, and be taken by another loop. */
static void count_over(struct service_loop *l, struct conn *c)
{
    if (!c->over)
        atomic_fetch_sub_explicit(&l->count->open, 1, memory_order_relaxed);
    c->over = true;
}

static void conn_close(struct service_loop *l, struct conn *c)
{
    if (l->may_be_active && c->phase >= READING)
        l->active--;
    count_over(l, c);
    close(c->fd);
    free(c->in);
    free(c);
}

static void count_one(struct service_connections *n)
{
    unsigned open = atomic_fetch_add_explicit(&n->open, 1, memory_order_relaxed) + 1;
    if (open > atomic_load_explicit(&n->most, memory_order_relaxed))
        atomic_store_explicit(&n->most, open, memory_order_relaxed);
}

static bool timer_set(struct service_loop *l, uint64_t due_ns)
{
    struct itimerspec at = {.it_value = {.tv_sec = (time_t)(due_ns / NS_PER_S), .tv_nsec = (long)(due_ns % NS_PER_S)}};
    return timerfd_settime(l->timer, TFD_TIMER_ABSTIME, &at, NULL) == 0;
}

static uint64_t answer_size(const struct answer *a)
{
    return a->head_n + a->body_n + a->tail_n;
}

/* The rest of the answer in at most PIECES parts. */
static int pieces(const struct answer *a, uint64_t sent, struct iovec *v)
{
    int n = 0;
    if (sent < a->head_n) {
        v[n++] = (struct iovec){(char *)a->head + sent, a->head_n - (size_t)sent};
        sent = a->head_n;
    }
    uint64_t body = sent - a->head_n;
    while (body < a->body_n && n < PIECES) {
        size_t at = (size_t)((a->at + body) % a->ring_n), len = a->ring_n - at;
        if (len > a->body_n - body)
            len = (size_t)(a->body_n - body);
        v[n++] = (struct iovec){(char *)a->ring + at, len};
        body += len;
    }
    if (body >= a->body_n && n < PIECES && a->tail_n) {
        size_t tail = sent > a->head_n + a->body_n ? (size_t)(sent - a->head_n - a->body_n) : 0;
        v[n++] = (struct iovec){(char *)a->tail + tail, a->tail_n - tail};
    }
    return n;
}

/* Sends what there is room for: 1 when all is sent, 0 when there is no more room, -errno. */
static int send_some(struct conn *c)
{
    uint64_t whole = answer_size(&c->out);
    while (c->sent < whole) {
        struct iovec v[PIECES];
        ssize_t n = writev(c->fd, v, pieces(&c->out, c->sent, v));
        if (n < 0 && errno == EAGAIN)
            return 0;
        if (n < 0 && errno != EINTR)
            return -errno;
        c->sent += n > 0 ? (uint64_t)n : 0;
    }
    return 1;
}

static void ask(struct service_loop *l, struct conn *c)
{
    c->phase = l->may_be_active ? ASKING : READING;
    if (l->may_be_active)
        queue_put(&l->asking, c);
}

/* The answer is sent. false: the connection is closed. */
static bool answered(struct service_loop *l, struct conn *c)
{
    if (c->out.close) {
        conn_close(l, c);
        return false;
    }
    c->phase = READING;
    c->in_n -= c->taken;
    if (c->in_n)
        memmove(c->in, c->in + c->taken, c->in_n);
    if (l->may_be_active && c->out.turn != TURN_GOES_ON) {
        l->active--;
        if (c->out.turn == TURN_OVER)
            ask(l, c);
        else
            c->phase = FINISHED; /* it may only close now */
    }
    return true;
}

/* 1: bytes have come, 0: none are there now, -errno or -EPIPE at the end. */
static int receive(struct service_loop *l, struct conn *c)
{
    if (!c->in && !(c->in = malloc(l->room)))
        return -ENOMEM;
    ssize_t n = read(c->fd, c->in + c->in_n, l->room - c->in_n);
    if (n < 0 && errno == EINTR)
        return 1;
    if (n < 0 && errno != EAGAIN)
        return -errno;
    if (n == 0)
        return -EPIPE;
    /* A short read has drained the socket: what comes later is a new edge. */
    c->readable = c->ended || n == (ssize_t)(l->room - c->in_n);
    c->in_n += n > 0 ? (size_t)n : 0;
    return n > 0;
}

/* A request may be whole: 1 when it is and its answer can be sent now, 0 when not (yet), -errno. */
static int take_request(struct service_loop *l, struct conn *c)
{
    c->out = (struct answer){0};
    c->sent = 0;
    ssize_t n = c->in_n ? l->service->answer(l->state, c->in, c->in_n, &c->out) : 0;
    if (n < 0 || (n == 0 && c->in_n == l->room))
        return n < 0 ? (int)n : -EMSGSIZE;
    if (n == 0)
        return 0;
    c->taken = (size_t)n;
    c->phase = WRITING;
    if (l->may_be_active && c->out.turn == TURN_LAST)
        count_over(l, c);
    if (!c->out.delay_ns)
        return 1;
    c->phase = DELAYED;
    c->due_ns = now_ns() + c->out.delay_ns;
    queue_put(&l->delayed, c);
    if (l->delayed.first == c && !timer_set(l, c->due_ns))
        return -errno;
    return 0;
}

/* Goes on with the connection until it must wait for the peer, the time or its turn. */
static void advance(struct service_loop *l, struct conn *c)
{
    for (;;) {
        int rc = 1;
        if (c->phase == DELAYED || c->phase == ASKING)
            return;
        if (c->phase == WRITING) {
            rc = send_some(c);
            if (rc > 0 && !answered(l, c))
                return;
        } else {
            rc = c->phase == READING ? take_request(l, c) : 0;
            if (rc == 0 && c->phase != DELAYED && c->readable)
                rc = receive(l, c);
        }
        if (rc == -EPERM || rc == -ENOSYS ||
            rc == -EACCES) /* else its peer would be told to have lost the connection */
            l->denied = rc;
        if (rc < 0)
            conn_close(l, c);
        if (rc <= 0)
            return;
    }
}

static void on_due(struct service_loop *l)
{
    uint64_t expired, now = now_ns();
    if (read(l->timer, &expired, sizeof expired) < 0)
        return; /* set anew meanwhile */
    while (l->delayed.first && l->delayed.first->due_ns <= now) {
        struct conn *c = queue_take(&l->delayed);
        c->phase = WRITING;
        advance(l, c);
    }
    if (l->delayed.first)
        timer_set(l, l->delayed.first->due_ns);
}

/* Gives turns to those that ask, in order. Only between batches of events: it may close connections. */
static void give_turns(struct service_loop *l)
{
    while (l->active < l->may_be_active && l->asking.first) {
        struct conn *c = queue_take(&l->asking);
        const char go = SERVICE_GO;
        l->active++;
        c->phase = READING;
        if (write(c->fd, &go, 1) != 1) /* one byte after an answer that was read has room, or the peer is gone */
            conn_close(l, c);
        else
            advance(l, c); /* its request can't be here yet; an end of the connection may */
    }
}

static int accept_from(struct service_loop *l, int listener, const char **call)
{
    for (;;) {
        int one = 1, fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR))
            return 0;
        *call = "accept4";
        if (fd < 0)
            return -errno;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct conn *c = calloc(1, sizeof *c);
        *call = NULL;
        if (!c)
            return -ENOMEM;
        c->fd = fd;
        count_one(l->count);
        struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = c};
        if (epoll_ctl(l->all[l->dealt++ % l->n].epoll, EPOLL_CTL_ADD, fd, &e)) {
            int rc = -errno;
            *call = "epoll_ctl";
            free(c);
            close(fd);
            return rc;
        }
    }
}

static int accept_all(struct service_loop *l, const char **call)
{
    int rc = 0;
    for (unsigned i = 0; !rc && i < l->listeners.n; i++)
        rc = accept_from(l, l->listeners.first + (int)i, call);
    return rc;
}

static void on_event(struct service_loop *l, struct conn *c, uint32_t events)
{
    if (events & (EPOLLIN | EPOLLERR | EPOLLHUP | EPOLLRDHUP))
        c->readable = true;
    if (events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP))
        c->ended = true;
    if (c->phase == NEW)
        ask(l, c);
    advance(l, c);
}

int service_loop_run(struct service_loop *loops, unsigned i, const char **what, const char **call)
{
    struct service_loop *l = &loops[i];
    struct epoll_event e[EVENTS];
    for (;;) {
        int n = epoll_wait(l->epoll, e, EVENTS, -1), rc = 0;
        bool more = false;
        *what = "waiting for events";
        *call = "epoll_wait";
        if (n < 0 && errno != EINTR)
            return -errno;
        for (int k = 0; k < n; k++)
            if (e[k].data.ptr == &l->listeners)
                more = true;
            else if (e[k].data.ptr != &l->timer)
                on_event(l, e[k].data.ptr, e[k].events);
        if (more) /* behind the ends of others, which leave room for them */
            rc = accept_all(l, call);
        *what = "it can't take a connection";
        if (rc)
            return rc;
        for (int k = 0; k < n; k++)
            if (e[k].data.ptr == &l->timer)
                on_due(l);
        give_turns(l);
        *what = "it can't serve a connection";
        *call = "read, write or writev";
        if (l->denied)
            return l->denied;
    }
}

static int loop_init(struct service_loop *l, struct listeners listeners, const char **call)
{
    struct epoll_event timer = {.events = EPOLLIN, .data.ptr = &l->timer};
    struct epoll_event listen = {.events = EPOLLIN, .data.ptr = &l->listeners};
    l->listeners = listeners;
    l->delayed.end = &l->delayed.first;
    l->asking.end = &l->asking.first;
    if ((*call = "epoll_create1", l->epoll = epoll_create1(EPOLL_CLOEXEC)) < 0 ||
        (*call = "timerfd_create", l->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) < 0 ||
        (*call = "epoll_ctl", epoll_ctl(l->epoll, EPOLL_CTL_ADD, l->timer, &timer)))
        return -errno;
    for (unsigned i = 0; i < listeners.n; i++)
        if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, listeners.first + (int)i, &listen))
            return -errno;
    return 0;
}

int service_loops_new(struct service_loop **out, unsigned n, const struct service *s, const struct wl_env *env,
                      struct listeners listeners, struct service_connections *count, const char **call)
{
    struct service_loop *all = calloc(n, sizeof *all);
    *call = NULL;
    const void *state = s->open ? s->open(env) : NULL;
    unsigned active = s->active ? s->active(env) : 0;
    if (!all || (s->open && !state))
        return -ENOMEM;
    *out = all;
    for (unsigned i = 0; i < n; i++) {
        size_t room = s->room(env);
        all[i] = (struct service_loop){.all = all, .n = n, .service = s, .state = state, .count = count};
        all[i].room = room > LEAST_ROOM ? room : LEAST_ROOM;
        all[i].may_be_active = active / n + (i < active % n ? 1 : 0); /* its share of the turns */
        int rc = loop_init(&all[i], i ? (struct listeners){0} : listeners, call);
        if (rc)
            return rc;
    }
    return 0;
}
