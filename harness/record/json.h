/* SPDX-License-Identifier: MIT */
/*
 * JSON as text and as a document. The writer prints integers whole and doubles with %.17g. All reading is done by the
 * one strict reader, json_cursor.h; the document keeps what it hands out.
 */
#ifndef CONTEND_RECORD_JSON_H
#define CONTEND_RECORD_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/base/err.h"
#include "harness/record/json_cursor.h"

/* --- writer: streams into a FILE (fmemopen, open_memstream or a file); errors are the FILE's --- */
struct json_writer {
    FILE *out;
    int indent; /* spaces a level; 0: one line */
    unsigned depth;
    bool first, after_key;
};
void json_init(struct json_writer *w, FILE *out, int indent);
void json_begin(struct json_writer *w, char open); /* '{' or '[' */
void json_end(struct json_writer *w, char close);  /* '}' or ']' */
void json_key(struct json_writer *w, const char *key);
void json_string(struct json_writer *w, const char *s); /* NULL: null; invalid UTF-8 becomes U+FFFD */
void json_int(struct json_writer *w, int64_t v);
void json_uint(struct json_writer *w, uint64_t v); /* values above 2^53 (checksums) are for json_hex */
void json_hex(struct json_writer *w, uint64_t v);  /* "0x0123456789abcdef": what a double can't carry */
void json_double(struct json_writer *w, double v); /* NaN and infinities: null */
void json_bool(struct json_writer *w, bool v);
void json_null(struct json_writer *w);

/* --- document: a text read once and kept, where its members are wanted by name and more than once --- */
/*
 * Read-only, filled by the reader of json_cursor.h, whose grammar, limits and errors hold here too. Values, keys and
 * strings are the document's and stay until json_free. Each value remembers its place for json_error. 32 bytes a value;
 * the text itself is not kept.
 */
struct json;       /* free with json_free */
struct json_value; /* borrowed from its document */
/* `name` is how errors call the text: a file name or "<cell>". 0, -EINVAL, -ENOMEM, -EFBIG (4 GiB, or `most` bytes of a
 * file) or -errno of the file; *out is set on success only. */
int json_parse(struct json **out, const char *text, size_t len, const char *name, struct err *e);
int json_parse_file(struct json **out, const char *path, size_t most, struct err *e);
void json_free(struct json *j);
const struct json_value *json_root(const struct json *j);
enum json_type json_type(const struct json_value *v);
/* Case-sensitive; NULL when absent, or when the value is no object. */
const struct json_value *json_get(const struct json_value *object, const char *key);
/* The first in an array or object, NULL when it is empty or neither; the next in what is around it, NULL at its end. */
const struct json_value *json_first(const struct json_value *v);
const struct json_value *json_next(const struct json_value *v);
const char *json_name(const struct json_value *v); /* its key in the object around it; NULL: it is in none */
size_t json_size(const struct json_value *v);      /* of an array or object; others: 0 */
/* Exact: -EINVAL when the value is of another type or the integer has a fraction or leaves its range. */
int json_get_string(const struct json_value *v, const char **out);
int json_get_i64(const struct json_value *v, int64_t *out);
int json_get_u64(const struct json_value *v, uint64_t *out); /* also takes "0x…" strings */
int json_get_double(const struct json_value *v, double *out);
int json_get_bool(const struct json_value *v, bool *out);
/* Error about a value: "FILE:LINE:COLUMN: <message>", with the place where it begins; of NULL: 1:1. Returns -EINVAL. */
int json_error(const struct json *j, const struct json_value *v, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#endif
