/* SPDX-License-Identifier: MIT */
/* Scratch directories and their locks; see scratch.h. */
#include "harness/trial/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/workload.h"
#include "harness/record/plugin.h"

#define PREFIX "contend-scratch-"

bool scratch_is_needed(const char *workload)
{
    const struct workload *w = workload_find(workload);
    return plugin_of(workload) || (w && (w->needs & (NEED_FILES | NEED_SCRATCH)));
}

static int remove_errno; /* of the first that could not be removed; nftw hands nothing on to remove_one */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    if (remove(path) && !remove_errno && errno != ENOENT)
        remove_errno = errno;
    return 0; /* goes on: what can't be removed keeps its directory, which the next sweep finds */
}

/* 0, or -errno of what is still there. */
static int remove_tree(const char *path)
{
    enum { OPEN_AT_ONCE = 16 };
    remove_errno = 0;
    if (nftw(path, remove_one, OPEN_AT_ONCE, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) && !remove_errno)
        remove_errno = errno;
    return access(path, F_OK) == 0 ? -(remove_errno ? remove_errno : ENOTEMPTY) : 0;
}

/* The directory, locked, or -errno: another has it, or it is not this user's (-EWOULDBLOCK). *locked: there are locks
 * here. */
static int lock(const char *path, bool *locked)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), code = EWOULDBLOCK;
    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) == 0 && st.st_uid == geteuid() && st.st_nlink) {
        *locked = flock(fd, LOCK_EX | LOCK_NB) == 0;
        if ((*locked || errno != EWOULDBLOCK) && fstat(fd, &st) == 0 && st.st_nlink)
            return fd;
    }
    close(fd);
    return -code;
}

int scratch_make(struct scratch *s, const char *base, struct err *e)
{
    enum { TRIES = 8 }; /* a sweep may come between making a directory and locking it */
    for (int i = 0; i < TRIES; i++) {
        int n = snprintf(s->path, sizeof s->path, "%s/" PREFIX "XXXXXX", base);
        bool locked;
        if (n < 0 || (size_t)n >= sizeof s->path)
            return err_call(e, ENAMETOOLONG, "mkdtemp", "no directory can be made in %s", base);
        if (!mkdtemp(s->path))
            return err_call(e, errno, "mkdtemp", "no directory can be made in %s", base);
        s->fd = lock(s->path, &locked);
        if (s->fd >= 0)
            return 0;
        rmdir(s->path);
        if (s->fd != -EWOULDBLOCK && s->fd != -ENOENT)
            return err_call(e, -s->fd, "open", "the directory that was made in %s can't be opened", base);
    }
    return err_set(e, EBUSY, "no directory can be kept in %s: another program removes it each time", base);
}

void scratch_remove(struct scratch *s)
{
    if (!s->path[0])
        return;
    remove_tree(s->path);
    close(s->fd);
}

int scratch_sweep(const char *base)
{
    int left = 0;
    DIR *d = opendir(base);
    if (!d)
        return 0;
    for (struct dirent *e; (e = readdir(d));) {
        char path[PATH_MAX];
        int len = snprintf(path, sizeof path, "%s/%s", base, e->d_name);
        if (strncmp(e->d_name, PREFIX, sizeof PREFIX - 1) != 0 || len < 0 || (size_t)len >= sizeof path)
            continue;
        bool locked = false;
        int fd = lock(path, &locked);
        if (fd < 0)
            continue;
        int rc = locked ? remove_tree(path) : 0;
        left = rc ? rc : left;
        close(fd);
    }
    closedir(d);
    return left;
}
