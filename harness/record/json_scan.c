/* SPDX-License-Identifier: MIT */
/* A recursive-descent scanner that builds nothing but the list of open objects' keys; see json_scan.h. */
#include "harness/record/json_scan.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/utf8.h"

enum { MAX_DEPTH = 64, MAX_NUMBER = 60, FEW_KEYS = 12 };

static const char a_value[] = "a value (object, array, string, number, true, false or null)";

bool json_scan_fail(struct json_scan *s, const char *expected)
{
    if (!s->expected)
        s->expected = expected;
    return false;
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

static bool unicode_escape(struct json_scan *s)
{
    long unit = code_unit(s->text + s->at, s->len - s->at);
    if (unit < 0)
        return json_scan_fail(s, "four hexadecimal digits after \\u");
    if (unit == 0)
        return json_scan_fail(s, "no \\u0000: a text can't hold it");
    if (is_low(unit))
        return json_scan_fail(s, "a high surrogate before a low one");
    if (is_high(unit) && !is_low(code_unit(s->text + s->at + 6, s->len - s->at - 6)))
        return json_scan_fail(s, "a low surrogate after a high one");
    s->at += is_high(unit) ? 12 : 6;
    return true;
}

static bool escape(struct json_scan *s)
{
    int c = s->at + 1 < s->len ? (unsigned char)s->text[s->at + 1] : -1;
    if (c == 'u')
        return unicode_escape(s);
    if (c < 0 || !memchr("\"\\/bfnrt", c, 8))
        return json_scan_fail(s, "an escape of \" \\ / b f n r t u");
    s->at += 2;
    return true;
}

bool json_scan_string(struct json_scan *s)
{
    if (json_scan_peek(s) != '"')
        return json_scan_fail(s, "a string");
    s->at++;
    for (;;) {
        int c = json_scan_peek(s);
        while (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
            s->at++;
            c = json_scan_peek(s);
        }
        if (c < 0)
            return json_scan_fail(s, "the closing quote of a string");
        if (c == '"') {
            s->at++;
            return true;
        }
        if (c < 0x20)
            return json_scan_fail(s, "no bare control character in a string");
        if (c == '\\') {
            if (!escape(s))
                return false;
            continue;
        }
        unsigned n = utf8_length(s->text + s->at, s->len - s->at);
        if (!n)
            return json_scan_fail(s, "well-formed UTF-8");
        s->at += n;
    }
}

/* One character of a scanned string, as UTF-8: how many bytes of `raw` it took; *n is how many it has. */
static size_t decode_one(const char *raw, size_t left, char to[4], unsigned *n)
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
            i += decode_one(raw + i, n - i, c, &m);
            memcpy(to + put, c, m);
            put += m;
        }
    }
    to[put] = 0;
    return put;
}

/* --- keys: each once in an object --- */

static uint64_t key_hash(const char *raw, size_t n)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a, 64 bit */
    for (size_t i = 0; i < n;) {
        char c[4];
        unsigned m;
        i += decode_one(raw + i, n - i, c, &m);
        for (unsigned k = 0; k < m; k++)
            h = (h ^ (unsigned char)c[k]) * UINT64_C(0x100000001b3);
    }
    return h;
}

/* By what they decode to: "\u0061" is the same key as "a". Any fixed order will do. */
static int compare_keys(const struct json_key *a, const struct json_key *b)
{
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    size_t i = 0, j = 0;
    while (i < a->n && j < b->n) {
        char x[4], y[4];
        unsigned nx, ny;
        i += decode_one(a->raw + i, a->n - i, x, &nx);
        j += decode_one(b->raw + j, b->n - j, y, &ny);
        int differ = nx != ny ? (nx < ny ? -1 : 1) : memcmp(x, y, nx);
        if (differ)
            return differ;
    }
    return (i < a->n) - (j < b->n);
}

static int by_key_then_place(const void *a, const void *b)
{
    const struct json_key *x = a, *y = b;
    int differ = compare_keys(x, y);
    return differ ? differ : (x->raw > y->raw) - (x->raw < y->raw);
}

bool json_scan_key(struct json_scan *s, const char *raw, size_t n)
{
    if (s->n_keys == s->key_room) {
        size_t room = s->key_room ? 2 * s->key_room : 64;
        struct json_key *more = realloc(s->keys, room * sizeof *more);
        if (!more) {
            s->no_memory = true;
            return json_scan_fail(s, "memory for the keys of an object");
        }
        s->keys = more;
        s->key_room = room;
    }
    s->keys[s->n_keys++] = (struct json_key){.raw = raw, .n = n, .hash = key_hash(raw, n)};
    return true;
}

