/* SPDX-License-Identifier: MIT */
/* For the files that find: how a finding is put into the summary. */
#ifndef CONTEND_INSIGHT_FINDINGS_INTERNAL_H
#define CONTEND_INSIGHT_FINDINGS_INTERNAL_H

#include "harness/insight/findings.h"

#define FINDING(function, tells) void find_##function(const struct finding_rule *self, struct summary *s);
#include "harness/insight/findings.def"
#undef FINDING

/* A new finding at the end of s->findings, with `evidence` as its number, or NULL when there is no room. */
struct finding *finding_add(const struct finding_rule *self, struct summary *s, const char *severity,
                            const char *evidence_name, double evidence);

/* An enumeration whose items are whole or left out, and those left out counted. Begins as {0}. */
struct text_list {
    char text[560];
    unsigned left_out;
};
void list_add(struct text_list *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *list_end(struct text_list *l); /* the whole; once, after the last item */

void finding_cell(struct finding *f, unsigned cell); /* beyond 8 cells they are left out */

#endif
