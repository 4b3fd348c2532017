/* SPDX-License-Identifier: MIT */
/* The machine: what was wrong with it, what changed, what basic operations cost on it, and all that is known of it. */
#include <math.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/page/parts.h"

static const char *known(const struct facts *f, const char *name)
{
    const char *text = facts_text(f, name);
    return text && text[0] ? text : "not known";
}

static void judged(struct page *p, const struct environment *v)
{
    static const struct column columns[] = {{"Severity", false},
                                            {"Check", false},
                                            {"Evidence", false},
                                            {"Which numbers it bends", false},
                                            {"How to fix it", false}};
    static const char *const classes[] = {[SEVERITY_OK] = "good",
                                          [SEVERITY_INFO] = "plain",
                                          [SEVERITY_UNKNOWN] = "plain",
                                          [SEVERITY_WARNING] = "warn",
                                          [SEVERITY_ERROR] = "bad"};
    html_element(&p->h, "h3", "Checks", NULL);
    table_open(p, "What would spoil the numbers, as it was when the run began, the worst first.", columns,
               ARRAY_LEN(columns));
    for (int severity = SEVERITY_ERROR; severity >= SEVERITY_OK; severity--)
        for (unsigned i = 0; i < v->n_checks; i++) {
            const struct check_result *c = &v->checks[i];
            const bool fine = c->severity == SEVERITY_OK;
            if ((int)c->severity != severity)
                continue;
            row_open(p, NULL);
            html_open(&p->h, "td", NULL);
            put_badge(p, classes[severity], severity_names[severity]);
            html_close(&p->h, "td");
            html_element(&p->h, "th", c->id, "scope", "row", NULL);
            html_element(&p->h, "td", c->evidence, "class", "wide", NULL);
            html_element(&p->h, "td", fine ? "" : c->effect, "class", "wide", NULL);
            html_element(&p->h, "td", fine ? "" : c->mend, "class", "wide", NULL);
            row_close(p);
        }
    table_close(p);
}

static const char *shown(const struct fact *f)
{
    return !f ? "not read" : f->status != FACT_OK ? fact_status_names[f->status] : f->text[0] ? f->text : "(empty)";
}

static void changes(struct page *p, const struct environment *v)
{
    static const struct column columns[] = {{"Fact", false}, {"At the start", false}, {"At the end", false}};
    if (!v->ended || !v->n_changed) {
        html_element(&p->h, "p",
                     v->ended ? "No fact of the machine changed during the run."
                              : "The machine was not looked at when the run ended: it was cut short.",
                     NULL);
        return;
    }
    html_element(&p->h, "h3", "What changed during the run", NULL);
    table_open(p, "Facts that should hold still, and did not.", columns, ARRAY_LEN(columns));
    for (unsigned i = 0; i < v->n_changed; i++) {
        const struct fact *a = &v->start.all[v->changed[i]];
        row_open(p, NULL);
        html_element(&p->h, "th", a->name, "scope", "row", NULL);
        cell_text(p, shown(a));
        cell_text(p, shown(facts_find(&v->end, a->name)));
        row_close(p);
    }
    table_close(p);
}

static void cost(struct page *p, const struct machine_cost *c)
{
    static const struct {
        const char *class, *word;
    } judged[] = {[COST_EXPECTED] = {"good", "as expected"},
                  [COST_BELOW] = {"warn", "below"},
                  [COST_ABOVE] = {"warn", "above"},
                  [COST_UNKNOWN] = {"plain", "not known"}};
    const struct cost_kind *kind = cost_kind_of(c->name);
    const enum cost_judgement j = cost_judge(c, NULL);
    char text[WORDS];
    row_open(p, NULL);
    html_open(&p->h, "th", "scope", "row", NULL);
    html_text(&p->h, c->name);
    html_element(&p->h, "small", kind ? kind->summary : "", NULL);
    html_close(&p->h, "th");
    cost_value_text(text, sizeof text, c->median, c->unit);
    cell_number(p, c->median, text);
    if (isnan(c->lower))
        snprintf(text, sizeof text, "%.200s", c->why ? c->why : "n/a");
    else
        cost_range_text(text, sizeof text, c->lower, c->upper, c->unit, false);
    cell_text(p, text);
    text[0] = 0;
    if (kind)
        cost_range_text(text, sizeof text, kind->least, kind->most, kind->unit, true);
    cell_text(p, text);
    html_open(&p->h, "td", NULL);
    put_badge(p, judged[j].class, judged[j].word);
    html_close(&p->h, "td");
    html_element(&p->h, "td", kind && j != COST_EXPECTED ? kind->effect : "", "class", "wide", NULL);
    row_close(p);
}

