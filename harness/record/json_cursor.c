/* SPDX-License-Identifier: MIT */
/* The reader without a tree; see json_cursor.h. */
#include "harness/record/json_cursor.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"

static const uint64_t too_large = UINT64_C(1) << 53; /* a reader with doubles can't tell it from 2^53 + 1 */

void cursor_init(struct json_cursor *c, const char *text, size_t len, const char *name, unsigned line, struct err *e)
{
    struct json_key *keys = c->scan.keys;
    size_t key_room = c->scan.key_room;
    c->scan = (struct json_scan){.text = text, .len = len, .stop_at_value = -1, .keys = keys, .key_room = key_room};
    c->name = name;
    c->line = line;
    c->e = e;
    c->rc = 0;
    c->first = true;
    c->member = NULL;
}

void cursor_release(struct json_cursor *c)
{
    json_scan_release(&c->scan);
    free(c->text);
    c->text = NULL;
    c->room = 0;
}

size_t cursor_at(const struct json_cursor *c)
{
    return c->scan.at;
}

void cursor_error(struct json_cursor *c, size_t at, const char *fmt, ...)
{
    if (c->rc)
        return;
    unsigned line, column;
    json_place(c->scan.text, at, &line, &column);
    char message[320];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(message, sizeof message, fmt, ap);
    va_end(ap);
    c->rc = err_set(c->e, EINVAL, "%s:%u:%u: %s", c->name, c->line + line - 1, column, message);
}

static void out_of_memory(struct json_cursor *c)
{
    if (!c->rc)
        c->rc = err_set(c->e, ENOMEM, "%s: out of memory", c->name);
}

static void must_be(struct json_cursor *c, size_t at, const char *what)
{
    if (c->member)
        cursor_error(c, at, "\"%s\" must be %s", c->member, what);
    else
        cursor_error(c, at, "expected %s", what);
}

/* Takes over what the scanner says. */
static bool scanned(struct json_cursor *c, bool ok)
{
    if (!ok && c->scan.no_memory)
        out_of_memory(c);
    else if (!ok)
        cursor_error(c, c->scan.at, "not JSON: expected %s", c->scan.expected);
    return ok;
}

int cursor_end(struct json_cursor *c)
{
    if (!c->rc)
        json_scan_space(&c->scan);
    if (!c->rc && c->scan.at < c->scan.len)
        cursor_error(c, c->scan.at, "not JSON: expected the end of the text");
    return c->rc;
}

/* --- objects and arrays --- */

static bool enter(struct json_cursor *c, char open, const char *what)
{
    if (c->rc)
        return false;
    json_scan_space(&c->scan);
    if (json_scan_peek(&c->scan) != open) {
        size_t at = c->scan.at;
        if (scanned(c, json_scan_value(&c->scan))) /* what is no JSON at all is told as such */
            must_be(c, at, what);
        return false;
    }
    c->scan.at++;
    c->first = true;
    return true;
}

/* Behind the opening bracket or an item: true when another item begins here. */
static bool more(struct json_cursor *c, char close)
{
    if (c->rc)
        return false;
    json_scan_space(&c->scan);
    int next = json_scan_peek(&c->scan);
    if (next == close || (!c->first && next == ','))
        c->scan.at++;
    else if (!c->first)
        return scanned(c, json_scan_fail(&c->scan, close == '}' ? "',' or '}'" : "',' or ']'"));
    c->first = false;
    json_scan_space(&c->scan);
    return next != close;
}

void cursor_array(struct json_cursor *c)
{
    enter(c, '[', "an array");
}

bool cursor_item(struct json_cursor *c)
{
    return more(c, ']');
}

/* The decoded text of the scanned string whose quotes stand around [from, from + n). */
static const char *decoded(struct json_cursor *c, size_t from, size_t n)
{
    if (n + 1 > c->room) {
        size_t room = n + 1 < 256 ? 256 : 2 * n;
        char *text = realloc(c->text, room);
        if (!text) {
            out_of_memory(c);
            return "";
        }
        c->text = text;
        c->room = room;
    }
    json_decode(c->scan.text + from, n, c->text);
    return c->text;
}

