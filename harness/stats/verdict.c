/* SPDX-License-Identifier: MIT */
/* From an interval to a verdict; see verdict.h. */
#include "harness/stats/verdict.h"

const char *const verdict_names[4] = {"faster", "slower", "equivalent", "inconclusive"};

bool stats_equivalent(const struct stats_interval *ratio, double margin)
{
    if (!(margin > 0))
        return false; /* not even where all pairs were equal: a difference below the clock's steps is one */
    return ratio->lower <= ratio->upper && ratio->lower >= 1 / (1 + margin) && ratio->upper <= 1 + margin;
}

enum verdict stats_verdict(const struct stats_interval *ratio, double margin)
{
    if (!(ratio->lower <= ratio->upper))
        return VERDICT_INCONCLUSIVE;
    if (stats_equivalent(ratio, margin))
        return VERDICT_EQUIVALENT;
    return ratio->lower > 1 ? VERDICT_FASTER : ratio->upper < 1 ? VERDICT_SLOWER : VERDICT_INCONCLUSIVE;
}

enum verdict stats_family_verdict(const struct stats_interval *ratio, double margin, double p_adjusted, double alpha)
{
    enum verdict v = stats_verdict(ratio, margin);
    return v == VERDICT_EQUIVALENT || p_adjusted <= alpha ? v : VERDICT_INCONCLUSIVE;
}
