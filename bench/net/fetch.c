/* SPDX-License-Identifier: MIT */
/*
 * fetch: HTTP/1.1 requests to a server on this host. With keep_alive a task has one connection for all its units, else
 * one for each. The response is parsed as it comes, byte by byte where it must be: status line, headers, a body by
 * Content-Length or in chunks. Every read takes what is there; those after a unit's first count as resumed, since the
 * kernel decides how a response is cut up. A connection that the server is to close is read to its end.
 */
#include "bench/workload.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { RING_WORDS = 4096, LINE = 128, READ_SIZE = 16384, DIGITS = 20 };
enum { SIZE, DELAY, KEEP_ALIVE, CHUNKED };

/* How far a response is parsed. */
struct parser {
    enum { STATUS, HEADER, BODY, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILER, WHOLE } at;
    bool chunked, have_length;
    unsigned line_n;
    uint64_t left; /* of the body, or of the chunk */
    uint64_t body_n;
    uint64_t sum, word; /* of the body's 8-byte words, the last filled up with zeros; the word under way */
    char line[LINE];    /* the line under way; longer ones are cut, which no line that counts is */
};

struct task {
    struct span span;
    enum { BEGIN, CONNECTING, SENDING, RECEIVING, DRAINING, CLOSING, ENDING } at;
    bool keep_alive;
    uint16_t port;
    int fd; /* -1: none */
    uint64_t size;
    size_t done, request_n;
    struct parser parser;
    char request[96];
    char *buf; /* READ_SIZE */
};

static int digit(char c, unsigned base)
{
    int d = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
    return d >= 0 && (unsigned)d < base ? d : -1;
}

/* The number at the start of the text; false when there is none, or it does not fit. */
static bool number(const char *s, unsigned base, uint64_t *out)
{
    unsigned n = 0;
    *out = 0;
    for (int d; (d = digit(s[n], base)) >= 0; n++)
        if (*out > (UINT64_MAX >> 5))
            return false;
        else
            *out = *out * base + (unsigned)d;
    return n > 0;
}

/* The value of the header when the line is one of that name, else NULL. */
static const char *value_of(const char *line, const char *name)
{
    size_t n = strlen(name);
    if (strncasecmp(line, name, n) != 0 || line[n] != ':')
        return NULL;
    for (line += n + 1; *line == ' ' || *line == '\t';)
        line++;
    return line;
}

/* The empty line after the headers. A response without either length would end with the connection; ours has one. */
static bool headers_end(struct parser *p)
{
    if (p->chunked)
        p->at = CHUNK_SIZE;
    else
        p->at = p->left ? BODY : WHOLE;
    return p->chunked || p->have_length;
}

static bool take_header(struct parser *p)
{
    const char *v;
    if (!p->line_n)
        return headers_end(p);
    if ((v = value_of(p->line, "Content-Length")))
        return p->have_length = number(v, 10, &p->left);
    if ((v = value_of(p->line, "Transfer-Encoding")))
        return p->chunked = strcasecmp(v, "chunked") == 0;
    return true;
}

/* A whole line; false when it is not what must be there. */
static bool take_line(struct parser *p)
{
    switch (p->at) {
    case STATUS:
        p->at = HEADER;
        return strncmp(p->line, "HTTP/1.1 200", 12) == 0;
    case HEADER:
        return take_header(p);
    case CHUNK_SIZE:
        if (!number(p->line, 16, &p->left))
            return false;
        p->at = p->left ? CHUNK : TRAILER;
        return true;
    case CHUNK_END:
        p->at = CHUNK_SIZE;
        return p->line_n == 0;
    case TRAILER:
        if (!p->line_n)
            p->at = WHOLE;
        return true;
    case BODY:
    case CHUNK:
    case WHOLE:
        break;
    }
    return false;
}

/* Adds n bytes of the body to its sum, whole words at a time where they lie so. */
static void take_body(struct parser *p, const char *in, size_t n)
{
    size_t i = 0;
    for (; i < n && (p->body_n + i) % 8; i++)
        p->word |= (uint64_t)(unsigned char)in[i] << ((p->body_n + i) % 8 * 8);
    if (i && (p->body_n + i) % 8 == 0) {
        p->sum += p->word;
        p->word = 0;
    }
    for (uint64_t word; n - i >= 8; i += 8) {
        memcpy(&word, in + i, 8);
        p->sum += word;
    }
    for (; i < n; i++)
        p->word |= (uint64_t)(unsigned char)in[i] << ((p->body_n + i) % 8 * 8);
    p->body_n += n;
}

