/* SPDX-License-Identifier: MIT */
/* Facts of the pauses that gap samplers saw on all units together (gaps.h); absent unless they were asked for. */
#include <errno.h>
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/machine/facts_internal.h"

static const char *const names[] = {"noise.gaps_per_second", "noise.lost_percent", "noise.largest_gap", "noise.causes"};

static void missing(struct facts *f, const char *why)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        fact_missing(f, names[i], "gap sampler", ENOENT, why);
}

/* Shares of the time lost, the largest first: "preemption 80 %, interrupts 20 %". */
static void causes(struct facts *f, const char *source, struct gap_report all)
{
    char text[320] = "";
    double whole = (double)all.lost_ns;
    for (enum gap_cause c = gap_top_cause(&all); c < GAP_CAUSES; c = gap_top_cause(&all)) {
        text_append(text, sizeof text, "%s%s %.0f %%", text[0] ? ", " : "", gap_cause_names[c],
                    100 * (double)all.by[c].lost_ns / whole);
        all.by[c].gaps = 0;
    }
    fact_text(f, names[3], source, "%s", text[0] ? text : "no gap");
}

void facts_noise(struct facts *f, const struct facts_request *q)
{
    struct gap_report all = {0};
    char source[120];
    for (unsigned i = 0; q->gaps && i < q->n_gaps; i++)
        gap_report_add(&all, &q->gaps[i]);
    if (facts_are_remote(f))
        missing(f, "read from a copy of another machine's files");
    else if (!q->gaps)
        missing(f, "not sampled: doctor --noise does");
    if (facts_are_remote(f) || !q->gaps)
        return;
    if (!all.sampled_ns) {
        missing(f, "no unit could be sampled");
        return;
    }
    snprintf(source, sizeof source, "gap sampler, %u units, %.3g s in all", q->n_gaps, (double)all.sampled_ns / 1e9);
    /* What a unit sees in a second of its time; the samplers ran at once. */
    fact_number(f, names[0], source, (double)all.gaps / ((double)all.sampled_ns / 1e9));
    fact_number(f, names[1], source, 100 * (double)all.lost_ns / (double)all.sampled_ns);
    fact_number(f, names[2], source, (double)all.largest_ns);
    causes(f, source, all);
}
