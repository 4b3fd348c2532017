/* SPDX-License-Identifier: MIT */
/* Pipes between tasks; see pipes.h. */
#include "bench/support/pipes.h"

#include <stdlib.h>
#include <unistd.h>

int pipes_new(struct pipes **out, struct wl_env *env, unsigned n)
{
    struct pipes *p = malloc(sizeof *p + n * sizeof p->at[0]);
    *out = NULL;
    if (!p)
        return wl_error(env, ENOMEM, "out of memory for %u pipes", n);
    for (p->n = 0; p->n < n; p->n++) {
        int rc = wl_pipe(env, &p->at[p->n].in, &p->at[p->n].out);
        if (rc) {
            pipes_free(p);
            return rc;
        }
    }
    *out = p;
    return 0;
}

void pipes_free(struct pipes *p)
{
    for (unsigned i = 0; p && i < p->n; i++) {
        close(p->at[i].in);
        close(p->at[i].out);
    }
    free(p);
}
