/* SPDX-License-Identifier: MIT */
/* --set: a parameter of the run's workloads, of all of them that have it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/command/run_options.h"

/* "wait=50ms" among the values of another parameter: meant for one of its own. */
static bool names_another(const struct sweep *s, const char *values)
{
    for (const struct param *p = s->workload->params; p && p->name; p++)
        for (const char *at = values; (at = strchr(at, ',')) != NULL;)
            if (strncmp(++at, p->name, strlen(p->name)) == 0 && at[strlen(p->name)] == '=')
                return true;
    return false;
}

static int set_param(struct sweep *s, const char *text, bool only_one, bool *used, struct err *e)
{
    char name[64];
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || (size_t)(equals - text) >= sizeof name)
        return err_set(e, EINVAL, "--set: expected NAME=VALUE, got '%s'", text);
    snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
    if (workload_param(s->workload, name) < 0 && !only_one)
        return 0; /* another sweep may have it */
    *used = true;
    int rc = sweep_set(s, name, equals + 1, e);
    if (rc && names_another(s, equals + 1))
        text_append(e->text, sizeof e->text, "; give --set once for each parameter");
    return rc;
}

/* The --set at `i` with the values of those of the same name behind it; NULL: one before it has its values already. */
static const char *with_later_values(const struct run_flags *f, unsigned i, char *buf, size_t n)
{
    const char *equals = strchr(f->set[i], '=');
    size_t name = equals ? (size_t)(equals - f->set[i]) + 1 : 0;
    for (unsigned k = 0; name && k < i; k++)
        if (strncmp(f->set[k], f->set[i], name) == 0)
            return NULL;
    snprintf(buf, n, "%s", f->set[i]);
    for (unsigned k = i + 1; name && k < f->n_set; k++)
        if (strncmp(f->set[k], f->set[i], name) == 0)
            text_append(buf, n, ",%s", f->set[k] + name);
    return buf;
}

int run_sets_apply(struct request *r, const struct run_flags *f, struct err *e)
{
    size_t n = 1;
    for (unsigned i = 0; i < f->n_set; i++)
        n += strlen(f->set[i]) + 1;
    CLEANUP_FREE char *all = malloc(n);
    if (!all)
        return err_set(e, ENOMEM, "out of memory");
    for (unsigned i = 0; i < f->n_set; i++) {
        bool used = false;
        const char *set = with_later_values(f, i, all, n);
        for (unsigned j = 0; set && j < r->n_sweeps; j++) {
            int rc = set_param(&r->sweeps[j], set, r->n_sweeps == 1, &used, e);
            if (rc)
                return rc;
        }
        if (set && !used && r->n_sweeps)
            return err_set(e, EINVAL, "--set: no workload of this run has the parameter of '%s'", set);
    }
    return 0;
}
