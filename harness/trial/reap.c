/* SPDX-License-Identifier: MIT */
/* Kills what a dead trial left: its orphans have become children of this process, a subreaper. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
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

static void kill_children(void)
{
    DIR *d = opendir("/proc");
    if (!d)
        return;
    struct dirent *e;
    while ((e = readdir(d)))
        if (isdigit((unsigned char)e->d_name[0]) && parent_of(e->d_name) == getpid())
            kill(atoi(e->d_name), SIGKILL);
    closedir(d);
}

/* One that had ended by itself and was only not waited for is nothing that was left running. */
static bool killed(int status)
{
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

unsigned reap_descendants(void)
{
    unsigned n = 0;
    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid > 0) {
            n += killed(status);
            continue;
        }
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid < 0)
            return n; /* ECHILD: none is left */
        kill_children();
        pid = waitpid(-1, &status, 0); /* those killed end soon; their own children then come here */
        if (pid > 0)
            n += killed(status);
    }
}
