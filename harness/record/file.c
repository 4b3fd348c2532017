/* SPDX-License-Identifier: MIT */
/* Files as wholes; see file.h. */
#include "harness/record/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/base.h"

int file_replace_by(const char *path, int (*put)(FILE *out, void *arg, struct err *e), void *arg, struct err *e)
{
    char temporary[PATH_MAX + 8];
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    unlink(temporary); /* one that was left; and whatever it leads to is nothing to write to */
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (!f) {
        int code = errno;
        if (fd >= 0)
            close(fd);
        return err_call(e, code, "open", "%s can't be written", path);
    }
    int rc = put(f, arg, e);
    if (rc) {
        fclose(f);
        unlink(temporary);
        return rc;
    }
    const char *call = "write";
    int code = fflush(f) || ferror(f) ? errno : 0;
    if (!code && fsync(fileno(f))) {
        code = errno;
        call = "fsync";
    }
    if (fclose(f) && !code)
        code = errno;
    if (!code && rename(temporary, path)) {
        code = errno;
        call = "rename";
    }
    if (code)
        unlink(temporary);
    return code ? err_call(e, code, call, "%s can't be written", path) : 0;
}

struct whole {
    void (*put)(FILE *out, const void *arg);
    const void *arg;
};

static int put_whole(FILE *out, void *arg, struct err *e)
{
    const struct whole *w = arg;
    (void)e;
    w->put(out, w->arg);
    return 0;
}

int file_replace(const char *path, void (*put)(FILE *out, const void *arg), const void *arg, struct err *e)
{
    return file_replace_by(path, put_whole, &(struct whole){put, arg}, e);
}

/* In as many reads as it takes; one byte more than `most` tells that it has grown too large. */
static int read_whole(int fd, const char *path, size_t most, char **out, size_t *len, struct err *e)
{
    char *buf = NULL;
    size_t n = 0, room = 0;
    for (;;) {
        if (n == room) {
            room = room ? 2 * room : 65536;
            char *more = realloc(buf, room);
            if (!more) {
                free(buf);
                return err_set(e, ENOMEM, "%s: out of memory", path);
            }
            buf = more;
        }
        ssize_t got = read(fd, buf + n, room - n);
        if (got < 0 && errno == EINTR)
            continue;
        int code = got < 0 ? errno : 0;
        n += got > 0 ? (size_t)got : 0;
        if (code || n > most) {
            free(buf);
            return code ? err_call(e, code, "read", "%s can't be read", path)
                        : err_set(e, EFBIG, "%s is larger than %zu bytes", path, most);
        }
        if (!got) {
            *out = buf;
            *len = n;
            return 0;
        }
    }
}

int file_read(const char *path, size_t most, char **out, size_t *len, struct err *e)
{
    CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not make us wait */
    struct stat st;
    if (fd < 0 || fstat(fd, &st))
        return err_call(e, errno, "open", "%s can't be read", path);
    if (!S_ISREG(st.st_mode))
        return err_set(e, EINVAL, "%s is not a file", path);
    return read_whole(fd, path, most, out, len, e);
}
