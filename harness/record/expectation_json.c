/* SPDX-License-Identifier: MIT */
/* Expectations as JSON; see expectation_json.h. */
#include "harness/record/expectation_json.h"

#include <errno.h>
#include <stdlib.h>

#include "harness/base/base.h"

const char *const expectation_quantity_names[] = {"throughput", "p99", "latest", "memory", "cpu-time"};

/* A range that goes beyond what a reader's double can carry goes beyond what a parameter can be, too. */
static int64_t bounded(int64_t v)
{
    const int64_t most = (INT64_C(1) << 53) - 1;
    return v > most ? most : v < -most ? -most : v;
}

static void put_value(struct json_writer *w, const struct expectation_value *v)
{
    json_begin(w, '{');
    put_string(w, "param", v->param);
    put_i64(w, "least", bounded(v->least));
    put_i64(w, "most", bounded(v->most));
    json_end(w, '}');
}

static void put_side(struct json_writer *w, const char *key, const struct expectation_side *s)
{
    json_key(w, key);
    json_begin(w, '{');
    put_u64(w, "kinds", s->kinds);
    put_u64(w, "cpus_least", s->cpus_least);
    put_u64(w, "cpus_most", s->cpus_most);
    put_u64(w, "flight_least", s->flight_least);
    put_u64(w, "flight_most", s->flight_most);
    put_u64(w, "flight_each", s->flight_each);
    json_key(w, "with");
    put_value(w, &s->with);
    json_end(w, '}');
}

static void put_reason(struct json_writer *w, const struct expectation_reason *r)
{
    json_begin(w, '{');
    put_string(w, "text", r->text);
    put_string(w, "what", r->what);
    put_string(w, "over", r->over);
    put_double(w, "least", r->least);
    put_double(w, "most", r->most);
    put_string(w, "has", r->has);
    json_end(w, '}');
}

static void put_one(struct json_writer *w, const struct expectation *x)
{
    json_begin(w, '{');
    put_string(w, "id", x->id);
    put_string(w, "text", x->text);
    put_string(w, "quantity", expectation_quantity_names[x->quantity]);
    put_double(w, "least", x->least);
    put_double(w, "most", x->most);
    put_bool(w, "per_cpu", x->per_cpu);
    put_bool(w, "closed_only", x->closed_only);
    put_bool(w, "batch_only", x->batch_only);
    put_side(w, "a", &x->a);
    put_side(w, "b", &x->b);
    json_key(w, "where");
    json_begin(w, '[');
    for (unsigned i = 0; i < ARRAY_LEN(x->where); i++)
        put_value(w, &x->where[i]);
    json_end(w, ']');
    json_key(w, "reasons");
    json_begin(w, '[');
    for (const struct expectation_reason *r = x->reasons; r && r->text; r++)
        put_reason(w, r);
    json_end(w, ']');
    json_end(w, '}');
}

void put_expectations_of(struct json_writer *w, const struct expectation *x)
{
    json_key(w, "expectations");
    json_begin(w, '[');
    for (; x && x->id; x++)
        put_one(w, x);
    json_end(w, ']');
}

static double number(struct fields *f, const char *key)
{
    double v = 0;
    const struct json_value *at = f->rc ? NULL : json_get(f->object, key);
    if (!f->rc && (!at || json_get_double(at, &v)))
        f->rc = json_error(f->json, at ? at : f->object, f->e, "\"%s\" must be a number", key);
    return v;
}

static const char *text_or_null(struct fields *f, const char *key)
{
    const struct json_value *v = f->rc ? NULL : json_get(f->object, key);
    return v && json_type(v) == JSON_NULL ? NULL : field_string(f, key);
}

static void read_value(struct fields *f, struct expectation_value *v)
{
    v->param = text_or_null(f, "param");
    v->least = field_i64(f, "least");
    v->most = field_i64(f, "most");
}

