/* SPDX-License-Identifier: MIT */
/* Where the files that ship with the program are. */
#include <errno.h>
#include <stdio.h>

#include "harness/base/base.h"

int data_path(const char *below, char *buf, size_t n)
{
    static const char *const roots[] = {CONTEND_SOURCE_DIR, CONTEND_DATA_DIR};
    for (int i = 0; i < 2; i++) {
        snprintf(buf, n, "%s/%s", roots[i], below);
        if (access(buf, R_OK) == 0)
            return 0;
    }
    return -ENOENT;
}
