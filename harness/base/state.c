/* SPDX-License-Identifier: MIT */
/* The directory of what is kept; see state.h. */
#include "harness/base/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool state_is_off(void)
{
    const char *own = getenv("CONTEND_STATE");
    return own && !*own;
}

int state_path(const char *below, char *buf, size_t n, struct err *e)
{
    const char *own = getenv("CONTEND_STATE"), *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int wrote = -1;
    if (state_is_off())
        return err_set(e, ENOENT, "nothing is kept of this machine: CONTEND_STATE is empty");
    if (own)
        wrote = snprintf(buf, n, "%s/%s", own, below);
    else if (state && *state == '/')
        wrote = snprintf(buf, n, "%s/contend/%s", state, below);
    else if (home && *home)
        wrote = snprintf(buf, n, "%s/.local/state/contend/%s", home, below);
    if (wrote < 0)
        return err_set(e, ENOENT,
                       "nothing is kept of this machine: none of CONTEND_STATE, XDG_STATE_HOME and HOME is set");
    return (size_t)wrote < n ? 0 : err_set(e, ENAMETOOLONG, "the directory of what is kept has too long a name");
}

int state_path_make(const char *below, char *buf, size_t n, struct err *e)
{
    int rc = state_path(below, buf, n, e);
    for (char *slash = rc ? NULL : strchr(buf + 1, '/'); slash && !rc; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(buf, 0777) && errno != EEXIST)
            rc = err_call(e, errno, "mkdir", "the directory %s can't be made", buf);
        *slash = '/';
    }
    return rc;
}
