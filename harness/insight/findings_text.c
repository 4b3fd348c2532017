/* SPDX-License-Identifier: MIT */
/* How findings name work and enumerate models. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/findings_internal.h"
#include "harness/record/param_value.h"

/* Do cells of the same workload differ in this parameter? */
static bool is_swept(const struct plan *p, const struct cell *c, unsigned param)
{
    for (unsigned i = 0; i < p->n_cells; i++)
        if (strcmp(p->cells[i].workload, c->workload) == 0 && p->cells[i].p[param] != c->p[param])
            return true;
    return false;
}

void work_name(char *buf, size_t n, const struct plan *p, unsigned cell)
{
    const struct cell *c = &p->cells[cell];
    const struct workload *w = workload_find(c->workload);
    bool modes = false;
    snprintf(buf, n, "%s", c->workload);
    for (unsigned i = 0; w && w->params && w->params[i].name; i++) {
        char value[32];
        if (!is_swept(p, c, i))
            continue;
        value_label(&w->params[i], c->p[i], value, sizeof value);
        text_append(buf, n, " %s=%s", w->params[i].name, value);
    }
    for (unsigned i = 0; i < p->n_cells; i++)
        modes |= strcmp(p->cells[i].workload, c->workload) == 0 && p->cells[i].mode != c->mode;
    if (modes)
        text_append(buf, n, " %s", mode_names[c->mode]);
}

void list_add(struct text_list *l, const char *fmt, ...)
{
    enum { OTHERS = sizeof " and 4294967295 others" }; /* what list_end may have to add */
    size_t at = strlen(l->text), from = at ? at + 2 : 0, end = sizeof l->text - OTHERS;
    va_list ap;
    if (l->left_out ||
        from >= end) { /* none after the first that was, though it were short: the list keeps its order */
        l->left_out++;
        return;
    }
    va_start(ap, fmt);
    int len = vsnprintf(l->text + from, end - from, fmt, ap);
    va_end(ap);
    if (len < 0 || (size_t)len >= end - from) {
        l->text[at] = 0;
        l->left_out++;
        return;
    }
    if (from)
        memcpy(l->text + at, ", ", 2);
}

const char *list_end(struct text_list *l)
{
    if (l->left_out)
        text_append(l->text, sizeof l->text, " and %u other%s", l->left_out, l->left_out == 1 ? "" : "s");
    l->left_out = 0;
    return l->text;
}
