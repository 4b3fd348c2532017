/* SPDX-License-Identifier: MIT */
/* What pipeline does to a record of text: it is parsed, and a key and a count are extracted from what was found. */
#ifndef CONTEND_BENCH_SUPPORT_RECORDS_H
#define CONTEND_BENCH_SUPPORT_RECORDS_H

#include "bench/workload.h"

/* What parsing finds in a record. */
struct parsed {
    uint32_t words, letters, longest, hash; /* hash: of the longest word, the first of its length */
};

struct parsed parse_record(const char *text, size_t n);
/* The same another way, for golden values: by the borders between letters and others. */
struct parsed golden_record(const char *text, size_t n);
/* A record's key in the low half, what is counted under it in the high half. */
uint64_t extract_record(const struct parsed *p);

#endif
