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
    for (int p = cursor_peek(c); p == ' ' || p == '\t' || p == '\r' || p == '\n'; p = cursor_peek(c))
        c->at++;
}

/* Not JSON: what should have stood at `at`. Always false. */
bool cursor_fail(struct json_cursor *c, const char *expected);
/* The value at offset `at` is JSON, but `what` was asked for. */
void cursor_must_be(struct json_cursor *c, size_t at, const char *what);
/* The same at the cursor, where what is no JSON at all is told as such. */
void cursor_wrong(struct json_cursor *c, const char *what);

/* Behind an opening bracket or an item: true when another item, or a member's key, begins here; else the object or
 * array has been left. */
bool cursor_more(struct json_cursor *c, char close);
/* Behind a key: its colon and the space around it, up to the value. */
bool cursor_colon(struct json_cursor *c);
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
