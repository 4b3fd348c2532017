/* SPDX-License-Identifier: MIT */
/* Suite files: what is refused has one line with its place; what is taken lies within the limits of a request. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/plan/sweep.h"
#include "tests/fuzz/fuzz.h"

static void sound(const struct sweep *s)
{
    const struct param *p = s->workload->params;
    MUST(s->n_models <= SWEEP_MAX_MODELS && s->n_workers <= SWEEP_MAX_VALUES && s->n_concurrency <= SWEEP_MAX_VALUES);
    for (unsigned i = 0; i < s->n_models; i++)
        MUST(s->models[i]);
    for (unsigned i = 0; p && p[i].name; i++)
        for (unsigned k = 0; k < s->set[i].n; k++)
            MUST(s->set[i].v[k] >= p[i].least && s->set[i].v[k] <= p[i].most);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct request r;
    struct err e = {0};
    char path[64];
    int fd = memfd_create("suite", MFD_CLOEXEC);
    MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    int there = snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    request_init(&r);
    int rc = suite_read(&r, path, &e);
    close(fd);
    MUST(rc == 0 || rc == -EINVAL);
    unsigned line, column;
    if (rc)
        MUST(sscanf(e.text + there, ":%u:%u: ", &line, &column) == 2);
    for (unsigned i = 0; !rc && i < r.n_sweeps; i++)
        sound(&r.sweeps[i]);
    MUST(rc || r.blocks <= PLAN_MAX_BLOCKS); /* 0: the suite leaves it to the plan */
    MUST(rc || ((!r.visits || r.visits >= 2) && r.visits <= PLAN_MAX_VISITS));
    MUST(r.pause_ns <= UINT64_C(3600000000000));
    request_release(&r);
    return 0;
}
