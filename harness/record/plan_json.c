/* SPDX-License-Identifier: MIT */
/* The plan as JSON; see plan_json.h. */
#include "harness/record/plan_json.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/record/plan_times_json.h"
#include "harness/record/plugin_json.h"

static void put_indexes(struct json_writer *w, const char *key, const unsigned *a, unsigned n)
{
    json_key(w, key);
    json_begin(w, '[');
    for (unsigned i = 0; i < n; i++)
        json_uint(w, a[i]);
    json_end(w, ']');
}

static void put_one(struct json_writer *w, const struct plugin *plugin)
{
    json_begin(w, '{');
    put_plugin(w, plugin, NULL);
    json_end(w, '}');
}

/* The first cell whose workload the plug-in brings; n_cells: there is none. */
static unsigned first_brought(const struct plan *p, const struct plugin *plugin)
{
    unsigned i = 0;
    while (i < p->n_cells && plugin_in(p->plugins, p->cells[i].workload) != plugin)
        i++;
    return i;
}

/* Those whose workloads are in the plan, each once; those of a set in its order, in which later ones go before. */
static void put_plugins(struct json_writer *w, const struct plan *p)
{
    json_key(w, "plugins");
    json_begin(w, '[');
    for (unsigned i = 0; p->plugins && i < p->plugins->n; i++) {
        const struct plugin *plugin = p->plugins->of[i];
        bool again = false;
        for (unsigned j = i + 1; j < p->plugins->n; j++)
            again |= p->plugins->of[j] == plugin;
        if (!again && first_brought(p, plugin) < p->n_cells)
            put_one(w, plugin);
    }
    for (unsigned i = 0; !p->plugins && i < p->n_cells; i++) {
        const struct plugin *plugin = plugin_of(p->cells[i].workload);
        if (plugin && first_brought(p, plugin) == i)
            put_one(w, plugin);
    }
    json_end(w, ']');
}

/* The one that was just read, of this object. */
static int note_brought(struct fields in, struct plan *p)
{
    const char *path = field_string(&in, "path"), *sha256 = field_string(&in, "sha256");
    const struct plugin *plugin = in.rc ? NULL : plugin_with(path, sha256);
    p->brought = p->brought ? p->brought : calloc(1, sizeof *p->brought);
    if (!p->brought)
        return err_set(in.e, ENOMEM, "out of memory");
    if (plugin && p->brought->n < PLUGIN_SET_MOST)
        p->brought->of[p->brought->n++] = plugin;
    return in.rc;
}

static int read_plugins(struct fields *f, struct plan *p)
{
    const struct json_value *list = json_get(f->object, "plugins"); /* older runs have none */
    if (list && json_type(list) != JSON_ARRAY)
        return f->rc = json_error(f->json, list, f->e, "\"plugins\" must be an array");
    for (const struct json_value *v = list ? json_first(list) : NULL; v && !f->rc; v = json_next(v)) {
        const struct fields in = {.json = f->json, .object = v, .e = f->e};
        f->rc = read_plugin(in);
        if (!f->rc)
            f->rc = note_brought(in, p);
    }
    return f->rc;
}

static const char *const side_names[] = {"a", "b"};

static void put_pair(struct json_writer *w, const struct plan_pair *pair)
{
    if (!pair->id) {
        put_missing(w, "pair", "the run was not measured beside another");
        return;
    }
    json_key(w, "pair");
    json_begin(w, '{');
    put_hex(w, "id", pair->id);
    put_string(w, "side", side_names[pair->side]);
    if (pair->program)
        put_string(w, "program", pair->program);
    json_end(w, '}');
}

static void put_cuts(struct json_writer *w, const struct plan *p)
{
    json_key(w, "cuts");
    json_begin(w, '[');
    for (unsigned i = 0; i < p->n_cuts; i++) {
        json_begin(w, '{');
        put_u64(w, "cell", p->cuts[i].cell);
        put_u64(w, "units_before", p->cuts[i].units_before);
        put_u64(w, "units", p->cells[p->cuts[i].cell].units);
        put_u64(w, "slowest_ns", p->cuts[i].slowest_ns);
        put_string(w, "pilot_model", p->cuts[i].pilot_model);
        put_u64(w, "pilot_ns", p->cuts[i].pilot_ns);
        json_end(w, '}');
    }
    json_end(w, ']');
}

