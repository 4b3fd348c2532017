/* SPDX-License-Identifier: MIT */
/* Kills what a dead trial left: its orphans have become children of this process, a subreaper. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/trial/trial.h"

/* Parent of a process from /proc/PID/stat, after the name's closing parenthesis; -1 when it is gone. */
static int parent_of(const char *pid)
{
    char path[64], buf[512];
    snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    FILE *f = fopen(path, "re");
    if (!f)
        return -1;
    size_t n = fread(buf, 1, sizeof buf - 1, f);
    fclose(f);
    buf[n] = 0;
    char *end = NULL;
    for (char *p = buf; *p; p++)
        if (*p == ')')
            end = p;
    int parent = -1;
    return end && sscanf(end + 1, " %*c %d", &parent) == 1 ? parent : -1;
}

/* Children that this process had when it began: the shell's that has become it by exec. They are not ours to end, nor
 * is what they leave: it comes here too, and is in our session, where trials, which have one each, are not. */
static struct {
    pid_t *pids;
    unsigned n;
    bool any;      /* there were some; n falls as they end */
    pid_t session; /* ours; 0 where its leader is outside of our PID namespace, which getsid() says of all in it */
} spared;

static bool is_spared(pid_t pid)
{
    for (unsigned i = 0; i < spared.n; i++)
        if (spared.pids[i] == pid)
            return true;
    return spared.any && getsid(pid) == spared.session;
}

/* Its number may be given to a child of ours from now on. */
static void forget(pid_t pid)
{
    for (unsigned i = 0; i < spared.n; i++)
        if (spared.pids[i] == pid)
            spared.pids[i--] = spared.pids[--spared.n];
}

/* Calls fn for each child; -errno when they can't be told. */
static int each_child(bool (*fn)(pid_t pid))
{
    int n = 0;
    DIR *d = opendir("/proc");
    if (!d)
        return -errno;
    struct dirent *e;
    bool any = false;
    errno = 0;
    while ((e = readdir(d))) {
        any |= strcmp(e->d_name, "self") == 0;
        if (isdigit((unsigned char)e->d_name[0]) && parent_of(e->d_name) == getpid())
            n += fn(atoi(e->d_name));
    }
    int code = any ? 0 : errno ? errno : ENOENT; /* it can't be read, or is no more than a directory */
    closedir(d);
    return code ? -code : n;
}

static bool spare(pid_t pid)
{
    pid_t *more = realloc(spared.pids, (spared.n + 1) * sizeof *more);
    if (more) {
        spared.pids = more;
        spared.pids[spared.n++] = pid;
    }
    return more;
}

static bool end(pid_t pid)
{
    return !is_spared(pid) && kill(pid, SIGKILL) == 0;
}

int reap_spare(void)
{
    spared.n = 0;
    int n = each_child(spare);
    spared.any = n > 0;
    spared.session = getsid(0);
    return n < 0 ? n : 0;
}

/* One that had ended by itself and was only not waited for is nothing that was left running. */
static bool killed(pid_t pid, int status)
{
    bool ours = !is_spared(pid);
    forget(pid);
    return ours && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

unsigned reap_descendants(void)
{
    unsigned n = 0;
    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid > 0) {
            n += killed(pid, status);
            continue;
        }
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid < 0 && errno == ECHILD)
            return n; /* none is left */
        if (each_child(end) <= 0 || pid < 0)
            return n;                  /* none that is ours, or that can be ended or waited for */
        pid = waitpid(-1, &status, 0); /* those killed end soon; their own children then come here */
        if (pid > 0)
            n += killed(pid, status);
    }
}
