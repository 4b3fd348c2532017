/* SPDX-License-Identifier: MIT */
/* Floors as files; see kept_floor.h. */
#include "harness/record/kept_floor.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/record/file.h"

/* A step is 1/100 %; more than a factor of 10^40 in either direction is no rate that was measured. */
static const double STEPS = 1e4, MOST_STEPS = 1e6;
enum { MOST_BLOCKS = 1000000, MOST_SERIES = 1000, MOST_BYTES = 1 << 28 };

static double *missing(unsigned n)
{
    double *x = malloc(((size_t)n + 1) * sizeof *x);
    for (unsigned i = 0; x && i < n; i++)
        x[i] = NAN;
    return x;
}

static struct floor_series *series(unsigned many, unsigned n, bool cells)
{
    struct floor_series *s = calloc((size_t)many + 1, sizeof *s);
    for (unsigned i = 0; s && i < many; i++) {
        s[i].log = missing(n);
        s[i].waited = cells ? missing(n) : NULL;
        s[i].busy = NAN;
    }
    return s;
}

int kept_floor_init(struct kept_floor *f, unsigned n, unsigned n_cells, unsigned n_canaries)
{
    *f = (struct kept_floor){.n = n, .at_s = missing(n), .foreign = missing(n)};
    f->cells = series(n_cells, n, true);
    f->canaries = series(n_canaries, n, false);
    bool whole = f->at_s && f->foreign && f->cells && f->canaries;
    f->n_cells = f->cells ? n_cells : 0;
    f->n_canaries = f->canaries ? n_canaries : 0;
    for (unsigned i = 0; i < f->n_cells; i++)
        whole &= f->cells[i].log && f->cells[i].waited;
    for (unsigned i = 0; i < f->n_canaries; i++)
        whole &= f->canaries[i].log != NULL;
    return whole ? 0 : -ENOMEM;
}

void kept_floor_release(struct kept_floor *f)
{
    for (unsigned i = 0; i < f->n_cells; i++) {
        free(f->cells[i].log);
        free(f->cells[i].waited);
    }
    for (unsigned i = 0; i < f->n_canaries; i++)
        free(f->canaries[i].log);
    free(f->cells);
    free(f->canaries);
    free(f->at_s);
    free(f->foreign);
    *f = (struct kept_floor){0};
}

static bool differs(const char *a, const char *b)
{
    return !a || !b || strcmp(a, b) != 0;
}

const char *machine_id_differs(const struct machine_id *a, const struct machine_id *b, bool carried)
{
    return differs(a->cpu, b->cpu)                 ? "CPU"
           : differs(a->kernel, b->kernel)         ? "kernel"
           : !carried && differs(a->host, b->host) ? "host"
                                                   : NULL;
}

/* Whole steps from `center`; null: missing. */
static void put_steps(struct json_writer *w, const char *key, const double *x, unsigned n, double center, double scale)
{
    json_key(w, key);
    json_begin(w, '[');
    for (unsigned i = 0; i < n; i++) {
        double steps = round((x[i] - center) * scale);
        if (isfinite(steps))
            json_int(w, (int64_t)steps);
        else
            json_null(w);
    }
    json_end(w, ']');
}

static double center_of(const double *x, unsigned n)
{
    double sum = 0;
    unsigned m = 0;
    for (unsigned i = 0; i < n; i++)
        if (isfinite(x[i])) {
            sum += x[i];
            m++;
        }
    return m ? sum / m : 0;
}

static void put_series(struct json_writer *w, const char *key, const struct floor_series *s, unsigned many, unsigned n)
{
    json_key(w, key);
    json_begin(w, '[');
    for (unsigned i = 0; i < many; i++) {
        double center = center_of(s[i].log, n);
        json_begin(w, '{');
        put_string(w, "id", s[i].id);
        if (s[i].workload) {
            put_string(w, "workload", s[i].workload);
            put_string(w, "family", s[i].family);
            put_string(w, "model", s[i].model);
            put_known_double(w, "busy", s[i].busy, "it was not recorded");
        }
        put_double(w, "center", center);
        put_steps(w, "steps", s[i].log, n, center, STEPS);
        if (s[i].waited)
            put_steps(w, "waited_permille", s[i].waited, n, 0, 1000);
        json_end(w, '}');
    }
    json_end(w, ']');
}

