/* SPDX-License-Identifier: MIT */
/*
 * The strings and numbers of RFC 8259, byte by byte: what json_cursor.c, which knows the rest of the grammar, is made
 * of. Narrower than the RFC where a reader could go wrong in silence: surrogates in pairs only, no \u0000 (texts here
 * end at a NUL), at most 60 characters in a number.
 */
#ifndef CONTEND_RECORD_JSON_TEXT_H
#define CONTEND_RECORD_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JSON_MAX_NUMBER = 60 };

/* From the first byte at *at to behind the last: NULL. Else what should have stood where *at is left. */
const char *json_scan_string(const char *text, size_t len, size_t *at);
const char *json_scan_number(const char *text, size_t len, size_t *at);

/* Decodes the n bytes between a scanned string's quotes into `to`, which has room for n + 1; adds a NUL. Its length. */
size_t json_decode(const char *raw, size_t n, char *to);

/* What stands first between a scanned string's quotes, as UTF-8: an escape's whole character, else one byte. How many
 * of the `left` bytes it took; *n is how many it has. */
size_t json_decode_one(const char *raw, size_t left, char to[4], unsigned *n);

/* The number written as "0x" with 1 to 16 hexadecimal digits; false when `s` is none, and *out is untouched. */
bool json_unhex(const char *s, uint64_t *out);

/* How far a text was gone through, in lines: set up as {.line = 1}. It goes forward only. */
struct json_place {
    size_t at, line_begin;
    unsigned line; /* from 1 */
};
/* Goes to offset `to`; the column, from 1, in bytes. */
unsigned json_place_at(struct json_place *p, const char *text, size_t to);

#endif