static void put_doubts(struct json_writer *w, const struct plan *p)
{
    json_key(w, "doubts");
    json_begin(w, '[');
    for (unsigned i = 0; i < p->n_doubts; i++) {
        json_begin(w, '{');
        put_u64(w, "cell", p->doubts[i].cell);
        put_string(w, "reason", p->doubts[i].reason);
        json_end(w, '}');
    }
    json_end(w, ']');
}

static int read_doubts(struct fields *f, struct plan *p)
{
    const struct json_value *list = json_get(f->object, "doubts"); /* older runs have none */
    if (list && json_type(list) != JSON_ARRAY)
        return f->rc = json_error(f->json, list, f->e, "\"doubts\" must be an array");
    for (const struct json_value *v = list ? json_first(list) : NULL; v && !f->rc; v = json_next(v)) {
        struct fields in = {.json = f->json, .object = v, .e = f->e};
        unsigned cell = field_unsigned(&in, "cell");
        const char *reason = field_string(&in, "reason");
        f->rc = in.rc;
        if (!f->rc && cell >= p->n_cells)
            f->rc = json_error(f->json, v, f->e, "\"cell\" is no cell of the plan");
        if (!f->rc && plan_note_doubt(p, cell, reason))
            f->rc = err_set(f->e, ENOMEM, "out of memory");
    }
    return f->rc;
}

/* After the cells, which say what is left. */
static int read_cuts(struct fields *f, struct plan *p)
{
    const struct json_value *list = json_get(f->object, "cuts"); /* older runs have none */
    if (list && json_type(list) != JSON_ARRAY)
        return f->rc = json_error(f->json, list, f->e, "\"cuts\" must be an array");
    for (const struct json_value *v = list ? json_first(list) : NULL; v && !f->rc; v = json_next(v)) {
        struct fields in = {.json = f->json, .object = v, .e = f->e};
        struct plan_cut cut = {.cell = field_unsigned(&in, "cell"),
                               .units_before = field_u64(&in, "units_before"),
                               .slowest_ns = field_u64(&in, "slowest_ns"),
                               .pilot_model = field_string(&in, "pilot_model"),
                               .pilot_ns = field_u64(&in, "pilot_ns")};
        f->rc = in.rc;
        if (!f->rc && (cut.cell >= p->n_cells || !p->cells[cut.cell].units))
            f->rc = json_error(f->json, v, f->e, "\"cell\" is no cell with a number of units");
        if (!f->rc && plan_note_cut(p, cut))
            f->rc = err_set(f->e, ENOMEM, "out of memory");
    }
    return f->rc;
}

void put_plan(struct json_writer *w, const struct plan *p)
{
    put_string(w, "schema", "contend/trial/1");
    put_string(w, "kind", "plan");
    put_string(w, "name", p->name);
    put_known_string(w, "command", p->command, "the plan is not known to be of a command");
    put_hex(w, "seed", p->seed);
    put_u64(w, "blocks", p->blocks);
    put_u64(w, "visits", p->visits);
    put_u64(w, "pause_ns", p->pause_ns);
    put_double(w, "equiv", p->equiv);
    put_plan_stop(w, &p->stop);
    put_plan_time(w, &p->time);
    put_plugins(w, p);
    put_pair(w, &p->pair);
    json_key(w, "cells");
    json_begin(w, '[');
    for (unsigned i = 0; i < p->n_cells; i++) {
        char id[CELL_ID_MAX];
        plan_cell_id(p, i, id, sizeof id);
        json_begin(w, '{');
        put_string(w, "id", id);
        put_cell(w, &p->cells[i]);
        json_end(w, '}');
    }
    json_end(w, ']');
    json_key(w, "points");
    json_begin(w, '[');
    for (unsigned i = 0; i < p->n_points; i++) {
        const struct plan_point *t = &p->points[i];
        json_begin(w, '{');
        put_u64(w, "offered", t->offered);
        put_u64(w, "concurrency", t->concurrency);
        put_i64(w, "serial", t->serial);
        put_indexes(w, "cells", t->cells, t->n_cells);
        put_u64(w, "left_out", t->n_left_out);
        json_end(w, '}');
    }
    json_end(w, ']');
    json_key(w, "skips");
    json_begin(w, '[');
    for (unsigned i = 0; i < p->n_skips; i++) {
        json_begin(w, '{');
        put_u64(w, "cell", p->skips[i].cell);
        put_string(w, "reason", p->skips[i].reason);
        json_end(w, '}');
    }
    json_end(w, ']');
    put_cuts(w, p);
    put_doubts(w, p);
    put_u64(w, "runnable", p->n_runnable);
    put_indexes(w, "order", p->order, p->blocks * p->n_runnable);
}

