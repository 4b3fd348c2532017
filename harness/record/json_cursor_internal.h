/* SPDX-License-Identifier: MIT */
/* Shared by json_cursor.c, which knows where values stand, and json_values.c, which knows what they are. */
#ifndef CONTEND_RECORD_JSON_CURSOR_INTERNAL_H
#define CONTEND_RECORD_JSON_CURSOR_INTERNAL_H

#include "harness/record/json_cursor.h"

static inline int cursor_peek(const struct json_cursor *c) /* the byte at `at`; -1 at the end */
{
    return c->at < c->len ? (unsigned char)c->text[c->at] : -1;
}
static inline void cursor_space(struct json_cursor *c)
{
    for (int p = cursor_peek(c); p <= ' '; p = cursor_peek(c)) { /* mostly there is none */
        if (p != ' ' && p != '\t' && p != '\r' && p != '\n')
            return;
        c->at++;
    }
}

/* Not JSON: what should have stood at `at`. Always false. */
bool cursor_fail(struct json_cursor *c, const char *expected);
/* The value at offset `at` is JSON, but `what` was asked for. */
void cursor_must_be(struct json_cursor *c, size_t at, const char *what);
/* The same at the cursor, where what is no JSON at all is told as such. */
void cursor_wrong(struct json_cursor *c, const char *what);

/* Behind the closing bracket of an object or array. */
void cursor_leave(struct json_cursor *c);
/* Behind an opening bracket or an item: true when another item, or a member's key, begins here; else the object or
 * array has been left. Inline, as it is called before each of them. */
static inline bool cursor_more(struct json_cursor *c, char close)
{
    if (c->rc)
        return false;
    cursor_space(c);
    int next = cursor_peek(c);
    if (next == close || (!c->first && next == ','))
        c->at++;
    else if (!c->first)
        return cursor_fail(c, close == '}' ? "',' or '}'" : "',' or ']'");
    c->first = false;
    cursor_space(c);
    if (next == close)
        cursor_leave(c);
    return next != close;
}
/* A value may begin here: it does not lie too deep. */
static inline bool cursor_may_stand(struct json_cursor *c)
{
    return c->depth < JSON_MAX_DEPTH || cursor_fail(c, "at most 64 levels of nesting");
}
/* Behind a key: its colon and the space around it, up to the value. */
static inline bool cursor_colon(struct json_cursor *c)
{
    cursor_space(c);
    if (cursor_peek(c) != ':')
        return cursor_fail(c, "':' after a key");
    c->at++;
    cursor_space(c);
    return cursor_may_stand(c);
}
/* A key and its colon: the n bytes from offset `from`, between its quotes. */
bool cursor_key(struct json_cursor *c, size_t *from, size_t *n);
/* Keeps a key of the open object, to be compared when it closes. */
bool cursor_keep_key(struct json_cursor *c, size_t from, size_t n);

bool cursor_word(struct json_cursor *c, const char *word); /* goes behind it; false when it is not what stands here */
/* Over the string or number here. */
bool cursor_over_string(struct json_cursor *c);
bool cursor_over_number(struct json_cursor *c);
/* The decoded text of the n bytes from offset `from`, between a string's quotes. */
const char *cursor_decoded(struct json_cursor *c, size_t from, size_t n);

#endif
