/* SPDX-License-Identifier: MIT */
/* The table of costs, how they are judged, and costs as JSON; see costs.h. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/machine/costs.h"
#include "harness/record/fields.h"

const struct cost_kind cost_kinds[COSTS] = {
#define COST(name, tier, group, unit, least, most, summary, source, effect)                                            \
    [COST_INDEX_##name] = {#name, group, unit, COST_##tier, least, most, summary, source, effect},
#include "harness/machine/costs.def"
#undef COST
};

const char *const cost_judgement_names[4] = {
    [COST_EXPECTED] = "expected", [COST_BELOW] = "below", [COST_ABOVE] = "above", [COST_UNKNOWN] = "unknown"};

const struct cost_kind *cost_kind_of(const char *name)
{
    for (unsigned k = 0; k < COSTS; k++)
        if (strcmp(cost_kinds[k].name, name) == 0)
            return &cost_kinds[k];
    return NULL;
}

const struct machine_cost *costs_find(const struct costs *c, const char *name)
{
    for (unsigned i = 0; i < c->n; i++)
        if (strcmp(c->all[i].name, name) == 0)
            return &c->all[i];
    return NULL;
}

bool costs_number(const struct costs *c, const char *name, double *median)
{
    const struct machine_cost *found = costs_find(c, name);
    if (!found || isnan(found->median))
        return false;
    *median = found->median;
    return true;
}

enum cost_judgement cost_judge(const struct machine_cost *c, double *factor)
{
    const struct cost_kind *k = cost_kind_of(c->name);
    if (factor)
        *factor = 1;
    if (!k || isnan(c->median) || isnan(c->lower) || strcmp(c->unit, k->unit) != 0)
        return COST_UNKNOWN;
    enum cost_judgement j = c->lower > k->most ? COST_ABOVE : c->upper < k->least ? COST_BELOW : COST_EXPECTED;
    if (factor && j != COST_EXPECTED)
        *factor = j == COST_ABOVE ? c->median / k->most : k->least / c->median;
    return j;
}

bool cost_is_worse(const struct machine_cost *c, enum cost_judgement j)
{
    return j == (strcmp(c->unit, "bytes/s") == 0 ? COST_BELOW : COST_ABOVE);
}

static void put_cost(struct json_writer *w, const struct machine_cost *c)
{
    const struct cost_kind *k = cost_kind_of(c->name);
    if (isnan(c->median)) {
        put_missing(w, c->name, c->why ? c->why : "not known");
        return;
    }
    json_key(w, c->name);
    json_begin(w, '{');
    put_double(w, "median", c->median);
    put_known_double(w, "lower", c->lower, c->why);
    put_known_double(w, "upper", c->upper, c->why);
    put_string(w, "unit", c->unit);
    put_u64(w, "rounds", c->rounds);
    if (k) {
        put_string(w, "group", k->group);
        put_string(w, "summary", k->summary);
        json_key(w, "expected");
        json_begin(w, '{');
        put_double(w, "least", k->least);
        put_double(w, "most", k->most);
        put_string(w, "source", k->source);
        json_end(w, '}');
        put_string(w, "judgement", cost_judgement_names[cost_judge(c, NULL)]);
        put_string(w, "effect", k->effect);
    }
    json_end(w, '}');
}

void put_costs(struct json_writer *w, const struct costs *c)
{
    if (!c->n) {
        put_missing(w, "costs", c->why ? c->why : "not measured");
        return;
    }
    json_key(w, "costs");
    json_begin(w, '{');
    for (unsigned i = 0; i < c->n; i++)
        put_cost(w, &c->all[i]);
    json_end(w, '}');
}

/* What stands next to a null; NULL: nothing. */
static int read_why(const struct json *j, const struct json_value *object, const char *name, const char **why,
                    struct err *e)
{
    char key[128];
    const char *text;
    snprintf(key, sizeof key, "%s_unavailable", name);
    const struct json_value *v = json_get(object, key);
    *why = NULL;
    if (!v)
        return 0;
    if (json_get_string(v, &text))
        return json_error(j, v, e, "expected \"%s\" to be a text", key);
    *why = intern(text);
    return 0;
}

/* An end of an interval, or NaN with the reason why there is none. */
static int read_end(struct fields *f, const char *key, struct machine_cost *c)
{
    const struct json_value *v = json_get(f->object, key);
    double *end = strcmp(key, "lower") == 0 ? &c->lower : &c->upper;
    *end = NAN;
    if (v && json_type(v) == JSON_NULL)
        return read_why(f->json, f->object, key, &c->why, f->e);
    if (!v || json_get_double(v, end) || *end <= 0)
        return json_error(f->json, v ? v : f->object, f->e, "expected \"%s\", a number above 0 or null", key);
    return 0;
}

static int read_cost(const struct json *j, const struct json_value *v, struct machine_cost *c, struct err *e)
{
    struct fields f = {.json = j, .object = v, .e = e};
    if (json_type(v) != JSON_OBJECT)
        return json_error(j, v, e, "expected a cost, an object or null");
    const struct json_value *median = json_get(v, "median");
    if (!median || json_get_double(median, &c->median) || c->median <= 0)
        return json_error(j, median ? median : v, e, "expected \"median\", a number above 0");
    c->unit = field_string(&f, "unit");
    c->rounds = field_unsigned(&f, "rounds");
    int rc = f.rc ? f.rc : read_end(&f, "lower", c);
    rc = rc ? rc : read_end(&f, "upper", c);
    if (!rc && !isnan(c->lower) && !(c->lower <= c->median && c->median <= c->upper))
        rc = json_error(j, median, e, "expected the median to be between \"lower\" and \"upper\"");
    return rc;
}

static bool is_reason(const char *name)
{
    static const char end[] = "_unavailable";
    size_t n = strlen(name);
    return n >= sizeof end && strcmp(name + n - (sizeof end - 1), end) == 0;
}

int costs_from_json(const struct json *j, const struct json_value *object, struct costs *c, struct err *e)
{
    const struct json_value *costs = json_get(object, "costs");
    costs_none(c, costs ? NULL : "the file is of a version that measured none");
    if (!costs)
        return 0;
    if (json_type(costs) == JSON_NULL)
        return read_why(j, object, "costs", &c->why, e);
    if (json_type(costs) != JSON_OBJECT)
        return json_error(j, costs, e, "expected \"costs\" to be an object or null");
    for (const struct json_value *v = json_first(costs); v; v = json_next(v)) {
        if (is_reason(json_name(v)))
            continue;
        if (c->n == COSTS_MAX)
            return json_error(j, v, e, "expected at most %d costs", COSTS_MAX);
        struct machine_cost *next = &c->all[c->n++];
        const struct cost_kind *k = cost_kind_of(json_name(v));
        *next = (struct machine_cost){intern(json_name(v)), k ? k->unit : "", NAN, NAN, NAN, 0, NULL};
        int rc = json_type(v) == JSON_NULL ? read_why(j, costs, next->name, &next->why, e) : read_cost(j, v, next, e);
        if (rc)
            return rc;
    }
    return 0;
}
