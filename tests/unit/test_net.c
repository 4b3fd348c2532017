/* SPDX-License-Identifier: MIT */
/*
 * The service with clients that are slow, that stop, or that send what is no request; and the parser of fetch, stepped
 * by hand with responses cut up in every way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/measure/clock.h"
#include "harness/service/service.h"
#include "harness/trial/plugin.h"
#include "tests/limit.h"

static const char request[] = "GET /7 HTTP/1.1\r\nHost: x\r\n\r\n";

/* A service in a shared mapping, as the keeper has it, with so many pinned loops; 0: one that is not. */
static struct service_process *start_loops(unsigned loops, const char *workload, const char *param, int64_t value)
{
    const struct workload *w = workload_find(workload);
    struct cell c = {.workload = workload, .tasks = 1, .n_service_pus = loops};
    struct err e = {0};
    struct service_process *p = mmap(NULL, sizeof *p, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(p != MAP_FAILED);
    for (unsigned i = 0; i < loops; i++)
        c.service_pus[i] = (int)(i % (unsigned)sysconf(_SC_NPROCESSORS_ONLN));
    for (unsigned i = 0; w->params[i].name; i++)
        c.p[i] = strcmp(w->params[i].name, param) == 0 ? value : w->params[i].fallback;
    assert_int_equal(service_start(p, &c, plugin_workload, &e), 0);
    return p;
}

static struct service_process *start(const char *workload, const char *param, int64_t value)
{
    return start_loops(0, workload, param, value);
}

static void stop(struct service_process *p)
{
    assert_int_equal(service_stop(p), 0); /* it was alive until now */
    munmap(p, sizeof *p);
}

static int client(const struct service_process *p)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons(p->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval limit = {.tv_sec = hang_limit(60)}; /* a test that would hang fails */
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static void send_text(int fd, const char *text)
{
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

/* Reads a response with a body of `size` bytes and nothing beyond it. */
static void take_response(int fd, size_t size)
{
    static char buf[4096];
    size_t n = 0;
    char *body;
    do {
        ssize_t got = read(fd, buf + n, sizeof buf - 1 - n);
        assert_true(got > 0);
        n += (size_t)got;
        buf[n] = 0;
    } while (!(body = strstr(buf, "\r\n\r\n")));
    size_t have = n - (size_t)(body + 4 - buf);
    while (have < size) {
        ssize_t got = read(fd, buf, sizeof buf);
        assert_true(got > 0);
        have += (size_t)got;
    }
    assert_int_equal(have, size);
}

static void test_slow_client(void **state)
{
    (void)state;
    enum { BIG = 20 << 20 }; /* more than the sockets hold */
    struct service_process *p = start("fetch", "size", BIG);
    int slow = client(p), bytewise = client(p), other = client(p);
    send_text(slow, request); /* and does not read */
    for (size_t i = 0; i + 1 < sizeof request; i++)
        assert_int_equal(write(bytewise, request + i, 1), 1);
    for (int i = 0; i < 3; i++) {
        send_text(other, request);
        take_response(other, BIG);
    }
    take_response(bytewise, BIG);
    take_response(slow, BIG);
    close(slow);
    close(bytewise);
    close(other);
    stop(p);
}

static void test_pipelined_and_gone(void **state)
{
    (void)state;
    struct service_process *p = start("fetch", "size", 100);
    int fd = client(p), gone = client(p), wrong = client(p);
    char buf[16];
    send_text(gone, request);
    close(gone);
    send_text(wrong, "HELO x\r\n\r\n");
    assert_true(read(wrong, buf, sizeof buf) <= 0); /* closed */
    close(wrong);
    send_text(fd, "GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\nconnection:  CLOSE\r\n\r\n");
    static char all[4096];
    size_t n = 0;
    ssize_t got;
    while ((got = read(fd, all + n, sizeof all - n)) > 0)
        n += (size_t)got;
    assert_int_equal(got, 0); /* both answered, then closed */
    const char *second = memmem(all + 1, n - 1, "HTTP/1.1 200", 12);
    assert_non_null(second);
    assert_non_null(memmem(second, n - (size_t)(second - all), "Connection: close", 17));
    assert_null(memmem(all, (size_t)(second - all), "Connection: close", 17));
    close(fd);
    stop(p);
}

/* Turns go round in the order of asking, and one connection that keeps its turn without a word holds up only its place,
 * however many loops the service has. */
static void turns(unsigned loops)
{
    struct service_process *p = start_loops(loops, "echo", "active", 1);
    char message[64] = {0}, back[64], go;
    int a = client(p), b = client(p);
    struct timeval soon = {.tv_usec = 50000};
    assert_int_equal(read(a, &go, 1), 1);
    assert_int_equal(go, SERVICE_GO);
    setsockopt(b, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon);
    assert_int_equal(read(b, &go, 1), -1); /* a has the only turn */
    message[63] = TURN_LAST;
    assert_int_equal(write(a, message, 64), 64);
    assert_int_equal(recv(a, back, 64, MSG_WAITALL), 64);
    assert_memory_equal(message, back, 64);
    soon.tv_sec = hang_limit(60);
    setsockopt(b, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon);
    assert_int_equal(read(b, &go, 1), 1);
    assert_int_equal(atomic_load(&p->connections.open), 1); /* a has had its last answer */
    close(b);                                               /* goes away within its turn, which is then free again */
    int c = client(p);
    assert_int_equal(read(c, &go, 1), 1);
    assert_int_equal(atomic_load(&p->connections.open), 1); /* b's end was seen before its turn was given on */
    close(a);
    close(c);
    stop(p);
}

static void test_turns(void **state)
{
    (void)state;
    turns(0);
    turns(2); /* fewer turns than loops */
}

static void test_count_over_loops(void **state)
{
    (void)state;
    enum { N = 5 };
    struct service_process *p = start_loops(2, "echo", "active", 8);
    int fd[N];
    char go;
    for (int i = 0; i < N; i++) {
        fd[i] = client(p);
        assert_int_equal(read(fd[i], &go, 1), 1);
    }
    assert_int_equal(atomic_load(&p->connections.open), N);
    assert_int_equal(atomic_load(&p->connections.most), N);
    char message[64] = {[63] = TURN_LAST}, back[64];
    assert_int_equal(write(fd[3], message, 64), 64); /* on the second loop */
    assert_int_equal(recv(fd[3], back, 64, MSG_WAITALL), 64);
    assert_int_equal(atomic_load(&p->connections.open), N - 1);
    for (int i = 0; i < N; i++)
        close(fd[i]);
    stop(p);
}

static void test_usage_and_end(void **state)
{
    (void)state;
    struct service_process *p = start("fetch", "size", 1 << 20);
    struct service_usage before, after;
    assert_int_equal(service_usage(p, &before), 0); /* asked before it may even have begun */
    int fd = client(p);
    for (int i = 0; i < 200; i++) {
        send_text(fd, request);
        take_response(fd, 1 << 20);
    }
    assert_int_equal(service_usage(p, &after), 0);
    assert_true(after.user_ns + after.system_ns > before.user_ns + before.system_ns);
    kill(p->pid, SIGKILL);
    siginfo_t info;
    waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOWAIT);
    char c;
    assert_true(read(fd, &c, 1) <= 0);
    int status = service_stop(p);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_int_equal(service_usage(p, &after), -ESRCH);
    close(fd);
    munmap(p, sizeof *p);
}

/* Steps one task of fetch through one unit with `response` arriving in pieces of `piece` bytes; the last step. */
static enum step stepped(const char *response, size_t n, size_t piece, uint64_t size, uint64_t *sum)
{
    const struct workload *w = workload_find("fetch");
    struct wl_env env = {.port = 1, .tasks = 1};
    struct share share = {.units = 1};
    _Alignas(64) static char task[4096];
    memset(task, 0, sizeof task);
    assert_true(w->task_size <= sizeof task);
    env.p[workload_param(w, "size")] = (int64_t)size;
    env.p[workload_param(w, "keep_alive")] = 1;
    assert_int_equal(w->task_init(task, &env, &share), 0);
    struct op op = {.fd = -1};
    size_t at = 0;
    enum step s;
    while ((s = w->step(task, &op)) == STEP_OP || s == STEP_UNIT) {
        if (s == STEP_UNIT)
            continue;
        op.res = op.kind == OP_WRITE ? (ssize_t)op.len : 0;
        if (op.kind == OP_CONNECT)
            op.fd = 99;
        if (op.kind != OP_READ)
            continue;
        assert_true(at == 0 || op.resumed);
        size_t more = n - at < piece ? n - at : piece;
        memcpy(op.buf, response + at, more);
        op.res = (ssize_t)more;
        at += more;
    }
    *sum = w->checksum(task);
    w->task_fini(task);
    return s;
}

static void test_parser(void **state)
{
    (void)state;
    static const char *const good[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nabcdefghijklmnopqrst",
        "HTTP/1.1 200 OK\nServer: x\ncontent-length:20\n\nabcdefghijklmnopqrst",
        "HTTP/1.1 200 \r\ntransfer-encoding:chunked\r\n\r\n3\r\nabc\r\n10;x\r\ndefghijklmnopqrs\r\n1\r\nt\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n14\r\nabcdefghijklmnopqrst\r\n0\r\nTrailer: z\r\n\r\n",
    };
    static const char *const bad[] = {
        "HTTP/1.1 404 Not Found\r\nContent-Length: 20\r\n\r\nabcdefghijklmnopqrst",
        "HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\nabcdefghijklmnopqrstu",
        "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nabcdefghij",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nabcdefghijklmnopqrst",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nabcdefghijklmnopqrst",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\nabcdefghijklmnopqrst0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        "",
    };
    uint64_t due = 0, sum;
    assert_int_equal(stepped(good[0], strlen(good[0]), 1000, 20, &due), STEP_DONE);
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        for (size_t piece = 1; piece <= strlen(good[i]); piece++) {
            assert_int_equal(stepped(good[i], strlen(good[i]), piece, 20, &sum), STEP_DONE);
            assert_true(sum == due);
        }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        for (size_t piece = 1; piece <= strlen(bad[i]) + 1; piece++)
            assert_int_equal(stepped(bad[i], strlen(bad[i]), piece, 20, &sum), STEP_FAIL);
    const char *beyond = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nabcdefghijklmnopqrst!";
    assert_int_equal(stepped(beyond, strlen(beyond), 1000, 20, &sum), STEP_FAIL);
    /* Another order of the same bytes has another sum. */
    const char *swapped = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nbacdefghijklmnopqrst";
    assert_int_equal(stepped(swapped, strlen(swapped), 1000, 20, &sum), STEP_DONE);
    assert_true(sum != due);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slow_client),   cmocka_unit_test(test_pipelined_and_gone),
        cmocka_unit_test(test_turns),         cmocka_unit_test(test_count_over_loops),
        cmocka_unit_test(test_usage_and_end), cmocka_unit_test(test_parser),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
