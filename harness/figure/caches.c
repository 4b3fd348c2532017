/* SPDX-License-Identifier: MIT */
/* Caches as rules; see caches.h. */
#include "harness/figure/caches.h"

#include <math.h>

#include "harness/base/base.h"
#include "harness/figure/quantity.h"

/* The least size and the greatest; nothing is no size. */
static void reach(const struct chart *c, double *least, double *most)
{
    *least = INFINITY;
    *most = -INFINITY;
    for (unsigned i = 0; i < c->n_lines; i++)
        for (unsigned k = 0; k < c->line[i].n; k++)
            if (c->line[i].at[k].x > 0) {
                *least = fmin(*least, c->line[i].at[k].x);
                *most = fmax(*most, c->line[i].at[k].x);
            }
}

void caches_rule(const struct summary *s, struct chart *c)
{
    static const struct {
        const char *fact, *name;
    } caches[] = {{"cpu.cache_l1d", "L1d"}, {"cpu.cache_l2", "L2"}, {"cpu.cache_l3", "L3"}};
    double least, most, bytes;
    unsigned known = 0;
    reach(c, &least, &most);
    for (unsigned i = 0; s->environment && i < ARRAY_LEN(caches); i++) {
        char size[QUANTITY];
        if (!facts_number(&s->environment->start, caches[i].fact, &bytes))
            continue;
        known++;
        quantity_text(size, sizeof size, AXIS_BYTES, bytes);
        if (bytes >= least && bytes <= most)
            chart_rule(c, bytes, "%s %s", caches[i].name, size);
    }
    if (!known)
        text_append(c->subtitle, sizeof c->subtitle, "; the sizes of the caches are not known");
}
