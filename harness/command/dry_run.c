/* SPDX-License-Identifier: MIT */
/* The plan in words; see dry_run.h. */
#include "harness/command/dry_run.h"

#include <stdio.h>

#include "harness/base/base.h"
#include "harness/insight/expectations.h"

static const char *s_of(unsigned n)
{
    return n == 1 ? "" : "s";
}

/* Which expectations the plan has the cells of, in one line a workload. */
static void tell_expectations(const struct plan *p)
{
    const struct workload *w;
    for (size_t i = 0; (w = workload_at(i)); i++) {
        unsigned told = 0;
        for (const struct expectation *x = w->expectations; x && x->id; x++) {
            struct expectation_pair *pairs;
            if (expectation_pairs(p, w, x, &pairs) <= 0)
                continue;
            free(pairs);
            if (told++)
                printf(", %s", x->id);
            else
                printf("checks what is expected of %s: %s", w->name, x->id);
        }
        if (told)
            putchar('\n');
    }
}

void dry_run_tell(const struct plan *p, const double *expected_ns, double once_ns, unsigned each)
{
    double block_ns = 0;
    for (unsigned i = 0; i < p->n_cells; i++) {
        char id[CELL_ID_MAX];
        const char *reason = NULL;
        plan_cell_id(p, i, id, sizeof id);
        if (plan_skipped(p, i, &reason))
            printf("%s  skipped: %s\n", id, reason);
        else
            printf("%-64s  about %.0f ms\n", id, expected_ns[i] / each / NS_PER_MS);
        block_ns += expected_ns[i];
    }
    tell_expectations(p);
    const char *most = plan_is_sequential(p) ? "at most " : "";
    const struct plan_time *time = &p->time;
    const unsigned blocks = time->asked_ns ? time->blocks_planned : p->blocks;
    unsigned trials = (p->n_cells - p->n_skips) * blocks * each;
    char visits[64] = "";
    double pause_ns = p->visits > 1 ? (double)p->pause_ns : 0;
    if (p->visits > 1)
        snprintf(visits, sizeof visits, " in %u visits, %.4g s apart", p->visits, pause_ns / NS_PER_S);
    printf("%u cell%s, %u skipped, %s%u block%s%s: %u trial%s, %sabout %.0f s; nothing was kept or written\n",
           p->n_cells, s_of(p->n_cells), p->n_skips, most, blocks, s_of(blocks), visits, trials, s_of(trials), most,
           time->asked_ns ? (double)time->planned_ns / NS_PER_S
                          : (once_ns + block_ns * blocks + pause_ns * (p->visits - 1)) / NS_PER_S);
    if (blocks < time->blocks_asked) {
        char asked[32];
        text_span(asked, sizeof asked, (double)time->asked_ns);
        printf("the time of %s ends it, else there would be %u blocks\n", asked, time->blocks_asked);
    }
    if (p->stop.budget_ns)
        printf("the budget ends it after %.0f s\n", (double)p->stop.budget_ns / NS_PER_S);
}
