/* SPDX-License-Identifier: MIT */
/*
 * deny_once CALL ERRNO N REPORT -- COMMAND [ARGUMENT ...]: runs the command with the N-th of these system calls, over
 * all processes and threads that it starts, failing with that errno; all others go on. With N 0 none fails: they are
 * counted. REPORT gets "seen K failed F", with who it was where one failed: "seen 7 failed 1 in pid 12 (contend)".
 *
 * By seccomp's user notification: the kernel stops each such call until this process answers. The filter holds for the
 * thread that installs it and all that it forks, so that is a thread of its own, and the one that answers is free of
 * it. Leaves with the command's code (128 + the signal that ended it), 125 where this can't be set up.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "tests/fault/calls.h"

enum { CANNOT = 125 };

static struct {
    int nr;
    const char *path;
    char **argv;
    int listener;
    pid_t thread, command;
    int code; /* of what failed; 0 */
    bool execed;
} set;

/* Installs the filter and starts the command, without the libc: its own calls on the way would be among those counted.
 */
static void *start(void *arg)
{
    sem_t *ready = arg;
    struct sock_filter f[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)set.nr, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog prog = {.len = sizeof f / sizeof f[0], .filter = f};
    set.thread = (pid_t)syscall(SYS_gettid);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        set.code = errno;
    set.listener =
        set.code ? -1 : (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog);
    if (set.listener < 0 && !set.code)
        set.code = errno;
    sem_post(ready);
    if (set.code)
        return NULL;
    pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
        execve(set.path, set.argv, environ);
        syscall(SYS_exit_group, CANNOT);
    }
    /* Release: the one that answers takes the command's own exec from it. */
    __atomic_store_n(&set.command, pid, __ATOMIC_RELEASE);
    return NULL;
}

/* Of the thread that sets this up, or the exec of the command itself. */
static bool is_ours(const struct seccomp_notif *n)
{
    if ((pid_t)n->pid == set.thread)
        return true;
    bool first = !set.execed;
    set.execed = true;
    return first && n->data.nr == __NR_execve;
}

static void name_of(pid_t pid, char *buf, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);
    if (fd >= 0)
        close(fd);
    buf[n > 0 ? n - 1 : 0] = 0; /* without the newline */
}

static struct {
    unsigned long n, seen, failed;
    int code;
    pid_t pid;
    char comm[32];
} plan;

static void answer_one(void)
{
    /* Larger than any kernel's struct; it must be zeroed. */
    static union {
        char room[4096];
        struct seccomp_notif n;
        struct seccomp_notif_resp r;
    } ask, tell;
    memset(&ask, 0, sizeof ask);
    memset(&tell, 0, sizeof tell);
    if (ioctl(set.listener, SECCOMP_IOCTL_NOTIF_RECV, &ask.n))
        return; /* whoever called was killed meanwhile */
    tell.r.id = ask.n.id;
    tell.r.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    if (!is_ours(&ask.n) && ++plan.seen == plan.n) {
        tell.r.flags = 0;
        tell.r.error = -plan.code;
        plan.pid = (pid_t)ask.n.pid;
        name_of(plan.pid, plan.comm, sizeof plan.comm);
        plan.failed++;
    }
    ioctl(set.listener, SECCOMP_IOCTL_NOTIF_SEND, &tell.r);
}

/* Until the command has ended, and then until nobody has the filter any more; at most GRACE_MS for those. */
static int answer_all(void)
{
    enum { GRACE_MS = 2000, STEP_MS = 20 };
    int status = 0, left = GRACE_MS;
    bool ended = false;
    for (;;) {
        struct pollfd p = {.fd = set.listener, .events = POLLIN};
        int n = poll(&p, 1, STEP_MS);
        if (n > 0 && (p.revents & POLLIN))
            answer_one();
        else if (n > 0 && ended)
            break; /* nobody is left */
        else if (ended && (left -= STEP_MS) <= 0)
            break;
        ended = ended || waitpid(__atomic_load_n(&set.command, __ATOMIC_ACQUIRE), &status, WNOHANG) > 0;
        if (n > 0 && !(p.revents & POLLIN) && !ended)
            usleep(STEP_MS * 1000u); /* the last is dead, and not reaped */
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
    char found[4096];
    pthread_t thread;
    sem_t ready;
    if (argc < 7 || strcmp(argv[5], "--") != 0) {
        fprintf(stderr, "deny_once: expected CALL ERRNO N REPORT -- COMMAND [ARGUMENT ...]\n");
        return CANNOT;
    }
    set.nr = call_number(argv[1]);
    plan.code = errno_number(argv[2]);
    plan.n = strtoul(argv[3], NULL, 10);
    set.path = command_path(argv[6], found, sizeof found);
    set.argv = argv + 6;
    if (set.nr < 0 || plan.code < 0) {
        fprintf(stderr, "deny_once: no system call '%s' here, or no errno '%s'\n", argv[1], argv[2]);
        return CANNOT;
    }
    sem_init(&ready, 0, 0);
    if (pthread_create(&thread, NULL, start, &ready)) {
        fprintf(stderr, "deny_once: no thread can be made\n");
        return CANNOT;
    }
    while (sem_wait(&ready))
        ;
    if (set.code) {
        fprintf(stderr, "deny_once: no filter can be installed: %s\n", strerror(set.code));
        return CANNOT;
    }
    int code = answer_all();
    FILE *report = fopen(argv[4], "w");
    if (!report)
        return CANNOT;
    fprintf(report, "seen %lu failed %lu", plan.seen, plan.failed);
    if (plan.failed)
        fprintf(report, " in pid %d (%s)", (int)plan.pid, plan.comm);
    fprintf(report, "\n");
    return fclose(report) ? CANNOT : code;
}
