/* SPDX-License-Identifier: MIT */
/* Measures costs for doctor and prints them; see doctor_costs.h. */
#include "harness/command/doctor_costs.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/report/wrap.h"

enum {
    ROUNDS = 25,
    ROUNDS_ALL = 25,
    QUICK_MS = 1200, /* with the CPUs and what the last batch may take beyond it: below 2 s */
    ALL_MS = 50000,
    NAME = 18,
    MEDIAN = 8,
    RANGE = 16,
    JUDGEMENT = 12,
    WIDE = 116, /* columns from which there is room for what is done */
    INDENT = 2,
    HANG = 25
};

void doctor_costs_measure(struct costs *c, bool with_long, const char *scratch)
{
    costs_measure(c, &(struct costs_request){.with_long = with_long,
                                             .rounds = with_long ? ROUNDS_ALL : ROUNDS,
                                             .budget_ns = (uint64_t)(with_long ? ALL_MS : QUICK_MS) * NS_PER_MS,
                                             .program = "/proc/self/exe",
                                             .scratch = scratch});
}

static void pad(char *line, size_t n, const char *text, unsigned width, bool right)
{
    unsigned have = text_columns(text), fill = width > have ? width - have : 0;
    text_append(line, n, "%*s%s%*s", right ? (int)fill : 0, "", text, right ? 0 : (int)fill, "");
}

static void judgement_text(char *buf, size_t n, const struct machine_cost *c)
{
    double factor;
    enum cost_judgement j = cost_judge(c, &factor);
    if (j == COST_EXPECTED)
        snprintf(buf, n, "ok");
    else if (j == COST_UNKNOWN)
        snprintf(buf, n, "not known");
    else
        snprintf(buf, n, "%.3g× %s", factor, cost_judgement_names[j]);
}

static void print_row(const struct machine_cost *c, unsigned width)
{
    char line[400] = "", text[64];
    const struct cost_kind *k = cost_kind_of(c->name);
    pad(line, sizeof line, "", INDENT, false);
    pad(line, sizeof line, c->name, NAME, false);
    cost_value_text(text, sizeof text, c->median, c->unit);
    text_append(line, sizeof line, " ");
    pad(line, sizeof line, text, MEDIAN, true);
    snprintf(text, sizeof text, "-");
    if (!isnan(c->lower))
        cost_range_text(text, sizeof text, c->lower, c->upper, c->unit, false);
    text_append(line, sizeof line, "  ");
    pad(line, sizeof line, text, RANGE, true);
    snprintf(text, sizeof text, "-");
    if (k)
        cost_range_text(text, sizeof text, k->least, k->most, k->unit, true);
    text_append(line, sizeof line, "  ");
    pad(line, sizeof line, text, RANGE, true);
    judgement_text(text, sizeof text, c);
    text_append(line, sizeof line, "  ");
    if (width >= WIDE && k) {
        pad(line, sizeof line, text, JUDGEMENT, false);
        text_append(line, sizeof line, " %s", k->summary);
    } else {
        text_append(line, sizeof line, "%s", text);
    }
    unsigned hang = INDENT + NAME + 1 + MEDIAN + 2 * (RANGE + 2) + 2 + JUDGEMENT + 1;
    wrap_print(stdout, width, width >= WIDE ? hang : HANG, "%s", line);
}

static const char *fact_or(const struct facts *f, const char *name, const char *other)
{
    const char *text = facts_text(f, name);
    return text && text[0] ? text : other;
}

static void print_head(const struct facts *f, unsigned width)
{
    char line[200] = "";
    const char *hypervisor = facts_text(f, "vm.hypervisor"), *cpus = fact_or(f, "cpu.allowed", "?");
    const char *where = !hypervisor ? "" : strcmp(hypervisor, "none") == 0 ? ", no hypervisor" : ", a virtual machine";
    wrap_print(stdout, width, INDENT, "The numbers of this machine: %s, %s CPU%s, Linux %s%s",
               fact_or(f, "cpu.model", "unknown CPU"), cpus, strcmp(cpus, "1") == 0 ? "" : "s",
               fact_or(f, "kernel.release", "of unknown release"), where);
    pad(line, sizeof line, "", INDENT + NAME, false);
    pad(line, sizeof line, "median", MEDIAN + 1, true);
    pad(line, sizeof line, "95 % interval", RANGE + 2, true);
    pad(line, sizeof line, "expected", RANGE + 2, true);
    text_append(line, sizeof line, "  judgement");
    if (width >= WIDE)
        text_append(line, sizeof line, "    of what");
    printf("\n%s\n", line);
}

/* What others used of the CPUs just before or after: it makes times longer, and is no trait of the machine. */
static void print_load(const struct facts *f, unsigned width)
{
    double busy;
    if (facts_number(f, "load.busy_cpus", &busy) && busy >= COSTS_LOADED)
        wrap_print(
            stdout, width, 0,
            "\nOther programs used %.2g CPUs at that time (%s): what is longer than expected may be so for them; "
            "measure again without.",
            busy, fact_or(f, "load.largest", "not known"));
}

static bool is_outside(const struct machine_cost *c)
{
    enum cost_judgement j = cost_judge(c, NULL);
    return j == COST_ABOVE || j == COST_BELOW;
}

