/* SPDX-License-Identifier: MIT */
/*
 * The reader of JSON, the only one: it goes forward through one text and hands out what stands there, value by value.
 * What is kept of it is the caller's affair: a record takes members through a table (cursor_object), json.h's document
 * takes all.
 *
 *     static const struct json_member table[] = {{"units", cursor_u64, offsetof(struct totals, units)}, ...};
 *     cursor_init(&c, text, len, "FILE", 7, &e);
 *     cursor_object(&c, table, ARRAY_LEN(table), &totals);
 *     rc = cursor_end(&c);
 *
 * Grammar: that of RFC 8259 and no more, and narrower where a reader could go wrong in silence. Each key stands once in
 * an object; texts are well-formed UTF-8 with surrogates in pairs only and without \u0000 (they end at a NUL here); a
 * number has at most 60 characters; a value lies in at most 63 objects and arrays, so there are at most 64 levels. What
 * is left out by the caller (cursor_skip, members that a table does not name) is checked all the same.
 *
 * Errors: the first failure sets `rc` to -EINVAL or -ENOMEM and `e` to "NAME:LINE:COLUMN: …", from 1, in bytes; after
 * it every call is a no-op that returns 0, false, NULL or "", so a caller need look at `rc` only at the end and before
 * it relies on what it got. "not JSON: expected …" tells what no reader could take, the others what this one asked for.
 *
 * Memory: the text, the name and the error context are borrowed, and must stay until the last call. Strings and keys
 * that are handed out are the cursor's, decoded, NUL-terminated, and good until the next one. What the cursor allocates
 * grows with the longest string and with the number of keys of open objects.
 */
#ifndef CONTEND_RECORD_JSON_CURSOR_H
#define CONTEND_RECORD_JSON_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/record/json_keys.h"

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };
enum { JSON_MAX_DEPTH = 64 };

struct json_cursor {
    const char *text;
    size_t len, at;
    const char *name;
    unsigned line; /* of the text's first byte */
    struct err *e;
    int rc;
    const char *member;               /* the last one of a table that was met; NULL: none */
    bool first;                       /* no member or item of the innermost object or array has been read yet */
    unsigned depth;                   /* objects and arrays that are open */
    size_t keys_from[JSON_MAX_DEPTH]; /* of each of them: its first key in `keys` */
    struct json_keys keys;
    char *string; /* the last one, decoded */
    size_t room;
};

/* The cursor may be zeroed or have been used before: its buffers are kept. It stands at the text's value. */
void cursor_init(struct json_cursor *c, const char *text, size_t len, const char *name, unsigned line, struct err *e);
/* Checks that the text ends here; returns rc. */
int cursor_end(struct json_cursor *c);
void cursor_release(struct json_cursor *c); /* also after a failure */

size_t cursor_at(const struct json_cursor *c); /* the offset, for errors */
/* Sets rc to -EINVAL; the place is that of offset `at`. */
void cursor_error(struct json_cursor *c, size_t at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void cursor_no_memory(struct json_cursor *c); /* sets rc to -ENOMEM */

/* What kind of value stands here, by its first byte. A failure when none can begin with it: then JSON_NULL. */
enum json_type cursor_type(struct json_cursor *c);

/* for (cursor_array(&c); cursor_item(&c);) { read one item } */
void cursor_array(struct json_cursor *c);
bool cursor_item(struct json_cursor *c);
/* for (cursor_members(&c); (key = cursor_member(&c));) { read its value } */
void cursor_members(struct json_cursor *c);
const char *cursor_member(struct json_cursor *c);

/* One member of an object: `read` is called at its value with base + offset. NULL: it is checked and left out. */
struct json_member {
    const char *name;
    void (*read)(struct json_cursor *c, void *to);
    size_t offset;
    bool optional;
};
enum { CURSOR_MAX_MEMBERS = 96 };
/* Reads an object at the cursor. Unknown members are checked and left out; one of the table that is missing and not
 * optional, and any that stands twice, are errors. */
void cursor_object(struct json_cursor *c, const struct json_member *table, unsigned n, void *base);
/* The same, but `other` reads the value of each member that the table does not name. The name, which begins at offset
 * `at`, is the last decoded string (cursor_string's). */
typedef void cursor_unknown(struct json_cursor *c, size_t at, const char *name);
void cursor_object_or(struct json_cursor *c, const struct json_member *table, unsigned n, void *base,
                      cursor_unknown *other);

/* The values, in the form that a table needs. Integers are plain ones below 2^53 in size; u64 also takes "0x…" strings
 * of 1 to 16 digits, in which larger ones are written. */
void cursor_u64(struct json_cursor *c, void *to);      /* uint64_t */
void cursor_i64(struct json_cursor *c, void *to);      /* int64_t */
void cursor_unsigned(struct json_cursor *c, void *to); /* unsigned */
void cursor_bool(struct json_cursor *c, void *to);     /* bool */
void cursor_interned(struct json_cursor *c, void *to); /* const char *, never freed; for few distinct texts */
double cursor_number(struct json_cursor *c);           /* any; rounded to nearest, infinite where it is too large */
const char *cursor_string(struct json_cursor *c);      /* until the next string or key; "" after a failure */
bool cursor_null(struct json_cursor *c);               /* takes a null; false when something else stands there */
void cursor_skip(struct json_cursor *c);               /* any value, whole */

#endif
