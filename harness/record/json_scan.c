/* SPDX-License-Identifier: MIT */
/* A recursive-descent scanner that builds nothing; see json_scan.h. */
#include "harness/record/json_scan.h"

#include <ctype.h>
#include <string.h>

#include "harness/record/utf8.h"

enum { MAX_DEPTH = 64 };

static bool value(struct json_scan *s);

static bool want(struct json_scan *s, const char *what)
{
    if (!s->expected)
        s->expected = what;
    return false;
}

static int peek(const struct json_scan *s)
{
    return s->at < s->len ? (unsigned char)s->text[s->at] : -1;
}

static void space(struct json_scan *s)
{
    while (s->at < s->len && memchr(" \t\r\n", s->text[s->at], 4))
        s->at++;
}

static bool escape(struct json_scan *s)
{
    s->at++;
    int c = peek(s);
    if (c == 'u') {
        for (int i = 1; i <= 4; i++)
            if (s->at + (size_t)i >= s->len || !isxdigit((unsigned char)s->text[s->at + (size_t)i]))
                return want(s, "four hexadecimal digits after \\u");
        s->at += 5;
        return true;
    }
    if (c < 0 || !strchr("\"\\/bfnrt", c))
        return want(s, "an escape of \" \\ / b f n r t u");
    s->at++;
    return true;
}

static bool string(struct json_scan *s)
{
    s->at++;
    for (;;) {
        int c = peek(s);
        if (c < 0)
            return want(s, "the closing quote of a string");
        if (c == '"') {
            s->at++;
            return true;
        }
        if (c < 0x20)
            return want(s, "no bare control character in a string");
        if (c == '\\') {
            if (!escape(s))
                return false;
            continue;
        }
        unsigned n = utf8_length(s->text + s->at, s->len - s->at);
        if (!n)
            return want(s, "well-formed UTF-8");
        s->at += n;
    }
}

static bool digits(struct json_scan *s)
{
    size_t from = s->at;
    while (isdigit(peek(s)))
        s->at++;
    return s->at > from || want(s, "a digit");
}

static bool number(struct json_scan *s)
{
    if (peek(s) == '-')
        s->at++;
    if (peek(s) == '0')
        s->at++;
    else if (!digits(s))
        return false;
    if (isdigit(peek(s)))
        return want(s, "no digit after a leading 0");
    if (peek(s) == '.') {
        s->at++;
        if (!digits(s))
            return false;
    }
    if (peek(s) == 'e' || peek(s) == 'E') {
        s->at++;
        if (peek(s) == '+' || peek(s) == '-')
            s->at++;
        return digits(s);
    }
    return true;
}

static bool word(struct json_scan *s, const char *w)
{
    size_t n = strlen(w);
    if (s->len - s->at < n || memcmp(s->text + s->at, w, n) != 0)
        return want(s, "a value (object, array, string, number, true, false or null)");
    s->at += n;
    return true;
}

static bool member(struct json_scan *s)
{
    if (peek(s) != '"')
        return want(s, "a key in double quotes");
    if (!string(s))
        return false;
    space(s);
    if (peek(s) != ':')
        return want(s, "':' after a key");
    s->at++;
    space(s);
    return value(s);
}

static bool items(struct json_scan *s, char close, bool (*item)(struct json_scan *))
{
    s->at++;
    space(s);
    if (peek(s) == close) {
        s->at++;
        return true;
    }
    for (;;) {
        if (!item(s) || s->values < 0)
            return s->values < 0;
        space(s);
        int c = peek(s);
        if (c != ',' && c != close)
            return want(s, close == '}' ? "',' or '}'" : "',' or ']'");
        s->at++;
        if (c == close)
            return true;
        space(s);
    }
}

/* values < 0 marks that the value asked for was reached: everything returns at once. */
static bool value(struct json_scan *s)
{
    if (s->values++ == s->stop_at_value) {
        s->values = -1;
        return true;
    }
    if (s->depth == MAX_DEPTH)
        return want(s, "at most 64 levels of nesting");
    s->depth++;
    bool ok;
    switch (peek(s)) {
    case '{':
        ok = items(s, '}', member);
        break;
    case '[':
        ok = items(s, ']', value);
        break;
    case '"':
        ok = string(s);
        break;
    case 't':
        ok = word(s, "true");
        break;
    case 'f':
        ok = word(s, "false");
        break;
    case 'n':
        ok = word(s, "null");
        break;
    default:
        ok = peek(s) == '-' || isdigit(peek(s))
                 ? number(s)
                 : want(s, "a value (object, array, string, number, true, false or null)");
    }
    s->depth--;
    return ok;
}

bool json_scan(struct json_scan *s)
{
    space(s);
    if (!value(s))
        return false;
    if (s->values < 0)
        return true;
    space(s);
    return s->at == s->len || want(s, "the end of the text");
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
