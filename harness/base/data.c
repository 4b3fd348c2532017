/* SPDX-License-Identifier: MIT */
/* Where the files that ship with the program are. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/build.h"
#include "harness/base/self.h"

int data_path(const char *below, char *buf, size_t n)
{
    char beside[PATH_MAX] = "";
    const struct self *self = self_find(NULL);
    if (self)
        snprintf(beside, sizeof beside - 32, "%s", self->path);
    ssize_t length = (ssize_t)strlen(beside);
    for (int up = 0; up < 2 && length > 0; up++) /* PREFIX/bin/contend to PREFIX */
        while (length > 0 && beside[--length] != '/')
            ;
    snprintf(beside + (length > 0 ? length : 0), 32, "/share/contend");
    /* First what was installed with it, wherever it was moved to: a source tree may have gone on since. */
    const char *const roots[] = {beside, build_source_dir, build_data_dir};
    for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
        snprintf(buf, n, "%s/%s", roots[i], below);
        if (access(buf, R_OK) == 0)
            return 0;
    }
    return -ENOENT;
}
