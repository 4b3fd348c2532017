/* SPDX-License-Identifier: MIT */
/* SHA-256 (FIPS 180-4) in plain C: the golden value of a workload that hashes, and what tells the harness whether a
 * file is still the one that was measured. */
#ifndef CONTEND_BENCH_SUPPORT_SHA256_H
#define CONTEND_BENCH_SUPPORT_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_BLOCK = 64, SHA256_DIGEST = 32, SHA256_TEXT = 65 }; /* bytes */

void sha256_digest(const void *data, size_t n, uint8_t digest[SHA256_DIGEST]);
/* The digest as 64 hex digits and a NUL. */
void sha256_text(const void *data, size_t n, char out[SHA256_TEXT]);
/* The same of a file read from its start to its end; 0 or -errno of the read. */
int sha256_file(int fd, char out[SHA256_TEXT]);

#endif
