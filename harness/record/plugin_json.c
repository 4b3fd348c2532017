/* SPDX-License-Identifier: MIT */
/* Descriptions of plug-ins as JSON, both ways; see plugin_json.h. */
#include "harness/record/plugin_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/record/expectation_json.h"

static const char *const type_names[] = {"count", "size", "time", "bool", "choice", "path"};

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
    put_expectations_of(w, x->expectations);
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
    x->lesson = string_or_null(&f, "lesson");
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
    x->expectations = read_expectations(&f);
    return f.rc;
}

static int read_workloads(struct fields *f, struct plugin *p)
{
    const struct json_value *list = field_value(f, "workloads", JSON_ARRAY);
    if (!f->rc && (!json_size(list) || json_size(list) > PLUGIN_MOST_WORKLOADS))
        f->rc = json_error(f->json, list, f->e, "a plug-in has 1 to %d workloads", PLUGIN_MOST_WORKLOADS);
    if (f->rc)
        return f->rc;
    p->workloads = calloc(json_size(list) + 1, sizeof *p->workloads);
    if (!p->workloads)
        return f->rc = err_set(f->e, ENOMEM, "out of memory");
    for (const struct json_value *v = json_first(list); v && !f->rc; v = json_next(v))
        f->rc =
            read_workload((struct fields){.json = f->json, .object = v, .e = f->e}, &p->workloads[p->n_workloads++]);
    return f->rc;
}

int read_plugin(struct fields f)
{
    struct plugin *p = calloc(1, sizeof *p);
    struct err why = {0};
    if (!p)
        return err_set(f.e, ENOMEM, "out of memory");
    p->path = field_string(&f, "path");
    p->sha256 = field_string(&f, "sha256");
    if (read_workloads(&f, p)) {
        plugin_free(p);
        return f.rc;
    }
    int rc = plugin_keep(p, &why);
    return rc == -EINVAL ? json_error(f.json, f.object, f.e, "%s", why.text)
           : rc          ? err_set(f.e, -rc, "%s", why.text)
                         : 0;
}