static void costs(struct page *p, const struct costs *c)
{
    static const struct column columns[] = {{"Operation", false}, {"Median", true}, {"95 % interval", false},
                                            {"Expected", false},  {"It is", false}, {"What it bends", false}};
    html_element(&p->h, "h3", "What basic operations cost", NULL);
    if (!c->n) {
        html_printf(&p->h, "Not known: %s.", c->why ? c->why : "not measured");
        return;
    }
    table_open(p, "Measured before the run, next to what is expected of a healthy machine. No verdict rests on them.",
               columns, ARRAY_LEN(columns));
    for (unsigned i = 0; i < c->n; i++)
        cost(p, &c->all[i]);
    table_close(p);
}

static void all_facts(struct page *p, const struct facts *f)
{
    static const struct column columns[] = {{"Fact", false}, {"Value", false}, {"Source", false}};
    html_open(&p->h, "details", NULL);
    html_open(&p->h, "summary", NULL);
    html_printf(&p->h, "All %u facts that were read when the run began", f->n);
    html_close(&p->h, "summary");
    table_open(p, "Each fact with where it was read. What could not be read says why.", columns, ARRAY_LEN(columns));
    for (unsigned i = 0; i < f->n; i++) {
        const struct fact *x = &f->all[i];
        char text[400];
        snprintf(text, sizeof text, "%s: %s", fact_status_names[x->status], x->text);
        row_open(p, NULL);
        html_element(&p->h, "th", x->name, "scope", "row", NULL);
        html_element(&p->h, "td", x->status == FACT_OK ? shown(x) : text, "class", "wide", NULL);
        html_element(&p->h, "td", x->source, "class", "wide", NULL);
        row_close(p);
    }
    table_close(p);
    html_close(&p->h, "details");
}

void put_machine(struct page *p, const struct summary *s)
{
    const struct facts *f = s->environment ? &s->environment->start : NULL;
    double n;
    if (!f) {
        html_text(&p->h, "a machine that was not recorded: the run has no environment file");
        return;
    }
    html_text(&p->h, known(f, "cpu.model"));
    if (s->cpus > 0)
        html_printf(&p->h, ", %.0f CPU%s", s->cpus, s->cpus > 1 ? "s" : "");
    if (facts_number(f, "memory.total", &n)) {
        char text[WORDS];
        say_bytes(text, sizeof text, n);
        html_printf(&p->h, ", %s of memory", text);
    }
    html_printf(&p->h, ", Linux %s", known(f, "kernel.release"));
    const char *hypervisor = facts_text(f, "vm.hypervisor"), *container = facts_text(f, "container.runtime");
    if (hypervisor && strcmp(hypervisor, "yes") == 0)
        html_text(&p->h, ", a virtual machine");
    else if (hypervisor && strcmp(hypervisor, "none") != 0)
        html_printf(&p->h, ", a virtual machine (%s)", hypervisor);
    if (container && strncmp(container, "none", 4) != 0)
        html_printf(&p->h, ", in a container (%s)", container);
}

void part_environment(struct page *p)
{
    const struct environment *v = p->s->environment;
    section_open(p, "environment", "The machine");
    html_open(&p->h, "p", NULL);
    put_machine(p, p->s);
    html_text(&p->h, ".");
    html_close(&p->h, "p");
    if (v) {
        judged(p, v);
        changes(p, v);
        costs(p, &v->costs);
        all_facts(p, &v->start);
    }
    section_close(p);
}
