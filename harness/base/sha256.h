/* SPDX-License-Identifier: MIT */
/* SHA-256 (FIPS 180-4): tells whether a file is still the one that was measured. */
#ifndef CONTEND_BASE_SHA256_H
#define CONTEND_BASE_SHA256_H

#include <stddef.h>

enum { SHA256_TEXT = 65 };

/* The digest of n bytes as 64 hex digits and a NUL. */
void sha256_text(const void *data, size_t n, char out[SHA256_TEXT]);
/* Of a file read from its start to its end; 0 or -errno of the read. */
int sha256_file(int fd, char out[SHA256_TEXT]);

#endif
