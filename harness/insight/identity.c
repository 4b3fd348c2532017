/* SPDX-License-Identifier: MIT */
/* Identical work, checked for each trial; see identity.h. */
#include "harness/insight/identity.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool refuse(struct trial_record *r, const char *what, uint64_t got, uint64_t due, const char *than)
{
    r->status = TRIAL_VOID;
    snprintf(r->reason, sizeof r->reason, "the work differs: %s %" PRIu64 ", %s %" PRIu64, what, got, than, due);
    return false;
}

/* a/b == c/d in whole numbers; products of two 64-bit numbers need 128. */
static bool in_proportion(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    return (unsigned __int128)a * d == (unsigned __int128)c * b;
}

bool work_matches(const struct cell *c, struct trial_record *r, const struct work_reference *ref)
{
    char than[64], what[48];
    snprintf(than, sizeof than,
             c->mode == MODE_CLOSED ? "per %" PRIu64 " units; %s has" : "in %" PRIu64 " units; %s has", ref->units,
             ref->model);
    for (unsigned i = 0; i < OP_KINDS; i++)
        if (!in_proportion(r->ops[i], r->units, ref->ops[i], ref->units)) {
            snprintf(what, sizeof what, "%s ops", op_kinds[i].name);
            return refuse(r, what, r->ops[i], ref->ops[i], than);
        }
    return in_proportion(r->bytes, r->units, ref->bytes, ref->units) || refuse(r, "bytes", r->bytes, ref->bytes, than);
}

bool work_is_identical(const struct cell *c, struct trial_record *r, struct work_reference *ref)
{
    const struct workload *w = workload_find(c->workload);
    if (c->mode == MODE_BATCH && r->units != c->units)
        return refuse(r, "units", r->units, c->units, "planned are");
    if (!r->units)
        return refuse(r, "units", 0, 1, "at least due is");
    if (r->checksum != r->expected) {
        r->status = TRIAL_VOID;
        snprintf(r->reason, sizeof r->reason,
                 "the work differs: checksum 0x%016" PRIx64 ", the golden one is 0x%016" PRIx64, r->checksum,
                 r->expected);
        return false;
    }
    /* Of a plug-in only the trial can ask: its code is nowhere else. */
    uint64_t floor_ns = w && w->floor_ns ? w->floor_ns(c->p) : r->floor_ns;
    if (r->latency && r->latency->count && r->latency->min < floor_ns)
        return refuse(r, "a unit took ns", r->latency->min, floor_ns, "its floor is");
    if (c->mode == MODE_CLOSED && w && workload_uneven(w, c->p))
        return true;
    if (ref->set)
        return work_matches(c, r, ref);
    *ref = (struct work_reference){.set = true, .model = c->model, .units = r->units, .bytes = r->bytes};
    memcpy(ref->ops, r->ops, sizeof ref->ops);
    return true;
}
