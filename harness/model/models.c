/* SPDX-License-Identifier: MIT */
/* The table of models, and the shape that a cell takes under each. */
#include "harness/model/model.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define MODEL(x) extern const struct model model_##x;
#include "harness/model/models.def"
#undef MODEL

#define MODEL(x) &model_##x,
const struct model *const models[] = {
#include "harness/model/models.def"
    NULL};
#undef MODEL

enum { LIBUV_POOL = 4 }; /* libuv's own default number of pool threads */

static const struct model *const *unlisted; /* set once, before any thread exists */

void models_add(const struct model *const *table)
{
    unlisted = table;
}

static const struct model *find_in(const struct model *const *table, const char *name)
{
    for (; table && *table; table++)
        if (strcmp((*table)->name, name) == 0)
            return *table;
    return NULL;
}

const struct model *model_find(const char *name)
{
    const struct model *m = find_in(models, name);
    return m ? m : find_in(unlisted, name);
}

unsigned model_traits(const char *name)
{
    const struct model *m = name ? model_find(name) : NULL;
    return m ? m->traits : 0;
}

unsigned model_kind(const char *name)
{
    const struct model *m = model_find(name);
    return m ? m->kind : 0;
}

bool model_is_serial(const char *name)
{
    return model_traits(name) & MODEL_SERIAL;
}

int model_shape(const struct model *m, const struct workload *w, struct cell *c, struct err *e)
{
    unsigned group = workload_group(w, c->p);
    if (m->traits & MODEL_SERIAL)
        c->concurrency = 1;
    if (c->concurrency < group && (m->traits & MODEL_SERIAL))
        return err_set(e, ENOTSUP, "%s needs %u tasks in flight at once; %s has one and would wait for ever", w->name,
                       group, m->name);
    if (c->concurrency < group)
        return err_set(e, ENOTSUP,
                       "%s needs %u tasks in flight at once; %s at concurrency %u has fewer and would wait for ever: "
                       "use --concurrency %u or more",
                       w->name, group, m->name, c->concurrency, group);
    if ((m->traits & MODEL_FORKS) && (workload_needs(w, c->p) & NEED_HEAP))
        return err_set(e, ENOTSUP,
                       "%s hands blocks of the heap from task to task; workers of %s have no heap in common", w->name,
                       m->name);
    if (m->traits & (MODEL_SERIAL | MODEL_ONE))
        c->workers = 1;
    else if (m->traits & MODEL_BLOCKS)
        c->workers = c->concurrency;
    else
        c->workers = c->offered < c->concurrency ? c->offered : c->concurrency;
    c->pool = (m->traits & MODEL_LOOP) && (w->needs & NEED_FILES) ? LIBUV_POOL : 0;
    if ((m->traits & MODEL_OFFLOADS) && c->pool < c->offered)
        c->pool = c->offered;
    bool threads = c->pool || !(m->traits & (MODEL_FORKS | MODEL_SERIAL | MODEL_ONE));
    if (c->libc_threads == LIBC_SINGLE && threads)
        return err_set(e, ENOTSUP, "%s makes threads, so its libc can't be in the state of a process with one",
                       m->name);
    return 0;
}

unsigned model_units(const struct cell *c)
{
    unsigned pools = (model_find(c->model)->traits & MODEL_FORKS) ? c->workers : 1;
    uint64_t threads = c->workers + (uint64_t)pools * c->pool;
    return threads < c->offered ? (unsigned)threads : c->offered;
}