static void print_outside(const struct costs *c, unsigned width)
{
    char text[200];
    bool any = false;
    for (unsigned i = 0; i < c->n; i++) {
        const struct cost_kind *k = cost_kind_of(c->all[i].name);
        if (!k || !is_outside(&c->all[i]))
            continue;
        if (!any)
            printf("\nWhat unexpected values bend:\n");
        any = true;
        cost_outside_text(text, sizeof text, &c->all[i]);
        wrap_print(stdout, width, 2 * INDENT, "%*s%s: %s: %s. Expected by: %s", INDENT, "", c->all[i].name, text,
                   k->effect, k->source);
    }
    if (!any)
        printf("\nNo value is outside what is expected.\n");
}

/* Why there is not one value, where all have the same reason: they were begun, and ended before any was there. */
static const char *why_none(const struct costs *c)
{
    if (!c->n)
        return c->why ? c->why : "the reason is not known";
    for (unsigned i = 0; i < c->n; i++)
        if (!isnan(c->all[i].median) || !c->all[i].why || strcmp(c->all[i].why, c->all[0].why) != 0)
            return NULL;
    return c->all[0].why;
}

void doctor_costs_print(const struct costs *c, const struct facts *f, unsigned width)
{
    const char *group = "", *why = why_none(c);
    unsigned missing = 0;
    if (why) {
        wrap_print(stdout, width, 0, "Nothing was measured: %s", why);
        return;
    }
    print_head(f, width);
    for (unsigned i = 0; i < c->n; i++) {
        const struct cost_kind *k = cost_kind_of(c->all[i].name);
        missing += isnan(c->all[i].median) ? 1u : 0u;
        if (isnan(c->all[i].median))
            continue;
        if (k && strcmp(k->group, group) != 0)
            printf("%s\n", group = k->group);
        print_row(&c->all[i], width);
    }
    if (missing)
        printf("\nNot measured:\n");
    for (unsigned i = 0; i < c->n; i++)
        if (isnan(c->all[i].median))
            wrap_print(stdout, width, 2 * INDENT, "%*s%s: %s", INDENT, "", c->all[i].name, c->all[i].why);
    print_outside(c, width);
    print_load(f, width);
    printf("\n");
    wrap_print(stdout, width, 0,
               "Each is the median of batches that alternate with those of all others, in a process pinned to one CPU; "
               "remote: to two. The range is where a healthy machine since about 2015 lies, physical or virtual.%s",
               width < WIDE ? " What each is of: a wider terminal, or --json." : "");
}

/* Those that can't be judged, and why: each reason once, however many costs it is of. */
static void print_unknown(const struct costs *c, unsigned width)
{
    const char *told[COSTS_MAX];
    unsigned n_told = 0;
    for (unsigned i = 0; i < c->n; i++) {
        char names[400] = "";
        unsigned n = 0, at = 0;
        if (!isnan(c->all[i].lower) || !c->all[i].why)
            continue;
        for (; at < n_told && told[at] != c->all[i].why; at++) /* interned, or the same literal */
            ;
        if (at < n_told)
            continue;
        told[n_told++] = c->all[i].why;
        for (unsigned j = i; j < c->n; j++)
            if (c->all[j].why == c->all[i].why)
                text_append(names, sizeof names, "%s%s", n++ ? ", " : "", c->all[j].name);
        wrap_print(stdout, width, HANG, "%-8s %-15s %s%s%s", "cost", n == 1 ? names : "not known", n == 1 ? "" : names,
                   n == 1 ? "not known: " : ": ", c->all[i].why);
    }
}

void doctor_costs_judge(const struct costs *c, unsigned width)
{
    char text[200];
    unsigned inside = 0;
    for (unsigned i = 0; i < c->n; i++) {
        const struct machine_cost *x = &c->all[i];
        inside += cost_judge(x, NULL) == COST_EXPECTED;
        if (!is_outside(x))
            continue;
        cost_outside_text(text, sizeof text, x);
        wrap_print(stdout, width, HANG, "%-8s %-15s %s", "cost", x->name, text);
        wrap_print(stdout, width, HANG + 8, "%*seffect: %s", HANG, "", cost_kind_of(x->name)->effect);
    }
    print_unknown(c, width);
    if (c->n)
        wrap_print(stdout, width, 0,
                   "%u of %u costs of basic operations are as expected; contend doctor --costs prints them", inside,
                   c->n);
    else
        wrap_print(stdout, width, 0, "costs of basic operations: not measured: %s", c->why);
}

void doctor_costs_note(FILE *out, const struct costs *c, const char *why)
{
    char text[200];
    unsigned n = 0;
    for (unsigned i = 0; i < c->n; i++) {
        const struct machine_cost *x = &c->all[i];
        if (!is_outside(x) || !cost_is_worse(x, cost_judge(x, NULL)))
            continue;
        cost_outside_text(text, sizeof text, x);
        fprintf(out, "%s%s%s %s", n ? "" : why, n ? "; " : ": ", x->name, text);
        n++;
    }
    if (n)
        fprintf(out, "; see contend doctor --costs\n");
}
