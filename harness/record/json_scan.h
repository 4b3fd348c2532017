/* SPDX-License-Identifier: MIT */
/*
 * The strict grammar of RFC 8259, checked before cJSON (which takes much that it should not) sees the text. Narrower
 * than the RFC where a reader could go wrong in silence: each key once in an object, surrogates in pairs only, no
 * \u0000 (texts here end at a NUL), at most 64 levels, at most 60 characters in a number (cJSON's buffer holds 63).
 */
#ifndef CONTEND_RECORD_JSON_SCAN_H
#define CONTEND_RECORD_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A key of an object that is still open: `n` bytes between its quotes, as written. */
struct json_key {
    const char *raw;
    size_t n;
    uint64_t hash; /* of what it decodes to */
};

struct json_scan {
    const char *text;
    size_t len, at;
    const char *expected; /* after a failure: what should have stood at `at` */
    long stop_at_value;   /* stop when this value (counted in document order from 0) begins; -1: never */
    long values;
    unsigned depth;
    struct json_key *keys; /* of all open objects, innermost last; freed by json_scan_release */
    size_t n_keys, key_room;
    bool no_memory; /* the failure is this one */
};

/* true when the whole text is one JSON value (or the value asked for was reached: then `at` is its place). */
bool json_scan(struct json_scan *s);
/* Frees what a scan allocated, also after a failure; the scan can be set up anew. */
void json_scan_release(struct json_scan *s);
/* Line and column (from 1, in bytes) of offset `at`. */
void json_place(const char *text, size_t at, unsigned *line, unsigned *column);

/* --- the parts, for a reader that goes through the text itself (json_cursor.c). All return false on a failure. --- */
static inline int json_scan_peek(const struct json_scan *s) /* the byte at `at`; -1 at the end */
{
    return s->at < s->len ? (unsigned char)s->text[s->at] : -1;
}
static inline void json_scan_space(struct json_scan *s)
{
    for (int c = json_scan_peek(s); c == ' ' || c == '\t' || c == '\r' || c == '\n'; c = json_scan_peek(s))
        s->at++;
}
bool json_scan_fail(struct json_scan *s, const char *expected); /* always false; the first failure stays */
bool json_scan_string(struct json_scan *s);                     /* at a quote: goes behind the closing one */
bool json_scan_number(struct json_scan *s);
bool json_scan_value(struct json_scan *s); /* any value, whole */
/* Remembers a key of the open object; json_scan_keys_end checks those since `from` for one that stands twice, and
 * forgets them. */
bool json_scan_key(struct json_scan *s, const char *raw, size_t n);
bool json_scan_keys_end(struct json_scan *s, size_t from);

/* Decodes the n bytes between a scanned string's quotes into `to`, which has room for n + 1; adds a NUL. Its length. */
size_t json_decode(const char *raw, size_t n, char *to);

#endif
