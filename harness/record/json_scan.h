/* SPDX-License-Identifier: MIT */
/* The strict grammar of RFC 8259, checked before cJSON (which takes much that it should not) sees the text. */
#ifndef CONTEND_RECORD_JSON_SCAN_H
#define CONTEND_RECORD_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct json_scan {
    const char *text;
    size_t len, at;
    const char *expected; /* after a failure: what should have stood at `at` */
    long stop_at_value;   /* stop when this value (counted in document order from 0) begins; -1: never */
    long values;
    unsigned depth;
};

/* true when the whole text is one JSON value (or the value asked for was reached: then `at` is its place). */
bool json_scan(struct json_scan *s);
/* Line and column (from 1, in bytes) of offset `at`. */
void json_place(const char *text, size_t at, unsigned *line, unsigned *column);

#endif
