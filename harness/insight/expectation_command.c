/* SPDX-License-Identifier: MIT */
/* The command that measures the cells which an expectation is about; see expectations.h. */
#include <string.h>

#include "harness/base/base.h"
#include "harness/base/words.h"
#include "harness/insight/expectations.h"
#include "harness/model/model.h"
#include "harness/record/param_value.h"
#include "harness/record/plugin.h"

/* Inside the range, and the default where that is. */
static int64_t chosen(const struct param *p, const struct expectation_value *v)
{
    return p->fallback < v->least ? v->least : p->fallback > v->most ? v->most : p->fallback;
}

/* What both sides have of a parameter, by `where`, then what each has by `with`. */
static void values_of(const struct expectation *x, const struct param *p, int64_t v[2])
{
    v[0] = v[1] = p->fallback;
    for (unsigned i = 0; i < ARRAY_LEN(x->where); i++)
        if (x->where[i].param && strcmp(x->where[i].param, p->name) == 0)
            v[0] = v[1] = chosen(p, &x->where[i]);
    if (x->a.with.param && strcmp(x->a.with.param, p->name) == 0)
        v[0] = chosen(p, &x->a.with);
    if (x->b.with.param && strcmp(x->b.with.param, p->name) == 0)
        v[1] = chosen(p, &x->b.with);
}

static void sets(char *buf, size_t n, const struct workload *w, const struct expectation *x, int64_t used[])
{
    for (unsigned i = 0; w->params && w->params[i].name; i++) {
        const struct param *p = &w->params[i];
        char text[2][VALUE_TEXT_MAX];
        int64_t v[2];
        values_of(x, p, v);
        used[i] = v[0];
        if (v[0] == p->fallback && v[1] == p->fallback)
            continue;
        for (unsigned k = 0; k < 2; k++)
            value_text(p, v[k], text[k], sizeof text[k]);
        text_append(buf, n, " --set %s=%s", p->name, text[0]);
        if (v[0] != v[1])
            text_append(buf, n, ",%s", text[1]);
    }
}

/* The fewest that do. */
static unsigned cpus(const struct expectation_side *s)
{
    return s->cpus_least ? s->cpus_least : 1;
}

/* The most that are named, else the fewest that do. */
static unsigned flight(const struct expectation_side *s, unsigned offered, unsigned group)
{
    unsigned v = offered > group ? offered : group; /* what a plan makes of it by itself */
    v = v < s->flight_least ? s->flight_least : v;
    v = v < s->flight_each * offered ? s->flight_each * offered : v;
    return s->flight_most ? s->flight_most : v;
}

static void option(char *buf, size_t n, const char *name, unsigned a, unsigned b)
{
    unsigned low = a < b ? a : b, high = a < b ? b : a;
    text_append(buf, n, " --%s %u", name, low);
    if (high != low)
        text_append(buf, n, ",%u", high);
}

void expectation_command(char *buf, size_t n, const struct workload *w, const struct expectation *x)
{
    int64_t used[WORKLOAD_MAX_PARAMS] = {0};
    const char *between = " --models ";
    buf[0] = 0;
    const struct plugin *from = plugin_of(w->name);
    CLEANUP_FREE char *path = from ? words_join(&from->path, 1) : NULL;
    text_append(buf, n, "contend run%s%s --workload %s", path ? " --plugin " : "", path ? path : "", w->name);
    sets(buf, n, w, x, used);
    for (unsigned i = 0; models[i]; i++)
        if (models[i]->kind & (x->a.kinds | x->b.kinds)) {
            text_append(buf, n, "%s%s", between, models[i]->name);
            between = ",";
        }
    /* One task at a time is the same at whatever is asked of the others. */
    const struct expectation_side *b = x->b.kinds == KIND_SERIAL ? &x->a : &x->b;
    const unsigned c[] = {cpus(&x->a), cpus(b)}, group = workload_group(w, used);
    const unsigned f[] = {flight(&x->a, c[0], group), flight(b, c[1], group)};
    if (c[0] > 1 || c[1] > 1)
        option(buf, n, "workers", c[0], c[1]);
    bool by_itself = f[0] == (c[0] > group ? c[0] : group) && f[1] == (c[1] > group ? c[1] : group);
    if (!by_itself)
        option(buf, n, "concurrency", f[0], f[1]);
    if (x->closed_only) /* else the default does, which is batch */
        text_append(buf, n, " --mode closed");
}
