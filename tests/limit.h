/* SPDX-License-Identifier: MIT */
/*
 * Limits of time in tests are for hangs alone, so they follow what the machine takes: tests/steady measures that once
 * (see pace.c) and hands it on in CONTEND_TEST_FACTOR. A test that is run by hand has none, and waits as for a slow
 * machine.
 */
#ifndef CONTEND_TESTS_LIMIT_H
#define CONTEND_TESTS_LIMIT_H

#include <stdlib.h>

/* `seconds` of a fast machine that has nothing else to do, on this one. */
static inline unsigned hang_limit(unsigned seconds)
{
    const double unknown = 30, most = 10000;
    const char *text = getenv("CONTEND_TEST_FACTOR");
    double factor = text ? strtod(text, NULL) : 0;
    if (!(factor >= 1))
        factor = unknown;
    return (unsigned)(seconds * (factor < most ? factor : most)) + 1;
}

#endif
