/* SPDX-License-Identifier: MIT */
/* Which model wins where: a map of a parameter's values against tasks in flight. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/figure/figure.h"
#include "harness/figure/filename.h"
#include "harness/figure/look.h"
#include "harness/figure/quantity.h"
#include "harness/figure/sweep.h"
#include "harness/insight/crossover.h"
#include "harness/record/param_value.h"

static const char *model_of(const struct summary *s, unsigned cell)
{
    return s->plan->cells[cell].model;
}

/* A model's own colour, paler, where it wins; greys where none does. */
static unsigned colour_of(const struct summary *s, const struct crossover_field *f)
{
    enum { WON_PERCENT = 45, TIE = 0xD8D8D8, NONE = 0xEEEEEE };
    if (f->is != FIELD_WON)
        return f->is == FIELD_TIED ? TIE : NONE;
    unsigned rgb = look_of(model_of(s, (unsigned)f->winner)).rgb, pale = 0;
    for (unsigned shift = 0; shift < 24; shift += 8) {
        unsigned part = rgb >> shift & 0xff;
        pale |= (255 - (255 - part) * WON_PERCENT / 100) << shift;
    }
    return pale;
}

/* Who wins and by how much; or who is in it, all of them, where nobody does. */
static void fill_field(struct chart_field *to, const struct summary *s, const struct crossover_field *f)
{
    const bool won = f->winner >= 0 && f->n_tied == 0;
    snprintf(to->head, sizeof to->head, "%s",
             f->winner < 0   ? "not measured"
             : won           ? model_of(s, (unsigned)f->winner)
             : f->equivalent ? "tie"
                             : "no winner");
    if (f->n_tied)
        text_append(to->text, sizeof to->text, "%s", model_of(s, (unsigned)f->winner));
    for (unsigned i = 0; i < f->n_tied; i++)
        text_append(to->text, sizeof to->text, ", %s", model_of(s, f->tied[i]));
    if (f->is == FIELD_WON)
        text_append(to->text, sizeof to->text, "%.3g× %s", f->ratio.median, model_of(s, (unsigned)f->beaten));
    if (f->n_missing && f->winner >= 0)
        text_append(to->text, sizeof to->text, "%s(%u missing)", to->text[0] ? " " : "", f->n_missing);
    else if (f->is == FIELD_UNMATCHED)
        text_append(to->text, sizeof to->text, "(alone)");
}

static void put_title(struct chart *c, const struct summary *s, const struct crossover *m)
{
    unsigned wins[CROSSOVER_MODELS] = {0}, by[FIELD_UNMATCHED + 1] = {0}, kinds = 0;
    const char *names[CROSSOVER_MODELS];
    for (unsigned y = 0; y < m->n_y; y++)
        for (unsigned x = 0; x < m->n_x; x++) {
            const struct crossover_field *f = &m->at[y][x];
            by[f->is]++;
            if (f->is != FIELD_WON)
                continue;
            unsigned k = 0;
            while (k < kinds && names[k] != model_of(s, (unsigned)f->winner))
                k++;
            if (k == CROSSOVER_MODELS)
                continue;
            if (k == kinds)
                names[kinds++] = model_of(s, (unsigned)f->winner);
            wins[k]++;
        }
    static const char *const others[] = {[FIELD_EMPTY] = "not measured",
                                         [FIELD_TIED] = "tie",
                                         [FIELD_UNSURE] = "without a winner",
                                         [FIELD_UNMATCHED] = "not contested"};
    const char *comma = "";
    snprintf(c->title, sizeof c->title, "Of %u fields,", m->n_x * m->n_y);
    for (unsigned k = 0; k < kinds; k++, comma = ",")
        text_append(c->title, sizeof c->title, "%s %s wins %u", comma, names[k], wins[k]);
    for (unsigned k = 0; k <= FIELD_UNMATCHED; k++)
        if (by[k] && others[k]) {
            text_append(c->title, sizeof c->title, "%s %u %s", comma, by[k], others[k]);
            comma = ",";
        }
}

static void put_texts(struct chart *c, const struct summary *s, const struct crossover *m)
{
    const struct cell *of = &s->plan->cells[m->like];
    const struct param *param = &workload_find(of->workload)->params[m->param];
    put_title(c, s, m);
    sweep_work_text(c->subtitle, sizeof c->subtitle, of, param->name);
    text_append(c->subtitle, sizeof c->subtitle, "; on %u CPU%s%s%s; ", m->offered, m->offered == 1 ? "" : "s",
                of->libc_threads ? "; libc " : "", of->libc_threads ? libc_threads_names[of->libc_threads] : "");
    quantity_blocks(c->subtitle, sizeof c->subtitle, s->look.blocks);
    text_append(c->subtitle, sizeof c->subtitle, "; ×: over the closest; tie: equivalent");
    snprintf(c->caption, sizeof c->caption,
             "Each field names the model that beats all others there, in its colour. Where it is grey, those in it are "
             "equivalent or were not told apart.");
    snprintf(c->x_label, sizeof c->x_label, "tasks in flight");
    snprintf(c->y_label, sizeof c->y_label, "%s", param->name);
    if (!isnan(m->waiting[0]))
        text_append(c->subtitle, sizeof c->subtitle, "; in brackets: the share of a unit's time that is waiting");
}

static void fill(struct chart *c, const struct summary *s, const struct crossover *m)
{
    const struct param *param = &workload_find(s->plan->cells[m->like].workload)->params[m->param];
    c->n_x = m->n_x;
    c->n_y = m->n_y;
    for (unsigned x = 0; x < m->n_x; x++)
        snprintf(c->column_name[x], sizeof c->column_name[x], "%u", m->x[x]);
    for (unsigned y = 0; y < m->n_y; y++) {
        value_label(param, m->y[y], c->row_name[y], sizeof c->row_name[y]);
        if (!isnan(m->waiting[y]))
            text_append(c->row_name[y], sizeof c->row_name[y], " (%.0f %%)", 100 * m->waiting[y]);
        for (unsigned x = 0; x < m->n_x; x++) {
            struct chart_field *f = chart_field(c, x, y, colour_of(s, &m->at[y][x]));
            if (f)
                fill_field(f, s, &m->at[y][x]);
        }
    }
}

void figure_crossover(const struct figure_source *of, struct charts *out)
{
    struct crossover *maps = NULL;
    int n = crossover_maps(of->summary, &maps);
    out->no_memory |= n < 0;
    for (int i = 0; i < n; i++) {
        struct chart *c = chart_add(out, CHART_OF_MAP);
        if (!c)
            break;
        filename_of_map(c->file, sizeof c->file, of->summary->plan, maps, (unsigned)n, (unsigned)i);
        fill(c, of->summary, &maps[i]);
        put_texts(c, of->summary, &maps[i]);
        if (!chart_fit(c))
            chart_drop(out);
    }
    free(maps);
}
