/* SPDX-License-Identifier: MIT */
/* The JSON readers: the one with a tree and the one without take the same texts; what was taken can be written and read
 * again, and is then the same; each value's place lies in the text. */
#include <errno.h>
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct json *j, *again;
    struct err e = {0}, e2 = {0};
    int rc = json_parse(&j, text, size, "t", &e);
    struct json_cursor c = {.rc = 0};
    cursor_init(&c, text, size, "t", 1, &e2);
    json_scan_space(&c.scan);
    cursor_skip(&c);
    MUST(cursor_end(&c) == rc && strcmp(e.text, e2.text) == 0);
    cursor_release(&c);
    MUST(rc == 0 || (rc == -EINVAL && strncmp(e.text, "t:", 2) == 0));
    if (rc)
        return 0;
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
