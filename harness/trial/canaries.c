/* SPDX-License-Identifier: MIT */
/* Which units' canaries stand for a trial's, and the median over them; see canaries.h. */
#include "harness/trial/canaries.h"

#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "harness/base/base.h"
#include "harness/machine/canary.h"
#include "harness/machine/machine.h"

enum { CANARY_MAX_PUS = 8 };
/* A slow canary is timed again so often, and so far apart: longer than most of the moments in which a neighbour on the
 * host takes a share of a core (of 440,000 on one machine 81 lasted 1 ms or more, none 16 ms). */
enum { AGAIN_MOST = 4, APART_MS = 3 };

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* The units that stand for the cell's, into pus[CANARY_MAX_PUS]; how many, 0: which are allowed can't be told. */
static unsigned units_of(const struct cell *c, int *pus)
{
    unsigned n = c->n_pus < CANARY_MAX_PUS ? c->n_pus : CANARY_MAX_PUS;
    for (unsigned i = 0; i < n; i++)
        pus[i] = c->pus[i];
    return n ? n : pin_allowed(pus, CANARY_MAX_PUS); /* workers are not pinned: they may run on any of these */
}

/* The kinds that are timed on unit i of n: all on the first and the last, the chain on each. */
static unsigned kinds_on(unsigned i, unsigned n)
{
    return i == 0 || i == n - 1 ? CANARIES_ALL : 1u << CANARY_CHAIN;
}

/* Of those units on which the kind was timed. */
static struct metric median_of(struct metric (*on)[CANARIES], unsigned n, enum canary kind)
{
    uint64_t ns[CANARY_MAX_PUS];
    unsigned timed = 0;
    for (unsigned i = 0; i < n; i++)
        if (kinds_on(i, n) >> kind & 1) {
            if (on[i][kind].why)
                return on[i][kind];
            ns[timed++] = (uint64_t)on[i][kind].value;
        }
    qsort(ns, timed, sizeof *ns, by_value);
    return (struct metric){.value = (int64_t)ns[timed / 2]};
}

static void all_missing(struct metric ns[CANARIES], const char *why)
{
    for (unsigned k = 0; k < CANARIES; k++)
        ns[k] = (struct metric){.why = why};
}

/* The kinds of the set `kinds` into ns[]; the others stay. */
static void sample(const struct cell *c, unsigned kinds, struct metric ns[CANARIES])
{
    struct metric on[CANARY_MAX_PUS][CANARIES];
    struct canary_room room;
    int pus[CANARY_MAX_PUS], rc = 0, here = sched_getcpu();
    unsigned n = units_of(c, pus);
    canary_room_init(&room); /* without it, the kinds that need it say so */
    for (unsigned i = 0; i < n && !rc; i++)
        rc = canary_time(pus[i], kinds & kinds_on(i, n), &room, on[i]);
    canary_room_release(&room);
    if (rc) {
        all_missing(ns, "the canaries can't be pinned to a processing unit of the cell");
        return;
    }
    void *was;
    if (!c->n_pus && here >= 0) { /* back to where the scheduler had it, else each trial would begin on the last */
        pin_away(here, &was);
        pin_back(was);
    }
    if (!n)
        all_missing(ns, "which processing units are allowed can't be found out");
    for (int k = 0; n && k < CANARIES; k++)
        if (kinds >> k & 1)
            ns[k] = median_of(on, n, (enum canary)k);
}

/* Those that took longer than before by more than half of what a label needs. than[kind] 0: not known. */
static unsigned slower_kinds(const struct metric ns[CANARIES], const uint64_t than[CANARIES])
{
    unsigned set = 0;
    for (unsigned k = 0; k < CANARIES; k++)
        if (!ns[k].why && than[k] && (double)ns[k].value > (double)than[k] * (1 + canary_kinds[k].limit / 2))
            set |= 1u << k;
    return set;
}

static void sample_lasting(const struct cell *c, const uint64_t than[CANARIES], struct metric ns[CANARIES])
{
    unsigned slow;
    sample(c, CANARIES_ALL, ns);
    for (unsigned i = 0; i < AGAIN_MOST && (slow = slower_kinds(ns, than)) != 0; i++) {
        struct metric again[CANARIES];
        nanosleep(&(struct timespec){.tv_nsec = APART_MS * (long)NS_PER_MS}, NULL);
        sample(c, slow, again);
        for (unsigned k = 0; k < CANARIES; k++)
            if (slow >> k & 1 && !again[k].why && again[k].value < ns[k].value)
                ns[k] = again[k];
    }
}

void canaries_before(const struct cell *c, struct trial_record *r)
{
    struct metric ns[CANARIES];
    sample_lasting(c, c->canaries_seen, ns);
    for (unsigned i = 0; i < CANARIES; i++)
        r->canaries[i].before_ns = ns[i];
}

void canaries_after(const struct cell *c, struct trial_record *r)
{
    struct metric ns[CANARIES];
    uint64_t before[CANARIES];
    for (unsigned i = 0; i < CANARIES; i++)
        before[i] = r->canaries[i].before_ns.why ? 0 : (uint64_t)r->canaries[i].before_ns.value;
    sample_lasting(c, before, ns);
    for (unsigned i = 0; i < CANARIES; i++)
        r->canaries[i].after_ns = ns[i];
}
