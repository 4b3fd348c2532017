/* SPDX-License-Identifier: MIT */
/*
 * The HTTP/1.1 server that fetch asks. GET /N is answered, after a delay, with a body that depends on N alone: size
 * bytes of a ring of 4096 words (word i is mix64(i)), from word mix64(N) mod 4096 on. A body that arrives with a byte
 * lost, doubled or out of place has another checksum, and making it costs the server nothing.
 */
#include "bench/support/digits.h"
#include "bench/workload.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { RING_WORDS = 4096, ROOM = 4096, HEAD_ROOM = 192 };
enum { SIZE, DELAY, KEEP_ALIVE, CHUNKED }; /* the parameters of fetch */

struct state {
    uint64_t size, delay_ns;
    char heads[2][HEAD_ROOM], tail[8]; /* head 1 closes */
    size_t head_n[2], tail_n;
    uint64_t ring[RING_WORDS];
};

static size_t put(char *at, const char *text)
{
    size_t n = strlen(text);
    memcpy(at, text, n);
    return n;
}

static size_t put_head(char *at, const struct state *s, bool close, bool chunked)
{
    size_t n = put(at, "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n");
    if (close)
        n += put(at + n, "Connection: close\r\n");
    if (!chunked) {
        n += put(at + n, "Content-Length: ");
        n += put_digits(at + n, s->size, 10);
        return n + put(at + n, "\r\n\r\n");
    }
    n += put(at + n, "Transfer-Encoding: chunked\r\n\r\n");
    if (!s->size)
        return n;
    n += put_digits(at + n, s->size, 16); /* the body is one chunk */
    return n + put(at + n, "\r\n");
}

static const void *open_state(const struct wl_env *env)
{
    struct state *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->size = (uint64_t)env->p[SIZE];
    s->delay_ns = (uint64_t)env->p[DELAY];
    for (int i = 0; i < 2; i++)
        s->head_n[i] = put_head(s->heads[i], s, i == 1, env->p[CHUNKED]);
    if (env->p[CHUNKED])
        s->tail_n = put(s->tail, s->size ? "\r\n0\r\n\r\n" : "0\r\n\r\n");
    for (uint64_t i = 0; i < RING_WORDS; i++)
        s->ring[i] = mix64(i);
    return s;
}

/* Whether a header line of in[0 … n-1] says that the connection is to be closed. */
static bool wants_close(const char *in, size_t n)
{
    static const char name[] = "connection:", value[] = "close";
    const char *end = in + n, *line = in;
    while ((line = memchr(line, '\n', (size_t)(end - line))) && ++line < end) {
        if ((size_t)(end - line) <= sizeof name || strncasecmp(line, name, sizeof name - 1) != 0)
            continue;
        line += sizeof name - 1;
        while (line < end && (*line == ' ' || *line == '\t'))
            line++;
        return (size_t)(end - line) >= sizeof value - 1 && strncasecmp(line, value, sizeof value - 1) == 0;
    }
    return false;
}

static ssize_t answer(const void *state, const char *in, size_t n, struct answer *out)
{
    static const char method[] = "GET /";
    const struct state *s = state;
    const char *end = memmem(in, n, "\r\n\r\n", 4);
    if (!end)
        return 0;
    size_t at = sizeof method - 1, whole = (size_t)(end - in) + 4;
    if (whole < at || memcmp(in, method, at) != 0 || in[at] < '0' || in[at] > '9')
        return -EPROTO;
    uint64_t number = 0;
    for (; in[at] >= '0' && in[at] <= '9'; at++)
        number = number * 10 + (uint64_t)(in[at] - '0');
    bool close = wants_close(in, whole);
    *out = (struct answer){
        .head = s->heads[close],
        .head_n = s->head_n[close],
        .ring = (const char *)s->ring,
        .ring_n = sizeof s->ring,
        .at = mix64(number) % RING_WORDS * sizeof s->ring[0],
        .body_n = s->size,
        .tail = s->tail,
        .tail_n = s->tail_n,
        .delay_ns = s->delay_ns,
        .close = close,
    };
    return (ssize_t)whole;
}

static size_t room(const struct wl_env *env)
{
    (void)env;
    return ROOM;
}

const struct service service_http = {
    .name = "http",
    .summary = "answers GET /N after a delay with a body of fixed size that depends on N",
    .open = open_state,
    .room = room,
    .answer = answer,
};
