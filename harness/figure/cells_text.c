/* SPDX-License-Identifier: MIT */
/* Cells in words; see cells_text.h. */
#include "harness/figure/cells_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/model/model.h"
#include "harness/record/param_value.h"

static bool same_workload(const struct cell *a, const struct cell *b)
{
    return strcmp(a->workload, b->workload) == 0;
}

/* What a cell is told apart by. Each says whether two are alike in it. */
enum trait { WORKLOAD, MODEL, CPUS, IN_FLIGHT, MODE, ORDER, LIBC, TRAITS };

static bool alike(const struct cell *a, const struct cell *b, enum trait t)
{
    bool serial = model_is_serial(a->model) || model_is_serial(b->model);
    switch (t) {
    case WORKLOAD:
        return same_workload(a, b);
    case MODEL:
        return strcmp(a->model, b->model) == 0;
    case CPUS:
        return serial || a->offered == b->offered;
    case IN_FLIGHT:
        return serial || a->concurrency == b->concurrency;
    case MODE:
        return a->mode == b->mode;
    case ORDER:
        return strcmp(a->order, b->order) == 0;
    case LIBC:
        return a->libc_threads == b->libc_threads;
    case TRAITS:
        break;
    }
    return true;
}

static const struct cell *cell_of(const struct cells_set *set, unsigned i)
{
    return &set->plan->cells[set->cells[i]];
}

static bool varies(const struct cells_set *set, enum trait t)
{
    const struct cell *first = NULL; /* that is not serial: serial is like any in some traits */
    for (unsigned i = 0; i < set->n; i++) {
        const struct cell *c = cell_of(set, i);
        if (first && !alike(first, c, t))
            return true;
        if (!first || model_is_serial(first->model))
            first = c;
    }
    return false;
}

/* How a workload was run is told where it was run in several ways: two workloads may well differ in that. */
static bool is_told_apart_by(const struct cells_set *set, const struct cell *of, enum trait t)
{
    if (t < MODE && !set->brief)
        return varies(set, t);
    for (unsigned i = 0; i < set->n; i++)
        if (same_workload(cell_of(set, i), of) && !alike(cell_of(set, i), of, t))
            return true;
    return false;
}

static bool param_varies(const struct cells_set *set, const struct cell *of, unsigned param)
{
    for (unsigned i = 0; i < set->n; i++)
        if (same_workload(cell_of(set, i), of) && cell_of(set, i)->p[param] != of->p[param])
            return true;
    return false;
}

static void part(char *buf, size_t n, const char *between, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
static void part(char *buf, size_t n, const char *between, const char *fmt, ...)
{
    char text[VALUE_TEXT_MAX + 64];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    text_append(buf, n, "%s%s", buf[0] ? between : "", text);
}

/* Those parameters that vary, or those that do not. */
static void put_params(char *buf, size_t n, const struct cells_set *set, const struct cell *c, bool vary)
{
    const struct workload *w = workload_find(c->workload);
    for (unsigned i = 0; w && w->params && w->params[i].name; i++) {
        char text[VALUE_TEXT_MAX];
        if ((int)i == set->but || param_varies(set, c, i) != vary)
            continue;
        value_label(&w->params[i], c->p[i], text, sizeof text);
        part(buf, n, " ", "%s=%s", w->params[i].name, text);
    }
}

static void put_trait(char *buf, size_t n, const struct cell *c, enum trait t)
{
    switch (t) {
    case CPUS:
        part(buf, n, ", ", "%u CPU%s", c->offered, c->offered == 1 ? "" : "s");
        return;
    case IN_FLIGHT:
        part(buf, n, ", ", "%u in flight", c->concurrency);
        return;
    case MODE:
        part(buf, n, ", ", "%s", mode_names[c->mode]);
        return;
    case ORDER:
        part(buf, n, ", ", "order %s", c->order);
        return;
    case LIBC:
        part(buf, n, ", ", "libc %s", libc_threads_names[c->libc_threads]);
        return;
    case WORKLOAD:
    case MODEL:
    case TRAITS:
        return;
    }
}

static bool has(const struct cell *c, enum trait t)
{
    return !model_is_serial(c->model) || (t != CPUS && t != IN_FLIGHT);
}

void cells_name(char *buf, size_t n, const struct cells_set *set, unsigned cell)
{
    const struct cell *c = &set->plan->cells[cell];
    char params[VALUE_TEXT_MAX] = "";
    buf[0] = 0;
    if (varies(set, WORKLOAD))
        part(buf, n, " ", "%s", c->workload);
    put_params(params, sizeof params, set, c, true);
    if (params[0])
        part(buf, n, " ", "%s", params);
    if (varies(set, MODEL))
        part(buf, n, " ", "%s", c->model);
    for (enum trait t = CPUS; t < TRAITS; t++)
        if (has(c, t) && is_told_apart_by(set, c, t))
            put_trait(buf, n, c, t);
    if (!buf[0])
        part(buf, n, " ", "%s", c->model);
}

void cells_common(char *buf, size_t n, const struct cells_set *set)
{
    const struct cell *c = set->n ? cell_of(set, 0) : NULL;
    char traits[128] = "";
    buf[0] = 0;
    for (unsigned i = 1; i < set->n && model_is_serial(c->model); i++)
        c = cell_of(set, i);
    if (!c)
        return;
    if (!varies(set, WORKLOAD)) {
        part(buf, n, " ", "%s", c->workload);
        put_params(buf, n, set, c, false);
    }
    for (enum trait t = CPUS; t < TRAITS; t++) {
        bool usual = (t == LIBC && c->libc_threads == LIBC_AS_MADE) ||
                     (t == ORDER && strcmp(c->order, "compact") == 0) || (t == MODE && c->mode == MODE_BATCH);
        if (!usual && has(c, t) && !varies(set, t))
            put_trait(traits, sizeof traits, c, t);
    }
    if (traits[0])
        part(buf, n, "; ", "%s", traits);
}

bool cells_alike(const struct cell *a, const struct cell *b, int but)
{
    const struct workload *w = workload_find(a->workload);
    for (enum trait t = WORKLOAD; t < TRAITS; t++)
        if (t != MODEL && !alike(a, b, t))
            return false;
    for (unsigned i = 0; w && w->params && w->params[i].name; i++)
        if ((int)i != but && a->p[i] != b->p[i])
            return false;
    return true;
}

unsigned cells_first_like(const struct plan *p, unsigned cell)
{
    unsigned like = 0;
    while (!cell_same_work(&p->cells[like], &p->cells[cell]))
        like++;
    return like;
}
