/* SPDX-License-Identifier: MIT */
/*
 * Who owns a run's directory; see run_dir.h. It is made before anything is measured, so that a place that can't be
 * written to is known at once and not after the calibration; and locked, so that two runs never write into one.
 */
#include "harness/command/run_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/measure/clock.h"

enum { SAME_SECOND = 100 };

int run_dir_open(struct run_dir *d, const char *path, struct err *e)
{
    size_t n = strlen(path);
    if (n >= sizeof d->path - 64) /* room for the names of its files */
        return err_set(e, ENAMETOOLONG, "the directory's name of %zu bytes is too long", n);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_call(e, errno, "open", "the directory %s can't be opened", path);
    if (flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) { /* a file system without locks is taken as it is */
        close(fd);
        return err_set(e, EBUSY, "%s is held by another run that is still going on", path);
    }
    memcpy(d->path, path, n + 1);
    d->fd = fd;
    return 0;
}

void run_dir_release(struct run_dir *d)
{
    if (d->path[0])
        close(d->fd);
    d->path[0] = 0;
}

void run_dir_abandon(const struct run_dir *d, const char *const *names)
{
    for (; *names; names++) {
        char path[sizeof d->path + 64];
        snprintf(path, sizeof path, "%s/%.60s", d->path, *names);
        unlink(path);
    }
    if (d->made)
        rmdir(d->path);
}

static bool is_empty(const char *path)
{
    DIR *d = opendir(path);
    const struct dirent *f;
    bool empty = d;
    while (d && (f = readdir(d)))
        empty &= strcmp(f->d_name, ".") == 0 || strcmp(f->d_name, "..") == 0;
    if (d)
        closedir(d);
    return empty;
}

static int make_named(struct run_dir *d, const char *out, struct err *e)
{
    bool made = mkdir(out, 0777) == 0;
    if (!made && errno == ENOENT && strncmp(out, "runs/", 5) == 0) /* where runs go that are given no name, too */
        made = mkdir("runs", 0777) == 0 && mkdir(out, 0777) == 0;
    if (!made && errno != EEXIST)
        return err_call(e, errno, "mkdir", "the directory %s can't be made", out);
    int rc = run_dir_open(d, out, e);
    d->made = made;
    if (!rc && access(out, W_OK))
        rc = err_call(e, errno, "access", "the directory %s can't be written to", out);
    else if (!rc && !is_empty(out)) /* with the lock held: what another run made there is seen */
        rc = err_set(e, EEXIST, "%s is there and not empty; name another --out, or go on with it by --resume %s", out,
                     out);
    if (rc)
        run_dir_release(d);
    return rc;
}

static int make_stamped(struct run_dir *d, const char *name, struct err *e)
{
    char stamp[40], path[512];
    wall_rfc3339(stamp);
    stamp[19] = 0; /* to the second, and no colons in a file's name */
    for (char *p = stamp; *p; p++)
        *p = *p == ':' ? '-' : *p;
    if (mkdir("runs", 0777) && errno != EEXIST)
        return err_call(e, errno, "mkdir", "the directory ./runs can't be made; name another with --out");
    size_t at = (size_t)snprintf(path, sizeof path, "runs/%.200s-%s", name, stamp);
    for (int i = 2; i < SAME_SECOND; i++) {
        d->made = mkdir(path, 0777) == 0;
        if (d->made)
            return run_dir_open(d, path, e);
        if (errno != EEXIST)
            break;
        snprintf(path + at, sizeof path - at, "-%d", i);
    }
    return err_call(e, errno, "mkdir", "the directory %s can't be made", path);
}

int run_dir_make(struct run_dir *d, const char *out, const char *name, struct err *e)
{
    return out ? make_named(d, out, e) : make_stamped(d, name, e);
}
