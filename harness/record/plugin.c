/* SPDX-License-Identifier: MIT */
/* Descriptions of plug-ins as JSON, both ways, and the list of those that are known; see plugin.h. */
#include "harness/record/plugin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"

static const char *const type_names[] = {"count", "size", "time", "bool", "choice", "path"};

enum { MOST_WORKLOADS = 64 };

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

static void put_param(struct json_writer *w, const struct param *p)
{
    json_begin(w, '{');
    put_string(w, "name", p->name);
    put_string(w, "summary", p->summary);
    put_string(w, "type", type_names[p->type]);
    put_i64(w, "default", p->fallback);
    put_i64(w, "min", p->least);
    put_i64(w, "max", p->most);
    if (p->choices) {
        json_key(w, "choices");
        json_begin(w, '[');
        for (unsigned i = 0; p->choices[i]; i++)
            json_string(w, p->choices[i]);
        json_end(w, ']');
    }
    json_end(w, '}');
}

static void put_workload(struct json_writer *w, const struct workload *x)
{
    json_begin(w, '{');
    put_string(w, "name", x->name);
    put_string(w, "family", x->family);
    put_string(w, "summary", x->summary);
    put_string(w, "lesson", x->lesson);
    put_string(w, "unit", x->unit);
    put_string(w, "scales", x->scales);
    put_string(w, "late_after", x->late_after);
    put_string(w, "service", x->service ? x->service->name : NULL);
    put_u64(w, "needs", x->needs);
    put_u64(w, "group", x->group);
    put_u64(w, "rounds", x->rounds);
    put_bool(w, "uneven", x->uneven);
    put_u64(w, "task_size", x->task_size);
    json_key(w, "params");
    json_begin(w, '[');
    for (const struct param *p = x->params; p && p->name; p++)
        put_param(w, p);
    json_end(w, ']');
    json_end(w, '}');
}

void put_plugin_workloads(struct json_writer *w, const struct workload *const *list)
{
    json_key(w, "workloads");
    json_begin(w, '[');
    for (; *list; list++)
        put_workload(w, *list);
    json_end(w, ']');
}

void put_plugin(struct json_writer *w, const struct plugin *p, const char *only)
{
    put_string(w, "path", p->path);
    put_string(w, "sha256", p->sha256);
    json_key(w, "workloads");
    json_begin(w, '[');
    for (unsigned i = 0; i < p->n_workloads; i++)
        if (!only || strcmp(p->workloads[i].name, only) == 0)
            put_workload(w, &p->workloads[i]);
    json_end(w, ']');
}

static const char *const *read_choices(struct fields *f)
{
    const struct json_value *list = field_value(f, "choices", JSON_ARRAY);
    const char **out = calloc(f->rc ? 1 : json_size(list) + 1, sizeof *out), *s;
    if (!out) {
        f->rc = err_set(f->e, ENOMEM, "out of memory");
        return NULL;
    }
    unsigned n = 0;
    for (const struct json_value *v = f->rc ? NULL : json_first(list); v && !f->rc; v = json_next(v))
        if (json_get_string(v, &s))
            f->rc = json_error(f->json, v, f->e, "a choice must be a string");
        else
            out[n++] = intern(s);
    return out;
}

static void read_param(struct fields f, struct param *p, int *rc)
{
    p->name = field_string(&f, "name");
    p->summary = field_string(&f, "summary");
    p->type = (enum param_type)field_name(&f, "type", type_names, ARRAY_LEN(type_names));
    p->fallback = field_i64(&f, "default");
    p->least = field_i64(&f, "min");
    p->most = field_i64(&f, "max");
    if (!f.rc && (p->type == PARAM_CHOICE || p->type == PARAM_PATH))
        p->choices = read_choices(&f);
    unsigned n = 0;
    while (!f.rc && p->choices && p->choices[n])
        n++;
    bool odd = p->least > p->fallback || p->fallback > p->most;
    if (p->type == PARAM_PATH)
        odd = p->fallback != 0 || n != 1;
    else if (p->type == PARAM_CHOICE)
        odd |= p->least < 0 || p->most >= (int64_t)n;
    if (!f.rc && odd)
        f.rc = json_error(f.json, f.object, f.e, "the range of \"%s\" does not hold its default, or not its choices",
                          p->name);
    *rc = f.rc;
}

static const char *string_or_null(struct fields *f, const char *key)
{
    const struct json_value *v = f->rc ? NULL : json_get(f->object, key);
    return v && json_type(v) == JSON_NULL ? NULL : field_string(f, key);
}

/* That there is one, and its name, is all that a plan needs of a service. */
static const struct service *service_named(const char *name, struct fields *f)
{
    struct service *s = f->rc || !name ? NULL : calloc(1, sizeof *s);
    if (s)
        s->name = s->summary = name;
    else if (!f->rc && name)
        f->rc = err_set(f->e, ENOMEM, "out of memory");
    return s;
}

