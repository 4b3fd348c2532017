/* SPDX-License-Identifier: MIT */
/* Which of an expectation's reasons are true on this machine, or were during this run; see expectations.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/expectations.h"

/* The median of a basic operation's cost as it was measured for this run; false: it was not. */
static bool cost_of(const struct summary *s, const char *name, double *median)
{
    return s->environment && costs_number(&s->environment->costs, name, median);
}

static double share_disturbed(const struct summary *s, enum disturbance by)
{
    unsigned n = 0;
    for (unsigned i = 0; i < s->plan->n_cells; i++)
        n += s->cells[i].disturbed_by[by];
    return s->ok ? (double)n / s->ok : (double)NAN;
}

/* What was seen during the run; NaN: not known, or no such name. */
static double seen(const struct summary *s, const char *name)
{
    if (strcmp(name, "run.foreign_cpus") == 0)
        return s->foreign_ns ? summary_foreign(s, 0, s->plan->blocks) : (double)NAN;
    if (strcmp(name, "run.steal") == 0)
        return share_disturbed(s, DISTURBED_STEAL);
    if (strcmp(name, "run.quota") == 0)
        return share_disturbed(s, DISTURBED_QUOTA);
    return NAN;
}

/* A fact that is a number, also where it was read as text; NaN: it is none. */
static double fact_number(const struct summary *s, const char *name)
{
    double v;
    char *end;
    if (!s->environment)
        return NAN;
    if (facts_number(&s->environment->start, name, &v))
        return v;
    const char *text = facts_text(&s->environment->start, name);
    if (!text || !*text)
        return NAN;
    v = strtod(text, &end);
    return *end ? (double)NAN : v;
}

static double number_of(const struct summary *s, const struct expectation_reason *why)
{
    double v, by;
    if (strncmp(why->what, "run.", 4) == 0)
        return seen(s, why->what);
    if (strchr(why->what, '.'))
        return fact_number(s, why->what);
    if (!cost_of(s, why->what, &v))
        return NAN;
    if (!why->over)
        return v;
    return cost_of(s, why->over, &by) && by > 0 ? v / by : (double)NAN;
}

static struct reason_seen look_up(const struct summary *s, const struct expectation_reason *why)
{
    struct reason_seen r = {.is = REASON_UNKNOWN, .value = NAN};
    if (!why->what)
        return r;
    if (why->has) {
        const char *text = s->environment ? facts_text(&s->environment->start, why->what) : NULL;
        r.is = !text ? REASON_UNKNOWN : strstr(text, why->has) ? REASON_HERE : REASON_NOT_HERE;
        return r;
    }
    r.value = number_of(s, why);
    if (!isnan(r.value))
        r.is = r.value >= why->least && !(why->most > 0 && r.value > why->most) ? REASON_HERE : REASON_NOT_HERE;
    return r;
}

void expectation_reasons(const struct summary *s, struct expectation_result *r)
{
    const struct expectation_reason *why = r->x->reasons;
    for (r->n_reasons = 0; why && why->text && r->n_reasons < ARRAY_LEN(r->reasons); why++)
        r->reasons[r->n_reasons++] = look_up(s, why);
}
