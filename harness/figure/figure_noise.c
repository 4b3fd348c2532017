/* SPDX-License-Identifier: MIT */
/* The noise of a run as it went: each trial's rate over its cell's median, by when it began and what disturbed it. */
#include <math.h>
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/figure/figure.h"
#include "harness/figure/quantity.h"
#include "harness/insight/noise_profile.h"

enum { MARKS_MOST = 4000 }; /* of a page: more lie on top of each other, and make the file large */

/* A label's marker and colour: undisturbed trials are many and pale, all others dark and filled, also in black and
 * white.
 */
static struct model_look look_of_label(unsigned label)
{
    static const struct model_look looks[LABEL_DISTURBED + DISTURBANCES] = {
        [LABEL_UNDISTURBED] = {.rgb = 0xB0B0B0, .marker = 6, .letter = '.'},
        [LABEL_FAILED] = {.rgb = 0x000000, .marker = 2, .letter = 'F'},
        [LABEL_VOID] = {.rgb = 0x000000, .marker = 3, .letter = 'V'},
        [LABEL_DISTURBED + DISTURBED_LOAD] = {.rgb = 0xC04F00, .marker = 7, .letter = 'L'},
        [LABEL_DISTURBED + DISTURBED_STEAL] = {.rgb = 0x005F99, .marker = 9, .letter = 'S'},
        [LABEL_DISTURBED + DISTURBED_QUOTA] = {.rgb = 0xAA3377, .marker = 11, .letter = 'Q'},
        [LABEL_DISTURBED + DISTURBED_SPEED] = {.rgb = 0x806000, .marker = 5, .letter = 'C'},
        [LABEL_DISTURBED + DISTURBED_MIGRATION] = {.rgb = 0x117733, .marker = 13, .letter = 'M'},
        [LABEL_DISTURBED + DISTURBED_PREEMPTION] = {.rgb = 0x332288, .marker = 15, .letter = 'P'},
        [LABEL_DISTURBED + DISTURBED_PRESSURE] = {.rgb = 0x882255, .marker = 4, .letter = 'R'},
        [LABEL_DISTURBED + DISTURBED_STOPPED] = {.rgb = 0x000000, .marker = 8, .letter = 'T'},
    };
    return looks[label];
}

static const struct trial_mark *mark_of(const struct summary *s, unsigned cell, unsigned block)
{
    return &s->marks[(size_t)cell * s->plan->blocks + block];
}

/* The least rate that is drawn: where trials without one are put. */
static double least_rate(const struct summary *s)
{
    double least = 1;
    for (unsigned c = 0; c < s->plan->n_cells; c++)
        for (unsigned b = 0; b < s->plan->blocks; b++)
            least = fmin(least, trial_relative_rate(s, c, b));
    return least;
}

/* Of more trials than a page shows every so many of the undisturbed ones. */
static unsigned every(const struct noise_profile *n)
{
    unsigned others = n->trials - n->undisturbed, room = others + 100 < MARKS_MOST ? MARKS_MOST - others : 100;
    return (n->undisturbed + room - 1) / room;
}

static void add_marks(const struct summary *s, struct chart *c, const struct noise_profile *n, unsigned step)
{
    unsigned seen = 0;
    double least = least_rate(s);
    if (n->undisturbed) /* the first, so that others are drawn over them */
        chart_series(c, trial_label_name(LABEL_UNDISTURBED), look_of_label(LABEL_UNDISTURBED));
    for (unsigned b = 0; b < s->plan->blocks; b++)
        for (unsigned cell = 0; cell < s->plan->n_cells; cell++) {
            const struct trial_mark *m = mark_of(s, cell, b);
            double rate = trial_relative_rate(s, cell, b);
            if (m->label == LABEL_NONE || isnan(m->began_s) || (m->label == LABEL_UNDISTURBED && seen++ % step))
                continue;
            unsigned series = chart_series(c, trial_label_name(m->label), look_of_label(m->label));
            chart_mark(c, (m->began_s - n->begin_s) * 1e9, isnan(rate) ? least : rate, series);
        }
}