/* An array of indexes below `bound`; malloc'ed. */
static int read_indexes(struct fields *f, const char *key, unsigned bound, unsigned **out, unsigned *n)
{
    const struct json_value *list = field_value(f, key, JSON_ARRAY);
    *n = f->rc ? 0 : (unsigned)json_size(list);
    *out = calloc(*n + 1, sizeof **out);
    if (!*out)
        return f->rc = err_set(f->e, ENOMEM, "out of memory");
    unsigned i = 0;
    for (const struct json_value *v = f->rc ? NULL : json_first(list); v; v = json_next(v)) {
        uint64_t x;
        if (json_get_u64(v, &x) || x >= bound)
            return f->rc = json_error(f->json, v, f->e, "\"%s\" must hold indexes below %u", key, bound);
        (*out)[i++] = (unsigned)x;
    }
    return f->rc;
}

static int read_points(struct fields *f, struct plan *p)
{
    const struct json_value *list = field_value(f, "points", JSON_ARRAY);
    p->points = calloc(f->rc ? 1 : json_size(list) + 1, sizeof *p->points);
    if (!p->points)
        return f->rc = err_set(f->e, ENOMEM, "out of memory");
    for (const struct json_value *v = f->rc ? NULL : json_first(list); v && !f->rc; v = json_next(v)) {
        struct fields t = {.json = f->json, .object = v, .e = f->e};
        struct plan_point *to = &p->points[p->n_points++];
        to->offered = field_unsigned(&t, "offered");
        to->concurrency = field_unsigned(&t, "concurrency");
        int64_t serial = field_i64(&t, "serial");
        to->n_left_out = json_get(v, "left_out") ? field_unsigned(&t, "left_out") : 0; /* older runs have none */
        f->rc = t.rc ? t.rc : read_indexes(&t, "cells", p->n_cells, &to->cells, &to->n_cells);
        if (!f->rc && (serial < -1 || serial >= (int64_t)p->n_cells))
            f->rc = json_error(f->json, json_get(v, "serial"), f->e, "\"serial\" is no cell's index");
        to->serial = (int)serial;
    }
    return f->rc;
}

static int read_cells(struct fields *f, struct plan *p)
{
    const struct json_value *list = field_value(f, "cells", JSON_ARRAY);
    p->cells = calloc(f->rc ? 1 : json_size(list) + 1, sizeof *p->cells);
    if (!p->cells)
        return f->rc = err_set(f->e, ENOMEM, "out of memory");
    for (const struct json_value *v = f->rc ? NULL : json_first(list); v && !f->rc; v = json_next(v))
        f->rc = read_cell((struct fields){.json = f->json, .object = v, .e = f->e}, &p->cells[p->n_cells++]);
    list = field_value(f, "skips", JSON_ARRAY);
    p->skips = calloc(f->rc ? 1 : json_size(list) + 1, sizeof *p->skips);
    if (!p->skips)
        return f->rc = err_set(f->e, ENOMEM, "out of memory");
    for (const struct json_value *v = f->rc ? NULL : json_first(list); v && !f->rc; v = json_next(v)) {
        struct fields s = {.json = f->json, .object = v, .e = f->e};
        p->skips[p->n_skips++] =
            (struct plan_skip){.cell = field_unsigned(&s, "cell"), .reason = field_string(&s, "reason")};
        f->rc = s.rc;
        if (!f->rc && p->skips[p->n_skips - 1].cell >= p->n_cells)
            f->rc = json_error(f->json, v, f->e, "\"cell\" is no cell's index");
    }
    return f->rc;
}