/* The key that is expected next, as writers put it: the common case, in one comparison. */
static bool key_is(struct json_cursor *c, const char *name)
{
    size_t n = strlen(name), at = c->scan.at;
    const char *p = c->scan.text + at;
    if (c->scan.len - at < n + 3 || p[0] != '"' || memcmp(p + 1, name, n) != 0 || p[n + 1] != '"' || p[n + 2] != ':')
        return false;
    c->scan.at += n + 3;
    json_scan_space(&c->scan);
    return true;
}

/* A key, its colon and the space around them. */
static const char *key(struct json_cursor *c, size_t *at, size_t *n)
{
    *at = c->scan.at + 1;
    *n = 0;
    if (json_scan_peek(&c->scan) != '"') {
        scanned(c, json_scan_fail(&c->scan, "a key in double quotes"));
        return "";
    }
    if (!scanned(c, json_scan_string(&c->scan)))
        return "";
    *n = c->scan.at - 1 - *at;
    json_scan_space(&c->scan);
    if (json_scan_peek(&c->scan) != ':') {
        scanned(c, json_scan_fail(&c->scan, "':' after a key"));
        return "";
    }
    c->scan.at++;
    json_scan_space(&c->scan);
    return decoded(c, *at, *n);
}

/* Reads a key: the row of the table that it names, or n when it is none of the table's. Writers keep the table's order,
 * so the rows after the last one are tried first, as far as optional ones go. */
static unsigned next_row(struct json_cursor *c, const struct json_member *table, unsigned n, unsigned last)
{
    size_t quote = c->scan.at, from, length;
    for (unsigned i = last + 1 > n ? 0 : last + 1; i < n; i++) {
        if (key_is(c, table[i].name))
            return i;
        if (!table[i].optional)
            break;
    }
    const char *name = key(c, &from, &length);
    for (unsigned i = 0; i < n && !c->rc; i++)
        if (strcmp(table[i].name, name) == 0)
            return i;
    if (!c->rc && !json_scan_key(&c->scan, c->scan.text + quote + 1, length))
        scanned(c, false);
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
    if (!enter(c, '{', "an object"))
        return;
    size_t begin = c->scan.at - 1, unknown = c->scan.n_keys;
    for (unsigned i = n; more(c, '}'); seen[i] = true) {
        size_t at = c->scan.at;
        i = next_row(c, table, n, i);
        if (i < n && seen[i])
            cursor_error(c, at, "not JSON: expected a key that this object does not have yet");
        c->member = i < n ? table[i].name : NULL;
        if (i < n && table[i].read && !c->rc)
            table[i].read(c, (char *)base + table[i].offset);
        else if (i == n && other && !c->rc)
            other(c, at, c->text);
        else
            cursor_skip(c);
    }
    if (c->rc || !scanned(c, json_scan_keys_end(&c->scan, unknown)))
        return;
    for (unsigned i = 0; i < n; i++)
        if (!seen[i] && !table[i].optional)
            cursor_error(c, begin, "this object has no \"%s\"", table[i].name);
}

/* --- values --- */

void cursor_skip(struct json_cursor *c)
{
    if (!c->rc)
        scanned(c, json_scan_value(&c->scan));
}

/* Another kind of value than was asked for. */
static void wrong(struct json_cursor *c, const char *what)
{
    size_t at = c->scan.at;
    if (scanned(c, json_scan_value(&c->scan)))
        must_be(c, at, what);
}

const char *cursor_string(struct json_cursor *c)
{
    if (c->rc)
        return "";
    if (json_scan_peek(&c->scan) != '"') {
        wrong(c, "a string");
        return "";
    }
    size_t from = c->scan.at + 1;
    return scanned(c, json_scan_string(&c->scan)) ? decoded(c, from, c->scan.at - 1 - from) : "";
}

