/* SPDX-License-Identifier: MIT */
/*
 * The document: what the cursor hands out, kept. Its values lie in one array in the text's order, each before all that
 * is in it, so a value's first child is the next one and its sibling lies behind its descendants:
 *
 *     {"a": [1, 2], "b": 3}        { span 5   [ span 3, more   1 more   2   3
 *
 * Texts and keys lie in one buffer, which is never moved: decoded they are never longer than with their quotes.
 */
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/record/file.h"
#include "harness/record/json.h"
#include "harness/record/json_cursor.h"
#include "harness/record/json_text.h"

struct json_value {
    const char *key; /* in the object around it; NULL: in none */
    union {
        const char *string;
        double number;
        bool yes;
        size_t size; /* of an object or array */
    };
    uint32_t span; /* values from this one to the last that is in it */
    uint32_t line, column;
    uint8_t type; /* enum json_type */
    bool more;    /* a sibling follows */
};
static_assert(sizeof(struct json_value) <= 32, "a plan's line has one for each of up to a million trials");

struct json {
    char *name, *texts;
    struct json_value *values;
};

/* --- building --- */

struct builder {
    struct json_cursor c;
    struct json_place place;
    struct json *to;
    char *text_end; /* of what of to->texts is in use */
    size_t n, room; /* of to->values */
};

/* The index of a new value that begins at the cursor. */
static size_t add(struct builder *b, const char *key)
{
    if (b->n == b->room) {
        size_t room = b->room + b->room / 2 + 16;
        struct json_value *more = realloc(b->to->values, room * sizeof *more);
        if (!more) {
            cursor_no_memory(&b->c);
            return 0;
        }
        b->to->values = more;
        b->room = room;
    }
    struct json_value *v = &b->to->values[b->n];
    *v = (struct json_value){.key = key, .type = (uint8_t)cursor_type(&b->c)};
    v->column = json_place_at(&b->place, b->c.text, cursor_at(&b->c));
    v->line = b->place.line;
    return b->n++;
}

static const char *keep(struct builder *b, const char *s)
{
    char *to = b->text_end;
    b->text_end = stpcpy(to, s) + 1;
    return to;
}

static size_t build(struct builder *b, const char *key);

static void build_items(struct builder *b, size_t around)
{
    bool object = b->to->values[around].type == JSON_OBJECT;
    size_t n = 0, last = 0;
    const char *key = NULL;
    if (object)
        cursor_members(&b->c);
    else
        cursor_array(&b->c);
    while (object ? (key = cursor_member(&b->c)) != NULL : cursor_item(&b->c)) {
        if (n++)
            b->to->values[last].more = true;
        last = build(b, object ? keep(b, key) : NULL);
    }
    b->to->values[around].size = n;
}

/* The value at the cursor with all that is in it; its index. */
static size_t build(struct builder *b, const char *key)
{
    size_t i = add(b, key);
    bool yes = false;
    if (b->c.rc)
        return i;
    switch ((enum json_type)b->to->values[i].type) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        build_items(b, i);
        break;
    case JSON_STRING:
        b->to->values[i].string = keep(b, cursor_string(&b->c));
        break;
    case JSON_NUMBER:
        b->to->values[i].number = cursor_number(&b->c);
        break;
    case JSON_BOOL:
        cursor_bool(&b->c, &yes);
        b->to->values[i].yes = yes;
        break;
    case JSON_NULL:
        if (!cursor_null(&b->c))
            cursor_skip(&b->c); /* which says what is wrong with it */
        break;
    }
    b->to->values[i].span = (uint32_t)(b->n - i);
    return i;
}

int json_parse(struct json **out, const char *text, size_t len, const char *name, struct err *e)
{
    if (len > UINT32_MAX)
        return err_set(e, EFBIG, "%s is larger than %u bytes", name, UINT32_MAX);
    struct json *j = calloc(1, sizeof *j);
    if (j)
        *j = (struct json){.name = strdup(name), .texts = malloc(len + 1)};
    if (!j || !j->name || !j->texts) {
        json_free(j);
        return err_set(e, ENOMEM, "%s: out of memory", name);
    }
    struct builder b = {.place = {.line = 1}, .to = j, .text_end = j->texts};
    cursor_init(&b.c, text, len, name, 1, e);
    build(&b, NULL);
    int rc = cursor_end(&b.c);
    cursor_release(&b.c);
    if (rc)
        json_free(j);
    else
        *out = j;
    return rc;
}

int json_parse_file(struct json **out, const char *path, size_t most, struct err *e)
{
    CLEANUP_FREE char *text = NULL;
    size_t n = 0;
    int rc = file_read(path, most, &text, &n, e);
    return rc ? rc : json_parse(out, text, n, path, e);
}

void json_free(struct json *j)
{
    if (!j)
        return;
    free(j->values);
    free(j->texts);
    free(j->name);
    free(j);
}

int json_error(const struct json *j, const struct json_value *v, struct err *e, const char *fmt, ...)
{
    char message[320];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(message, sizeof message, fmt, ap);
    va_end(ap);
    return err_set(e, EINVAL, "%s:%u:%u: %s", j->name, v ? v->line : 1, v ? v->column : 1, message);
}

/* --- reading --- */

const struct json_value *json_root(const struct json *j)
{
    return j->values;
}

enum json_type json_type(const struct json_value *v)
{
    return v ? (enum json_type)v->type : JSON_NULL;
}

static bool is(const struct json_value *v, enum json_type type)
{
    return v && v->type == type;
}

size_t json_size(const struct json_value *v)
{
    return is(v, JSON_OBJECT) || is(v, JSON_ARRAY) ? v->size : 0;
}

const struct json_value *json_first(const struct json_value *v)
{
    return json_size(v) ? v + 1 : NULL;
}

const struct json_value *json_next(const struct json_value *v)
{
    return v->more ? v + v->span : NULL;
}

const char *json_name(const struct json_value *v)
{
    return v->key;
}

const struct json_value *json_get(const struct json_value *object, const char *key)
{
    const struct json_value *v = is(object, JSON_OBJECT) ? json_first(object) : NULL;
    while (v && strcmp(v->key, key) != 0)
        v = json_next(v);
    return v;
}

int json_get_string(const struct json_value *v, const char **out)
{
    if (!is(v, JSON_STRING))
        return -EINVAL;
    *out = v->string;
    return 0;
}

int json_get_double(const struct json_value *v, double *out)
{
    if (!is(v, JSON_NUMBER) || !isfinite(v->number))
        return -EINVAL;
    *out = v->number;
    return 0;
}

int json_get_i64(const struct json_value *v, int64_t *out)
{
    double d;
    if (json_get_double(v, &d) || d != floor(d) ||
        fabs(d) >= 9007199254740992.0) /* 2^53 itself may be 2^53+1, rounded */
        return -EINVAL;
    *out = (int64_t)d;
    return 0;
}

int json_get_u64(const struct json_value *v, uint64_t *out)
{
    const char *s;
    if (json_get_string(v, &s) == 0)
        return json_unhex(s, out) ? 0 : -EINVAL;
    int64_t i;
    if (json_get_i64(v, &i) || i < 0)
        return -EINVAL;
    *out = (uint64_t)i;
    return 0;
}

int json_get_bool(const struct json_value *v, bool *out)
{
    if (!is(v, JSON_BOOL))
        return -EINVAL;
    *out = v->yes;
    return 0;
}
