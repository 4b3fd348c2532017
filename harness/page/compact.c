/* SPDX-License-Identifier: MIT */
/* A figure in fewer bytes; see compact.h. What is written is never longer than what was read, so it is done in place.
 */
#include "harness/page/compact.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/page/html.h"

/* Elements that draw nothing by themselves. */
static const char holders[] = " g text tspan ";
/* Attributes whose values are numbers. */
static const char numbers[] = " d points transform x y x1 y1 x2 y2 cx cy r rx ry dx dy width height stroke-width "
                              "font-size opacity fill-opacity stroke-opacity ";

struct compacting {
    const char *at; /* what is read next */
    char *begin, *to;
    const char *drawn; /* the last thing that is seen, as it was written; NULL: there is none yet */
    unsigned depth;
    char *open[HTML_DEPTH]; /* where each open element begins, as it was written */
    bool is_holder[HTML_DEPTH], is_defs[HTML_DEPTH];
    char *group, *group_end; /* where the group that was closed last begins and ends; NULL: there is none */
};

static bool is_among(const char *name, size_t n, const char *words)
{
    char word[32];
    if (n + 3 > sizeof word)
        return false;
    snprintf(word, sizeof word, " %.*s ", (int)n, name);
    return strstr(words, word) != NULL;
}

static void keep(struct compacting *c, const char *from, size_t n)
{
    memmove(c->to, from, n);
    c->to += n;
}

/* A number with a fraction, rounded; without zeros at its end. */
static void put_rounded(struct compacting *c, const char *number, size_t n)
{
    char text[32];
    double v = strtod(number, NULL);
    int length = snprintf(text, sizeof text, "%.*f", v < 10 ? 2 : 1, v);
    while (length > 1 && strchr(text, '.') && (text[length - 1] == '0' || text[length - 1] == '.')) {
        bool point = text[length - 1] == '.';
        text[--length] = 0;
        if (point)
            break;
    }
    if (length > 0 && (size_t)length <= n)
        keep(c, text, (size_t)length);
    else
        keep(c, number, n);
}

/* Digits, a point and digits are rounded, unless what follows would then be read as a part of them; all else is
 * copied. Of blanks in a row one stays. */
static void put_numbers(struct compacting *c, const char *at, const char *end)
{
    while (at < end) {
        size_t whole = strspn(at, "0123456789"), n = whole;
        if (whole && at[whole] == '.' && (n += 1 + strspn(at + whole + 1, "0123456789")) > whole + 1 && n < 24 &&
            !strchr("eE.", at[n])) {
            put_rounded(c, at, n);
        } else if (!n && isspace((unsigned char)*at)) {
            n = strspn(at, " \t\r\n");
            if (at + n < end)
                keep(c, " ", 1);
        } else {
            keep(c, at, n = n ? n : 1);
        }
        at += n;
    }
}

/* The attributes of the tag that is being read, up to its '>'. */
static void put_attributes(struct compacting *c)
{
    while (*c->at && *c->at != '>') {
        const char *name = c->at + strspn(c->at, " "), *is = strchr(name, '='), *value = is ? is + 2 : NULL,
                   *end = value ? strchr(value, '"') : NULL;
        if (!end)
            return;
        const bool rounded = is_among(name, (size_t)(is - name), numbers);
        keep(c, c->at, (size_t)((rounded ? value : end) - c->at));
        if (rounded)
            put_numbers(c, value, end);
        keep(c, end, 1);
        c->at = end + 1;
    }
}

/* Does anything but the tag itself refer to the id of the tag at c->at? What has none may be drawn by its parent. */
static bool is_used(const struct compacting *c, const char *tag_end)
{
    static const char *const ends[] = {"\"", ")"};
    const char *id = strstr(c->at, " id=\"");
    if (!id || id > tag_end)
        return true;
    id += strlen(" id=\"");
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        char reference[320];
        int n = snprintf(reference, sizeof reference, "#%.*s%s", (int)strcspn(id, "\""), id, ends[i]);
        if (n >= (int)sizeof reference || strstr(tag_end, reference) ||
            memmem(c->begin, (size_t)(c->to - c->begin), reference, (size_t)n))
            return true;
    }
    return false;
}

/* Goes behind the end of the element whose tag is at c->at. */
static void skip_element(struct compacting *c)
{
    unsigned depth = 0;
    do {
        const char *tag = strchr(c->at, '<'), *end = tag ? strchr(tag, '>') : NULL;
        if (!end) {
            c->at += strlen(c->at);
            return;
        }
        depth = tag[1] == '/' ? depth - 1 : depth + 1;
        c->at = end + 1;
    } while (depth);
}

/* A group that begins where one of the same attributes ends goes on with that one. An id is of one group alone. */
static void join_group(struct compacting *c)
{
    char *open = c->open[c->depth - 1];
    const size_t n = (size_t)(c->to - open);
    if (!c->group || c->group_end != open || strncmp(open, "<g ", 3) != 0 || strncmp(c->group, open, n) != 0 ||
        memmem(open, n, " id=", 4))
        return;
    c->to = c->group_end - strlen("</g>");
    c->open[c->depth - 1] = c->group;
}

static void open_element(struct compacting *c)
{
    const char *end = strchr(c->at, '>');
    const size_t name = strcspn(c->at + 1, " >");
    if (c->depth && c->is_defs[c->depth - 1] && !is_used(c, end)) {
        skip_element(c);
        return;
    }
    c->open[c->depth] = c->to;
    c->is_holder[c->depth] = is_among(c->at + 1, name, holders);
    c->is_defs[c->depth] = is_among(c->at + 1, name, " defs ");
    if (!c->is_holder[c->depth])
        c->drawn = c->to;
    c->depth++;
    keep(c, c->at, 1 + name);
    c->at += 1 + name;
    put_attributes(c);
    keep(c, ">", 1);
    c->at = end + 1;
    join_group(c);
}

/* A holder into which nothing was drawn is taken back. */
static void close_element(struct compacting *c)
{
    const char *end = strchr(c->at, '>');
    c->depth--;
    if (c->is_holder[c->depth] && (!c->drawn || c->drawn < c->open[c->depth]))
        c->to = c->open[c->depth];
    else
        keep(c, c->at, (size_t)(end + 1 - c->at));
    c->at = end + 1;
    if (c->to > c->open[c->depth] && c->to[-2] == 'g' && c->to[-3] == '/') {
        c->group = c->open[c->depth];
        c->group_end = c->to;
    }
}

void compact_svg(char *markup)
{
    struct compacting c = {.at = markup, .begin = markup, .to = markup};
    while (*c.at) {
        const char *end = *c.at == '<' ? strchr(c.at, '>') : NULL;
        if (end && c.at[1] == '/' && c.depth) {
            close_element(&c);
        } else if (end && c.at[1] != '/' && c.depth < HTML_DEPTH) {
            open_element(&c);
        } else {
            size_t n = 1 + strcspn(c.at + 1, "<");
            if (strspn(c.at, " \t\r\n") < n)
                c.drawn = c.to;
            keep(&c, c.at, n);
            c.at += n;
        }
    }
    *c.to = 0;
}