bool json_scan_keys_end(struct json_scan *s, size_t from)
{
    if (s->n_keys == from)
        return true; /* and `keys` may be NULL */
    struct json_key *keys = s->keys + from;
    size_t n = s->n_keys - from;
    const char *twice = NULL; /* the first that stood already */
    if (n > FEW_KEYS) {
        qsort(keys, n, sizeof *keys, by_key_then_place);
        for (size_t i = 1; i < n; i++)
            if (compare_keys(&keys[i - 1], &keys[i]) == 0 && (!twice || keys[i].raw < twice))
                twice = keys[i].raw;
    } else {
        for (size_t i = 1; i < n && !twice; i++)
            for (size_t j = 0; j < i; j++)
                if (compare_keys(&keys[j], &keys[i]) == 0)
                    twice = keys[i].raw;
    }
    s->n_keys = from;
    if (!twice)
        return true;
    s->at = (size_t)(twice - s->text) - 1; /* at its quote */
    return json_scan_fail(s, "a key that this object does not have yet");
}

/* --- values --- */

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool digits(struct json_scan *s)
{
    size_t from = s->at;
    while (is_digit(json_scan_peek(s)))
        s->at++;
    return s->at > from || json_scan_fail(s, "a digit");
}

static bool fraction_and_exponent(struct json_scan *s)
{
    if (json_scan_peek(s) == '.') {
        s->at++;
        if (!digits(s))
            return false;
    }
    if (json_scan_peek(s) == 'e' || json_scan_peek(s) == 'E') {
        s->at++;
        if (json_scan_peek(s) == '+' || json_scan_peek(s) == '-')
            s->at++;
        return digits(s);
    }
    return true;
}

bool json_scan_number(struct json_scan *s)
{
    size_t from = s->at;
    if (json_scan_peek(s) == '-')
        s->at++;
    if (json_scan_peek(s) == '0')
        s->at++;
    else if (!digits(s))
        return false;
    if (is_digit(json_scan_peek(s)))
        return json_scan_fail(s, "no digit after a leading 0");
    if (!fraction_and_exponent(s))
        return false;
    if (s->at - from <= MAX_NUMBER)
        return true;
    s->at = from;
    return json_scan_fail(s, "at most 60 characters in a number");
}

static bool word(struct json_scan *s, const char *w)
{
    size_t n = strlen(w);
    if (s->len - s->at < n || memcmp(s->text + s->at, w, n) != 0)
        return json_scan_fail(s, a_value);
    s->at += n;
    return true;
}

static bool member(struct json_scan *s)
{
    size_t from = s->at + 1;
    if (json_scan_peek(s) != '"')
        return json_scan_fail(s, "a key in double quotes");
    if (!json_scan_string(s) || !json_scan_key(s, s->text + from, s->at - 1 - from))
        return false;
    json_scan_space(s);
    if (json_scan_peek(s) != ':')
        return json_scan_fail(s, "':' after a key");
    s->at++;
    json_scan_space(s);
    return json_scan_value(s);
}

static bool items(struct json_scan *s, char close, bool (*item)(struct json_scan *))
{
    size_t keys = s->n_keys;
    s->at++;
    json_scan_space(s);
    if (json_scan_peek(s) == close) {
        s->at++;
        return true;
    }
    for (;;) {
        if (!item(s) || s->values < 0)
            return s->values < 0;
        json_scan_space(s);
        int c = json_scan_peek(s);
        if (c != ',' && c != close)
            return json_scan_fail(s, close == '}' ? "',' or '}'" : "',' or ']'");
        s->at++;
        if (c == close)
            return json_scan_keys_end(s, keys);
        json_scan_space(s);
    }
}

/* values < 0 marks that the value asked for was reached: everything returns at once. */
bool json_scan_value(struct json_scan *s)
{
    if (s->values++ == s->stop_at_value) {
        s->values = -1;
        return true;
    }
    if (s->depth == MAX_DEPTH)
        return json_scan_fail(s, "at most 64 levels of nesting");
    s->depth++;
    int c = json_scan_peek(s);
    bool ok = c == '{'                  ? items(s, '}', member)
              : c == '['                ? items(s, ']', json_scan_value)
              : c == '"'                ? json_scan_string(s)
              : c == 't'                ? word(s, "true")
              : c == 'f'                ? word(s, "false")
              : c == 'n'                ? word(s, "null")
              : c == '-' || is_digit(c) ? json_scan_number(s)
                                        : json_scan_fail(s, a_value);
    s->depth--;
    return ok;
}

bool json_scan(struct json_scan *s)
{
    json_scan_space(s);
    if (!json_scan_value(s))
        return false;
    if (s->values < 0)
        return true;
    json_scan_space(s);
    return s->at == s->len || json_scan_fail(s, "the end of the text");
}

void json_scan_release(struct json_scan *s)
{
    free(s->keys);
    s->keys = NULL;
    s->n_keys = s->key_room = 0;
}

void json_place(const char *text, size_t at, unsigned *line, unsigned *column)
{
    *line = *column = 1;
    for (size_t i = 0; i < at; i++) {
        (*column)++;
        if (text[i] == '\n') {
            (*line)++;
            *column = 1;
        }
    }
}
