/* SPDX-License-Identifier: MIT */
/* The life of a service's process; see service.h. */
#include "harness/service/service.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
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
#include "harness/base/futex.h"
#include "harness/machine/machine.h"

enum { BACKLOG = 4096, LISTENER_FD = 3 };

static struct service_process *asked_of; /* what the handler of the question may touch; set once, in the service */

static uint64_t tv_ns(struct timeval tv)
{
    return (uint64_t)tv.tv_sec * NS_PER_S + (uint64_t)tv.tv_usec * NS_PER_US;
}

/* getrusage is a plain system call, so it may be called here. */
static void on_question(int sig)
{
    (void)sig;
    int code = errno;
    struct rusage r;
    if (getrusage(RUSAGE_SELF, &r) == 0)
        asked_of->usage = (struct service_usage){tv_ns(r.ru_utime), tv_ns(r.ru_stime)};
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

static void failed(struct service_process *p, int code, const char *what)
{
    struct rlimit r = {0};
    getrlimit(RLIMIT_NOFILE, &r);
    if (atomic_exchange(&p->failed, 1))
        return;
    if (code == EMFILE)
        snprintf(p->error, sizeof p->error, "%s: %s (open files limit: %llu; see ulimit -n)", what, strerror(code),
                 (unsigned long long)r.rlim_cur);
    else
        snprintf(p->error, sizeof p->error, "%s: %s", what, strerror(code));
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
    const char *what = "pinning";
    int rc = at->pu < 0 ? 0 : pin_self(at->pu);
    if (!rc)
        rc = service_loop_run(at->loops, at->index, &what);
    failed(at->process, -rc, what);
    _exit(1);
}

/* The service's process: never returns. */
static void be_service(struct service_process *p, const struct cell *c, const struct service *s, int listener)
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
    sigaction(SIGUSR1, &sa, NULL);
    question_mask(SIG_UNBLOCK); /* one asked too early waits until here */
    signal(SIGPIPE, SIG_IGN);
    int rc = dup2(listener, LISTENER_FD) < 0 || close_range(LISTENER_FD + 1, ~0U, 0) ? -errno : 0;
    if (!rc && !places)
        rc = -ENOMEM;
    struct service_loop *loops = NULL;
    if (!rc)
        rc = service_loops_new(&loops, p->loops, s, &env, LISTENER_FD, &p->connections);
    for (unsigned i = p->loops; !rc && i-- > 0;) {
        pthread_t thread;
        places[i] = (struct place){p, loops, i, c->n_service_pus ? c->service_pus[i] : -1};
        if (i)
            rc = -pthread_create(&thread, NULL, serve, &places[i]);
        else
            serve(&places[0]);
    }
    failed(p, -rc, "it can't be set up");
    _exit(1);
}

/* A listening socket on a port that is free; its descriptor or -errno. */
static int listen_anywhere(uint16_t *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    if (bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, BACKLOG) ||
        getsockname(fd, (struct sockaddr *)&a, &len)) {
        int code = errno;
        close(fd);
        return -code;
    }
    *port = ntohs(a.sin_port);
    return fd;
}

int service_start(struct service_process *p, const struct cell *c, service_load *load, struct err *e)
{
    const struct workload *w = workload_find(c->workload);
    if (!w || !w->service)
        return 0;
    int fd = listen_anywhere(&p->port);
    if (fd < 0)
        return err_sys(e, -fd, "the service %s can't listen on the loopback address", w->service->name);
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
        be_service(p, c, w->service, fd);
    }
    int code = errno;
    question_mask(SIG_UNBLOCK);
    close(fd); /* the service alone has it, so that a connection to a dead one is refused at once */
    if (pid < 0)
        return err_sys(e, code, "the service %s can't be forked", w->service->name);
    p->pid = pid;
    return 0;
}

int service_stop(struct service_process *p)
{
    int status = 0;
    if (p->pid <= 0)
        return 0;
    if (waitpid(p->pid, &status, WNOHANG) == 0) {
        kill(p->pid, SIGKILL);
        while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
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
