/* SPDX-License-Identifier: MIT */
/* A ring of the last sets of CPUs; see canary_memory.h. */
#include "harness/trial/canary_memory.h"

#include <string.h>

#include "bench/workload.h"
#include "harness/base/base.h"

/* More than the points of most plans have sets of CPUs; a set that was pushed out is known again after one trial. */
enum { SETS = 64 };

static struct {
    uint64_t key; /* 0: the place is free */
    uint64_t ns[CANARIES];
} sets[SETS];
static unsigned next;

/* Of the program and the CPUs. If two share a key, a canary is timed again without need: no more. */
static uint64_t key_of(const char *program, const struct cell *c)
{
    uint64_t key = mix64(c->n_pus + 1u);
    for (const char *at = program; at && *at; at++)
        key = mix64(key ^ (unsigned char)*at);
    for (unsigned i = 0; i < c->n_pus; i++)
        key = mix64(key ^ (uint64_t)(unsigned)c->pus[i]);
    return key | 1;
}

/* SETS: there is none. */
static unsigned place_of(uint64_t key)
{
    unsigned i = 0;
    while (i < SETS && sets[i].key != key)
        i++;
    return i;
}

void canary_memory_recall(const char *program, const struct cell *c, uint64_t seen[CANARIES])
{
    unsigned i = place_of(key_of(program, c));
    memset(seen, 0, CANARIES * sizeof *seen);
    if (i < SETS)
        memcpy(seen, sets[i].ns, sizeof sets[i].ns);
}

void canary_memory_keep(const char *program, const struct cell *c, const struct trial_record *r)
{
    uint64_t key = key_of(program, c);
    unsigned i = place_of(key);
    if (i == SETS) {
        i = next++ % SETS;
        memset(&sets[i], 0, sizeof sets[i]);
        sets[i].key = key;
    }
    for (unsigned k = 0; k < CANARIES; k++)
        if (!r->canaries[k].after_ns.why)
            sets[i].ns[k] = (uint64_t)r->canaries[k].after_ns.value;
}