/* Takes in bytes of the response: how many of them, n unless it ended before; -1 when it is not HTTP. */
static ssize_t parse(struct parser *p, const char *in, size_t n)
{
    size_t i = 0;
    while (i < n && p->at != WHOLE) {
        if (p->at == BODY || p->at == CHUNK) {
            size_t more = n - i < p->left ? n - i : (size_t)p->left;
            take_body(p, in + i, more);
            i += more;
            p->left -= more;
            if (!p->left)
                p->at = p->at == BODY ? WHOLE : CHUNK_END;
            continue;
        }
        const char *end = memchr(in + i, '\n', n - i);
        size_t len = (end ? (size_t)(end - in) : n) - i, kept = LINE - 1 - p->line_n < len ? LINE - 1 - p->line_n : len;
        memcpy(p->line + p->line_n, in + i, kept);
        p->line_n += (unsigned)kept;
        i += len + (end != NULL);
        if (!end)
            break;
        p->line_n -= p->line_n && p->line[p->line_n - 1] == '\r';
        p->line[p->line_n] = 0;
        if (!take_line(p))
            return -1;
        p->line_n = 0;
    }
    return (ssize_t)i;
}

static void make_request(struct task *t)
{
    static const char rest[] = " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    static const char last[] = " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    size_t at = 5 + DIGITS; /* always as many, so that all requests have the same length */
    uint64_t v = t->span.at;
    memcpy(t->request, "GET /", 5);
    for (size_t i = at; i-- > 5; v /= 10)
        t->request[i] = (char)('0' + v % 10);
    size_t more = t->keep_alive ? sizeof rest - 1 : sizeof last - 1;
    memcpy(t->request + at, t->keep_alive ? rest : last, more);
    t->request_n = at + more;
}

static enum step send_request(struct task *t, struct op *op)
{
    make_request(t);
    t->at = SENDING;
    t->done = 0;
    return op_stream(op, OP_WRITE, t->fd, t->request, t->request_n);
}

static enum step receive(struct task *t, struct op *op, bool more)
{
    op->resumed = more;
    return op_stream(op, OP_READ, t->fd, t->buf, READ_SIZE);
}

static enum step close_it(struct task *t, struct op *op, int next)
{
    t->at = next == CLOSING ? CLOSING : ENDING;
    op->kind = OP_CLOSE;
    op->fd = t->fd;
    op->resumed = false;
    t->fd = -1;
    return STEP_OP;
}

static enum step unit_done(struct task *t)
{
    t->at = BEGIN;
    t->span.sum += mix64(t->parser.sum + t->parser.word) + t->span.at;
    return STEP_UNIT;
}

/* What has been read: more of the response, its last bytes, or too much. */
static enum step received(struct task *t, struct op *op)
{
    if (op->res == -EINTR || op->res == -EAGAIN)
        return receive(t, op, true);
    if (op->res <= 0)
        return op_fail(op, op->res ? op->res : -EPIPE);
    if (parse(&t->parser, t->buf, (size_t)op->res) != op->res)
        return op_fail(op, 0); /* not HTTP, or bytes beyond the response */
    if (t->parser.at != WHOLE)
        return receive(t, op, true);
    if (t->parser.body_n != t->size)
        return op_fail(op, 0);
    op->resumed = false;
    if (t->keep_alive)
        return unit_done(t);
    t->at = DRAINING;
    return receive(t, op, true);
}

static enum step begin(struct task *t, struct op *op)
{
    if (!span_next(&t->span, op))
        return t->fd < 0 ? STEP_DONE : close_it(t, op, ENDING);
    t->parser = (struct parser){0};
    if (t->fd >= 0)
        return send_request(t, op);
    t->at = CONNECTING;
    op->kind = OP_CONNECT;
    op->port = t->port;
    return STEP_OP;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    int rc;
    switch (t->at) {
    case BEGIN:
        return begin(t, op);
    case CONNECTING:
        if (op->res < 0)
            return STEP_FAIL;
        t->fd = op->fd;
        return send_request(t, op);
    case SENDING:
        rc = transfer(op, &t->done, t->request_n);
        if (rc <= 0)
            return rc < 0 ? STEP_FAIL : STEP_OP;
        t->at = RECEIVING;
        return receive(t, op, false);
    case RECEIVING:
        return received(t, op);
    case DRAINING:
        if (op->res == -EINTR || op->res == -EAGAIN)
            return receive(t, op, true);
        return op->res == 0 ? close_it(t, op, CLOSING) : op->res < 0 ? STEP_FAIL : op_fail(op, 0);
    case CLOSING:
    case ENDING:
        if (op->res < 0)
            return STEP_FAIL;
        return t->at == CLOSING ? unit_done(t) : STEP_DONE;
    }
    return op_fail(op, 0);
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->keep_alive = env->p[KEEP_ALIVE];
    t->port = env->port;
    t->size = (uint64_t)env->p[SIZE];
    t->fd = -1;
    t->buf = malloc(READ_SIZE);
    return t->buf ? 0 : -ENOMEM;
}

