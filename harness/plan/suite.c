/* SPDX-License-Identifier: MIT */
/* Suite files: JSON with the schema id contend/suite/1. What is unknown or of another type is refused with its place.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/base/nearest.h"
#include "harness/plan/sweep.h"
#include "harness/base/value.h"
#include "harness/record/fields.h"

enum { MOST_BYTES = 1 << 20 };

static const char name_letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

struct reader {
    struct json *json;
    struct err *e;
};

/* Puts the place before what has already been said. */
static int at(const struct reader *k, const struct json_value *v, int rc)
{
    if (!rc)
        return 0;
    char said[512]; /* json_error writes where it would read */
    memcpy(said, k->e->text, sizeof said);
    return json_error(k->json, v, k->e, "%s", said);
}

static bool is_among(const char *name, const char *const *names)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names;
}

static int unknown(const struct reader *k, const struct json_value *v, const char *const *known)
{
    static const char *const other_words[] = {"params", "parameters", "param", "parameter"};
    const char *name = json_name(v), *meant = nearest_of(name, known);
    char all[256] = "", hint[DID_YOU_MEAN_MAX];
    for (unsigned i = 0; i < ARRAY_LEN(other_words); i++)
        if (strcmp(name, other_words[i]) == 0)
            meant = "set";
    for (unsigned i = 0; known[i]; i++)
        text_append(all, sizeof all, "%s%s", i ? ", " : "", known[i]);
    return json_error(k->json, v, k->e, "unknown key \"%s\"%s; known are %s", name,
                      did_you_mean(hint, sizeof hint, '"', "", meant), all);
}

/* A string, a number, or a list of them, as the command line would write it: "1,2,4". */
static int as_list(const struct reader *k, const struct json_value *v, char *buf, size_t n)
{
    const char *s;
    int64_t i;
    bool yes;
    if (json_get_string(v, &s) == 0)
        snprintf(buf, n, "%s", s);
    else if (json_get_i64(v, &i) == 0)
        snprintf(buf, n, "%lld", (long long)i);
    else if (json_get_bool(v, &yes) == 0)
        snprintf(buf, n, "%s", yes ? "yes" : "no");
    else if (json_type(v) != JSON_ARRAY || !json_first(v))
        return json_error(k->json, v, k->e, "expected a string, a whole number, true or false, or a list of them");
    else {
        size_t used = 0;
        for (const struct json_value *item = json_first(v); item; item = json_next(item)) {
            char one[128];
            if (json_type(item) == JSON_ARRAY || as_list(k, item, one, sizeof one))
                return json_error(k->json, item, k->e, "expected a string or a whole number");
            used += (size_t)snprintf(buf + used, n - used, "%s%s", used ? "," : "", one);
            if (used >= n)
                return json_error(k->json, v, k->e, "the list is too long");
        }
    }
    return 0;
}

static int read_set(const struct reader *k, const struct json_value *set, struct sweep *s)
{
    char text[1024];
    if (json_type(set) != JSON_OBJECT)
        return json_error(k->json, set, k->e, "\"set\" must be an object of parameters");
    for (const struct json_value *v = json_first(set); v; v = json_next(v)) {
        int rc = as_list(k, v, text, sizeof text);
        if (!rc)
            rc = at(k, v, sweep_set(s, json_name(v), text, k->e));
        if (rc)
            return rc;
    }
    return 0;
}

static const char *const run_keys[] = {"workload",     "set",   "models",   "workers", "concurrency", "mode",
                                       "libc_threads", "trial", "duration", "units",   "tasks",       NULL};