static void read_side(struct fields *f, const char *key, struct expectation_side *s)
{
    struct fields side = field_object(f, key);
    s->kinds = field_unsigned(&side, "kinds");
    s->cpus_least = field_unsigned(&side, "cpus_least");
    s->cpus_most = field_unsigned(&side, "cpus_most");
    s->flight_least = field_unsigned(&side, "flight_least");
    s->flight_most = field_unsigned(&side, "flight_most");
    s->flight_each = field_unsigned(&side, "flight_each");
    struct fields with = field_object(&side, "with");
    read_value(&with, &s->with);
    f->rc = f->rc ? f->rc : side.rc ? side.rc : with.rc;
}

static struct fields below(const struct fields *f, const struct json_value *v)
{
    return (struct fields){.json = f->json, .object = v, .e = f->e};
}

/* An array with room for one more, which ends it; NULL with f->rc: it has more than `most`, or there is no memory. */
static void *room_for(struct fields *f, const struct json_value *list, size_t most, size_t each, const char *of)
{
    void *all = NULL;
    if (!f->rc && json_size(list) > most)
        f->rc = json_error(f->json, list, f->e, "%s has at most %zu of these", of, most);
    else if (!f->rc && !(all = calloc(json_size(list) + 1, each)))
        f->rc = err_set(f->e, ENOMEM, "out of memory");
    return all;
}

static const struct expectation_reason *read_reasons(struct fields *f)
{
    const struct json_value *list = field_value(f, "reasons", JSON_ARRAY);
    struct expectation_reason *all = room_for(f, list, EXPECTATION_MOST_REASONS, sizeof *all, "an expectation"),
                              *r = all;
    for (const struct json_value *v = all ? json_first(list) : NULL; v && !f->rc; v = json_next(v), r++) {
        struct fields one = below(f, v);
        r->text = field_string(&one, "text");
        r->what = text_or_null(&one, "what");
        r->over = text_or_null(&one, "over");
        r->least = number(&one, "least");
        r->most = number(&one, "most");
        r->has = text_or_null(&one, "has");
        f->rc = one.rc;
    }
    return all;
}

static void read_one(struct fields *f, struct expectation *x)
{
    x->id = field_string(f, "id");
    x->text = field_string(f, "text");
    x->quantity = (enum expectation_quantity)field_name(f, "quantity", expectation_quantity_names, EXPECT_QUANTITIES);
    x->least = number(f, "least");
    x->most = number(f, "most");
    x->per_cpu = field_bool(f, "per_cpu");
    x->closed_only = field_bool(f, "closed_only");
    x->batch_only = !f->rc && json_get(f->object, "batch_only") && field_bool(f, "batch_only");
    read_side(f, "a", &x->a);
    read_side(f, "b", &x->b);
    const struct json_value *list = field_value(f, "where", JSON_ARRAY);
    unsigned n = 0;
    if (!f->rc && json_size(list) > ARRAY_LEN(x->where))
        f->rc = json_error(f->json, list, f->e, "\"where\" has at most %zu values", ARRAY_LEN(x->where));
    for (const struct json_value *v = f->rc ? NULL : json_first(list); v && !f->rc; v = json_next(v)) {
        struct fields one = below(f, v);
        read_value(&one, &x->where[n++]);
        f->rc = one.rc;
    }
    x->reasons = read_reasons(f);
}

const struct expectation *read_expectations(struct fields *f)
{
    const struct json_value *list = f->rc ? NULL : json_get(f->object, "expectations");
    if (!list)
        return NULL;
    list = field_value(f, "expectations", JSON_ARRAY);
    struct expectation *all = room_for(f, list, EXPECTATIONS_MOST, sizeof *all, "a workload"), *x = all;
    for (const struct json_value *v = all ? json_first(list) : NULL; v && !f->rc; v = json_next(v)) {
        struct fields one = below(f, v);
        read_one(&one, x++);
        f->rc = one.rc;
    }
    return all;
}

void expectations_free(const struct expectation *x)
{
    for (const struct expectation *one = x; one && one->id; one++)
        free((void *)(uintptr_t)one->reasons); /* calloc'ed; the contract's type is const */
    free((void *)(uintptr_t)x);
}
