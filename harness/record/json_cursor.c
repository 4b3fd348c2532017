/* SPDX-License-Identifier: MIT */
/* Where values stand in a text: objects, arrays, what lies between and around them. See json_cursor.h. */
#include "harness/record/json_cursor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/record/json_cursor_internal.h"
#include "harness/record/json_text.h"

void cursor_init(struct json_cursor *c, const char *text, size_t len, const char *name, unsigned line, struct err *e)
{
    c->text = text;
    c->len = len;
    c->at = 0;
    c->name = name;
    c->line = line;
    c->e = e;
    c->rc = 0;
    c->member = NULL;
    c->first = true;
    c->depth = 0;
    c->keys.n = 0;
    cursor_space(c);
}

int cursor_end(struct json_cursor *c)
{
    if (!c->rc)
        cursor_space(c);
    if (!c->rc && c->at < c->len)
        cursor_fail(c, "the end of the text");
    return c->rc;
}

void cursor_release(struct json_cursor *c)
{
    json_keys_release(&c->keys);
    free(c->string);
    c->string = NULL;
    c->room = 0;
}

/* --- failures --- */

size_t cursor_at(const struct json_cursor *c)
{
    return c->at;
}

void cursor_error(struct json_cursor *c, size_t at, const char *fmt, ...)
{
    if (c->rc)
        return;
    struct json_place place = {.line = c->line};
    unsigned column = json_place_at(&place, c->text, at);
    char message[320];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(message, sizeof message, fmt, ap);
    va_end(ap);
    c->rc = err_set(c->e, EINVAL, "%s:%u:%u: %s", c->name, place.line, column, message);
}

void cursor_no_memory(struct json_cursor *c)
{
    if (!c->rc)
        c->rc = err_set(c->e, ENOMEM, "%s: out of memory", c->name);
}

bool cursor_fail(struct json_cursor *c, const char *expected)
{
    cursor_error(c, c->at, "not JSON: expected %s", expected);
    return false;
}

void cursor_must_be(struct json_cursor *c, size_t at, const char *what)
{
    if (c->member)
        cursor_error(c, at, "\"%s\" must be %s", c->member, what);
    else
        cursor_error(c, at, "expected %s", what);
}

void cursor_wrong(struct json_cursor *c, const char *what)
{
    size_t at = c->at;
    cursor_skip(c);
    cursor_must_be(c, at, what);
}

/* --- objects and arrays --- */

static void enter(struct json_cursor *c, char open, const char *what)
{
    if (c->rc)
        return;
    if (cursor_peek(c) != open) {
        cursor_wrong(c, what);
        return;
    }
    c->keys_from[c->depth++] = c->keys.n;
    c->at++;
    c->first = true;
}

void cursor_leave(struct json_cursor *c)
{
    size_t from = c->keys_from[--c->depth];
    const char *twice = c->keys.n == from ? NULL : json_keys_end(&c->keys, from);
    if (!twice)
        return;
    c->at = (size_t)(twice - c->text) - 1; /* at its quote */
    cursor_fail(c, "a key that this object does not have yet");
}

void cursor_array(struct json_cursor *c)
{
    enter(c, '[', "an array");
}

bool cursor_item(struct json_cursor *c)
{
    return cursor_more(c, ']') && cursor_may_stand(c);
}

bool cursor_key(struct json_cursor *c, size_t *from, size_t *n)
{
    *from = c->at + 1;
    if (cursor_peek(c) != '"')
        return cursor_fail(c, "a key in double quotes");
    if (!cursor_over_string(c))
        return false;
    *n = c->at - 1 - *from;
    return cursor_colon(c);
}

bool cursor_keep_key(struct json_cursor *c, size_t from, size_t n)
{
    bool kept = json_keys_add(&c->keys, c->text + from, n);
    if (!kept)
        cursor_no_memory(c);
    return kept;
}

void cursor_members(struct json_cursor *c)
{
    enter(c, '{', "an object");
}

const char *cursor_member(struct json_cursor *c)
{
    size_t from, n;
    if (!cursor_more(c, '}') || !cursor_key(c, &from, &n) || !cursor_keep_key(c, from, n))
        return NULL;
    const char *key = cursor_decoded(c, from, n);
    return c->rc ? NULL : key;
}
