/* SPDX-License-Identifier: MIT */
/* Named members in and out; see fields.h. */
#include "harness/record/fields.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"

static const struct json_value *need(struct fields *f, const char *key)
{
    if (f->rc)
        return NULL;
    const struct json_value *v = json_get(f->object, key);
    if (!v)
        f->rc = json_error(f->json, f->object, f->e, "this object has no \"%s\"", key);
    return v;
}

static void wrong(struct fields *f, const struct json_value *v, const char *key, const char *expected)
{
    f->rc = json_error(f->json, v, f->e, "\"%s\" must be %s", key, expected);
}

uint64_t field_u64(struct fields *f, const char *key)
{
    uint64_t x = 0;
    const struct json_value *v = need(f, key);
    if (v && json_get_u64(v, &x))
        wrong(f, v, key, "a whole number, 0 or more");
    return x;
}

int64_t field_i64(struct fields *f, const char *key)
{
    int64_t x = 0;
    const struct json_value *v = need(f, key);
    if (v && json_get_i64(v, &x))
        wrong(f, v, key, "a whole number");
    return x;
}

unsigned field_unsigned(struct fields *f, const char *key)
{
    uint64_t x = field_u64(f, key);
    if (!f->rc && x > UINT_MAX)
        wrong(f, json_get(f->object, key), key, "a whole number below 2^32");
    return (unsigned)x;
}

bool field_bool(struct fields *f, const char *key)
{
    bool x = false;
    const struct json_value *v = need(f, key);
    if (v && json_get_bool(v, &x))
        wrong(f, v, key, "true or false");
    return x;
}

const char *field_string(struct fields *f, const char *key)
{
    const char *s = "";
    const struct json_value *v = need(f, key);
    if (v && json_get_string(v, &s))
        wrong(f, v, key, "a string");
    return intern(s);
}

void field_copy(struct fields *f, const char *key, char *buf, size_t n)
{
    const char *s = "";
    const struct json_value *v = need(f, key);
    if (v && json_get_string(v, &s))
        wrong(f, v, key, "a string");
    snprintf(buf, n, "%s", s);
}

unsigned field_name(struct fields *f, const char *key, const char *const *names, unsigned n)
{
    const char *s = "";
    const struct json_value *v = need(f, key);
    if (v && json_get_string(v, &s))
        wrong(f, v, key, "a string");
    for (unsigned i = 0; i < n && !f->rc; i++)
        if (strcmp(names[i], s) == 0)
            return i;
    if (!f->rc)
        f->rc = json_error(f->json, v, f->e, "\"%s\" can't be \"%s\"", key, s);
    return 0;
}

const struct json_value *field_value(struct fields *f, const char *key, enum json_type type)
{
    static const char *const names[] = {"null", "true or false", "a number", "a string", "an array", "an object"};
    const struct json_value *v = need(f, key);
    if (v && json_type(v) != type)
        wrong(f, v, key, names[type]);
    return f->rc ? NULL : v;
}

struct fields field_object(struct fields *f, const char *key)
{
    const struct json_value *v = field_value(f, key, JSON_OBJECT);
    return (struct fields){.json = f->json, .object = v, .e = f->e, .rc = f->rc};
}

void put_u64(struct json_writer *w, const char *key, uint64_t v)
{
    json_key(w, key);
    if (v >> 53) /* a reader's double can't carry it */
        json_hex(w, v);
    else
        json_uint(w, v);
}

void put_i64(struct json_writer *w, const char *key, int64_t v)
{
    json_key(w, key);
    json_int(w, v);
}

void put_string(struct json_writer *w, const char *key, const char *s)
{
    json_key(w, key);
    json_string(w, s);
}

void put_hex(struct json_writer *w, const char *key, uint64_t v)
{
    json_key(w, key);
    json_hex(w, v);
}

void put_bool(struct json_writer *w, const char *key, bool v)
{
    json_key(w, key);
    json_bool(w, v);
}

void put_double(struct json_writer *w, const char *key, double v)
{
    if (!isfinite(v)) {
        put_missing(w, key, "it is not a finite number");
        return;
    }
    json_key(w, key);
    json_double(w, v);
}

void put_missing(struct json_writer *w, const char *key, const char *why)
{
    char sibling[96];
    json_key(w, key);
    json_null(w);
    snprintf(sibling, sizeof sibling, "%s_unavailable", key);
    put_string(w, sibling, why);
}

void put_known_double(struct json_writer *w, const char *key, double v, const char *why)
{
    if (isnan(v))
        put_missing(w, key, why);
    else
        put_double(w, key, v);
}

void put_known_string(struct json_writer *w, const char *key, const char *s, const char *why)
{
    if (s)
        put_string(w, key, s);
    else
        put_missing(w, key, why);
}

void put_metric(struct json_writer *w, const char *key, const struct metric *m)
{
    if (m->why)
        put_missing(w, key, m->why);
    else
        put_i64(w, key, m->value);
}

char *object_text(void (*put)(struct json_writer *w, const void *what), const void *what)
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    if (!f)
        return NULL;
    struct json_writer w;
    json_init(&w, f, 0);
    json_begin(&w, '{');
    put(&w, what);
    json_end(&w, '}');
    if (fclose(f)) {
        free(text);
        return NULL;
    }
    return text;
}
