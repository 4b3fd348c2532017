/* SPDX-License-Identifier: MIT */
/* Costs of starting threads, processes and programs; each is started on the CPU of the one that waits for it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/machine/costs_internal.h"
#include "harness/measure/clock.h"

extern char **environ;
enum { THREADS = 3, MIB = 1 << 20 };

static void *nothing(void *arg)
{
    return arg;
}

int cost_thread_start(struct cost_room *room, double *value)
{
    uint64_t begin = now_ns();
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_t t;
        int rc = cost_thread(room, nothing, NULL, &t);
        if (rc)
            return rc;
        pthread_join(t, NULL);
    }
    *value = cost_each(begin, THREADS);
    return 0;
}

static int await(struct cost_room *room, pid_t pid, const char *what)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return cost_fail(room, errno, "%s can't be awaited", what);
    if (WIFSIGNALED(status))
        return cost_fail(room, 0, "%s was ended by signal %d", what, WTERMSIG(status));
    return WEXITSTATUS(status) ? cost_fail(room, 0, "%s ended with %d", what, WEXITSTATUS(status)) : 0;
}

static int start(struct cost_room *room, char *const argv[], const char *what, double *value)
{
    posix_spawn_file_actions_t fa;
    pid_t pid;
    posix_spawn_file_actions_init(&fa);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        posix_spawn_file_actions_addopen(&fa, fd, "/dev/null", O_RDWR, 0);
    uint64_t begin = now_ns();
    int rc = posix_spawn(&pid, argv[0], &fa, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&fa);
    if (rc)
        return cost_fail(room, rc, "%s can't be started", what);
    rc = await(room, pid, what);
    *value = cost_each(begin, 1);
    return rc;
}

int cost_true_start(struct cost_room *room, double *value)
{
    char path[] = "/bin/true";
    return start(room, (char *const[]){path, NULL}, path, value);
}

int cost_shell_start(struct cost_room *room, double *value)
{
    char path[] = "/bin/sh", option[] = "-c", command[] = ":";
    return start(room, (char *const[]){path, option, command, NULL}, path, value);
}

int cost_process_start(struct cost_room *room, double *value)
{
    char path[4096], option[] = "--version";
    if (!room->q->program)
        return cost_fail(room, 0, "no program was named");
    snprintf(path, sizeof path, "%s", room->q->program);
    return start(room, (char *const[]){path, option, NULL}, "this program", value);
}

/* The memory is part of forks during this batch alone. */
static int fork_with(struct cost_room *room, unsigned index, size_t bytes, double *value)
{
    void **kept = &room->at[index];
    if (!*kept && room->memory && room->memory < 4 * bytes)
        return cost_fail(room, 0, "it needs %zu MiB and %llu MiB are left: a quarter is taken", bytes / MIB,
                         (unsigned long long)(room->memory / MIB));
    if (!*kept) {
        if (!(*kept = cost_map(room, bytes)))
            return -ENOMEM;
        cost_touch(*kept, bytes, false);
    }
    madvise(*kept, bytes, MADV_DOFORK);
    uint64_t begin = now_ns();
    pid_t pid = fork();
    int code = errno, rc = 0;
    if (pid == 0)
        _exit(0);
    if (pid > 0)
        rc = await(room, pid, "a forked process");
    *value = cost_each(begin, 1);
    madvise(*kept, bytes, MADV_DONTFORK);
    return pid < 0 ? cost_fail(room, code, "fork failed") : rc;
}

int cost_fork_1m(struct cost_room *room, double *value)
{
    return fork_with(room, COST_INDEX_fork_1m, MIB, value);
}

int cost_fork_64m(struct cost_room *room, double *value)
{
    return fork_with(room, COST_INDEX_fork_64m, (size_t)64 * MIB, value);
}

int cost_fork_256m(struct cost_room *room, double *value)
{
    return fork_with(room, COST_INDEX_fork_256m, (size_t)256 * MIB, value);
}
