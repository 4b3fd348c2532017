/* SPDX-License-Identifier: MIT */
/* The life of a service's process; see service.h. */
#include "harness/service/service.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/child.h"
#include "harness/base/errno_text.h"
#include "harness/base/futex.h"
#include "harness/machine/machine.h"
#include "harness/service/listen.h"

enum { SERVICE_UNSEEN = 0xff00 }; /* as of exit code 255: an end that can't be read is no success */
enum { FIRST_LISTENER = 3 };

static struct service_process *asked_of; /* what the handler of the question may touch; set once, in the service */

static uint64_t tv_ns(struct timeval tv)
{
    return (uint64_t)tv.tv_sec * NS_PER_S + (uint64_t)tv.tv_usec * NS_PER_US;
}

static int64_t drops(const struct service_process *p)
{
    int64_t sum = 0;
    for (unsigned i = 0; i < p->listeners; i++) {
        uint32_t counts[SK_MEMINFO_VARS] = {0};
        socklen_t len = sizeof counts;
        if (getsockopt(FIRST_LISTENER + (int)i, SOL_SOCKET, SO_MEMINFO, counts, &len))
            return -errno;
        if (len <= SK_MEMINFO_DROPS * sizeof *counts)
            return -ENOPROTOOPT;
        sum += counts[SK_MEMINFO_DROPS];
    }
    return sum;
}

/* getrusage and getsockopt are plain system calls, so they may be called here. */
static void on_question(int sig)
{
    (void)sig;
    int code = errno;
    struct rusage r;
    if (getrusage(RUSAGE_SELF, &r) == 0)
        asked_of->usage = (struct service_usage){tv_ns(r.ru_utime), tv_ns(r.ru_stime), drops(asked_of)};
    /* Release: the usage is whole for whoever sees the count. */
    atomic_fetch_add_explicit(&asked_of->told, 1, memory_order_release);
    futex_wake(&asked_of->told, 1);
    errno = code;
}

static void question_mask(int how)
{
    sigset_t question;
    sigemptyset(&question);
    sigaddset(&question, SIGUSR1);
    sigprocmask(how, &question, NULL);
}

static void failed(struct service_process *p, int code, const char *call, const char *what)
{
    char why[ERRNO_TEXT_MAX];
    if (!atomic_exchange(&p->failed, 1))
        snprintf(p->error, sizeof p->error, "%s: %s", what, errno_text(why, sizeof why, call, code));
}

struct place {
    struct service_process *process;
    struct service_loop *loops;
    unsigned index;
    int pu; /* -1: not pinned */
};

/* One loop; the process ends when it fails. */
static void *serve(void *arg)
{
    struct place *at = arg;
    const char *what = "pinning", *call = "sched_setaffinity";
    int rc = at->pu < 0 ? 0 : pin_self(at->pu);
    if (!rc) {
        rc = service_loop_run(at->loops, at->index, &what, &call);
    }
    failed(at->process, -rc, call, what);
    _exit(1);
}

/* The service's process: never returns. */
static void be_service(struct service_process *p, const struct cell *c, const struct service *s, const int *listening)
{
    struct place *places = calloc(p->loops, sizeof *places);
    struct wl_env env = {.seed = c->seed, .tasks = c->tasks, .concurrency = c->concurrency, .port = p->port};
    memcpy(env.p, c->p, sizeof env.p);
    prctl(PR_SET_NAME, "contend-service");
    asked_of = p;
    unsigned turns = s->active ? s->active(&env) : 0;
    if (turns && turns < p->loops) /* with a turn for each loop more would be active than were asked for */
        p->loops = turns;
    struct sigaction sa = {.sa_handler = on_question, .sa_flags = SA_RESTART};
    int asked = sigaction(SIGUSR1, &sa, NULL) ? -errno : 0;
    question_mask(SIG_UNBLOCK); /* one asked too early waits until here */
    signal(SIGPIPE, SIG_IGN);
    const char *call = asked ? "sigaction" : NULL;
    int rc = asked ? asked : places ? 0 : -ENOMEM;
    struct listeners listeners = {FIRST_LISTENER, p->listeners};
    if (!rc)
        rc = listen_keep_only(listening, p->listeners, FIRST_LISTENER, &call);
    struct service_loop *loops = NULL;
    if (!rc)
        rc = service_loops_new(&loops, p->loops, s, &env, listeners, &p->connections, &call);
    for (unsigned i = p->loops; !rc && i-- > 0;) {
        pthread_t thread;
        places[i] = (struct place){p, loops, i, c->n_service_pus ? c->service_pus[i] : -1};
        if (!i)
            serve(&places[0]);
        rc = -pthread_create(&thread, NULL, serve, &places[i]);
        call = "pthread_create";
    }
    failed(p, -rc, call, "it can't be set up");
    _exit(1);
}

int service_start(struct service_process *p, const struct cell *c, service_load *load, struct err *e)
{
    const struct workload *w = workload_find(c->workload);
    if (!w || !w->service)
        return 0;
    const char *call;
    int fds[LISTENERS_MOST], rc = listen_anywhere(p, c->concurrency, fds, &call);
    if (rc)
        return err_call(e, -rc, call, "the service %s can't listen on the loopback address", w->service->name);
    net_mark(&p->at_start);
    p->loops = c->n_service_pus ? c->n_service_pus : 1;
    question_mask(SIG_BLOCK);
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
        struct err why = {0};
        w = load(c->workload, &why); /* of a plug-in the keeper has the description alone, no code */
        if (!w || !w->service) {
            fprintf(stderr, "contend trial: the service can't be started: %s\n", why.text);
            _exit(1);
        }
        be_service(p, c, w->service, fds);
    }
    int code = errno;
    question_mask(SIG_UNBLOCK);
    /* The service alone has them, so that a connection to a dead one is refused at once. */
    listen_close(fds, p->listeners);
    if (pid < 0)
        return err_call(e, code, "fork", "the service %s can't be forked", w->service->name);
    p->pid = pid;
    return 0;
}

int service_stop(struct service_process *p)
{
    int status = 0;
    if (p->pid <= 0)
        return 0;
    pid_t ended = waitpid(p->pid, &status, WNOHANG);
    if (ended < 0)
        status = SERVICE_UNSEEN;
    if (ended == 0 && kill(p->pid, SIGKILL) == 0)
        child_wait_gone(p->pid);
    p->pid = 0;
    return status;
}

int service_usage(struct service_process *p, struct service_usage *u)
{
    unsigned seen = atomic_load_explicit(&p->told, memory_order_acquire);
    struct timespec tick = {.tv_nsec = 10000000};
    if (p->pid <= 0 || kill(p->pid, SIGUSR1))
        return -ESRCH;
    for (int i = 0; i < 100; i++) {
        if (atomic_load_explicit(&p->told, memory_order_acquire) != seen) {
            *u = p->usage;
            return 0;
        }
        futex_wait(&p->told, seen, &tick);
    }
    return -ETIMEDOUT;
}

void service_net_own(const struct service_usage *from, const struct service_usage *to, struct metric net[NETS])
{
    static const unsigned of_listeners[] = {NET_LISTEN_OVERFLOWS, NET_LISTEN_DROPS};
    int64_t own = to->drops - (from ? from->drops : 0);
    if (to->drops < 0 || (from && from->drops < 0) || own < 0)
        return;
    for (size_t i = 0; i < ARRAY_LEN(of_listeners); i++) {
        struct metric *m = &net[of_listeners[i]];
        if (!m->why && m->value > own)
            m->value = own;
    }
}