static int read_workload(struct fields f, struct workload *x)
{
    x->name = field_string(&f, "name");
    x->family = field_string(&f, "family");
    x->summary = field_string(&f, "summary");
    x->lesson = field_string(&f, "lesson");
    x->unit = field_string(&f, "unit");
    x->scales = string_or_null(&f, "scales");
    x->late_after = string_or_null(&f, "late_after");
    x->service = service_named(string_or_null(&f, "service"), &f);
    x->needs = field_unsigned(&f, "needs");
    x->group = field_unsigned(&f, "group");
    x->rounds = field_unsigned(&f, "rounds");
    x->uneven = field_bool(&f, "uneven");
    x->task_size = field_u64(&f, "task_size");
    const struct json_value *list = field_value(&f, "params", JSON_ARRAY);
    if (!f.rc && json_size(list) > WORKLOAD_MAX_PARAMS)
        f.rc = json_error(f.json, list, f.e, "a workload has at most %d parameters", WORKLOAD_MAX_PARAMS);
    struct param *params = calloc(WORKLOAD_MAX_PARAMS + 1, sizeof *params), *p = params;
    x->params = params;
    if (!params)
        return err_set(f.e, ENOMEM, "out of memory");
    for (const struct json_value *v = f.rc ? NULL : json_first(list); v && !f.rc; v = json_next(v))
        read_param((struct fields){.json = f.json, .object = v, .e = f.e}, p++, &f.rc);
    return f.rc;
}

static void plugin_free(struct plugin *p)
{
    for (unsigned i = 0; i < p->n_workloads; i++) {
        for (const struct param *q = p->workloads[i].params; q && q->name; q++)
            free((void *)(uintptr_t)q->choices); /* made here by calloc; the contract's type is const */
        free((void *)(uintptr_t)p->workloads[i].params);
        free((void *)(uintptr_t)p->workloads[i].service);
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
static int add(struct fields *f, struct plugin *p)
{
    bool shared[MOST_WORKLOADS] = {false};
    for (unsigned i = 0; i < p->n_workloads; i++) {
        const struct workload *w = &p->workloads[i];
        const struct plugin *other = plugin_of(w->name);
        for (unsigned j = 0; j < i; j++)
            if (p->workloads[j].name == w->name)
                return json_error(f->json, f->object, f->e, "it has two workloads '%s'", w->name);
        if (!other && workload_find(w->name))
            return json_error(f->json, f->object, f->e, "its workload '%s' has the name of a built-in one", w->name);
        if (other && !described_alike(workload_find(w->name), w))
            return json_error(f->json, f->object, f->e, "its workload '%s' is another one in %s", w->name, other->path);
        shared[i] = other != NULL;
    }
    struct plugin **end = &known;
    while (*end)
        end = &(*end)->next;
    *end = p; /* from here on it is never freed */
    for (unsigned i = 0; i < p->n_workloads; i++)
        if (!shared[i] && workload_add(&p->workloads[i]))
            return err_set(f->e, ENOMEM, "out of memory");
    return 0;
}

static const struct plugin *same(const struct plugin *p)
{
    for (const struct plugin *q = known; q; q = q->next)
        if (q->path == p->path && q->sha256 == p->sha256 && q->n_workloads >= p->n_workloads)
            return q;
    return NULL;
}

static bool known_has(const struct plugin *p)
{
    const struct plugin *q = known;
    while (q && q != p)
        q = q->next;
    return q != NULL;
}

int read_plugin(struct fields f)
{
    struct plugin *p = calloc(1, sizeof *p);
    if (!p)
        return err_set(f.e, ENOMEM, "out of memory");
    p->path = field_string(&f, "path");
    p->sha256 = field_string(&f, "sha256");
    const struct json_value *list = field_value(&f, "workloads", JSON_ARRAY);
    p->workloads = calloc(f.rc ? 1 : json_size(list) + 1, sizeof *p->workloads);
    if (!p->workloads) {
        free(p);
        return err_set(f.e, ENOMEM, "out of memory");
    }
    if (!f.rc && (!json_size(list) || json_size(list) > MOST_WORKLOADS))
        f.rc = json_error(f.json, list, f.e, "a plug-in has 1 to %d workloads", MOST_WORKLOADS);
    for (const struct json_value *v = f.rc ? NULL : json_first(list); v && !f.rc; v = json_next(v))
        f.rc = read_workload((struct fields){.json = f.json, .object = v, .e = f.e}, &p->workloads[p->n_workloads++]);
    if (!f.rc && !same(p)) {
        f.rc = add(&f, p);
        if (known_has(p))
            return f.rc;
    }
    plugin_free(p);
    return f.rc;
}
