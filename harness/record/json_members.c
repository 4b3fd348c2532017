/* SPDX-License-Identifier: MIT */
/* What is taken whole: any value that is skipped, an object through a table of its members. See json_cursor.h. */
#include "harness/record/json_cursor.h"

#include <assert.h>
#include <string.h>

#include "harness/record/json_cursor_internal.h"

static const char a_value[] = "a value (object, array, string, number, true, false or null)";

enum json_type cursor_type(struct json_cursor *c)
{
    if (c->rc)
        return JSON_NULL;
    int p = cursor_peek(c);
    switch (p) {
    case '{':
        return JSON_OBJECT;
    case '[':
        return JSON_ARRAY;
    case '"':
        return JSON_STRING;
    case 't':
    case 'f':
        return JSON_BOOL;
    case 'n':
        return JSON_NULL;
    }
    if (p == '-' || (p >= '0' && p <= '9'))
        return JSON_NUMBER;
    cursor_fail(c, a_value);
    return JSON_NULL;
}

void cursor_skip(struct json_cursor *c)
{
    size_t from, n;
    enum json_type type = cursor_type(c);
    if (c->rc)
        return;
    switch (type) {
    case JSON_OBJECT:
        for (cursor_members(c); cursor_more(c, '}') && cursor_key(c, &from, &n) && cursor_keep_key(c, from, n);)
            cursor_skip(c);
        break;
    case JSON_ARRAY:
        for (cursor_array(c); cursor_item(c);)
            cursor_skip(c);
        break;
    case JSON_STRING:
        cursor_over_string(c);
        break;
    case JSON_NUMBER:
        cursor_over_number(c);
        break;
    case JSON_BOOL:
    case JSON_NULL:
        if (!cursor_word(c, "null") && !cursor_word(c, "true") && !cursor_word(c, "false"))
            cursor_fail(c, a_value);
        break;
    }
}

/* --- tables --- */

/* The key that is expected next, as writers put it: the common case, in one comparison. */
static bool key_is(struct json_cursor *c, const char *name)
{
    const char *p = c->text + c->at;
    size_t left = c->len - c->at, i = 1;
    if (!left || p[0] != '"')
        return false;
    for (; *name && i < left && p[i] == *name; i++)
        name++;
    if (*name || left - i < 2 || p[i] != '"' || p[i + 1] != ':')
        return false;
    c->at += i + 1;
    return cursor_colon(c);
}

/* Reads a key: the row of the table that it names, or n when it is none of the table's. Writers keep the table's order,
 * so the rows after the last one are tried first, as far as optional ones go. */
static unsigned next_row(struct json_cursor *c, const struct json_member *table, unsigned n, unsigned last)
{
    for (unsigned i = last + 1 > n ? 0 : last + 1; i < n && !c->rc; i++) {
        if (key_is(c, table[i].name))
            return i;
        if (!table[i].optional)
            break;
    }
    size_t from, length;
    if (c->rc || !cursor_key(c, &from, &length))
        return n;
    const char *name = cursor_decoded(c, from, length);
    for (unsigned i = 0; i < n && !c->rc; i++)
        if (table[i].name[0] == name[0] && strcmp(table[i].name, name) == 0)
            return i;
    if (!c->rc)
        cursor_keep_key(c, from, length);
    return n;
}

void cursor_object(struct json_cursor *c, const struct json_member *table, unsigned n, void *base)
{
    cursor_object_or(c, table, n, base, NULL);
}

void cursor_object_or(struct json_cursor *c, const struct json_member *table, unsigned n, void *base,
                      cursor_unknown *other)
{
    assert(n <= CURSOR_MAX_MEMBERS);
    bool seen[CURSOR_MAX_MEMBERS + 1] = {false}; /* the last is for all that the table does not name */
    size_t begin = c->at;
    cursor_members(c);
    for (unsigned i = n; cursor_more(c, '}'); seen[i] = true) {
        size_t at = c->at;
        i = next_row(c, table, n, i);
        if (i < n && seen[i])
            cursor_error(c, at, "not JSON: expected a key that this object does not have yet");
        c->member = i < n ? table[i].name : NULL;
        if (i < n && table[i].read && !c->rc)
            table[i].read(c, (char *)base + table[i].offset);
        else if (i == n && other && !c->rc)
            other(c, at, c->string);
        else
            cursor_skip(c);
    }
    for (unsigned i = 0; i < n && !c->rc; i++)
        if (!seen[i] && !table[i].optional)
            cursor_error(c, begin, "this object has no \"%s\"", table[i].name);
}
