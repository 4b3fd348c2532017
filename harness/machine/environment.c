/* SPDX-License-Identifier: MIT */
/* environment.json; see environment.h. */
#include "harness/machine/environment.h"

#include <limits.h>

#include "harness/record/fields.h"
#include "harness/record/file.h"

void environment_start(struct environment *v, const char *scratch, unsigned sample_ms)
{
    v->ended = false;
    v->n_changed = 0;
    facts_read(&v->start, &(struct facts_request){.scratch = scratch, .sample_ms = sample_ms});
    v->n_checks = checks_run(&v->start, v->checks);
}

void environment_end(struct environment *v, const char *scratch, unsigned sample_ms)
{
    facts_read(&v->end, &(struct facts_request){.scratch = scratch, .sample_ms = sample_ms});
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
    json_end(&w, '}');
    fputc('\n', out);
}

int environment_write(const char *dir, const struct environment *v, struct err *e)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/environment.json", dir);
    return file_replace(path, put, v, e);
}
