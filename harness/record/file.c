/* SPDX-License-Identifier: MIT */
/* Files that are whole or absent; see file.h. */
#include "harness/record/file.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

int file_replace(const char *path, void (*put)(FILE *out, const void *arg), const void *arg, struct err *e)
{
    char temporary[PATH_MAX + 8];
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    FILE *f = fopen(temporary, "we");
    if (!f)
        return err_sys(e, errno, "%s can't be written", path);
    put(f, arg);
    int code = fflush(f) || ferror(f) || fsync(fileno(f)) ? errno : 0;
    if (fclose(f) && !code)
        code = errno;
    if (!code && rename(temporary, path))
        code = errno;
    if (code)
        unlink(temporary);
    return code ? err_sys(e, code, "%s can't be written", path) : 0;
}
