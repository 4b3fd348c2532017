/* SPDX-License-Identifier: MIT */
/* environment.json; see environment.h. */
#include "harness/machine/environment.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/record/fields.h"
#include "harness/record/file.h"

void environment_start(struct environment *v, const char *scratch, unsigned sample_ms)
{
    v->ended = false;
    v->n_changed = 0;
    costs_none(&v->costs, "not measured");
    facts_read(&v->start, &(struct facts_request){.scratch = scratch, .sample_ms = sample_ms});
    v->n_checks = checks_run(&v->start, v->checks);
}

void environment_end(struct environment *v, const char *scratch, unsigned sample_ms)
{
    facts_read(&v->end, &(struct facts_request){.scratch = scratch, .sample_ms = sample_ms});
    v->n_changed = facts_changed(&v->start, &v->end, v->changed);
    v->ended = true;
}

void environment_close(struct environment *v, const struct facts *end)
{
    v->end = *end;
    v->n_changed = facts_changed(&v->start, &v->end, v->changed);
    v->ended = true;
}

static void put(FILE *out, const void *arg)
{
    const struct environment *v = arg;
    struct json_writer w;
    json_init(&w, out, 1);
    json_begin(&w, '{');
    put_string(&w, "schema", "contend/environment/1");
    json_key(&w, "start");
    facts_to_json(&w, &v->start);
    if (v->ended) {
        json_key(&w, "end");
        facts_to_json(&w, &v->end);
    } else {
        put_missing(&w, "end", "the run has not ended");
    }
    json_key(&w, "checks");
    checks_to_json(&w, v->checks, v->n_checks);
    json_key(&w, "changed");
    json_begin(&w, '[');
    for (unsigned i = 0; i < v->n_changed; i++) {
        const struct fact *a = &v->start.all[v->changed[i]], *b = facts_find(&v->end, a->name);
        json_begin(&w, '{');
        put_string(&w, "fact", a->name);
        put_string(&w, "start", a->text);
        put_string(&w, "end", b->text);
        json_end(&w, '}');
    }
    json_end(&w, ']');
    put_costs(&w, &v->costs);
    json_end(&w, '}');
    fputc('\n', out);
}

enum { SESSIONS_MOST = 1000, FILE_MOST = 4 << 20 };

static const char *file_name(unsigned session, char *buf, size_t n)
{
    if (session == 1)
        snprintf(buf, n, "environment.json");
    else
        snprintf(buf, n, "environment-%u.json", session);
    return buf;
}

static bool there(const char *dir, const char *name)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return access(path, F_OK) == 0;
}

const char *environment_first(const char *dir)
{
    return there(dir, "environment.json") ? intern("environment.json") : NULL;
}

const char *environment_last(const char *dir)
{
    char name[40];
    const char *last = NULL;
    for (unsigned i = 1; i < SESSIONS_MOST && there(dir, file_name(i, name, sizeof name)); i++)
        last = intern(name);
    return last;
}

const char *environment_next(const char *dir)
{
    char name[40];
    for (unsigned i = 1; i < SESSIONS_MOST; i++)
        if (!there(dir, file_name(i, name, sizeof name)))
            return intern(name);
    return NULL;
}

int environment_write(const char *dir, const char *name, const struct environment *v, struct err *e)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return file_replace(path, put, v, e);
}

int environment_read(const char *dir, const char *name, struct environment *v, struct err *e)
{
    char path[PATH_MAX];
    struct json *j = NULL;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int rc = json_parse_file(&j, path, FILE_MOST, e);
    if (rc)
        return rc;
    struct fields f = {.json = j, .object = json_root(j), .e = e};
    const struct json_value *start = field_value(&f, "start", JSON_OBJECT), *end = json_get(json_root(j), "end");
    *v = (struct environment){.ended = end && json_type(end) == JSON_OBJECT};
    rc = f.rc ? f.rc : facts_from_json(j, start, &v->start, e);
    if (!rc && v->ended)
        rc = facts_from_json(j, end, &v->end, e);
    if (!rc)
        rc = costs_from_json(j, json_root(j), &v->costs, e);
    json_free(j);
    if (rc)
        return rc;
    v->n_checks = checks_run(&v->start, v->checks);
    v->n_changed = v->ended ? facts_changed(&v->start, &v->end, v->changed) : 0;
    return 0;
}
