/* SPDX-License-Identifier: MIT */
/* Near names; see nearest.h. */
#include "harness/base/nearest.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"

/* Levenshtein's distance of two short names. */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[64];
    size_t n = strlen(b);
    if (n >= ARRAY_LEN(row) || strlen(a) >= ARRAY_LEN(row))
        return 99;
    for (unsigned j = 0; j <= n; j++)
        row[j] = j;
    for (unsigned i = 1; a[i - 1]; i++) {
        unsigned corner = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= n; j++) {
            unsigned up = row[j], best = corner + (a[i - 1] != b[j - 1]);
            if (up + 1 < best)
                best = up + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            corner = up;
            row[j] = best;
        }
    }
    return row[n];
}

struct nearest {
    const char *name;
    unsigned least; /* a name is near at fewer changes than this */
};

static struct nearest none_near(const char *wrong)
{
    return (struct nearest){.least = (unsigned)strlen(wrong) / 3 + 2};
}

static void take_nearer(struct nearest *n, const char *wrong, const char *name)
{
    unsigned changes = distance(wrong, name);
    if (changes < n->least)
        *n = (struct nearest){.name = name, .least = changes};
}

const char *nearest_name(const char *wrong, const char *(*name)(unsigned i))
{
    struct nearest n = none_near(wrong);
    for (unsigned i = 0; name(i); i++)
        take_nearer(&n, wrong, name(i));
    return n.name;
}

const char *nearest_of(const char *wrong, const char *const *names)
{
    struct nearest n = none_near(wrong);
    for (; *names; names++)
        take_nearer(&n, wrong, *names);
    return n.name;
}

const char *did_you_mean(char *buf, size_t n, char quote, const char *before, const char *name)
{
    if (name)
        snprintf(buf, n, ", did you mean %c%s%s%c?", quote, before, name, quote);
    else
        buf[0] = 0;
    return buf;
}
