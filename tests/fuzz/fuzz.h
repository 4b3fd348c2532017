/* SPDX-License-Identifier: MIT */
/*
 * A fuzz target: one file fuzz_NAME.c with the entry point that libFuzzer calls. It feeds the bytes to a reader and
 * checks what must hold of whatever was taken; the sanitizers look for the rest. corpus/NAME holds its seeds, and
 * inputs that once broke something.
 */
#ifndef CONTEND_TESTS_FUZZ_H
#define CONTEND_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Also in a release build. */
#define MUST(x)                                                                                                        \
    do {                                                                                                               \
        if (!(x)) {                                                                                                    \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #x);                                     \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

#endif