/* Where each visit but the first begins. */
static void add_visits(const struct summary *s, struct chart *c, const struct noise_profile *n)
{
    unsigned visits = plan_visits_in(s->plan, s->look.blocks);
    for (unsigned v = 1; v < visits && visits <= CHART_RULES; v++) {
        double at = s->at_s[plan_visit_first(s->plan, v)];
        if (!isnan(at))
            chart_rule(c, (at - n->begin_s) * 1e9, "visit %u", v + 1);
    }
}

/* "all by load", "most by load"; where none took half of them the one or two that took as many as any did. */
static void put_causes(struct chart *c, const struct noise_profile *n, unsigned disturbed)
{
    unsigned most = 0, alike = 0;
    const char *names[2] = {"", ""};
    for (unsigned i = 0; i < DISTURBANCES; i++)
        most = n->by[i] > most ? n->by[i] : most;
    for (unsigned i = 0; i < DISTURBANCES; i++)
        if (n->by[i] == most && alike++ < ARRAY_LEN(names))
            names[alike - 1] = disturbance_names[i];
    text_append(c->title, sizeof c->title, ", %s",
                disturbed == 1         ? ""
                : most == disturbed    ? "all "
                : 2 * most > disturbed ? "most "
                                       : "most often ");
    if (alike > ARRAY_LEN(names))
        text_append(c->title, sizeof c->title, "by %u causes alike", alike);
    else
        text_append(c->title, sizeof c->title, "by %s%s%s", names[0], alike > 1 ? " and " : "", names[1]);
}

static void title(struct chart *c, const struct noise_profile *n)
{
    unsigned disturbed = 0;
    for (unsigned i = 0; i < DISTURBANCES; i++)
        disturbed += n->by[i];
    if (disturbed) {
        snprintf(c->title, sizeof c->title, "%u of %u trials %s disturbed", disturbed, n->trials,
                 disturbed == 1 ? "was" : "were");
        put_causes(c, n, disturbed);
    } else {
        snprintf(c->title, sizeof c->title, "None of %u trials was disturbed", n->trials);
    }
    if (n->failed)
        text_append(c->title, sizeof c->title, ", %u failed", n->failed);
    if (!isnan(n->low))
        text_append(c->title, sizeof c->title, "; 95 %% of the others ran at %.3f to %.3f of their cell's median",
                    n->low, n->high);
}

void figure_noise(const struct figure_source *of, struct charts *out)
{
    const struct summary *s = of->summary;
    struct noise_profile n;
    if (noise_profile_of(s, &n)) {
        out->no_memory = true;
        return;
    }
    struct chart *c = n.trials > 1 && n.end_s > n.begin_s ? chart_add(out, CHART_OF_STRIP) : NULL;
    if (!c)
        return;
    unsigned step = every(&n);
    title(c, &n);
    snprintf(c->subtitle, sizeof c->subtitle,
             "each mark is a trial of one of %u cells, at the time it began; dashed: its cell's median",
             s->plan->n_runnable);
    if (step > 1)
        text_append(c->subtitle, sizeof c->subtitle, "; one in %u of the undisturbed ones is drawn", step);
    add_marks(s, c, &n, step ? step : 1);
    add_visits(s, c, &n);
    snprintf(c->caption, sizeof c->caption,
             "Trials of different cells alternate, so what the machine did shows in all that began near one time. A "
             "label names what took most of a trial's time.");
    snprintf(c->x_label, sizeof c->x_label, "since the run's first trial");
    snprintf(c->panel[0].label, sizeof c->panel[0].label, "rate over the cell's median");
    c->x.unit = AXIS_NS;
    c->panel[0].level = 1;
    if (!chart_fit(c))
        chart_drop(out);
}