void put_machine_id(struct json_writer *w, const struct machine_id *m)
{
    static const char unread[] = "could not be read";
    json_key(w, "machine");
    json_begin(w, '{');
    put_known_string(w, "cpu", m->cpu, unread);
    put_known_string(w, "kernel", m->kernel, unread);
    put_known_string(w, "host", m->host, unread);
    put_known_string(w, "boot", m->boot, unread);
    json_end(w, '}');
}

static void put_floor(FILE *out, const void *arg)
{
    const struct kept_floor *f = arg;
    struct json_writer w;
    json_init(&w, out, 0);
    json_begin(&w, '{');
    put_string(&w, "schema", "contend/floor/1");
    put_machine_id(&w, &f->machine);
    put_string(&w, "commit", f->commit);
    put_string(&w, "started", f->started);
    put_string(&w, "finished", f->finished);
    put_u64(&w, "blocks", f->n);
    put_steps(&w, "at_ms", f->at_s, f->n, f->n ? f->at_s[0] : 0, 1e3);
    put_steps(&w, "foreign_percent", f->foreign, f->n, 0, 100);
    put_series(&w, "cells", f->cells, f->n_cells, f->n);
    put_series(&w, "canaries", f->canaries, f->n_canaries, f->n);
    json_end(&w, '}');
    fputc('\n', out);
}

int kept_floor_write(const struct kept_floor *f, const char *path, struct err *e)
{
    return file_replace(path, put_floor, f, e);
}

/* As many as there are blocks, each a whole number of at most `most` in size, or null. */
static void read_steps(struct fields *f, const char *key, double *x, unsigned n, double center, double scale,
                       double most)
{
    const struct json_value *list = field_value(f, key, JSON_ARRAY);
    if (!f->rc && json_size(list) != n)
        f->rc = json_error(f->json, list, f->e, "\"%s\" must hold %u values, one a block", key, n);
    unsigned i = 0;
    for (const struct json_value *v = f->rc ? NULL : json_first(list); v && !f->rc; v = json_next(v), i++) {
        int64_t steps;
        if (json_type(v) == JSON_NULL)
            continue;
        if (json_get_i64(v, &steps) || fabs((double)steps) > most)
            f->rc = json_error(f->json, v, f->e, "\"%s\" must hold whole numbers up to %.0f, or null", key, most);
        else
            x[i] = center + (double)steps / scale;
    }
}

/* Floors from before have none. */
static void read_busy(struct fields *f, double *busy)
{
    const struct json_value *v = f->rc ? NULL : json_get(f->object, "busy");
    if (v && json_type(v) != JSON_NULL && (json_get_double(v, busy) || !(*busy >= 0 && *busy <= 1)))
        f->rc = json_error(f->json, v, f->e, "\"busy\" must be from 0 to 1, or null");
}

static void read_series(struct fields *f, const char *key, bool cells, struct floor_series *s, unsigned n)
{
    const struct json_value *list = field_value(f, key, JSON_ARRAY);
    for (const struct json_value *v = f->rc ? NULL : json_first(list); v && !f->rc; v = json_next(v), s++) {
        struct fields in = {.json = f->json, .object = v, .e = f->e};
        double center = 0;
        s->id = field_string(&in, "id");
        if (cells) {
            s->workload = field_string(&in, "workload");
            s->family = field_string(&in, "family");
            s->model = field_string(&in, "model");
            read_busy(&in, &s->busy);
        }
        const struct json_value *c = field_value(&in, "center", JSON_NUMBER);
        if (c && (json_get_double(c, &center) || !(fabs(center) <= MOST_STEPS / STEPS)))
            in.rc = json_error(f->json, c, f->e, "\"center\" must be from -%.0f to %.0f", MOST_STEPS / STEPS,
                               MOST_STEPS / STEPS);
        read_steps(&in, "steps", s->log, n, center, STEPS, MOST_STEPS);
        if (cells && json_get(v, "waited_permille")) /* floors from before have none */
            read_steps(&in, "waited_permille", s->waited, n, 0, 1000, 1000);
        f->rc = in.rc;
    }
}

static const char *read_known(struct fields *f, const char *key)
{
    const struct json_value *v = json_get(f->object, key);
    return v && json_type(v) == JSON_NULL ? NULL : field_string(f, key);
}

