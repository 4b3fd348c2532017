/* SPDX-License-Identifier: MIT */
/* Which file this program is; see self.h. */
#include "harness/base/self.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/base.h"

static const char exe[] = "/proc/self/exe";

/* The kernel writes a line's end in a path as \012. A path that has just these four characters is there as it is. */
static void unescape(char *path)
{
    static const char escaped[] = "\\012";
    const size_t n = sizeof escaped - 1;
    if (access(path, F_OK) == 0)
        return;
    for (char *p = path; (p = strstr(p, escaped)); p++) {
        *p = '\n';
        memmove(p + 1, p + n, strlen(p + n) + 1);
    }
}

/* The file that the mapping of this function is of, as the kernel writes it: with " (deleted)" behind one that is gone.
 */
static char *mapped_file(void)
{
    uintptr_t here = (uintptr_t)&mapped_file, from, to;
    CLEANUP_FREE char *line = NULL;
    char *found = NULL;
    size_t room = 0;
    FILE *f = fopen("/proc/self/maps", "re");
    while (f && !found && getline(&line, &room, f) > 0) {
        char *path = strchr(line, '/');
        if (path && sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &from, &to) == 2 && from <= here && here < to) {
            path[strcspn(path, "\n")] = 0;
            unescape(path);
            found = strdup(path);
        }
    }
    if (f)
        fclose(f);
    return found;
}

static bool one_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* /proc/self/exe is this program: also when its file has been replaced since, which it alone still leads to. */
static bool exe_is(const char *mapped)
{
    char link[PATH_MAX];
    ssize_t n = readlink(exe, link, sizeof link - 1);
    if (n <= 0)
        return false;
    link[n] = 0;
    return one_file(exe, mapped) || (strcmp(link, mapped) == 0 && access(mapped, F_OK) != 0);
}

/* The loader that was called by name, with its options and the program, as the command line begins; false: it was not.
 */
static bool called_by_loader(struct self *s, const char *mapped)
{
    enum { MOST = 1 << 16 };
    if (getauxval(AT_BASE)) /* the kernel loaded a loader: it was not what was executed */
        return false;
    char *text = calloc(1, MOST + 1); /* stays: `before` points into it */
    int fd = text ? open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC) : -1;
    ssize_t n = fd < 0 ? -1 : read(fd, text, MOST);
    if (fd >= 0)
        close(fd);
    for (ssize_t at = 0; at < n && s->n_before < SELF_BEFORE_MOST; at += (ssize_t)strlen(text + at) + 1) {
        s->before[s->n_before++] = text + at;
        if (at && one_file(text + at, mapped))
            return true;
    }
    s->n_before = 0;
    free(text);
    return false;
}

const struct self *self_find(struct err *e)
{
    static struct self found;
    static char name[] = "contend";
    if (found.file)
        return &found;
    char *mapped = mapped_file();
    if (!mapped && getauxval(AT_EXECFN))                             /* no /proc: as it was named to the kernel */
        mapped = realpath((const char *)getauxval(AT_EXECFN), NULL); // NOLINT(performance-no-int-to-ptr)
    if (!mapped) {
        err_set(e, ENOENT, "this program can't tell which file it is: /proc: %s", strerror(ENOENT));
        return NULL;
    }
    found.path = mapped;
    if (exe_is(mapped) || called_by_loader(&found, mapped))
        found.file = exe;
    else
        found.file = mapped;
    if (!found.n_before)
        found.before[found.n_before++] = name;
    return &found;
}