static int read_member(const struct reader *k, const struct json_value *v, struct sweep *s)
{
    char text[1024];
    uint64_t n;
    const char *key = json_name(v);
    if (!is_among(key, run_keys))
        return unknown(k, v, run_keys);
    if (strcmp(key, "workload") == 0)
        return 0;
    if (strcmp(key, "set") == 0)
        return read_set(k, v, s);
    int rc = as_list(k, v, text, sizeof text);
    if (rc)
        return rc;
    if (strcmp(key, "models") == 0)
        rc = sweep_models(s, text, k->e);
    else if (strcmp(key, "workers") == 0)
        rc = sweep_numbers(text, key, s->workers, &s->n_workers, k->e);
    else if (strcmp(key, "concurrency") == 0)
        rc = sweep_numbers(text, key, s->concurrency, &s->n_concurrency, k->e);
    else if (strcmp(key, "trial") == 0)
        rc = sweep_trial(s, text, key, k->e);
    else if (strcmp(key, "duration") == 0)
        rc = value_duration(text, key, &s->duration_ns, k->e);
    else if (strcmp(key, "units") == 0)
        rc = value_count(text, key, 1, UINT64_C(1) << 50, &s->units, k->e);
    else if (strcmp(key, "tasks") == 0) {
        rc = value_count(text, key, 1, 1000000, &n, k->e);
        s->tasks = rc ? 0 : (unsigned)n;
    } else if (strcmp(key, "libc_threads") == 0) {
        rc = sweep_libc_threads(s, text, k->e);
    } else { /* mode: no other of run_keys is left */
        bool closed = strcmp(text, "closed") == 0;
        s->mode = closed ? MODE_CLOSED : MODE_BATCH;
        rc = closed || strcmp(text, "batch") == 0
                 ? 0
                 : err_set(k->e, EINVAL, "mode must be \"batch\" or \"closed\", not \"%s\"", text);
    }
    return at(k, v, rc);
}

static int read_sweep(const struct reader *k, const struct json_value *run, struct request *r)
{
    const char *name;
    const struct json_value *v = json_get(run, "workload");
    if (json_type(run) != JSON_OBJECT || !v)
        return json_error(k->json, run, k->e, "each run must be an object with a \"workload\"");
    if (json_get_string(v, &name))
        return json_error(k->json, v, k->e, "\"workload\" must be the name of one, as a string");
    const struct workload *w = workload_find(name);
    if (!w)
        return json_error(k->json, v, k->e, "unknown workload \"%s\"; see 'contend list workloads'", name);
    struct sweep *s = request_add(r, w);
    if (!s)
        return err_set(k->e, ENOMEM, "out of memory");
    int rc = 0;
    for (v = json_first(run); v && !rc; v = json_next(v))
        rc = read_member(k, v, s);
    return rc;
}

/* When the run may end before its last block. */
static int read_stop(const struct reader *k, const struct json_value *root, struct plan_stop *s)
{
    const struct json_value *precision = json_get(root, "precision"), *budget = json_get(root, "budget");
    const char *text;
    int rc = 0;
    if (precision)
        rc = json_get_string(precision, &text)
                 ? json_error(k->json, precision, k->e, "\"precision\" must be a percentage, such as \"1%%\"")
                 : at(k, precision, value_percent(text, "precision", &s->precision, k->e));
    if (!rc && budget)
        rc = json_get_string(budget, &text)
                 ? json_error(k->json, budget, k->e, "\"budget\" must be a time, such as \"60s\"")
                 : at(k, budget, value_duration(text, "budget", &s->budget_ns, k->e));
    struct fields f = {.json = k->json, .object = root, .e = k->e};
    if (!rc && json_get(root, "until_clear")) {
        s->clear = field_bool(&f, "until_clear");
        rc = f.rc;
    }
    return rc;
}

/* How long the run is to take, all in all. */
static int read_time(const struct reader *k, const struct json_value *root, struct request *r)
{
    const struct json_value *v = json_get(root, "time");
    const char *text;
    if (!v)
        return 0;
    return json_get_string(v, &text) ? json_error(k->json, v, k->e, "\"time\" must be a time, such as \"10min\"")
                                     : at(k, v, value_duration(text, "time", &r->time_ns, k->e));
}

