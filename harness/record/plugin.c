/* SPDX-License-Identifier: MIT */
/* The list of plug-ins that are known; see plugin.h. */
#include "harness/record/plugin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/record/expectation_json.h"

static struct plugin *known; /* grows only; the last read is found first by plugin_of */

const struct plugin *plugin_of(const char *workload)
{
    const struct plugin *found = NULL;
    for (const struct plugin *p = known; p; p = p->next)
        for (unsigned i = 0; i < p->n_workloads; i++)
            if (strcmp(p->workloads[i].name, workload) == 0)
                found = p;
    return found;
}

const struct plugin *plugin_with(const char *path, const char *sha256)
{
    const struct plugin *found = NULL;
    for (const struct plugin *p = known; p; p = p->next)
        if (strcmp(p->path, path) == 0 && strcmp(p->sha256, sha256) == 0)
            found = p;
    return found;
}

const struct plugin *plugin_in(const struct plugin_set *set, const char *workload)
{
    if (!set)
        return plugin_of(workload);
    for (unsigned i = set->n; i-- > 0;)
        for (unsigned k = 0; k < set->of[i]->n_workloads; k++)
            if (strcmp(set->of[i]->workloads[k].name, workload) == 0)
                return set->of[i];
    return NULL;
}

void plugin_free(struct plugin *p)
{
    for (unsigned i = 0; i < p->n_workloads; i++) {
        for (const struct param *q = p->workloads[i].params; q && q->name; q++)
            free((void *)(uintptr_t)q->choices); /* calloc'ed; the contract's type is const */
        free((void *)(uintptr_t)p->workloads[i].params);
        free((void *)(uintptr_t)p->workloads[i].service);
        expectations_free(p->workloads[i].expectations);
    }
    free(p->workloads);
    free(p);
}

/* Would a cell of one be read and printed the same by the other? */
static bool described_alike(const struct workload *a, const struct workload *b)
{
    if (a->group != b->group || a->needs != b->needs)
        return false;
    for (unsigned i = 0;; i++) {
        const struct param *p = &a->params[i], *q = &b->params[i];
        if (!p->name || !q->name)
            return p->name == q->name;
        if (p->name != q->name || p->type != q->type || p->least != q->least || p->most != q->most)
            return false;
        for (unsigned c = 0; p->choices && (p->choices[c] || q->choices[c]); c++)
            if (p->choices[c] != q->choices[c])
                return false;
    }
}

/* All names are looked at before the first is added: a refused plug-in leaves nothing in the table. */
static int check_names(const struct plugin *p, bool shared[PLUGIN_MOST_WORKLOADS], struct err *e)
{
    for (unsigned i = 0; i < p->n_workloads; i++) {
        const struct workload *w = &p->workloads[i];
        const struct plugin *other = plugin_of(w->name);
        for (unsigned j = 0; j < i; j++)
            if (p->workloads[j].name == w->name)
                return err_set(e, EINVAL, "it has two workloads '%s'", w->name);
        if (!other && workload_find(w->name))
            return err_set(e, EINVAL, "its workload '%s' has the name of a built-in one", w->name);
        if (other && !described_alike(workload_find(w->name), w))
            return err_set(e, EINVAL, "its workload '%s' is another one in %s", w->name, other->path);
        shared[i] = other != NULL;
    }
    return 0;
}

static const struct plugin *same(const struct plugin *p)
{
    for (const struct plugin *q = known; q; q = q->next)
        if (q->path == p->path && q->sha256 == p->sha256 && q->n_workloads >= p->n_workloads)
            return q;
    return NULL;
}

int plugin_keep(struct plugin *p, struct err *e)
{
    bool shared[PLUGIN_MOST_WORKLOADS] = {false};
    int rc = same(p) ? 0 : check_names(p, shared, e);
    if (rc || same(p)) {
        plugin_free(p);
        return rc;
    }
    struct plugin **end = &known;
    while (*end)
        end = &(*end)->next;
    *end = p; /* from here on it is never freed */
    for (unsigned i = 0; i < p->n_workloads; i++)
        if (!shared[i] && workload_add(&p->workloads[i]))
            return err_set(e, ENOMEM, "out of memory");
    return 0;
}
