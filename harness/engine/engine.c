/* SPDX-License-Identifier: MIT */
/* The mapping that workers share, how work is dealt out, and how a failure is told; see engine.h. */
#include "harness/engine/engine.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/errno_text.h"
#include "harness/base/futex.h"
#include "harness/machine/touch.h"

enum { TOUCHED_MOST = 1 << 20 }; /* bytes, of what workers count in: enough for thousands */
enum { PATIENCE_MS = 1000 }; /* with a worker that is telling of its failure, and may have been killed in the middle */

static size_t round_up(size_t n)
{
    return (n + 4095) / 4096 * 4096;
}

int engine_map(struct engine *e, struct err *err)
{
    const struct cell *c = e->cell;
    size_t slots = round_up(sizeof(struct shared)), units = slots + round_up(c->workers * sizeof(struct slot));
    size_t recorders = units + round_up(c->tasks * sizeof(uint64_t));
    size_t whole = recorders + round_up(c->workers * sizeof(struct recorder));
    char *m = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (m == MAP_FAILED)
        return err_call(err, errno, "mmap", "the shared mapping of %zu bytes can't be made", whole);
    e->shared = (struct shared *)m;
    e->shared_bytes = whole;
    e->slots = (struct slot *)(m + slots);
    e->task_units = (uint64_t *)(m + units);
    e->recorders = (struct recorder *)(m + recorders);
    touch_pages(m, recorders < TOUCHED_MOST ? recorders : TOUCHED_MOST, TOUCH_SHARED);
    return 0;
}

struct share engine_share(const struct engine *e, unsigned index)
{
    const struct cell *c = e->cell;
    unsigned group = workload_group(e->workload, c->p), groups = c->tasks / group, g = index / group;
    struct share s = {.task = index, .group = g, .member = index % group};
    if (c->mode == MODE_CLOSED) {
        s.first = (uint64_t)g << 40;
        s.units = UINT64_MAX;
        return s;
    }
    uint64_t each = c->units / groups, more = c->units % groups;
    s.first = each * g + (g < more ? g : more);
    s.units = each + (g < more ? 1 : 0);
    return s;
}

unsigned lanes_of(const struct cell *c, unsigned worker)
{
    return c->concurrency / c->workers + (worker < c->concurrency % c->workers ? 1 : 0);
}

unsigned lanes_first(const struct cell *c, unsigned worker)
{
    unsigned more = c->concurrency % c->workers;
    return c->concurrency / c->workers * worker + (worker < more ? worker : more);
}

unsigned pool_thread_pu(const struct cell *c, unsigned worker, unsigned thread)
{
    unsigned step = c->workers % c->n_pus ? c->pool : 1;
    return (unsigned)((c->workers + (uint64_t)worker * step + thread) % c->n_pus);
}

int engine_fail(struct engine *e, const char *fmt, ...)
{
    struct shared *s = e->shared;
    unsigned first = FAILURE_NONE;
    if (!atomic_compare_exchange_strong(&s->failed, &first, FAILURE_WRITTEN_NOW)) {
        /* Who came first wakes the dispatcher, when the text is whole; who came later must not end before that. */
        for (int i = 0; i < PATIENCE_MS && !engine_failed(e); i++)
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        return -ECANCELED;
    }
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(s->error, sizeof s->error, fmt, ap);
    va_end(ap);
    /* Release: whoever sees the failure sees its text. */
    atomic_store_explicit(&s->failed, FAILURE_TOLD, memory_order_release);
    if (e->failure) {
        memcpy(e->failure->error, s->error, sizeof e->failure->error);
        atomic_store(&e->failure->said, 1);
    }
    if (e->fail_fd >= 0 && write(e->fail_fd, "", 1) < 0)
        return -ECANCELED; /* who was to be told is gone, and with it soon this process */
    atomic_fetch_add(&s->events, 1);
    futex_wake(&s->events, INT_MAX);
    return -ECANCELED;
}

int engine_fail_call(struct engine *e, int code, const char *call, const char *fmt, ...)
{
    char what[FAILURE_TEXT], why[ERRNO_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    return engine_fail(e, "%s: %s", what, errno_text(why, sizeof why, call, code));
}

bool engine_failed(const struct engine *e)
{
    return atomic_load_explicit(&e->shared->failed, memory_order_acquire) == FAILURE_TOLD;
}