static void task_fini(void *task)
{
    free(((struct task *)task)->buf);
}

/* The sum of a body's words from the ring's definition: whole rounds, the words of the rest, the bytes of the last. */
static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    uint64_t *before = calloc(RING_WORDS + 1, sizeof *before), sum = 0; /* before[i]: the sum of words 0 … i-1 */
    if (!before)
        return wl_unknown(env, ENOMEM);
    uint64_t words = (uint64_t)env->p[SIZE] / 8, bytes = (uint64_t)env->p[SIZE] % 8;
    for (uint64_t i = 0; i < RING_WORDS; i++)
        before[i + 1] = before[i] + mix64(i);
    for (uint64_t unit = first; unit < first + n; unit++) {
        uint64_t from = mix64(unit) % RING_WORDS, to = from + words % RING_WORDS;
        uint64_t body = words / RING_WORDS * before[RING_WORDS];
        body +=
            to <= RING_WORDS ? before[to] - before[from] : before[RING_WORDS] - before[from] + before[to - RING_WORDS];
        if (bytes)
            body += mix64(to % RING_WORDS) & ((UINT64_C(1) << (bytes * 8)) - 1);
        sum += mix64(body) + unit;
    }
    free(before);
    return sum;
}

static uint64_t floor_ns(const int64_t *p)
{
    return (uint64_t)p[DELAY];
}

static const struct param params[] = {
    [SIZE] = {"size", "bytes in a body", PARAM_SIZE, 1024, 0, INT64_C(1) << 30, NULL},
    [DELAY] = {"delay", "how long the server waits before it answers", PARAM_TIME, 0, 0, INT64_C(60000000000), NULL},
    [KEEP_ALIVE] = {"keep_alive", "one connection for all units of a task, not one for each", PARAM_BOOL, 1, 0, 1,
                    NULL},
    [CHUNKED] = {"chunked", "the body comes as a chunk instead of with its length ahead", PARAM_BOOL, 0, 0, 1, NULL},
    {0},
};

extern const struct service service_http;
static const struct expectation_reason slow[] = {
    {.text = "timers are late here", .what = "timer_late", .least = 500000},
    {.text = "the server shares the workers' CPUs, or is the limit"},
    REASON_OTHERS,
    {0}};
static const struct expectation_reason server[] = {
    {.text = "a switch between threads costs little here", .what = "thread_switch", .most = 1000},
    {.text = "the server is the limit, and is so for both"},
    {0}};
static const struct expectation expectations[] = {
    /* 16 in flight do up to 16 times as much; half is left for what sending and receiving take. */
    {.id = "waiting-adds-up",
     .text = "With a delay of 2 ms or more and 16 or more in flight, threads, processes and one loop fetch at least 8 "
             "times as much as one task at a time",
     .least = 8,
     .a = {.kinds = KIND_THREADS | KIND_PROCESSES | KIND_LOOP, .flight_least = 16},
     .b = {.kinds = KIND_SERIAL},
     .where = {{"delay", 2000000, INT64_C(60000000000)}, {"size", 0, 64 << 10}},
     .reasons = slow},
    {.id = "all-keep-up",
     .text = "With a delay of 2 ms or more, one loop and threads fetch the same within a factor of 1.15, up to 64 in "
             "flight",
     .least = 1 / 1.15,
     .most = 1.15,
     .a = {.kinds = KIND_LOOP, .flight_most = 64},
     .b = {.kinds = KIND_THREADS, .flight_most = 64},
     .where = {{"delay", 2000000, INT64_C(60000000000)}, {"size", 0, 64 << 10}},
     .reasons = slow},
    {.id = "loop-wins",
     .text =
         "Without a delay and with 16 or more in flight, one loop fetches more than threads on one CPU, at least 1.1 "
         "times as much",
     .least = 1.1,
     .a = {.kinds = KIND_LOOP, .cpus_least = 1, .cpus_most = 1, .flight_least = 16},
     .b = {.kinds = KIND_THREADS, .cpus_least = 1, .cpus_most = 1, .flight_least = 16},
     .where = {{"delay", 0, 0}, {"size", 0, 64 << 10}},
     .reasons = server},
    {0}};

const struct workload workload_fetch = {
    .name = "fetch",
    .family = "net",
    .summary = "HTTP requests to a local server, which may answer after a delay: sockets, wake-ups, waiting",
    .unit = "one request and its response",
    .params = params,
    .needs = NEED_STREAMS,
    .uneven = true,
    .task_size = sizeof(struct task),
    .service = &service_http,
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .task_fini = task_fini,
    .expected = expected,
    .floor_ns = floor_ns,
    .expectations = expectations,
};