static bool word(struct json_cursor *c, const char *w)
{
    size_t n = strlen(w);
    if (c->rc || c->scan.len - c->scan.at < n || memcmp(c->scan.text + c->scan.at, w, n) != 0)
        return false;
    c->scan.at += n;
    return true;
}

bool cursor_null(struct json_cursor *c)
{
    return word(c, "null");
}

void cursor_bool(struct json_cursor *c, void *to)
{
    bool yes = word(c, "true");
    if (yes || word(c, "false"))
        *(bool *)to = yes;
    else if (!c->rc)
        wrong(c, "true or false");
}

/* A whole number without a sign as writers put it, of at most 15 digits (all below 2^53); false and untouched: it must
 * be looked at in full. */
static bool plain_number(struct json_cursor *c, uint64_t *to)
{
    const char *p = c->scan.text + c->scan.at;
    size_t left = c->scan.len - c->scan.at, i = 0;
    uint64_t x = 0;
    for (; i < left && i < 16 && p[i] >= '0' && p[i] <= '9'; i++)
        x = x * 10 + (uint64_t)(p[i] - '0');
    if (i == 0 || i == 16 || i == left || (p[0] == '0' && i > 1) || p[i] == '.' || p[i] == 'e' || p[i] == 'E')
        return false;
    c->scan.at += i;
    *to = x;
    return true;
}

/* A plain integer below 2^53 in size; its sign apart. */
static bool integer(struct json_cursor *c, bool *negative, uint64_t *size, const char *what)
{
    if (c->rc)
        return false;
    size_t at = c->scan.at, i = at;
    int first = json_scan_peek(&c->scan);
    *negative = first == '-';
    if (!*negative && (first < '0' || first > '9')) {
        wrong(c, what);
        return false;
    }
    if (!scanned(c, json_scan_number(&c->scan)))
        return false;
    *size = 0;
    for (i += *negative; i < c->scan.at && *size < too_large; i++) {
        unsigned digit = (unsigned char)c->scan.text[i] - '0';
        if (digit > 9)
            break;
        *size = *size * 10 + digit;
    }
    if (i < c->scan.at || *size >= too_large)
        must_be(c, at, what);
    return !c->rc;
}

void cursor_i64(struct json_cursor *c, void *to)
{
    bool negative = false;
    uint64_t size;
    if (c->rc)
        return;
    if (plain_number(c, &size) || integer(c, &negative, &size, "a whole number"))
        *(int64_t *)to = negative ? -(int64_t)size : (int64_t)size;
}

static void hexadecimal(struct json_cursor *c, uint64_t *to)
{
    size_t at = c->scan.at, n;
    const char *s = cursor_string(c);
    n = strlen(s);
    if (c->rc)
        return;
    if (strncmp(s, "0x", 2) != 0 || n < 3 || n > 18 || strspn(s + 2, "0123456789abcdefABCDEF") != n - 2)
        must_be(c, at, "a whole number, 0 or more, or one written as \"0x…\"");
    else
        *to = strtoull(s + 2, NULL, 16);
}

void cursor_u64(struct json_cursor *c, void *to)
{
    bool negative;
    uint64_t size;
    size_t at = c->scan.at;
    if (c->rc || plain_number(c, to))
        return;
    if (json_scan_peek(&c->scan) == '"') {
        hexadecimal(c, to);
        return;
    }
    if (!integer(c, &negative, &size, "a whole number, 0 or more"))
        return;
    if (negative && size)
        must_be(c, at, "a whole number, 0 or more");
    *(uint64_t *)to = size;
}

void cursor_unsigned(struct json_cursor *c, void *to)
{
    uint64_t x = 0;
    size_t at = c->scan.at;
    cursor_u64(c, &x);
    if (x > UINT_MAX)
        must_be(c, at, "a whole number below 2^32");
    *(unsigned *)to = c->rc ? 0 : (unsigned)x;
}

void cursor_interned(struct json_cursor *c, void *to)
{
    const char *s = cursor_string(c);
    if (!c->rc)
        *(const char **)to = intern(s);
}
