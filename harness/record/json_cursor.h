/* SPDX-License-Identifier: MIT */
/*
 * A reader that goes through one JSON text as it stands and builds no tree: for the lines of a journal, of which there
 * are many. As strict as json.h's reader, on the same scanner. What is asked for must come in the text's order, so an
 * object is read through a table that says where each member goes:
 *
 *     static const struct json_member table[] = {{"units", cursor_u64, offsetof(struct totals, units)}, ...};
 *     cursor_init(&c, text, len, "FILE", 7, &e);
 *     cursor_object(&c, table, ARRAY_LEN(table), &totals);
 *     rc = cursor_end(&c);
 */
#ifndef CONTEND_RECORD_JSON_CURSOR_H
#define CONTEND_RECORD_JSON_CURSOR_H

#include "harness/base/err.h"
#include "harness/record/json_scan.h"

/* After the first failure every call is a no-op; `rc` is then -EINVAL or -ENOMEM and `e` says what and where:
 * "NAME:LINE:COLUMN: …". */
struct json_cursor {
    struct json_scan scan;
    const char *name;
    unsigned line; /* of the text's first byte */
    struct err *e;
    int rc;
    const char *member; /* the last one of a table that was met; NULL: none */
    bool first;         /* no member or item of the innermost object or array has been read yet */
    char *text;         /* the last string, decoded */
    size_t room;
};

/* The text is borrowed. The cursor may be zeroed or have been used before: its buffers are kept. */
void cursor_init(struct json_cursor *c, const char *text, size_t len, const char *name, unsigned line, struct err *e);
/* Checks that the text ends here; returns rc. */
int cursor_end(struct json_cursor *c);
void cursor_release(struct json_cursor *c);
/* Sets rc; the place is that of offset `at`. */
void cursor_error(struct json_cursor *c, size_t at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

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

/* for (cursor_array(&c); cursor_item(&c);) { read one item } */
void cursor_array(struct json_cursor *c);
bool cursor_item(struct json_cursor *c);

/* The values, in the form that a table needs. Integers are plain ones below 2^53 in size; u64 also takes "0x…" strings
 * of 1 to 16 digits, in which larger ones are written. */
void cursor_u64(struct json_cursor *c, void *to);      /* uint64_t */
void cursor_i64(struct json_cursor *c, void *to);      /* int64_t */
void cursor_unsigned(struct json_cursor *c, void *to); /* unsigned */
void cursor_bool(struct json_cursor *c, void *to);     /* bool */
void cursor_interned(struct json_cursor *c, void *to); /* const char *, never freed; for few distinct texts */
const char *cursor_string(struct json_cursor *c);      /* until the next call; "" after a failure */
bool cursor_null(struct json_cursor *c);               /* takes a null; false when something else stands there */
void cursor_skip(struct json_cursor *c);               /* any value, whole */
size_t cursor_at(const struct json_cursor *c);         /* the offset, for errors */

#endif
