/* SPDX-License-Identifier: MIT */
/* The table of workloads, those that were added to it while the program runs, and what the contract offers them beyond
 * its header. */
#include "bench/workload.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "harness/base/errno_text.h"

#define WORKLOAD(x) extern const struct workload workload_##x;
#include "bench/workloads.def"
#undef WORKLOAD

#define WORKLOAD(x) &workload_##x,
const struct workload *const workloads[] = {
#include "bench/workloads.def"
    NULL};
#undef WORKLOAD

enum { BUILT_IN = sizeof workloads / sizeof workloads[0] - 1 };

static const struct workload **added; /* grows only; what it points to is never changed */
static size_t n_added;

const struct workload *workload_at(size_t i)
{
    return i < BUILT_IN ? workloads[i] : i - BUILT_IN < n_added ? added[i - BUILT_IN] : NULL;
}

const struct workload *workload_find(const char *name)
{
    const struct workload *w;
    for (size_t i = 0; (w = workload_at(i)); i++)
        if (strcmp(w->name, name) == 0)
            return w;
    return NULL;
}

int workload_add(const struct workload *w)
{
    if (workload_find(w->name))
        return -EEXIST;
    const struct workload **more = realloc(added, (n_added + 1) * sizeof *more);
    if (!more)
        return -ENOMEM;
    added = more;
    added[n_added++] = w;
    return 0;
}

int workload_param(const struct workload *w, const char *name)
{
    for (int i = 0; w->params && w->params[i].name; i++)
        if (strcmp(w->params[i].name, name) == 0)
            return i;
    return -1;
}

uint64_t workload_late_after(const struct workload *w, const int64_t *p)
{
    int at = w->late_after ? workload_param(w, w->late_after) : -1;
    return at < 0 ? 0 : (uint64_t)p[at];
}

unsigned workload_group(const struct workload *w, const int64_t *p)
{
    unsigned group = w->group_of ? w->group_of(p) : w->group;
    return group ? group : 1;
}

bool workload_uneven(const struct workload *w, const int64_t *p)
{
    return w->uneven_of ? w->uneven_of(p) : w->uneven;
}

unsigned workload_needs(const struct workload *w, const int64_t *p)
{
    return w->needs | (w->needs_of ? w->needs_of(p) : 0);
}

int wl_error(struct wl_env *env, int code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(env->error, sizeof env->error, fmt, ap);
    va_end(ap);
    return -code;
}

int wl_error_call(struct wl_env *env, int code, const char *call, const char *fmt, ...)
{
    char what[sizeof env->error], why[ERRNO_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    return wl_error(env, code, "%s: %s", what, errno_text(why, sizeof why, call, code));
}

void wl_warn(struct wl_env *env, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(env->warning, sizeof env->warning, fmt, ap);
    va_end(ap);
}

uint64_t wl_unknown(const struct wl_env *env, int code)
{
    if (env->unknown)
        *env->unknown = code;
    return 0;
}

void *wl_map(struct wl_env *env, size_t bytes)
{
    /* The kernel would promise more than there is, and kill when it is touched. */
    if (env->memory_left && env->memory_left < bytes) {
        wl_error(env, ENOMEM, "its tasks need %zu MiB of memory, %llu MiB are available; choose less or fewer tasks",
                 bytes >> 20, (unsigned long long)(env->memory_left >> 20));
        return NULL;
    }
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) {
        wl_error(env, ENOMEM, "%zu MiB can't be mapped; choose less", bytes >> 20);
        return NULL;
    }
    env->shared = at;
    env->shared_bytes = bytes;
    return at;
}

static size_t slice_bytes(size_t each)
{
    enum { PAGE = 4096 };
    return (each + PAGE - 1) / PAGE * PAGE;
}

void *wl_map_slices(struct wl_env *env, size_t each)
{
    size_t bytes;
    if (__builtin_mul_overflow(slice_bytes(each), env->tasks, &bytes)) {
        wl_error(env, ENOMEM, "%zu MiB for each of %u tasks can't be mapped; choose less", each >> 20, env->tasks);
        return NULL;
    }
    char *at = wl_map(env, bytes);
    for (size_t k = 0; at && k < bytes; k += 4096) /* threads would else take the faults within the run */
        *(volatile char *)(at + k) = 0;
    return at;
}

void *wl_slice(const struct wl_env *env, unsigned task)
{
    return (char *)env->shared + env->shared_bytes / env->tasks * task;
}

uint64_t wl_cache_bytes(void)
{
    uint64_t most = 0;
    for (unsigned i = 0; i < 8; i++) {
        char path[64];
        unsigned long long kib = 0;
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%u/size", i);
        FILE *f = fopen(path, "re");
        if (!f)
            continue;
        if (fscanf(f, "%lluK", &kib) == 1 && kib << 10 > most)
            most = kib << 10;
        fclose(f);
    }
    return most;
}

void wl_unmap(struct wl_env *env)
{
    if (env->shared)
        munmap(env->shared, env->shared_bytes);
    env->shared = NULL;
}

int wl_pipe(struct wl_env *env, int *in, int *out)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC))
        return wl_error_call(env, errno, "pipe2", "a pipe can't be made");
    *in = fds[0];
    *out = fds[1];
    return 0;
}

int wl_scratch_room(struct wl_env *env, uint64_t bytes)
{
    struct statvfs fs;
    if (statvfs(env->scratch, &fs))
        return wl_error_call(env, errno, "statfs", "the space in %s can't be read", env->scratch);
    uint64_t room = (uint64_t)fs.f_bavail * fs.f_frsize, need_mib = (bytes >> 20) + 1;
    if (room >= bytes)
        return 0;
    return wl_error(env, ENOSPC, "its files need %llu MiB, %s has %llu MiB free; choose less or another --scratch",
                    (unsigned long long)need_mib, env->scratch, (unsigned long long)(room >> 20));
}

bool wl_in_memory(int fd)
{
    struct statfs fs;
    return fstatfs(fd, &fs) == 0 && (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC);
}

int wl_scratch_file(struct wl_env *env, const char *name, int flags)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s", env->scratch, name);
    if (n < 0 || (size_t)n >= sizeof path)
        return wl_error(env, ENAMETOOLONG, "the scratch directory's name is too long");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | flags, 0600);
    if (fd >= 0 && (flags & O_DIRECT) && wl_in_memory(fd)) { /* tmpfs takes the flag since Linux 6.6 */
        close(fd);
        return wl_error(env, EINVAL, "%s is in memory, so direct I/O has no device to reach; try another --scratch",
                        env->scratch);
    }
    if (fd >= 0)
        return fd;
    int code = errno;
    if (code == EINVAL)
        return wl_error(env, code, "the file system of %s has no direct I/O; try another --scratch", env->scratch);
    return wl_error_call(env, code, "openat", "no file can be made in %s", env->scratch);
}
