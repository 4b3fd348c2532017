/* SPDX-License-Identifier: MIT */
/* What stands below a table: the comparisons that decide, what qualifies them, and what a reader must be warned of. */
#include "harness/report/table_notes.h"

#include <math.h>
#include <string.h>

#include "harness/insight/compare.h"
#include "harness/insight/findings.h"
#include "harness/model/model.h"
#include "harness/report/text.h"

/* "faster", or why it is inconclusive though the interval excludes 1. */
static const char *holm_or_verdict(const struct summary *s, unsigned a, unsigned b, enum verdict v, char *buf, size_t n)
{
    buf[0] = 0;
    for (unsigned i = 0; i < s->n_comparisons; i++) {
        const struct comparison *c = &s->comparisons[i];
        if ((c->a == a && c->b == b) || (c->a == b && c->b == a))
            comparison_holm(c, buf, n);
    }
    return buf[0] ? buf : verdict_names[v];
}

static void winner(FILE *out, const struct summary *s, const unsigned *cells, unsigned n)
{
    struct estimate r;
    enum verdict v;
    const char *best = s->plan->cells[cells[0]].model;
    char text[120];
    unsigned shown = 0;
    for (unsigned i = 1; i < n && shown < 3; i++) {
        if (!comparison_find(s, cells[0], cells[i], &r, &v))
            continue;
        shown++;
        const char *other = s->plan->cells[cells[i]].model;
        if (isnan(r.median))
            fprintf(out, "  %s / %s: %s\n", best, other, r.n ? r.why : "no block has a trial of both");
        else if (isnan(r.lower))
            fprintf(out, "  %s / %s: %.3f (%s): %s\n", best, other, r.median, r.why, verdict_names[v]);
        else
            fprintf(out, "  %s / %s: %.3f (%.3f … %.3f): %s\n", best, other, r.median, r.lower, r.upper,
                    holm_or_verdict(s, cells[0], cells[i], v, text, sizeof text));
    }
}

void table_note_no_speedup(FILE *out, const struct summary *s, const struct plan_point *t)
{
    const char *why = "this run has no serial here (see --models)", *workload = s->plan->cells[t->cells[0]].workload;
    if (t->serial >= 0)
        return;
    for (unsigned i = 0; i < s->plan->n_skips; i++) {
        const struct cell *c = &s->plan->cells[s->plan->skips[i].cell];
        if (model_is_serial(c->model) && c->workload == workload)
            why = "serial can't do this work";
    }
    fprintf(out, "  speedup n/a: it is against serial, and %s\n", why);
}

/* Cells of whose trials some failed: their rows are of the others. */
static void failures(FILE *out, const struct summary *s, const unsigned *cells, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        const struct cell_summary *c = &s->cells[cells[i]];
        if (c->failed && c->status == TRIAL_OK)
            fprintf(out, "  %s: %u of %u trials failed; its row is of the others, in ratios each is a lost block\n",
                    s->plan->cells[cells[i]].model, c->failed, c->trials);
    }
}

static void too_few_blocks(FILE *out, const struct summary *s, const struct plan_point *t)
{
    unsigned need = point_blocks_needed(s->plan, t);
    if (s->look.blocks < need)
        fprintf(out,
                "  (with %u block%s no difference among %u models can be told from chance: use --blocks %u or more)\n",
                s->look.blocks, s->look.blocks == 1 ? "" : "s", t->n_cells, need);
}

static void noise_floor(FILE *out, const struct summary *s, const struct noise_floor *f)
{
    if (f->why)
        return;
    fprintf(out, "  noise floor: the same cell differs from itself by up to %.*f %% (95 %%)",
            text_decimals(100 * f->identical, 2), 100 * f->identical);
    if (!f->smallest_why)
        fprintf(out,
                s->looks ? "; by as many blocks a true difference of %.*f %% is told in 4 of 5 cases"
                         : "; a true difference of %.*f %% gets a verdict in 4 of 5 such runs",
                text_decimals(100 * f->smallest, 2), 100 * f->smallest);
    fputc('\n', out);
}

static bool has_warning(const struct cell_summary *c, const char *text)
{
    for (unsigned i = 0; i < c->n_warnings; i++)
        if (strcmp(c->warnings[i], text) == 0)
            return true;
    return false;
}

/* Each warning once, with the models it stands for. */
static void warnings(FILE *out, const struct summary *s, const struct plan_point *t)
{
    for (unsigned i = 0; i < t->n_cells; i++)
        for (unsigned k = 0; k < s->cells[t->cells[i]].n_warnings; k++) {
            const char *text = s->cells[t->cells[i]].warnings[k], *between = "";
            unsigned first = 0;
            while (!has_warning(&s->cells[t->cells[first]], text))
                first++;
            if (first != i)
                continue;
            fprintf(out, "  warning: %s (", text);
            for (unsigned j = i; j < t->n_cells; j++)
                if (has_warning(&s->cells[t->cells[j]], text)) {
                    fprintf(out, "%s%s", between, s->plan->cells[t->cells[j]].model);
                    between = ", ";
                }
            fprintf(out, ")\n");
        }
}

/* Are two cells in one order by their medians (of which three digits are shown) and in the other by their ratio, and is
 * that more than what is called equivalent? */
static bool contradicts(const struct summary *s, unsigned above, unsigned below, double *apart, double *ratio)
{
    struct estimate r;
    enum verdict v;
    if (!comparison_find(s, above, below, &r, &v) || !(r.median < 1))
        return false;
    *apart = s->cells[above].throughput.median / s->cells[below].throughput.median;
    *ratio = r.median;
    return *apart > 1.005 && fmax(*apart, 1 / *ratio) > 1 + s->plan->equiv;
}

/* The row order is that of medians, over all blocks each; the ratios are of trials side by side. */
static void contradictions(FILE *out, const struct summary *s, const unsigned *cells, unsigned n)
{
    enum { SHOWN = 3 };
    unsigned found = 0;
    double apart, ratio;
    for (unsigned i = 0; i < n; i++)
        for (unsigned k = i + 1; k < n; k++)
            if (contradicts(s, cells[i], cells[k], &apart, &ratio) && found++ < SHOWN)
                fprintf(out, "  note: %s stands above %s by its median (%.2f×), but is at %.3f of it block by block\n",
                        s->plan->cells[cells[i]].model, s->plan->cells[cells[k]].model, apart, ratio);
    if (found > SHOWN)
        fprintf(out, "  note: so it is with %u other pairs\n", found - SHOWN);
    if (found)
        fputs("  (the machine changed between blocks: trust the ratio, whose two trials ran in the same block)\n", out);
}

/* What decides between the models of a point. */
static void judgements(FILE *out, const struct summary *s, const struct plan_point *t, const unsigned *cells,
                       uint64_t late_after)
{
    if (late_after) {
        char text[24];
        text_duration(text, sizeof text, (double)late_after);
        fprintf(out,
                "  judged by the latest unit (max), which should not exceed %s: the rate is given, and tells nothing\n",
                text);
        return;
    }
    winner(out, s, cells, t->n_cells);
    contradictions(out, s, cells, t->n_cells);
    noise_floor(out, s, &s->floors[t - s->plan->points]);
    too_few_blocks(out, s, t);
}

void table_notes(FILE *out, const struct summary *s, const struct plan_point *t, const unsigned *cells)
{
    failures(out, s, cells, t->n_cells);
    judgements(out, s, t, cells, cell_late_after(&s->plan->cells[cells[0]]));
    warnings(out, s, t);
}