void read_machine_id(struct fields *f, struct machine_id *out)
{
    struct fields machine = field_object(f, "machine");
    if (f->rc)
        return;
    out->cpu = read_known(&machine, "cpu");
    out->kernel = read_known(&machine, "kernel");
    out->host = read_known(&machine, "host");
    out->boot = read_known(&machine, "boot");
    f->rc = machine.rc;
}

static int read_times(struct fields *f, struct kept_floor *out)
{
    read_steps(f, "at_ms", out->at_s, out->n, 0, 1e3, 1e12);
    read_steps(f, "foreign_percent", out->foreign, out->n, 0, 100, 1e9);
    for (unsigned i = 0; !f->rc && i < out->n; i++)
        if (isnan(out->at_s[i]) || (i ? out->at_s[i] < out->at_s[i - 1] : out->at_s[i] != 0))
            f->rc = json_error(f->json, json_get(f->object, "at_ms"), f->e,
                               "\"at_ms\" must rise from block to block, from 0 on");
    return f->rc;
}

static int check_times(struct fields *f, unsigned n)
{
    const struct json_value *times = field_value(f, "at_ms", JSON_ARRAY);
    if (!f->rc && json_size(times) != n)
        f->rc = json_error(f->json, times, f->e, "\"at_ms\" must hold %u values, one a block", n);
    return f->rc;
}

static int check_lengths(struct fields *f, const struct json_value *series, unsigned n)
{
    for (const struct json_value *v = json_first(series); v && !f->rc; v = json_next(v)) {
        const struct json_value *steps = json_type(v) == JSON_OBJECT ? json_get(v, "steps") : NULL;
        if (!steps || json_type(steps) != JSON_ARRAY || json_size(steps) != n)
            f->rc = json_error(f->json, steps ? steps : v, f->e, "\"steps\" must hold %u values, one a block", n);
    }
    return f->rc;
}

static int read_floor(struct fields f, struct kept_floor *out)
{
    const char *schema = field_string(&f, "schema");
    if (!f.rc && strcmp(schema, "contend/floor/1") != 0)
        f.rc = json_error(f.json, json_get(f.object, "schema"), f.e,
                          "this program reads \"contend/floor/1\", not \"%s\"", schema);
    unsigned n = field_unsigned(&f, "blocks");
    const struct json_value *cells = field_value(&f, "cells", JSON_ARRAY);
    const struct json_value *canaries = field_value(&f, "canaries", JSON_ARRAY);
    if (f.rc)
        return f.rc;
    if (!n || n > MOST_BLOCKS)
        return json_error(f.json, json_get(f.object, "blocks"), f.e, "\"blocks\" must be from 1 to %d", MOST_BLOCKS);
    if (json_size(cells) > MOST_SERIES || json_size(canaries) > MOST_SERIES)
        return json_error(f.json, cells, f.e, "more than %d cells or canaries", MOST_SERIES);
    if (check_times(&f, n) || check_lengths(&f, cells, n) ||
        check_lengths(&f, canaries, n)) /* before there is room for them */
        return f.rc;
    if (kept_floor_init(out, n, (unsigned)json_size(cells), (unsigned)json_size(canaries)))
        return err_set(f.e, ENOMEM, "out of memory");
    read_machine_id(&f, &out->machine);
    field_copy(&f, "commit", out->commit, sizeof out->commit);
    field_copy(&f, "started", out->started, sizeof out->started);
    field_copy(&f, "finished", out->finished, sizeof out->finished);
    read_times(&f, out);
    read_series(&f, "cells", true, out->cells, n);
    read_series(&f, "canaries", false, out->canaries, n);
    return f.rc;
}

int kept_floor_read(struct kept_floor *f, const char *path, struct err *e)
{
    struct json *j;
    *f = (struct kept_floor){0};
    int rc = json_parse_file(&j, path, MOST_BYTES, e);
    if (rc)
        return rc;
    if (json_type(json_root(j)) != JSON_OBJECT)
        rc = json_error(j, json_root(j), e, "a floor is an object; contend verify --long records one");
    else
        rc = read_floor((struct fields){.json = j, .object = json_root(j), .e = e}, f);
    json_free(j);
    if (rc)
        kept_floor_release(f);
    return rc;
}
