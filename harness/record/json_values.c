/* SPDX-License-Identifier: MIT */
/* Values that are no objects and no arrays: what they are, and those of a type that is asked for. See json_cursor.h. */
#include "harness/record/json_cursor.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/record/json_cursor_internal.h"
#include "harness/record/json_text.h"

static const uint64_t too_large = UINT64_C(1) << 53; /* a reader with doubles can't tell it from 2^53 + 1 */

bool cursor_over_string(struct json_cursor *c)
{
    const char *expected = json_scan_string(c->text, c->len, &c->at);
    return !expected || cursor_fail(c, expected);
}

bool cursor_over_number(struct json_cursor *c)
{
    const char *expected = json_scan_number(c->text, c->len, &c->at);
    return !expected || cursor_fail(c, expected);
}

bool cursor_word(struct json_cursor *c, const char *word)
{
    size_t n = strlen(word);
    if (c->rc || c->len - c->at < n || memcmp(c->text + c->at, word, n) != 0)
        return false;
    c->at += n;
    return true;
}

/* --- texts, true, false, null --- */

const char *cursor_decoded(struct json_cursor *c, size_t from, size_t n)
{
    if (n + 1 > c->room) {
        size_t room = n + 1 < 256 ? 256 : 2 * n;
        char *string = realloc(c->string, room);
        if (!string) {
            cursor_no_memory(c);
            return "";
        }
        c->string = string;
        c->room = room;
    }
    json_decode(c->text + from, n, c->string);
    return c->string;
}

const char *cursor_string(struct json_cursor *c)
{
    if (c->rc)
        return "";
    if (cursor_peek(c) != '"') {
        cursor_wrong(c, "a string");
        return "";
    }
    size_t from = c->at + 1;
    return cursor_over_string(c) ? cursor_decoded(c, from, c->at - 1 - from) : "";
}

void cursor_interned(struct json_cursor *c, void *to)
{
    const char *s = cursor_string(c);
    if (!c->rc)
        *(const char **)to = intern(s);
}

bool cursor_null(struct json_cursor *c)
{
    return cursor_word(c, "null");
}

void cursor_bool(struct json_cursor *c, void *to)
{
    bool yes = cursor_word(c, "true");
    if (yes || cursor_word(c, "false"))
        *(bool *)to = yes;
    else if (!c->rc)
        cursor_wrong(c, "true or false");
}

/* --- numbers --- */

/* A whole number without a sign as writers put it, of at most 15 digits (all below 2^53); false and untouched: it must
 * be looked at in full. */
static bool plain_number(struct json_cursor *c, uint64_t *to)
{
    const char *p = c->text + c->at;
    size_t left = c->len - c->at, i = 0;
    uint64_t x = 0;
    for (; i < left && i < 16 && p[i] >= '0' && p[i] <= '9'; i++)
        x = x * 10 + (uint64_t)(p[i] - '0');
    if (i == 0 || i == 16 || i == left || (p[0] == '0' && i > 1) || p[i] == '.' || p[i] == 'e' || p[i] == 'E')
        return false;
    c->at += i;
    *to = x;
    return true;
}

static bool number_begins(const struct json_cursor *c)
{
    int first = cursor_peek(c);
    return first == '-' || (first >= '0' && first <= '9');
}

/* A plain integer below 2^53 in size; its sign apart. */
static bool integer(struct json_cursor *c, bool *negative, uint64_t *size, const char *what)
{
    if (c->rc)
        return false;
    size_t at = c->at, i = at;
    if (!number_begins(c)) {
        cursor_wrong(c, what);
        return false;
    }
    *negative = cursor_peek(c) == '-';
    if (!cursor_over_number(c))
        return false;
    *size = 0;
    for (i += *negative; i < c->at && *size < too_large; i++) {
        unsigned digit = (unsigned char)c->text[i] - '0';
        if (digit > 9)
            break;
        *size = *size * 10 + digit;
    }
    if (i < c->at || *size >= too_large)
        cursor_must_be(c, at, what);
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
    size_t at = c->at;
    const char *s = cursor_string(c);
    if (!c->rc && !json_unhex(s, to))
        cursor_must_be(c, at, "a whole number, 0 or more, or one written as \"0x…\"");
}

void cursor_u64(struct json_cursor *c, void *to)
{
    bool negative;
    uint64_t size;
    size_t at = c->at;
    if (c->rc || plain_number(c, to))
        return;
    if (cursor_peek(c) == '"') {
        hexadecimal(c, to);
        return;
    }
    if (!integer(c, &negative, &size, "a whole number, 0 or more"))
        return;
    if (negative && size)
        cursor_must_be(c, at, "a whole number, 0 or more");
    *(uint64_t *)to = size;
}

void cursor_unsigned(struct json_cursor *c, void *to)
{
    uint64_t x = 0;
    size_t at = c->at;
    cursor_u64(c, &x);
    if (x > UINT_MAX)
        cursor_must_be(c, at, "a whole number below 2^32");
    *(unsigned *)to = c->rc ? 0 : (unsigned)x;
}

double cursor_number(struct json_cursor *c)
{
    uint64_t plain;
    if (c->rc)
        return 0;
    if (plain_number(c, &plain))
        return (double)plain;
    size_t from = c->at;
    if (!number_begins(c)) {
        cursor_wrong(c, "a number");
        return 0;
    }
    if (!cursor_over_number(c))
        return 0;
    char digits[JSON_MAX_NUMBER + 1] = ""; /* strtod needs an end; the decimal point is C's: no one sets a locale */
    memcpy(digits, c->text + from, c->at - from);
    return strtod(digits, NULL);
}
