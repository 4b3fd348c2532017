/* SPDX-License-Identifier: MIT */
/* The JSON reader: whether a value is kept, skipped or read through a table, the same texts are taken, and refused with
 * the same line; cJSON, which takes more, reads the same values from those that are taken; what was taken can be
 * written and read again, and is then the same; each value's place lies in the text. */
#ifdef CONTEND_HAS_CJSON
#include <cjson/cJSON.h>
#endif
#include <errno.h>
#include <math.h>
#include <string.h>

#include "harness/record/json.h"
#include "harness/record/json_cursor.h"
#include "tests/fuzz/fuzz.h"

static void put(struct json_writer *w, const struct json_value *v)
{
    const char *s;
    bool yes;
    double d;
    enum json_type type = json_type(v);
    if (type == JSON_OBJECT || type == JSON_ARRAY) {
        json_begin(w, type == JSON_OBJECT ? '{' : '[');
        for (const struct json_value *x = json_first(v); x; x = json_next(x)) {
            if (type == JSON_OBJECT)
                json_key(w, json_name(x));
            put(w, x);
        }
        json_end(w, type == JSON_OBJECT ? '}' : ']');
    } else if (json_get_string(v, &s) == 0)
        json_string(w, s);
    else if (json_get_bool(v, &yes) == 0)
        json_bool(w, yes);
    else if (json_get_double(v, &d) == 0)
        json_double(w, d);
    else
        json_null(w);
}

static char *written(const struct json *j, int indent, size_t *n)
{
    char *text;
    struct json_writer w;
    FILE *f = open_memstream(&text, n);
    MUST(f);
    json_init(&w, f, indent);
    put(&w, json_root(j));
    MUST(fclose(f) == 0);
    return text;
}

static void integers(const struct json_value *v)
{
    int64_t i;
    uint64_t u;
    double d;
    if (json_get_i64(v, &i) == 0)
        MUST(json_get_double(v, &d) == 0 && (double)i == d && (json_get_u64(v, &u) == 0) == (i >= 0));
    for (const struct json_value *x = json_first(v); x; x = json_next(x))
        integers(x);
}

static const struct json_value *last(const struct json_value *v)
{
    for (const struct json_value *x = json_first(v); x; x = json_first(v)) {
        while (json_next(x))
            x = json_next(x);
        v = x;
    }
    return v;
}

static void as_skipped(const char *text, size_t size, int rc, const char *says)
{
    struct err e = {0};
    struct json_cursor c = {.rc = 0};
    cursor_init(&c, text, size, "t", 1, &e);
    cursor_skip(&c);
    MUST(cursor_end(&c) == rc && strcmp(e.text, says) == 0);
    cursor_release(&c);
}

/* "a" of an object, if there is one; all else is left out. */
static void as_member(const char *text, size_t size, const struct json_value *root)
{
    static const struct json_member table[] = {{"a", cursor_interned, 0, true}, {"b", NULL, 0, true}};
    const char *a = NULL, *s = NULL;
    struct err e = {0};
    struct json_cursor c = {.rc = 0};
    cursor_init(&c, text, size, "t", 1, &e);
    cursor_object(&c, table, 2, &a);
    int rc = cursor_end(&c);
    cursor_release(&c);
    const struct json_value *v = json_get(root, "a");
    bool takes = root && json_type(root) == JSON_OBJECT && (!v || json_get_string(v, &s) == 0);
    MUST(rc == (takes ? 0 : -EINVAL));
    MUST(rc || (s ? a && strcmp(a, s) == 0 : !a));
}

#ifdef CONTEND_HAS_CJSON
static void same(const struct json_value *v, const cJSON *theirs)
{
    static const int types[] = {[JSON_NULL] = cJSON_NULL,
                                [JSON_NUMBER] = cJSON_Number,
                                [JSON_STRING] = cJSON_String,
                                [JSON_ARRAY] = cJSON_Array,
                                [JSON_OBJECT] = cJSON_Object};
    enum json_type type = json_type(v);
    const char *s;
    bool yes = false;
    double d;
    if (type == JSON_BOOL)
        MUST(json_get_bool(v, &yes) == 0 && theirs->type == (yes ? cJSON_True : cJSON_False));
    else
        MUST(theirs->type == types[type]);
    if (type == JSON_STRING)
        MUST(json_get_string(v, &s) == 0 && strcmp(s, theirs->valuestring) == 0);
    if (json_get_double(v, &d) == 0)
        MUST(d == theirs->valuedouble && !signbit(d) == !signbit(theirs->valuedouble));
    size_t n = 0;
    const cJSON *child = theirs->child;
    for (const struct json_value *x = json_first(v); x; x = json_next(x), child = child->next, n++) {
        MUST(child && (type == JSON_OBJECT ? strcmp(json_name(x), child->string) == 0 : !json_name(x)));
        same(x, child);
    }
    MUST(!child && json_size(v) == n);
}

static void as_cjson(const char *text, size_t size, const struct json *j)
{
    cJSON *theirs = cJSON_ParseWithLength(text, size);
    MUST(theirs);
    same(json_root(j), theirs);
    cJSON_Delete(theirs);
}
#else
static void as_cjson(const char *text, size_t size, const struct json *j)
{
    MUST(text && size && j);
}
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct json *j, *again;
    struct err e = {0};
    int rc = json_parse(&j, text, size, "t", &e);
    as_skipped(text, size, rc, e.text);
    as_member(text, size, rc ? NULL : json_root(j));
    MUST(rc == 0 || (rc == -EINVAL && strncmp(e.text, "t:", 2) == 0));
    if (rc)
        return 0;
    as_cjson(text, size, j);
    integers(json_root(j));
    MUST(json_error(j, last(json_root(j)), &e, "here") == -EINVAL);
    unsigned line = 0, column = 0, lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    MUST(sscanf(e.text, "t:%u:%u: here", &line, &column) == 2 && line >= 1 && line <= lines && column >= 1 &&
         column <= size);
    size_t n, m;
    char *first = written(j, 0, &n);
    MUST(json_parse(&again, first, n, "t", &e) == 0);
    char *second = written(again, 2, &m);
    json_free(again);
    MUST(json_parse(&again, second, m, "t", &e) == 0);
    free(second);
    second = written(again, 0, &m);
    MUST(m == n && memcmp(first, second, n) == 0);
    free(first);
    free(second);
    json_free(again);
    json_free(j);
    return 0;
}
