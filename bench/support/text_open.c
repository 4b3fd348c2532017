/* SPDX-License-Identifier: MIT */
/* Opening the files of an endless text: a directory's, in an order that every machine agrees on, or made from the seed;
 * see text.h. Descriptors, since what setup opens is inherited by every worker. */
#include "bench/support/digits.h"
#include "bench/support/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_FILES = 16384, DEEPEST = 32, SPARE = 256 /* descriptors that the rest of a trial needs */ };

/* Takes the descriptor over, whatever happens. */
static int add(struct wl_env *env, struct texts *t, int fd, uint64_t bytes)
{
    if (t->n == t->room) {
        unsigned room = t->room ? 2 * t->room : 64;
        struct text_file *grown = room > MOST_FILES ? NULL : realloc(t->file, room * sizeof *grown);
        if (!grown) {
            close(fd);
            return room > MOST_FILES ? wl_error(env, EMFILE, "more than %d files; choose a smaller directory", t->n)
                                     : -ENOMEM;
        }
        t->file = grown;
        t->room = room;
    }
    t->file[t->n++] = (struct text_file){.fd = fd, .bytes = bytes, .first = t->bytes};
    t->bytes += bytes;
    return 0;
}

static int make_file(struct wl_env *env, struct texts *t, const char *text, uint64_t bytes)
{
    char name[32] = "text-";
    put_digits(name + strlen(name), t->n, 10);
    int fd = wl_scratch_file(env, name, 0);
    if (fd < 0)
        return fd;
    for (uint64_t done = 0; done < bytes;) {
        ssize_t put = pwrite(fd, text + done, bytes - done, (off_t)done);
        if (put < 0 && errno != EINTR) {
            int code = errno;
            close(fd);
            return wl_error_call(env, code, "pwrite64", "text of %llu bytes can't be written in %s",
                                 (unsigned long long)bytes, env->scratch);
        }
        done += put > 0 ? (uint64_t)put : 0;
    }
    return add(env, t, fd, bytes);
}

static int make_all(struct wl_env *env, struct texts *t, unsigned files, uint64_t bytes)
{
    char *text = malloc(bytes);
    int rc = text ? 0 : -ENOMEM;
    for (unsigned i = 0; !rc && i < files; i++) {
        text_fill(mix64(env->seed) + i, text, bytes);
        rc = make_file(env, t, text, bytes);
    }
    free(text);
    return rc;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_hidden(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

static int add_any(struct wl_env *env, struct texts *t, int fd, const char *name, unsigned depth);

/* Takes `dir` over. */
static int add_directory(struct wl_env *env, struct texts *t, int dir, const char *name, unsigned depth)
{
    struct dirent **list = NULL;
    int rc = 0, n = depth < DEEPEST ? scandirat(dir, ".", &list, not_hidden, by_bytes) : 0;
    if (depth == DEEPEST)
        rc = wl_error(env, ELOOP, "there are directories more than %d deep; choose a smaller directory", DEEPEST);
    if (n < 0)
        rc = wl_error_call(env, errno, "getdents64", "the directory %s can't be read", name);
    for (int i = 0; i < n; i++) {
        const char *entry = list[i]->d_name;
        /* not blocking: a pipe without a writer would wait for one */
        int fd = rc ? -1 : openat(dir, entry, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd >= 0)
            rc = add_any(env, t, fd, entry, depth + 1);
        else if (!rc && errno != ELOOP && errno != ENXIO) /* a link; a socket */
            rc = wl_error_call(env, errno, "openat", "%s in the directory %s can't be read", entry, name);
        free(list[i]);
    }
    free(list);
    close(dir);
    return rc;
}

/* Takes fd over. What is neither a file with something in it nor a directory is left out. */
static int add_any(struct wl_env *env, struct texts *t, int fd, const char *name, unsigned depth)
{
    struct stat st;
    int rc = fstat(fd, &st) ? -errno : 0;
    if (!rc && S_ISDIR(st.st_mode))
        return add_directory(env, t, fd, name, depth);
    if (!rc && S_ISREG(st.st_mode) && st.st_size > 0)
        return add(env, t, fd, (uint64_t)st.st_size);
    close(fd);
    return rc;
}

static int open_path(struct wl_env *env, struct texts *t, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return wl_error_call(env, errno, "openat", "%s can't be opened", path);
    int rc = add_any(env, t, fd, path, 0);
    return rc || t->n ? rc : wl_error(env, EINVAL, "%s holds no file with anything in it", path);
}

/* The soft limit on open files is often 1024; the hard one is what may be had. */
static void allow_files(void)
{
    struct rlimit l;
    if (getrlimit(RLIMIT_NOFILE, &l) == 0 && l.rlim_cur < MOST_FILES + SPARE) {
        l.rlim_cur = l.rlim_max < MOST_FILES + SPARE ? l.rlim_max : MOST_FILES + SPARE;
        setrlimit(RLIMIT_NOFILE, &l); /* refused: the error comes with the file that is one too many */
    }
}

int texts_open(struct wl_env *env, const char *path, unsigned files, uint64_t bytes, struct texts **out)
{
    struct texts *t = calloc(1, sizeof *t);
    if (!t)
        return -ENOMEM;
    allow_files();
    int rc = path ? 0 : wl_scratch_room(env, files * bytes);
    if (!rc)
        rc = path ? open_path(env, t, path) : make_all(env, t, files, bytes);
    if (rc)
        texts_close(t);
    else
        *out = t;
    return rc;
}

int texts_cache(struct wl_env *env, const struct texts *t, uint64_t bytes)
{
    enum { PIECE = 1 << 18 };
    char *buf = malloc(PIECE);
    int rc = buf ? 0 : -ENOMEM;
    uint64_t end = bytes < t->bytes ? bytes : t->bytes;
    for (uint64_t at = 0; !rc && at < end; at += PIECE) {
        rc = text_copy(t, at, buf, end - at < PIECE ? (size_t)(end - at) : PIECE);
        if (rc)
            wl_error_call(env, -rc, "pread64", "the text can't be read from byte %llu on", (unsigned long long)at);
    }
    free(buf);
    return rc;
}

int texts_refuse_made(struct wl_env *env, const struct param *params, unsigned dir, unsigned first, unsigned n)
{
    for (unsigned i = first; i < first + n; i++)
        if (wl_path(env->p[dir]) && env->p[i] != params[i].fallback)
            return wl_error(env, EINVAL, "%s says what files to make, and has no effect on those of %s; leave one out",
                            params[i].name, params[dir].name);
    return 0;
}

int texts_setup(struct wl_env *env, const struct param *params, unsigned dir, unsigned files, uint64_t unit,
                struct texts **out)
{
    const char *path = wl_path(env->p[dir]);
    uint64_t n = (uint64_t)env->p[files], each = (uint64_t)env->p[files + 1] / n, bytes;
    if (!path && !each)
        return wl_error(env, EINVAL, "size must be at least a byte for each of %llu files", (unsigned long long)n);
    int rc = texts_refuse_made(env, params, dir, files, 2);
    if (!rc)
        rc = texts_open(env, path, (unsigned)n, each, out);
    if (rc)
        return rc;
    rc = texts_cache(env, *out, __builtin_mul_overflow(env->units, unit, &bytes) ? UINT64_MAX : bytes);
    if (rc) {
        texts_close(*out);
        *out = NULL;
    }
    return rc;
}

void texts_close(struct texts *t)
{
    if (!t)
        return;
    for (unsigned i = 0; i < t->n; i++)
        close(t->file[i].fd);
    free(t->file);
    free(t);
}
