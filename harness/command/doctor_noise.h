/* SPDX-License-Identifier: MIT */
/* doctor --noise: gap samplers on all allowed units, and what they saw as a table and as JSON. */
#ifndef CONTEND_COMMAND_DOCTOR_NOISE_H
#define CONTEND_COMMAND_DOCTOR_NOISE_H

#include "harness/machine/gaps.h"
#include "harness/record/json.h"

struct noise {
    uint64_t asked_ns; /* 0: not asked for */
    unsigned n;
    struct gap_report *units; /* owned; one an allowed unit, by rising index */
};

/* Samples all allowed units at once for the time. 0 or -errno. */
int noise_sample(struct noise *n, uint64_t ns, struct err *e);
void noise_release(struct noise *n);
void noise_print(const struct noise *n);
/* The members "noise" and, when it was not asked for, "noise_unavailable". */
void noise_to_json(struct json_writer *w, const struct noise *n);

#endif
