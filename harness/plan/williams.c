/* SPDX-License-Identifier: MIT */
/* The Williams design; see williams.h. */
#include "harness/plan/williams.h"

#include <errno.h>
#include <stdlib.h>

#include "bench/workload.h"

static void shuffle(unsigned *a, unsigned n, uint64_t *state)
{
    for (unsigned i = n; i > 1; i--) {
        *state = mix64(*state);
        unsigned j = (unsigned)(*state % i); /* the bias is below 2^-32 */
        unsigned t = a[i - 1];
        a[i - 1] = a[j];
        a[j] = t;
    }
}

/* Column j of the first row: 0, 1, n-1, 2, n-2, … Row r adds r to each, modulo n; for odd n a second square is the
 * first mirrored. */
static unsigned cell_of(unsigned n, unsigned row, unsigned j)
{
    if (row >= n)
        j = n - 1 - j;
    unsigned zigzag = j % 2 ? (j + 1) / 2 : (n - j / 2) % n;
    return (zigzag + row) % n;
}

int williams_order(unsigned n, unsigned blocks, uint64_t seed, unsigned *order)
{
    if (!n)
        return 0; /* nothing to order */
    unsigned rows = n % 2 ? 2 * n : n;
    unsigned *label = malloc((n + rows + 1) * sizeof *label);
    if (!label)
        return -ENOMEM;
    unsigned *row = label + n;
    uint64_t state = mix64(seed);
    for (unsigned i = 0; i < n; i++)
        label[i] = i;
    for (unsigned i = 0; i < rows; i++)
        row[i] = i;
    shuffle(label, n, &state);
    for (unsigned b = 0; b < blocks; b++) {
        if (b % rows == 0)              /* 2 n can't wrap: a plan is smaller. NOLINT(clang-analyzer-core.DivideZero) */
            shuffle(row, rows, &state); /* each pass over the design in an order of its own */
        for (unsigned j = 0; j < n; j++)
            order[b * n + j] = label[cell_of(n, row[b % rows], j)];
    }
    free(label);
    return 0;
}