/* How the blocks are spread over time. */
static int read_visits(const struct reader *k, const struct json_value *root, struct request *r)
{
    const struct json_value *visits = json_get(root, "visits"), *pause = json_get(root, "pause");
    struct fields f = {.json = k->json, .object = root, .e = k->e};
    const char *text;
    if (visits)
        r->visits = field_unsigned(&f, "visits");
    if (!f.rc && visits && (r->visits < 2 || r->visits > PLAN_MAX_VISITS))
        return json_error(k->json, visits, k->e, "\"visits\" must be from 2 to %d", PLAN_MAX_VISITS);
    if (f.rc || !pause)
        return f.rc;
    if (!visits)
        return json_error(k->json, pause, k->e, "\"pause\" is between visits: it needs \"visits\"");
    return json_get_string(pause, &text) ? json_error(k->json, pause, k->e, "\"pause\" must be a time, such as \"10s\"")
                                         : at(k, pause, request_pause(r, text, "pause", k->e));
}

static int read_top(const struct reader *k, struct request *r)
{
    const struct json_value *root = json_root(k->json);
    struct fields f = {.json = k->json, .object = root, .e = k->e};
    if (json_type(root) != JSON_OBJECT)
        return json_error(k->json, root, k->e, "a suite must be an object");
    if (!json_get(root, "schema"))
        return json_error(k->json, root, k->e, "a suite begins with \"schema\": \"contend/suite/1\"; this has none");
    const char *schema = field_string(&f, "schema");
    if (!f.rc && strcmp(schema, "contend/suite/1") != 0)
        return json_error(k->json, json_get(root, "schema"), k->e, "\"schema\" must be \"contend/suite/1\"");
    r->name = field_string(&f, "name");
    /* It becomes part of a directory's name. */
    if (!f.rc && (!r->name[0] || r->name[0] == '.' || strlen(r->name) > 64 || r->name[strspn(r->name, name_letters)]))
        return json_error(k->json, json_get(root, "name"), k->e,
                          "\"name\" must be at most 64 letters, digits, '-', '_' and '.', and not begin with a '.'");
    const struct json_value *blocks = json_get(root, "blocks");
    if (blocks)
        r->blocks = field_unsigned(&f, "blocks");
    if (!f.rc && blocks && (r->blocks < 1 || r->blocks > PLAN_MAX_BLOCKS))
        return json_error(k->json, blocks, k->e, "\"blocks\" must be from 1 to %d", PLAN_MAX_BLOCKS);
    if (!f.rc)
        f.rc = read_stop(k, root, &r->stop);
    if (!f.rc)
        f.rc = read_time(k, root, r);
    if (!f.rc)
        f.rc = read_visits(k, root, r);
    for (const struct json_value *v = json_first(root); v && !f.rc; v = json_next(v)) {
        static const char *const known[] = {"schema", "name",      "summary",     "time",   "blocks", "visits",
                                            "pause",  "precision", "until_clear", "budget", "runs",   NULL};
        if (!is_among(json_name(v), known))
            f.rc = unknown(k, v, known);
    }
    if (!f.rc && json_get(root, "summary"))
        field_string(&f, "summary");
    const struct json_value *runs = field_value(&f, "runs", JSON_ARRAY);
    if (!f.rc && !json_first(runs))
        return json_error(k->json, runs, k->e, "\"runs\" must have at least one run");
    for (const struct json_value *v = f.rc ? NULL : json_first(runs); v && !f.rc; v = json_next(v))
        f.rc = read_sweep(k, v, r);
    return f.rc;
}

int suite_read(struct request *r, const char *path, struct err *e)
{
    struct reader k = {.e = e};
    int rc = json_parse_file(&k.json, path, MOST_BYTES, e);
    if (rc)
        return rc;
    rc = read_top(&k, r);
    json_free(k.json);
    return rc;
}
