/* SPDX-License-Identifier: MIT */
/* Is a trial's work what it must be? */
#ifndef CONTEND_INSIGHT_IDENTITY_H
#define CONTEND_INSIGHT_IDENTITY_H

#include "harness/record/record.h"

/* What the first sound trial of a piece of work did; the others must have done the same. */
struct work_reference {
    bool set;
    const char *model;
    uint64_t units, ops[OP_KINDS], bytes;
};

/* Holds a record against its cell, the golden checksum, the unit's floor and the reference (set from the first record
 * that passes). Batch: units, ops and bytes equal. Closed: in proportion to the units. false, with record->status void
 * and the reason. */
bool work_is_identical(const struct cell *c, struct trial_record *r, struct work_reference *ref);

/* Against the reference alone, by units, ops and bytes of the record. */
bool work_matches(const struct cell *c, struct trial_record *r, const struct work_reference *ref);

#endif
