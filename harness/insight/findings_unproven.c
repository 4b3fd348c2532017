/* SPDX-License-Identifier: MIT */
/* The finding on workloads of which the pilots could not tell whether the compiler removed their work. */
#include <stdio.h>

#include "harness/insight/findings_internal.h"

void find_unproven(const struct finding_rule *self, struct summary *s)
{
    struct text_list each = {0};
    for (unsigned i = 0; i < s->plan->n_doubts; i++)
        list_add(&each, "%s", s->plan->doubts[i].reason);
    struct finding *f = s->plan->n_doubts ? finding_add(self, s, "warn", "workloads", s->plan->n_doubts) : NULL;
    if (!f)
        return;
    for (unsigned i = 0; i < s->plan->n_doubts; i++)
        finding_cell(f, s->plan->doubts[i].cell);
    snprintf(f->text, sizeof f->text, "%s", list_end(&each));
    snprintf(
        f->advice, sizeof f->advice,
        "measure again on a quieter machine, or give the parameter a wider range; if it stays so, look whether the "
        "workload's result depends on all of its work");
}
