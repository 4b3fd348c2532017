/* SPDX-License-Identifier: MIT */
/* Strings, numbers and places of a JSON text; see json_text.h. */
#include "harness/record/json_text.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/utf8.h"

static int peek(const char *text, size_t len, size_t at)
{
    return at < len ? (unsigned char)text[at] : -1;
}

/* --- strings --- */

static int hex_digit(int c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The code unit of "\uXXXX" at p; -1 when it is none within `left` bytes. */
static long code_unit(const char *p, size_t left)
{
    long unit = 0;
    if (left < 6 || p[0] != '\\' || p[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        int d = hex_digit((unsigned char)p[i]);
        if (d < 0)
            return -1;
        unit = unit << 4 | d;
    }
    return unit;
}

static bool is_high(long unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low(long unit)
{
    return unit >= 0xdc00 && unit < 0xe000;
}

static const char *unicode_escape(const char *p, size_t left, size_t *n)
{
    long unit = code_unit(p, left);
    if (unit < 0)
        return "four hexadecimal digits after \\u";
    if (unit == 0)
        return "no \\u0000: a text can't hold it";
    if (is_low(unit))
        return "a high surrogate before a low one";
    if (is_high(unit) && !is_low(code_unit(p + 6, left - 6)))
        return "a low surrogate after a high one";
    *n = is_high(unit) ? 12 : 6;
    return NULL;
}

/* The escape at p: NULL and its length in *n, else what was expected. */
static const char *escape(const char *p, size_t left, size_t *n)
{
    int c = peek(p, left, 1);
    if (c == 'u')
        return unicode_escape(p, left, n);
    *n = 2;
    return c < 0 || !memchr("\"\\/bfnrt", c, 8) ? "an escape of \" \\ / b f n r t u" : NULL;
}

/* Eight bytes at once: true if a string can hold them all as they are, none of them '"', '\\', a control character or
 * part of a longer one. It may be false for bytes that it can hold. */
static bool plain8(const char *p)
{
    const uint64_t each = UINT64_C(0x0101010101010101), high = each << 7;
    uint64_t w, quote, backslash;
    memcpy(&w, p, sizeof w);
    quote = w ^ each * '"';
    backslash = w ^ each * '\\';
    return (((w - each * 0x20) | (quote - each) | (backslash - each) | w) & high) == 0;
}

const char *json_scan_string(const char *text, size_t len, size_t *at)
{
    const char *expected = NULL;
    size_t i = *at;
    if (peek(text, len, i) != '"')
        return "a string";
    for (i++;;) {
        while (len - i >= 8 && plain8(text + i))
            i += 8;
        int c = peek(text, len, i);
        size_t n = 1;
        while (c >= 0x20 && c < 0x80 && c != '"' && c != '\\')
            c = peek(text, len, ++i);
        if (c < 0)
            expected = "the closing quote of a string";
        else if (c == '\\')
            expected = escape(text + i, len - i, &n);
        else if (c < 0x20)
            expected = "no bare control character in a string";
        else if (c != '"' && (n = utf8_length(text + i, len - i)) == 0)
            expected = "well-formed UTF-8";
        if (!expected)
            i += n;
        if (expected || c == '"') {
            *at = i;
            return expected;
        }
    }
}

size_t json_decode_one(const char *raw, size_t left, char to[4], unsigned *n)
{
    static const char from[] = "bfnrt", into[] = "\b\f\n\r\t";
    if (*raw != '\\') {
        *n = 1;
        to[0] = *raw;
        return 1;
    }
    if (raw[1] != 'u') {
        const char *p = memchr(from, raw[1], 5);
        *n = 1;
        to[0] = p ? into[p - from] : raw[1];
        return 2;
    }
    long c = code_unit(raw, left);
    size_t took = 6;
    if (is_high(c)) {
        c = 0x10000 + ((c - 0xd800) << 10) + (code_unit(raw + 6, left - 6) - 0xdc00);
        took = 12;
    }
    *n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (unsigned i = *n; i-- > 1; c >>= 6)
        to[i] = (char)(0x80 | (c & 0x3f));
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    to[0] = (char)(lead[*n] | c);
    return took;
}

size_t json_decode(const char *raw, size_t n, char *to)
{
    size_t put = 0;
    if (!memchr(raw, '\\', n)) {
        memcpy(to, raw, n);
        put = n;
    } else {
        for (size_t i = 0; i < n;) {
            char c[4];
            unsigned m;
            i += json_decode_one(raw + i, n - i, c, &m);
            memcpy(to + put, c, m);
            put += m;
        }
    }
    to[put] = 0;
    return put;
}

/* --- numbers --- */

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool digits(const char *text, size_t len, size_t *at)
{
    size_t from = *at;
    while (is_digit(peek(text, len, *at)))
        (*at)++;
    return *at > from;
}

/* A fraction and an exponent, each if there is one; false: a digit is missing at *at. */
static bool fraction_and_exponent(const char *text, size_t len, size_t *at)
{
    if (peek(text, len, *at) == '.') {
        (*at)++;
        if (!digits(text, len, at))
            return false;
    }
    int c = peek(text, len, *at);
    if (c != 'e' && c != 'E')
        return true;
    c = peek(text, len, ++*at);
    if (c == '+' || c == '-')
        (*at)++;
    return digits(text, len, at);
}

const char *json_scan_number(const char *text, size_t len, size_t *at)
{
    static const char a_digit[] = "a digit";
    size_t from = *at;
    if (peek(text, len, *at) == '-')
        (*at)++;
    if (peek(text, len, *at) == '0')
        (*at)++;
    else if (!digits(text, len, at))
        return a_digit;
    if (is_digit(peek(text, len, *at)))
        return "no digit after a leading 0";
    if (!fraction_and_exponent(text, len, at))
        return a_digit;
    if (*at - from <= JSON_MAX_NUMBER)
        return NULL;
    *at = from;
    return "at most 60 characters in a number";
}

bool json_unhex(const char *s, uint64_t *out)
{
    size_t n = strlen(s);
    if (strncmp(s, "0x", 2) != 0 || n < 3 || n > 18 || strspn(s + 2, "0123456789abcdefABCDEF") != n - 2)
        return false;
    *out = strtoull(s + 2, NULL, 16);
    return true;
}

/* --- places --- */

unsigned json_place_at(struct json_place *p, const char *text, size_t to)
{
    for (const char *end; (end = memchr(text + p->at, '\n', to - p->at));) {
        p->at = p->line_begin = (size_t)(end - text) + 1;
        p->line++;
    }
    p->at = to;
    return (unsigned)(to - p->line_begin) + 1;
}
