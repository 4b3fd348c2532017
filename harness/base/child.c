/* SPDX-License-Identifier: MIT */
/* Inherited state and the ends of children; see child.h. */
#include "harness/base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/base.h"

enum { UNREADABLE = 0xff00 }; /* as of an exit with code 255 */

static void default_signal(int sig)
{
    struct sigaction sa = {.sa_handler = SIG_DFL};
    sigaction(sig, &sa, NULL);
}

static bool is_ignored(int sig)
{
    struct sigaction sa;
    return sigaction(sig, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN;
}

/* An ignored signal is one that a wrapper had no use for; we have. */
static void signals_in_order(void)
{
    static const int kept[] = {SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU};
    sigset_t none;
    for (int sig = 1; sig < NSIG; sig++) {
        bool keep = false;
        for (size_t i = 0; i < ARRAY_LEN(kept); i++)
            keep |= kept[i] == sig;
        if (!keep && is_ignored(sig))
            default_signal(sig);
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The lowest number that is free is given out, so 0, 1 and 2 come in turn. Without a /dev/null the root directory holds
 * the number: reading and writing it fail. */
static void descriptors_in_order(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
            continue;
        if (open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY) < 0 && open("/", O_RDONLY | O_DIRECTORY) < 0)
            return; /* the table of descriptors is full at 0: all that follows fails, and says so */
    }
}

void inherited_in_order(void)
{
    signals_in_order();
    descriptors_in_order();
}

void child_in_order(pid_t parent)
{
    static const int handled[] = {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE, SIGXFSZ, SIGUSR1};
    sigset_t none;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1); /* it was gone before the line above */
    for (size_t i = 0; i < ARRAY_LEN(handled); i++)
        default_signal(handled[i]);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

int child_spawn_attributes(posix_spawnattr_t *a)
{
    static const int kept[] = {SIGHUP, SIGINT, SIGQUIT}; /* else a hangup ends gnuplot, or a trial that begins */
    sigset_t none, defaults;
    sigemptyset(&none);
    sigfillset(&defaults);
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        if (is_ignored(kept[i]))
            sigdelset(&defaults, kept[i]);
    int rc = posix_spawnattr_init(a);
    if (rc)
        return -rc;
    posix_spawnattr_setsigmask(a, &none);
    posix_spawnattr_setsigdefault(a, &defaults);
    posix_spawnattr_setflags(a, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    return 0;
}

int child_wait(pid_t pid, int *status)
{
    for (;;) {
        if (waitpid(pid, status, 0) == pid)
            return 0;
        if (errno != EINTR) {
            *status = UNREADABLE;
            return -errno;
        }
    }
}

void child_wait_gone(pid_t pid)
{
    int status;
    (void)child_wait(pid, &status); /* ECHILD: it is gone too */
}

bool child_succeeded(int status)
{
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