/* Journals from before live comparisons have none. */
static void read_pair(struct fields *f, struct plan_pair *pair)
{
    const struct json_value *v = json_get(f->object, "pair");
    if (f->rc || !v || json_type(v) == JSON_NULL)
        return;
    struct fields in = field_object(f, "pair");
    pair->id = field_u64(&in, "id");
    pair->side = field_name(&in, "side", side_names, ARRAY_LEN(side_names));
    if (!in.rc && json_get(in.object, "program")) /* older ones have none */
        pair->program = field_string(&in, "program");
    f->rc = in.rc;
}

/* Each block must hold every cell that is not skipped, once. */
static int check_order(const struct fields *f, const struct plan *p, unsigned n)
{
    const struct json_value *order = json_get(f->object, "order");
    if (n != (uint64_t)p->blocks * p->n_runnable)
        return json_error(f->json, order, f->e, "\"order\" must hold blocks × runnable indexes");
    CLEANUP_FREE unsigned *seen_in = calloc((size_t)p->n_cells + 1, sizeof *seen_in); /* block + 1; skips: UINT_MAX */
    if (!seen_in)
        return err_set(f->e, ENOMEM, "out of memory");
    unsigned runnable = p->n_cells;
    for (unsigned i = 0; i < p->n_skips; i++) {
        runnable -= !seen_in[p->skips[i].cell];
        seen_in[p->skips[i].cell] = UINT_MAX;
    }
    if (p->n_runnable != runnable)
        return json_error(f->json, json_get(f->object, "runnable"), f->e,
                          "\"runnable\" must be %u: cells without skips", runnable);
    for (unsigned i = 0; i < n; i++) {
        unsigned *seen = &seen_in[p->order[i]], block = i / runnable + 1;
        if (*seen >= block)
            return json_error(f->json, order, f->e,
                              "\"order\" must hold each cell that is not skipped once a block: not %u "
                              "in block %u",
                              p->order[i], block - 1);
        *seen = block;
    }
    return 0;
}

int read_plan(struct fields f, struct plan *p)
{
    *p = (struct plan){0};
    const char *schema = field_string(&f, "schema");
    if (!f.rc && strcmp(schema, "contend/trial/1") != 0)
        f.rc = json_error(f.json, json_get(f.object, "schema"), f.e,
                          "this program reads \"contend/trial/1\", not \"%s\"", schema);
    p->name = field_string(&f, "name");
    const struct json_value *command = json_get(f.object, "command"); /* older runs have none */
    p->command = command && json_type(command) != JSON_NULL ? field_string(&f, "command") : NULL;
    p->seed = field_u64(&f, "seed");
    p->blocks = field_unsigned(&f, "blocks");
    const struct json_value *equiv = field_value(&f, "equiv", JSON_NUMBER);
    if (equiv)
        json_get_double(equiv, &p->equiv);
    read_plan_stop(&f, &p->stop);
    read_pair(&f, &p->pair);
    if (!f.rc && !read_plugins(&f, p) && !read_cells(&f, p) && !read_cuts(&f, p) && !read_doubts(&f, p))
        read_points(&f, p);
    p->n_runnable = field_unsigned(&f, "runnable");
    unsigned n = 0;
    if (!f.rc && (p->blocks < 1 || p->blocks > PLAN_MAX_BLOCKS))
        f.rc =
            json_error(f.json, json_get(f.object, "blocks"), f.e, "\"blocks\" must be from 1 to %d", PLAN_MAX_BLOCKS);
    if (!f.rc)
        read_plan_times(&f, p);
    if (!f.rc && plan_check_size(p, f.e)) {
        char said[sizeof f.e->text]; /* json_error writes where it would read */
        memcpy(said, f.e->text, sizeof said);
        f.rc = json_error(f.json, json_get(f.object, "blocks"), f.e, "%s", said);
    }
    if (!f.rc)
        read_indexes(&f, "order", p->n_cells, &p->order, &n);
    if (!f.rc)
        f.rc = check_order(&f, p, n);
    if (f.rc)
        plan_release(p);
    return f.rc;
}
